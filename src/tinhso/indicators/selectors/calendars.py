"""The reporting calendars there are, and those whose cells are computed ahead."""

import functools
import logging
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tinhso import reference
from tinhso.core.errors import ImpossibleRequest
from tinhso.core.per_request import once_per_request
from tinhso.engine import calendars, located
from tinhso.engine.calendars import NONE, Calendars
from tinhso.engine.errors import DefinitionError
from tinhso.engine.periods import Period

CALENDARS = Path(reference.__file__).parent / "national" / "calendars"
OWN_CALENDARS = "calendars"  # folder under TINHSO_HOME with the province's own
log = logging.getLogger(__name__)


class BrokenCalendar(ImpossibleRequest):
    """A calendar file has an error, or the setting names a calendar that no file declares."""

    exit_code = 1


@once_per_request
def declared() -> Calendars:
    """The national calendars and the province's own, by id (lịch báo cáo đã khai).

    Raises:
        BrokenCalendar: a file does not fit; the sentence names file, line and reason.
    """
    own = Path(settings.HOME) / OWN_CALENDARS
    paths = [*sorted(CALENDARS.glob("*.yaml")), *(sorted(own.glob("*.yaml")) if own.is_dir() else ())]
    try:
        return _read(tuple((path, located.read_text(path)) for path in paths))
    except DefinitionError as error:
        raise BrokenCalendar(_("Lịch báo cáo có lỗi: %(error)s.") % {"error": error}) from None


@functools.lru_cache(maxsize=2)
def _read(texts: tuple[tuple[Path, str], ...]) -> Calendars:
    """The calendars of these texts; kept as long as the files stay as they are."""
    return calendars.build(located.Located(path, text) for path, text in texts)


def in_use() -> Calendars:
    """The calendars that the setting `TINHSO_CALENDARS` names, in its order: their cells are computed ahead.

    Raises:
        BrokenCalendar: a file does not fit, or the setting names a calendar that no file declares.
    """
    wanted = dict.fromkeys(settings.CALENDARS)
    if not wanted:
        return NONE
    known = declared()
    for calendar_id in wanted:
        if calendar_id not in known:
            raise BrokenCalendar(
                _("TINHSO_CALENDARS nêu lịch báo cáo “%(name)s”, nhưng chỉ có: %(names)s.")
                % {"name": calendar_id, "names": ", ".join(sorted(known))}
            )
    return {calendar_id: known[calendar_id] for calendar_id in wanted}


def offered() -> Calendars:
    """The calendars in use that pages offer; none while a file or the setting is wrong, so that pages stay."""
    try:
        return in_use()
    except BrokenCalendar as problem:
        log.warning("no reporting calendar is offered: %s", problem)
        return NONE


def named_in(code: str) -> Calendars:
    """The calendars to read a period code with; no file is read for a civil one.

    Raises:
        BrokenCalendar: the code names a calendar, and a file does not fit.
    """
    return declared() if "@" in code else NONE


def calendar_name(period: Period) -> str:
    """The name of a period's calendar in the reader's language.

    Raises:
        BrokenCalendar: a calendar file does not fit.
    """
    name = calendars.CIVIL.name if not period.calendar else declared()[period.calendar].name
    return name.en if (get_language() or "").startswith("en") else name.vi
