"""Reporting calendars: on which days a reporting month begins and ends, one YAML file per calendar.

Most acts report civil months; some cut the figures earlier, so that a report can be written by the month's end
(từ ngày 15 tháng trước đến ngày 14 của tháng báo cáo). A calendar says how its months lie; quarters, halves,
nine months, years and years to date are runs of its months, so every calendar tiles time without gap or overlap.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import pydantic
from pydantic import StrictInt

from tinhso.engine import located
from tinhso.engine.definitions import Name

MonthOf = Literal["same", "previous"]
_DAY = dt.timedelta(days=1)
_LATEST_FIRST_DAY = 28  # the last day that every month has


class _Entry(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Basis(_Entry):
    """Where an act says on which days reports are cut (căn cứ pháp lý)."""

    act: str
    issued_on: dt.date
    place: str


class MonthText(_Entry):
    """How a reporting month lies.

    Attributes:
        from_day: its first day, 1 to 28.
        of: the civil month which that day belongs to: the `same` as the reporting month, or the `previous` one.
        to_day: its last day, where the act names it; then it must be the day before `from_day`.
    """

    from_day: StrictInt
    of: MonthOf
    to_day: StrictInt | None = None


class CalendarText(_Entry):
    """One reporting calendar, as written.

    Attributes:
        legal: none for a custom of agencies that no act prescribes.
        closes_year_on_last_day: the year is the civil one: January begins on the 1st, December ends on the 31st.
    """

    id: str
    name: Name
    legal: list[Basis] = []
    note: str = ""
    month: MonthText
    closes_year_on_last_day: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """A reporting calendar (lịch báo cáo): which days its months hold.

    Attributes:
        id: as written after the `@` of a period code; empty for the civil calendar.
        from_day, of, closes_year_on_last_day: as in `MonthText` and `CalendarText`.
    """

    id: str
    name: Name
    legal: tuple[Basis, ...]
    from_day: int
    of: MonthOf
    closes_year_on_last_day: bool = False

    def month_starts_on(self, year: int, month: int) -> dt.date:
        """First day of a reporting month, 1 to 12, of a reporting year."""
        if self.closes_year_on_last_day and month == 1:
            return dt.date(year, 1, 1)
        if self.of == "previous":
            year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        return dt.date(year, month, self.from_day)

    def days(self, year: int, first_month: int, last_month: int) -> tuple[dt.date, dt.date]:
        """First and last day of a run of reporting months of one year."""
        after = (year + 1, 1) if last_month == 12 else (year, last_month + 1)
        return self.month_starts_on(year, first_month), self.month_starts_on(*after) - _DAY

    def year_of(self, day: dt.date) -> int:
        """The reporting year that holds a day."""
        if day < self.month_starts_on(day.year, 1):
            return day.year - 1
        begins_within = self.of == "previous" and not self.closes_year_on_last_day
        return day.year + 1 if begins_within and day >= dt.date(day.year, 12, self.from_day) else day.year


Calendars = Mapping[str, Calendar]  # by id, the civil one not among them
CIVIL = Calendar("", Name(vi="lịch dương", en="civil calendar"), (), from_day=1, of="same")
NONE: Calendars = MappingProxyType({})


def read(path: Path) -> Calendar:
    """Read one calendar file.

    Raises:
        located.DefinitionError: file, line and reason.
    """
    return checked(located.read(path))


def checked(source: located.Located) -> Calendar:
    """The calendar that a file describes.

    Raises:
        located.DefinitionError: at the line of the first entry that does not fit.
    """
    text = located.validated(source, CalendarText)
    if not re.fullmatch(r"[a-z][a-z0-9-]*", text.id):
        raise source.error(("id",), "id chỉ gồm chữ thường a-z, chữ số và dấu gạch nối, bắt đầu bằng chữ")
    _check_month(source, text)
    month, closes = text.month, text.closes_year_on_last_day
    return Calendar(text.id, text.name, tuple(text.legal), month.from_day, month.of, closes)


def build(sources: Iterable[located.Located]) -> dict[str, Calendar]:
    """The calendars of several files by id, in the files' order.

    Raises:
        located.DefinitionError: a file does not fit, or gives an id that an earlier one has.
    """
    found: dict[str, Calendar] = {}
    places: dict[str, Path] = {}
    for source in sources:
        calendar = checked(source)
        if calendar.id in found:
            raise source.error(("id",), f"lịch “{calendar.id}” đã được khai trong {places[calendar.id]}")
        found[calendar.id], places[calendar.id] = calendar, source.path
    return found


def _check_month(source: located.Located, text: CalendarText) -> None:
    """Refuse months that some year does not have, that overlap, leave a gap or are the civil ones."""
    first, last, of = text.month.from_day, text.month.to_day, text.month.of
    if not 1 <= first <= _LATEST_FIRST_DAY:
        raise source.error(
            ("month", "from_day"), f"from_day phải từ 1 đến {_LATEST_FIRST_DAY}, ngày mà tháng nào cũng có"
        )
    if last is not None and last != first - 1:
        problem = "chồng lên nhau" if last >= first else "bỏ trống ngày ở giữa"
        needed = f"to_day phải là {first - 1}" if first > 1 else "bỏ to_day, vì tháng kết thúc vào ngày cuối tháng"
        raise source.error(("month", "to_day"), f"các tháng sẽ {problem}: {needed}")
    if first == 1 and of == "same":
        raise source.error(("month",), "đây chính là lịch dương, vốn có sẵn và không cần khai")
    if first == 1 and text.closes_year_on_last_day:
        raise source.error(
            ("closes_year_on_last_day",), "tháng 12 và tháng 1 sẽ chồng lên nhau: tháng 1 không còn ngày nào"
        )
