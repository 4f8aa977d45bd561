"""Tasks as bars over the months (lộ trình)."""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tinhso.plans.presenters.tasks import Card

Span = tuple[dt.date, dt.date]  # first and last day
WIDTH = 1000  # units of the drawing from the first day to the last
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the axis: where it begins and its middle, in units of the drawing."""

    title: str
    start: int
    middle: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A task on the axis, in units of the drawing; `done` is the part reported as done."""

    card: Card
    start: int
    width: int
    done: int


@dataclass(frozen=True, slots=True)
class Lane:
    """The tasks of one lead agency."""

    title: str
    bars: list[Bar]


def span_of(terms: Sequence[Span], today: dt.date) -> Span:
    """The whole months that hold every term and today."""
    first = min([today, *(start for start, _due in terms)])
    last = max([today, *(due for _start, due in terms)])
    return first.replace(day=1), last.replace(day=calendar.monthrange(last.year, last.month)[1])


def part(day: dt.date, span: Span) -> int:
    """Where a day begins on the axis."""
    length = (span[1] - span[0]).days + 1
    return round((day - span[0]).days / length * WIDTH)


def months(span: Span) -> list[Month]:
    """The months of the axis; with more than 18 only quarters are named."""
    found = []
    day = span[0]
    while day <= span[1]:
        after = day.replace(day=calendar.monthrange(day.year, day.month)[1]) + DAY
        start, end = part(day, span), part(after, span)
        found.append(Month(f"{day.month}/{day.year % 100:02}", start, (start + end) // 2))
        day = after
    every = 1 if len(found) <= 12 else 3
    return [Month(one.title if index % every == 0 else "", one.start, one.middle) for index, one in enumerate(found)]


def lanes(cards: Sequence[Card], span: Span) -> list[Lane]:
    """Bars by lead agency, agencies in order of their first task."""
    by_lead: dict[str, list[Bar]] = {}
    for card in cards:
        start, end = part(card.starts_on, span), part(card.due_on + DAY, span)
        width = max(end - start, 4)
        done = 100 if card.badge.code == "met" else card.progress or 0
        by_lead.setdefault(card.lead, []).append(Bar(card, start, width, width * done // 100))
    return [Lane(lead, bars) for lead, bars in by_lead.items()]
