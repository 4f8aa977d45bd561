"""What other modules may ask of plans: plans, and how their targets stand."""

from tinhso.plans.jobs import AskedRelease, ask_for_release, asked_release
from tinhso.plans.rules.standing import Rule, TargetStatus, expected_value
from tinhso.plans.selectors.actions import BEHIND, Action, Effect, ToDo, effects, to_do
from tinhso.plans.selectors.actions import overdue as overdue_tasks
from tinhso.plans.selectors.outlook import Monthly, UnitOutlook, charts, monthly, outlook, outlooks, signal_words
from tinhso.plans.selectors.shortfall import shortfall_words
from tinhso.plans.selectors.standing import (
    Part,
    Plan,
    PlanStatus,
    Question,
    Standing,
    Target,
    breakdown,
    owner_name,
    plan,
    plan_status,
    plans,
    question,
    status,
    statuses,
)
from tinhso.plans.selectors.tasks import Badge, TaskRow
from tinhso.plans.selectors.tasks import serving as tasks_serving
from tinhso.plans.services.releases import create_release

__all__ = [
    "BEHIND",
    "Action",
    "AskedRelease",
    "Badge",
    "Effect",
    "Monthly",
    "Part",
    "Plan",
    "PlanStatus",
    "Question",
    "Rule",
    "Standing",
    "Target",
    "TargetStatus",
    "TaskRow",
    "ToDo",
    "UnitOutlook",
    "ask_for_release",
    "asked_release",
    "breakdown",
    "charts",
    "create_release",
    "effects",
    "expected_value",
    "monthly",
    "outlook",
    "outlooks",
    "overdue_tasks",
    "owner_name",
    "plan",
    "plan_status",
    "plans",
    "question",
    "shortfall_words",
    "signal_words",
    "status",
    "statuses",
    "tasks_serving",
    "to_do",
]
