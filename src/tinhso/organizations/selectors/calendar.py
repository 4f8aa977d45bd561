"""Reading the working calendar."""

from functools import lru_cache

from tinhso.core.prepared import Prepared
from tinhso.organizations.choices import DayKind
from tinhso.organizations.models import CalendarVersion
from tinhso.organizations.rules.working_days import WorkingCalendar

_NEWEST = Prepared(lambda: CalendarVersion.objects.order_by("-number").values_list("pk", "number")[:1])


def working_calendar() -> WorkingCalendar:
    """The working calendar in force: the latest version.

    Raises:
        CalendarVersion.DoesNotExist: the reference data are not loaded.
    """
    found = _NEWEST.rows()
    if not found:
        raise CalendarVersion.DoesNotExist
    return _calendar(*found[0])


@lru_cache(maxsize=8)
def _calendar(pk: int, _number: int) -> WorkingCalendar:
    """A version's days, from memory once they have been read: a version never changes."""
    version = CalendarVersion.objects.prefetch_related("days").get(pk=pk)
    days = list(version.days.all())
    return WorkingCalendar(
        first_day=version.first_day,
        last_day=version.last_day,
        holidays=frozenset(day.day for day in days if day.kind == DayKind.HOLIDAY),
        working_days=frozenset(day.day for day in days if day.kind == DayKind.WORKING_DAY),
    )


def calendar_number() -> int:
    """The number of the calendar in force, by which a deadline is explained later.

    Raises:
        IndexError: the reference data are not loaded.
    """
    return CalendarVersion.objects.order_by("-number").values_list("number", flat=True)[0]
