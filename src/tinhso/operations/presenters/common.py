"""What several pages share: addresses, ways, statuses, periods in words."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso.core.numbers import percent
from tinhso.engine import periods
from tinhso.engine.calendars import NONE, Calendars
from tinhso.indicators import api as indicators
from tinhso.organizations.api import UnitRow
from tinhso.plans.api import Rule, Standing, TargetStatus

OLD_DAYS = 45  # data older than this before the evaluation date are marked
Kept = Mapping[str, str | int | None]  # period, view and release as every link of a page carries them along
NOTHING_KEPT: Kept = {}


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way to a page; the page itself has no address."""

    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One of several views of the same thing."""

    title: str
    url: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class SortColumn:
    """A column that sorts its table; `direction` is empty unless the table is sorted by it."""

    title: str
    url: str
    direction: str


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a page of a list stands among its siblings."""

    number: int
    last: int
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class Status:
    """A status with its word; the code picks shape and color."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Finality:
    """Whether figures are official (chính thức) or provisional (tạm tính).

    Attributes:
        unsettled: reports in them that are not locked.
    """

    is_official: bool
    unsettled: int


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a list."""

    code: str
    title: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class OptionGroup:
    title: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Pick:
    """The form with which a reader picks unit, period, view of territory and release of a page.

    Attributes:
        views: views of territory; the last one is the tree of `day`.
        day: of the date field.
        releases: the figures in force and every release; empty where there is none.
        named_on: day on which the codes of `units` name these units, since codes return.
    """

    action: str
    units: list[OptionGroup]
    periods: list[OptionGroup]
    views: list[Option]
    day: dt.date
    releases: list[Option]
    named_on: dt.date


def address(name: str, *args: str | int, **query: str | int | None) -> str:
    """A URL with the query parts that are given."""
    kept = {key: value for key, value in query.items() if value not in (None, "")}
    return reverse(name, args=args) + (f"?{urlencode(kept)}" if kept else "")


