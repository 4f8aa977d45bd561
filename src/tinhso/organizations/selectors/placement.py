"""Where the records of units lie in the tree of another day."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tinhso.core.errors import RuleViolation
from tinhso.core.per_request import once_per_request
from tinhso.organizations.choices import UnitKind
from tinhso.organizations.models import Crosswalk
from tinhso.organizations.rules.placement import SHARE_DIGITS, UNDETERMINED, CrosswalkRow, Cycle, place
from tinhso.organizations.rules.working_days import DAY
from tinhso.organizations.selectors.units import FOREVER, holds, span_of, tree

if TYPE_CHECKING:
    import pyarrow as pa


class BrokenReference(RuleViolation):
    """Reference data that contradict themselves."""


def placement_table(on: dt.date) -> "pa.Table":
    """Where the records of every unit that ever existed lie in the tree of a day (quy đổi đơn vị).

    Returns:
        unit: int32, node: int32, share: decimal128(9, 8), by unit and node. Shares of a unit are greater than 0
        and sum to 1; the node `UNDETERMINED` holds what cannot be followed. `rules.place` says how.

    Raises:
        BrokenReference: the crosswalk or the tree goes in a circle.
    """
    import pyarrow as pa

    rows = [(unit, node, share) for unit, parts in placements(on).items() for node, share in parts.items()]
    return pa.table(
        {
            "unit": pa.array((row[0] for row in rows), pa.int32()),
            "node": pa.array((row[1] for row in rows), pa.int32()),
            "share": pa.array((row[2] for row in rows), pa.decimal128(SHARE_DIGITS + 1, SHARE_DIGITS)),
        }
    )


@once_per_request
def placements(on: dt.date) -> dict[int, dict[int, Decimal]]:
    """The same by unit: its nodes in the tree of the day, with their shares.

    Raises:
        BrokenReference: the crosswalk or the tree goes in a circle.
    """
    parents = {edge.child_id: edge.parent_id for edge in tree().edges if holds(span_of(edge), on)}
    try:
        return place(
            on=on, lifetimes=tree().lifetimes, parents=parents, crosswalk=_crosswalk(), provinces=_provinces(None)
        )
    except Cycle as circle:
        raise BrokenReference(
            _("Lịch sử đơn vị đi vòng tròn vào ngày %(day)s (%(circle)s).")
            % {"day": f"{on:%d/%m/%Y}", "circle": circle}
        ) from None


@once_per_request
def _crosswalk() -> list[CrosswalkRow]:
    return list(
        Crosswalk.objects.order_by("happened_on", "old_unit_id", "new_unit_id").values_list(
            "old_unit_id", "new_unit_id", "happened_on", "share"
        )
    )


def closure_on(on: dt.date) -> "pa.Table":
    """The tree of a day, flattened, with the node `UNDETERMINED` under the province.

    Returns:
        unit: int32, ancestor: int32; every unit of the day and the province stand above themselves, too.
    """
    import pyarrow as pa

    tops = _provinces(on) or _provinces(None)
    pairs = [(child, parent) for child, parent, span in tree().closure if holds(span, on)]
    pairs += [(top, top) for top in tops]
    pairs += [(UNDETERMINED, node) for node in (UNDETERMINED, *tops)]
    pairs = sorted(set(pairs))
    return pa.table(
        {
            "unit": pa.array((pair[0] for pair in pairs), pa.int32()),
            "ancestor": pa.array((pair[1] for pair in pairs), pa.int32()),
        }
    )


def _provinces(on: dt.date | None) -> list[int]:
    """The province of a day, or every unit that ever was one."""
    kinds = (v for v in tree().versions if v.kind == UnitKind.PROVINCE and (on is None or holds(span_of(v), on)))
    return sorted({version.org_unit_id for version in kinds})


def tree_day(today: dt.date) -> dt.date:
    """The latest day until today on which units, the tree or the crosswalk changed; today if none did.

    Placement and closure of this day are those of today, so that what rests on them can be kept until the next.
    """
    return max((day for day in change_days() if day <= today), default=today)


def change_days() -> list[dt.date]:
    """The days on which units, the tree or the crosswalk changed, the first one first."""
    spans = [*map(span_of, tree().versions), *map(span_of, tree().edges)]
    begun = {first for first, _last in spans}
    over = {last + DAY for _first, last in spans if last < FOREVER}
    return sorted(begun | over | {row[2] for row in _crosswalk()})
