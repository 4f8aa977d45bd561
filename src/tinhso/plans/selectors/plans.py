"""Plans that have been issued, and those that are being written."""

import difflib

from django.utils.translation import gettext as _

from tinhso.core.errors import ImpossibleRequest, UnknownName
from tinhso.core.per_request import once_per_request
from tinhso.plans.choices import PlanState
from tinhso.plans.models import PlanEvent, PlanVersion
from tinhso.plans.rules import life
from tinhso.plans.rules.texts import Plan, PlanText

ORDER = {state: place for place, state in enumerate(["in_force", "closed", "superseded", "approved"])}


@once_per_request
def plans() -> dict[str, Plan]:
    """Every plan that has been issued by its number: the one in force first, then the latest year."""
    rows = PlanVersion.objects.filter(state__in=life.ISSUED).select_related("supersedes").order_by("version")
    found = {row.number: issued(row) for row in rows}  # of one number the latest version
    ordered = sorted(found.values(), key=lambda one: (ORDER[one.state], -one.year, one.number))
    return {one.number: one for one in ordered}


def issued(row: PlanVersion) -> Plan:
    """A plan that has been issued, with its act."""
    act = {
        "number": row.number,
        "version": row.version,
        "issued_on": row.issued_on,
        "signer": row.signer,
        "supersedes": row.supersedes.number if row.supersedes else None,
        "state": row.state,
        "closed_on": row.closed_on,
    }
    return Plan.model_validate(row.content | act)


def plan(number: str | None = None) -> Plan:
    """A plan by its number, or the one in force.

    Raises:
        UnknownName: no such plan; carries the nearest numbers.
        ImpossibleRequest: none has been issued.
    """
    known = plans()
    if number is None:
        found = next(iter(known.values()), None)
        if found is None:
            raise ImpossibleRequest(
                _("Chưa có kế hoạch nào được ban hành; hãy chạy “tinhso init” hoặc soạn một kế hoạch.")
            )
        return found
    if number not in known:
        nearest = difflib.get_close_matches(number, known, n=3, cutoff=0.3) or list(known)[:3]
        raise UnknownName(_("kế hoạch"), number, nearest)
    return known[number]


def lineage(number: str) -> tuple[str, ...]:
    """A plan and those of the same year that it supersedes, one after the other: tasks that were given under a plan
    go on when it is re-issued. The number alone for a plan that is not there any more."""
    known = plans()
    found = [number]
    while (one := known.get(found[-1])) is not None and one.supersedes in known:
        before = known[one.supersedes]
        if before.year != one.year or before.number in found:
            break
        found.append(before.number)
    return tuple(found)


def text_of(row: PlanVersion) -> PlanText:
    """What a stored plan says."""
    return PlanText.model_validate(row.content)


def versions() -> list[PlanVersion]:
    """Every plan that was not discarded: those being written first, then the latest act."""
    rows = PlanVersion.objects.exclude(state=PlanState.DISCARDED).select_related("supersedes")
    return sorted(
        rows, key=lambda one: (one.issued_on is not None, -(one.issued_on or one.created_at.date()).toordinal())
    )


def events(row: PlanVersion) -> list[PlanEvent]:
    """What happened to a plan, the latest first."""
    return list(row.events.order_by("-pk"))
