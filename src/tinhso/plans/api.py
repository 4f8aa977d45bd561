"""What other modules may ask of plans: plans, and how their targets stand."""

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
    plans,
    question,
    status,
    statuses,
)

__all__ = [
    "Part",
    "Plan",
    "PlanStatus",
    "Question",
    "Rule",
    "Standing",
    "Target",
    "TargetStatus",
    "breakdown",
    "expected_value",
    "owner_name",
    "plan",
    "plans",
    "question",
    "status",
    "statuses",
]
