"""What is doubtful about a version before it is published (kiểm tra trước khi công bố)."""

from collections.abc import Iterator
from dataclasses import dataclass

from tinhso.organizations.api import TermUnit
from tinhso.public_services.catalog.rules.content import Bundle, Step
from tinhso.public_services.form_engine.rules import lint
from tinhso.public_services.form_engine.rules.form import Widget

HOURS_PER_DAY = 8
WORKING_DAYS_PER_WEEK, CALENDAR_DAYS_PER_WEEK = 5, 7


@dataclass(frozen=True, slots=True)
class Finding:
    """Something doubtful.

    Attributes:
        where: part of the procedure.
        kind: such as `steps_too_long`; a presenter has its sentence.
        stops: the version cannot be published with it.
        number: what it is about, in the unit of the kind; 0 where it needs none.
    """

    where: str
    kind: str
    stops: bool = False
    number: float = 0


def findings(bundle: Bundle) -> list[Finding]:
    """Everything doubtful; what stops the publishing first."""
    form = [
        Finding(found.where, found.kind, found.kind == "no_label", found.number)
        for found in lint.findings(bundle.read_form)
    ]
    found = [*_steps(bundle), *_papers(bundle), *_levels(bundle), *form]
    return sorted(found, key=lambda one: not one.stops)


def hours(amount: int, unit: TermUnit) -> float:
    """A term in working hours, so that terms in different units can be compared; calendar days by the week."""
    if unit == TermUnit.WORKING_HOUR:
        return amount
    if unit == TermUnit.CALENDAR_DAY:
        return amount * HOURS_PER_DAY * WORKING_DAYS_PER_WEEK / CALENDAR_DAYS_PER_WEEK
    return max(amount, 1) * HOURS_PER_DAY


def _steps(bundle: Bundle) -> Iterator[Finding]:
    steps = bundle.steps
    whole = hours(bundle.term.amount, bundle.term.unit)
    parts = sum(_hours(step) for step in steps)
    if parts > whole:
        yield Finding(bundle.name, "steps_too_long", stops=True, number=round(parts - whole, 1))
    signers = [step for step in steps if step.signs]
    if not signers:
        yield Finding(bundle.name, "nobody_signs", stops=True)
    elif signers[-1] is not steps[-1]:
        yield Finding(signers[-1].name, "steps_after_signing", stops=True)
    for step in signers:
        if step.role != "leader":
            yield Finding(step.name, "signer_no_leader", stops=True)
    for step in steps:
        if step.role == "officer" and not step.checklist:
            yield Finding(step.name, "no_checklist")


def _hours(step: Step) -> float:
    return hours(step.term.amount, step.term.unit)


def _papers(bundle: Bundle) -> Iterator[Finding]:
    for paper in bundle.papers:
        if paper.min > paper.max:
            yield Finding(paper.name, "more_at_least_than_at_most", stops=True)
        if not paper.help:
            yield Finding(paper.name, "no_help")


def _levels(bundle: Bundle) -> Iterator[Finding]:
    widgets = [item.widget for page in bundle.read_form.pages for item in page.items]
    if bundle.online_level == "full" and not bundle.eligible_full:
        yield Finding(bundle.name, "full_but_not_eligible", stops=True)
    if Widget.CHECK not in widgets:
        yield Finding(bundle.name, "no_statement_of_truth", stops=True)
    if not any(basis.checked for basis in bundle.legal_basis):
        yield Finding(bundle.name, "basis_unchecked")
