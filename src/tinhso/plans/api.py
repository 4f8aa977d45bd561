"""What other modules may ask of plans: plans, and how their targets stand."""

from tinhso.plans.jobs import AskedRelease, ask_for_release, asked_release
from tinhso.plans.rules.standing import Rule, TargetStatus, expected_value
from tinhso.plans.rules.texts import Plan, Target
from tinhso.plans.selectors.actions import (
    BEHIND,
    Action,
    Effect,
    Given,
    ToDo,
    effects,
    given_by_event,
    is_in_hand,
    lowest,
    next_due,
    to_do,
)
from tinhso.plans.selectors.actions import overdue as overdue_tasks
from tinhso.plans.selectors.analysis import Cheapest, Odd, WhatIf, WhyChanged, cheapest, oddities, what_if, why_changed
from tinhso.plans.selectors.outlook import Monthly, UnitOutlook, charts, monthly, outlook, outlooks, signal_words
from tinhso.plans.selectors.plans import plan, plans
from tinhso.plans.selectors.shortfall import shortfall_words
from tinhso.plans.selectors.standing import (
    Part,
    PlanStatus,
    Question,
    Standing,
    breakdown,
    breakdowns,
    interims_of,
    owner_name,
    plan_status,
    question,
    status,
    statuses,
)
from tinhso.plans.selectors.tasks import TaskRow, shares_before
from tinhso.plans.selectors.tasks import serving as tasks_serving
from tinhso.plans.services.plans import adopt_reference
from tinhso.plans.services.releases import create_release
from tinhso.plans.services.tasks import (
    Agency,
    EvidenceFile,
    Served,
    TaskText,
    accept,
    assign_task,
    hand_in,
    report_progress,
    return_task,
)

__all__ = [
    "BEHIND",
    "Action",
    "Agency",
    "AskedRelease",
    "Cheapest",
    "Effect",
    "EvidenceFile",
    "Given",
    "Monthly",
    "Odd",
    "Part",
    "Plan",
    "PlanStatus",
    "Question",
    "Rule",
    "Served",
    "Standing",
    "Target",
    "TargetStatus",
    "TaskRow",
    "TaskText",
    "ToDo",
    "UnitOutlook",
    "WhatIf",
    "WhyChanged",
    "accept",
    "adopt_reference",
    "ask_for_release",
    "asked_release",
    "assign_task",
    "breakdown",
    "breakdowns",
    "charts",
    "cheapest",
    "create_release",
    "effects",
    "expected_value",
    "given_by_event",
    "hand_in",
    "interims_of",
    "is_in_hand",
    "lowest",
    "monthly",
    "next_due",
    "oddities",
    "outlook",
    "outlooks",
    "overdue_tasks",
    "owner_name",
    "plan",
    "plan_status",
    "plans",
    "question",
    "report_progress",
    "return_task",
    "shares_before",
    "shortfall_words",
    "signal_words",
    "status",
    "statuses",
    "tasks_serving",
    "to_do",
    "what_if",
    "why_changed",
]
