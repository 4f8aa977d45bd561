"""What other modules may ask of plans: plans, and how their targets stand."""

from tinhso.plans.jobs import AskedRelease, ask_for_release, asked_release
from tinhso.plans.rules import Rule, TargetStatus, expected_value
from tinhso.plans.selectors import (
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
from tinhso.plans.services import create_release

__all__ = [
    "AskedRelease",
    "Part",
    "Plan",
    "PlanStatus",
    "Question",
    "Rule",
    "Standing",
    "Target",
    "TargetStatus",
    "ask_for_release",
    "asked_release",
    "breakdown",
    "create_release",
    "expected_value",
    "owner_name",
    "plan",
    "plan_status",
    "plans",
    "question",
    "status",
    "statuses",
]
