"""Slides of the wall screen (màn hình phòng điều hành): few words, readable from afar."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tinhso.operations.presenters.common import OLD_DAYS
from tinhso.operations.presenters.targets import Pillar, TargetRow
from tinhso.plans import api as plans

ROWS = 4  # targets on one slide


@dataclass(frozen=True)
class Slide:
    """One slide with targets."""

    title: str
    rows: Sequence[TargetRow]


@dataclass(frozen=True, slots=True)
class Silent:
    """A source that has been silent for long; None for one from which nothing ever came."""

    title: str
    last_day: dt.date | None
    days: int | None


def slides(pillars: Iterable[Pillar]) -> list[Slide]:
    """The targets of each pillar, as many on a slide as can be read."""
    return [
        Slide(pillar.title, pillar.rows[first : first + ROWS])
        for pillar in pillars
        for first in range(0, len(pillar.rows), ROWS)
    ]


def silent(standings: Iterable[plans.Standing], as_of: dt.date) -> list[Silent]:
    """Sources of monthly figures whose last data are old, the longest silence first."""
    sources = {one.dataset: one for standing in standings if "-" in standing.period for one in standing.sources}
    found = [Silent(one.title, one.last_day, _days(one.last_day, as_of)) for one in sources.values()]
    old = [one for one in found if one.days is None or one.days > OLD_DAYS]
    return sorted(old, key=lambda one: (one.days is not None, -(one.days or 0), one.title))


def _days(last_day: dt.date | None, as_of: dt.date) -> int | None:
    return None if last_day is None else (as_of - last_day).days