def pages(total: int, size: int, number: int, url: str) -> Pages:
    """Links to the page before and after; a number out of range means the nearest page."""
    last = max(1, -(-total // size))
    number = min(max(number, 1), last)
    joint = "&" if "?" in url else "?"
    return Pages(
        number,
        last,
        f"{url}{joint}page={number - 1}" if number > 1 else "",
        f"{url}{joint}page={number + 1}" if number < last else "",
    )


def page_number(text: str) -> int:
    """The page a reader asks for; the first when the text is no number."""
    return max(int(text), 1) if text.isdecimal() and len(text) < 8 else 1


_STATUSES = {
    TargetStatus.MET: gettext_lazy("Đạt"),
    TargetStatus.ON_TRACK: gettext_lazy("Đúng tiến độ"),
    TargetStatus.OFF_TRACK: gettext_lazy("Chậm tiến độ"),
    TargetStatus.TOO_EARLY: gettext_lazy("Chưa đến lúc đánh giá"),
    TargetStatus.NOT_MET: gettext_lazy("Không đạt"),
    TargetStatus.NO_OCCURRENCE: gettext_lazy("Không phát sinh"),
    TargetStatus.NO_DATA: gettext_lazy("Chưa có số liệu"),
}
_RULES = {
    Rule.REACHED: gettext_lazy("Đạt: %(value)s đã tới mục tiêu %(target)s, dù năm chưa hết."),
    Rule.BEFORE_FIRST_JUDGED: gettext_lazy(
        "Chưa đến lúc đánh giá: trước ngày 31/3 mục tiêu chưa đạt thì chưa kết luận."
    ),
    Rule.AT_LEAST_EXPECTED: gettext_lazy(
        "Đúng tiến độ: đến %(day)s cần %(expected)s (đường thẳng từ %(baseline)s cuối năm trước tới %(target)s cuối năm), đã có %(value)s."
    ),
    Rule.BELOW_EXPECTED: gettext_lazy(
        "Chậm tiến độ: đến %(day)s cần %(expected)s (đường thẳng từ %(baseline)s cuối năm trước tới %(target)s cuối năm), mới có %(value)s."
    ),
    Rule.YEAR_OVER_REACHED: gettext_lazy("Đạt: năm đã hết, %(value)s tới mục tiêu %(target)s."),
    Rule.YEAR_OVER_MISSED: gettext_lazy("Không đạt: năm đã hết, %(value)s chưa tới mục tiêu %(target)s."),
    Rule.NOTHING_OCCURRED: gettext_lazy(
        "Không phát sinh: mẫu số bằng 0, nên không có tỷ lệ; không phải 0 %% cũng không phải 100 %%."
    ),
    Rule.NOTHING_DELIVERED: gettext_lazy("Chưa có số liệu: chưa có tệp nào được nhập cho kỳ này."),
}


_BY_INTERIMS = {
    Rule.AT_LEAST_EXPECTED: gettext_lazy(
        "Đúng tiến độ: đến %(day)s cần %(expected)s theo các mốc của kế hoạch, đã có %(value)s."
    ),
    Rule.BELOW_EXPECTED: gettext_lazy(
        "Chậm tiến độ: đến %(day)s cần %(expected)s theo các mốc của kế hoạch, mới có %(value)s."
    ),
}


def status_of(status: TargetStatus) -> Status:
    """A target's status in words."""
    return Status(str(status), str(_STATUSES[status]))


def rule_in_words(standing: Standing) -> str:
    """Which rule gave the status, as a sentence."""
    said = _BY_INTERIMS if standing.target.interim and standing.rule in _BY_INTERIMS else _RULES
    return str(said[standing.rule]) % {
        "value": percent(standing.value),
        "target": percent(standing.target.value),
        "expected": percent(standing.expected),
        "day": f"{standing.as_of:%d/%m/%Y}",
        "baseline": percent(standing.baseline),
    }


KINDS = ("year_to_date", "month", "quarter", "half", "nine_months", "year")
ROMAN = {"Q1": "I", "Q2": "II", "Q3": "III", "Q4": "IV"}


def period_in_words(period: periods.Period) -> str:
    """`2023-05/ytd` as “từ đầu năm đến hết tháng 5/2023”, `2023-Q2` as “quý II/2023”.

    One of another calendar says its days and the calendar, too: “tháng 5/2023 (15/4 – 14/5/2023, theo …)”.
    """
    words = _civil_words(periods.parse(period.civil_code))
    if not period.calendar:
        return words
    return _("%(period)s (%(days)s, theo %(calendar)s)") % {
        "period": words,
        "days": _days_in_words(period),
        "calendar": indicators.calendar_name(period),
    }


def _civil_words(period: periods.Period) -> str:
    year, last = period.ends_on.year, period.ends_on.month
    match period.kind:
        case "year_to_date":
            return _("từ đầu năm đến hết tháng %(month)s/%(year)s") % {"month": last, "year": year}
        case "month":
            return _("tháng %(month)s/%(year)s") % {"month": last, "year": year}
        case "quarter":
            return _("quý %(quarter)s/%(year)s") % {"quarter": ROMAN[period.code[-2:]], "year": year}
        case "half":
            words = _("6 tháng đầu năm %(year)s") if last == 6 else _("6 tháng cuối năm %(year)s")
            return words % {"year": year}
        case "nine_months":
            return _("9 tháng đầu năm %(year)s") % {"year": year}
    return _("cả năm %(year)s") % {"year": year}


def _days_in_words(period: periods.Period) -> str:
    """“15/4 – 14/5/2023”; the year of the first day only where it is another."""
    first, last = period.starts_on, period.ends_on
    year = "" if first.year == last.year else f"/{first.year}"
    return f"{first.day}/{first.month}{year} – {last.day}/{last.month}/{last.year}"


def has_begun(period: periods.Period, until: dt.date) -> bool:
    """Whether a period's last month has begun (year to date), or the period itself."""
    if period.kind == "year_to_date":
        period = indicators.parse_period(period.code.replace("/ytd", ""))
    return period.starts_on <= until


def period_options(year: int, until: dt.date, chosen: str, calendars: Calendars = NONE) -> list[OptionGroup]:
    """The periods of a year that have begun, the latest first, by kind.

    Args:
        year: reporting year.
        until: last day covered by data.
        chosen: code of the period that is looked at.
        calendars: those whose periods follow the civil ones, by id.
    """
    titles = {
        "year_to_date": _("Từ đầu năm"),
        "month": _("Tháng"),
        "quarter": _("Quý"),
        "half": _("6 tháng"),
        "nine_months": _("9 tháng"),
        "year": _("Cả năm"),
    }
    begun = [period for period in periods.periods_of_year(year, calendars) if has_begun(period, until)]
    found = []
    for calendar in ("", *calendars):
        for kind in KINDS:
            own = sorted(
                (p for p in begun if p.kind == kind and p.calendar == calendar), key=lambda p: p.ends_on, reverse=True
            )
            if own:
                options = [Option(p.code, _option_title(p), p.code == chosen) for p in own]
                found.append(OptionGroup(_group_title(titles[kind], own[0]), options))
    return found


def _group_title(kind: str, period: periods.Period) -> str:
    if not period.calendar:
        return kind
    return _("%(kind)s, theo %(calendar)s") % {"kind": kind, "calendar": indicators.calendar_name(period)}


def _option_title(period: periods.Period) -> str:
    """A period in a list, where room is short; its group says the calendar."""
    civil = periods.parse(period.civil_code)
    if civil.kind == "year_to_date":
        title = _("Từ đầu năm đến T%(month)s/%(year)s") % {"month": civil.ends_on.month, "year": civil.ends_on.year}
    else:
        title = capitalized(_civil_words(civil))
    return f"{title} ({_days_in_words(period)})" if period.calendar else title


def capitalized(text: str) -> str:
    """With a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def unit_options(chosen: UnitRow, above: Sequence[UnitRow], below: Iterable[UnitRow]) -> list[OptionGroup]:
    """The units a reader may go to from one: its superiors, itself, and those directly below."""
    groups = [
        (_("Cấp trên"), [Option(row.code, row.name, False) for row in above]),
        (_("Đang xem"), [Option(chosen.code, chosen.name, True)]),
        (_("Trực thuộc"), [Option(row.code, row.name, False) for row in below]),
    ]
    return [OptionGroup(title, options) for title, options in groups if options]


def tree_in_words(view: str) -> str:
    """Of which day the unit tree of a view is: “của kỳ báo cáo”, “hiện nay”, “tại ngày 31/12/2023”."""
    if view == indicators.AS_WAS:
        return _("của kỳ báo cáo")
    if view == indicators.AS_IS:
        return _("hiện nay")
    return _("tại ngày %(day)s") % {"day": f"{indicators.view_day(view):%d/%m/%Y}"}


def view_options(chosen: str) -> list[Option]:
    """The views of territory; the form's date field says the day of the last one."""
    titles = {
        "": tree_in_words(indicators.AS_WAS),
        indicators.AS_IS: tree_in_words(indicators.AS_IS),
        indicators.COMPARABLE: _("tại ngày …"),
    }
    kind = "" if chosen == indicators.AS_WAS else chosen.partition(":")[0]
    return [Option(code, capitalized(title), code == kind) for code, title in titles.items()]


def release_options(chosen: int | None) -> list[Option]:
    """The figures in force and every release, the latest first; empty where there is no release."""
    found = [
        Option(
            str(one.number),
            _("Bản chốt số %(number)s (%(day)s)") % {"number": one.number, "day": f"{one.as_of:%d/%m/%Y}"},
            one.number == chosen,
        )
        for one in indicators.releases()
    ]
    return [Option("", _("Đang cập nhật"), chosen is None), *found] if found else []


def level_names() -> dict[str, str]:
    """The kinds of units as headings, from the top down."""
    return {
        "province": _("Tỉnh"),
        "department": _("Sở, ban, ngành"),
        "district": _("Huyện, thành phố"),
        "commune": _("Xã, phường, thị trấn"),
    }
