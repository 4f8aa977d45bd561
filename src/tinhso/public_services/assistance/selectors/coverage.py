"""How far help reaches: requests and what came of them, by commune (mức độ bao phủ hỗ trợ)."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Q

from tinhso.core.clock import VIETNAM
from tinhso.organizations import api as organizations
from tinhso.public_services.assistance.choices import Outcome
from tinhso.public_services.assistance.models import AssistanceSession
from tinhso.public_services.assistance.selectors.sessions import all_communes

ONE_DAY = dt.timedelta(days=1)


@dataclass(slots=True)
class Reach:
    """Help in one commune, or altogether.

    Attributes:
        requests: all requests, those that were disputed left out.
        helped: of these, those that were met.
        waiting: of these, those that are not over.
        alone, asked_alone: helped people who could do it alone next time, of those of whom it was noted.
        spent: minutes of helped sessions, each with how many took them.
        disputed: sessions of which the person says “tôi không nhờ hỗ trợ”.
    """

    unit_id: int
    name: str
    requests: int = 0
    helped: int = 0
    waiting: int = 0
    alone: int = 0
    asked_alone: int = 0
    disputed: int = 0
    spent: Counter[int] = field(default_factory=Counter)

    @property
    def share(self) -> float | None:
        """Helped of requests; None without requests."""
        return self.helped / self.requests if self.requests else None

    @property
    def alone_share(self) -> float | None:
        return self.alone / self.asked_alone if self.asked_alone else None

    @property
    def median_minutes(self) -> float | None:
        """Minutes that half of the helped took at most; None without any."""
        count = self.spent.total()
        if not count:
            return None
        return (_at(self.spent, (count - 1) // 2) + _at(self.spent, count // 2)) / 2

    def add(self, other: "Reach") -> None:
        for name in ("requests", "helped", "waiting", "alone", "asked_alone", "disputed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.spent.update(other.spent)


def _at(counted: Counter[int], place: int) -> int:
    for value in sorted(counted):
        place -= counted[value]
        if place < 0:
            return value
    raise IndexError(place)


def coverage(*, unit_ids: Collection[int], first: dt.date, last: dt.date, today: dt.date) -> list[Reach]:
    """Help by commune for requests of some days, the communes of today without any included, by name.

    Args:
        unit_ids: units that the reader may ask about.
        first, last: days of the requests, both included.
    """
    found = {row.unit_id: Reach(row.unit_id, row.name) for row in all_communes(today) if row.unit_id in unit_ids}
    for unit_id, one in _counted(unit_ids, first, last):
        if unit_id not in found:
            found[unit_id] = Reach(unit_id, organizations.named_unit(unit_id, last).name)
        found[unit_id].add(one)
    return sorted(found.values(), key=lambda one: one.name)


def total(rows: Collection[Reach]) -> Reach:
    """All communes together."""
    whole = Reach(0, "")
    for row in rows:
        whole.add(row)
    return whole


def _counted(unit_ids: Collection[int], first: dt.date, last: dt.date) -> Iterator[tuple[int, Reach]]:
    begin = dt.datetime.combine(first, dt.time(), VIETNAM)
    end = dt.datetime.combine(last + ONE_DAY, dt.time(), VIETNAM)
    rows = AssistanceSession.objects.filter(unit__in=unit_ids, requested_at__gte=begin, requested_at__lt=end)
    kept, helped = Q(disputed_at__isnull=True), Q(disputed_at__isnull=True, outcome=Outcome.HELPED)
    groups = rows.values("unit_id", "minutes").annotate(
        requests=Count("pk", filter=kept),
        helped=Count("pk", filter=helped),
        waiting=Count("pk", filter=kept & Q(ended_at__isnull=True)),
        alone=Count("pk", filter=helped & Q(could_do_alone=True)),
        asked_alone=Count("pk", filter=helped & Q(could_do_alone__isnull=False)),
        disputed=Count("pk", filter=~kept),
    )
    names = ("unit_id", "minutes", "requests", "helped", "waiting", "alone", "asked_alone", "disputed")
    for unit_id, minutes, *counts in groups.order_by().values_list(*names):
        one = Reach(unit_id, "", *counts)
        if minutes is not None and one.helped:
            one.spent[minutes] = one.helped
        yield unit_id, one
