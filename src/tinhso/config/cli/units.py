"""Which unit a code on the command line means, in each view of territory."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AskedUnit:
    """A unit of a view's tree."""

    unit_id: int
    code: str
    name: str
    level: str


def asked_unit(code: str | None, view: str, day: dt.date) -> AskedUnit:
    """The unit that a code means.

    Args:
        code: as it was written; None for the province.
        view: view of territory.
        day: by which codes are read in the tree as it was; a mapped view has its own day.

    Raises:
        UnknownName: no unit has, or had, the code.
        ImpossibleRequest: the unit is not in the tree of a mapped view; says where its records lie there.
    """
    from tinhso.core.errors import UnknownName
    from tinhso.indicators import api
    from tinhso.organizations import api as organizations

    mapped = api.view_day(view)
    on = mapped or day
    if code is None:
        top = organizations.units_on(on)[0]
        return AskedUnit(top.unit_id, top.code, top.name, top.kind)
    node = api.unit_named(organizations.UNDETERMINED, on)
    if mapped and code.strip().upper() == node.code:
        return AskedUnit(node.unit_id, node.code, node.name, node.level)
    try:
        found = organizations.resolve(code, on)
    except UnknownName:
        if mapped:
            _say_where(code, mapped)
        raise
    return AskedUnit(found.org_unit_id, found.code, found.name, found.kind)


def _say_where(code: str, on: dt.date) -> None:
    """Refuse a unit that was there earlier, with the units its records lie in on the day."""
    from tinhso.core.errors import ImpossibleRequest
    from tinhso.core.numbers import percent
    from tinhso.indicators import api
    from tinhso.organizations import api as organizations

    earlier = organizations.last_named(code, on)
    parts = []
    for node, share in organizations.placements(on)[earlier.org_unit_id].items():
        named = api.unit_named(node, on)
        part = "" if share == 1 else f" {percent(share)}"
        parts.append(f"{named.code} ({named.name}){part}")
    raise ImpossibleRequest(
        f"Ngày {on:%d/%m/%Y} không còn đơn vị “{earlier.code}” ({earlier.name}); "
        f"bản ghi của đơn vị này nằm ở: {', '.join(parts)}."
    )
