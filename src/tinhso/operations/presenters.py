"""What the pages show, worked out before any template runs."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.core.charts import Chart, Point, trajectory
from tinhso.engine import periods
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans
from tinhso.plans.api import Part, Rule, Standing, TargetStatus

OLD_DAYS = 45  # data older than this before the evaluation date are marked
WORST_SHOWN = 5
PARTS_NAMED = 3
BEHIND = (TargetStatus.OFF_TRACK, TargetStatus.NOT_MET)


@dataclass(frozen=True, slots=True)
class Status:
    """A status with its Vietnamese label."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Crumb:
    title: str
    url: str = ""


@dataclass(frozen=True)
class TargetRow:
    """One target in a list."""

    indicator: str
    title: str
    url: str
    value: float | None
    numerator: object
    denominator: object
    target: float
    expected: float
    status: Status
    rule: str
    trend: list[float | None]
    data_day: dt.date | None
    data_age: int | None
    year: str
    is_old: bool
    applies: bool
    category: str | None
    bar_label: str


@dataclass(frozen=True)
class Worst:
    """A target that slips, and where most of it is missing."""

    row: TargetRow
    gap: float
    places: list[tuple[str, str, float]]


@dataclass(frozen=True)
class Pillar:
    title: str
    aim: str
    rows: list[TargetRow]


def status_of(status: TargetStatus) -> Status:
    labels = {
        TargetStatus.MET: _("Đạt"),
        TargetStatus.ON_TRACK: _("Đúng tiến độ"),
        TargetStatus.OFF_TRACK: _("Chậm tiến độ"),
        TargetStatus.TOO_EARLY: _("Chưa đến lúc đánh giá"),
        TargetStatus.NOT_MET: _("Không đạt"),
        TargetStatus.NO_OCCURRENCE: _("Không phát sinh"),
        TargetStatus.NO_DATA: _("Chưa có số liệu"),
    }
    return Status(str(status), labels[status])


def rule_in_words(standing: Standing) -> str:
    """Which rule gave the status, as a sentence."""
    shown = {
        "value": percent(standing.value),
        "target": percent(standing.target.value),
        "expected": percent(standing.expected),
        "day": f"{standing.as_of:%d/%m/%Y}",
        "baseline": percent(standing.baseline),
    }
    sentences = {
        Rule.REACHED: _("Đạt: %(value)s đã tới mục tiêu %(target)s, dù năm chưa hết."),
        Rule.BEFORE_FIRST_JUDGED: _("Chưa đến lúc đánh giá: trước ngày 31/3 mục tiêu chưa đạt thì chưa kết luận."),
        Rule.AT_LEAST_EXPECTED: _(
            "Đúng tiến độ: đến %(day)s cần %(expected)s (đường thẳng từ %(baseline)s cuối năm trước tới %(target)s cuối năm), đã có %(value)s."
        ),
        Rule.BELOW_EXPECTED: _(
            "Chậm tiến độ: đến %(day)s cần %(expected)s (đường thẳng từ %(baseline)s cuối năm trước tới %(target)s cuối năm), mới có %(value)s."
        ),
        Rule.YEAR_OVER_REACHED: _("Đạt: năm đã hết, %(value)s tới mục tiêu %(target)s."),
        Rule.YEAR_OVER_MISSED: _("Không đạt: năm đã hết, %(value)s chưa tới mục tiêu %(target)s."),
        Rule.NOTHING_OCCURRED: _(
            "Không phát sinh: mẫu số bằng 0, nên không có tỷ lệ; không phải 0 %% cũng không phải 100 %%."
        ),
        Rule.NOTHING_DELIVERED: _("Chưa có số liệu: chưa có tệp nào được nhập cho kỳ này."),
    }
    return sentences[standing.rule] % shown


def percent(value: float | None) -> str:
    from tinhso.core.templatetags.tinhso import percent as shown

    return shown(value)


def address(name: str, *args: str, **query: str | int | None) -> str:
    """A URL with the query parts that are given."""
    kept = {key: value for key, value in query.items() if value not in (None, "")}
    return reverse(name, args=args) + (f"?{urlencode(kept)}" if kept else "")


def target_row(standing: Standing, trend: list[float | None], unit_code: str, period: str | None) -> TargetRow:
    """One target as a list shows it."""
    day = None if standing.worst_category else standing.sources[0].last_day
    age = (standing.as_of - day).days if day else None
    figure, target = standing.figure, standing.target
    label = _("%(value)s so với mục tiêu %(target)s; kỳ vọng lúc này %(expected)s") % {
        "value": percent(standing.value),
        "target": percent(target.value),
        "expected": percent(standing.expected),
    }
    return TargetRow(
        indicator=target.indicator,
        title=target.title,
        url=address("operations:target", target.indicator, unit=unit_code, period=period),
        value=standing.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        target=target.value,
        expected=standing.expected,
        status=status_of(standing.status),
        rule=rule_in_words(standing),
        trend=trend,
        data_day=day,
        data_age=max(age, 0) if age is not None else None,
        year=standing.period if standing.worst_category else "",
        is_old=age is not None and age > OLD_DAYS,
        applies=standing.applies,
        category=standing.worst_category,
        bar_label=label,
    )


def month_codes(year: int, until: dt.date) -> list[str]:
    """Year-to-date periods of the year's months that have begun."""
    return [p.code for p in periods.periods_of_year(year) if p.kind == "year_to_date" and month_begun(p, until)]


def month_begun(period: periods.Period, until: dt.date) -> bool:
    return period.ends_on.replace(day=1) <= until


def trends(unit_id: int, year: int, until: dt.date) -> dict[str, list[float | None]]:
    """The year-to-date value of every indicator month by month."""
    codes = month_codes(year, until)
    found = {(f.indicator, f.period): f.value for f in indicators.figures(period_codes=codes, unit_ids=[unit_id])}
    names = {indicator for indicator, _code in found}
    return {name: [found.get((name, code)) for code in codes] for name in names}


def pillars(status: plans.PlanStatus, rows: Sequence[TargetRow]) -> list[Pillar]:
    """The rows under the plan's objectives."""
    return [
        Pillar(objective.title, objective.aim, [row for row in rows if row.indicator.split(".")[0] == key])
        for key, objective in status.plan.objectives.items()
    ]


def counts(rows: Iterable[TargetRow]) -> list[tuple[Status, int]]:
    """How many targets stand how, in the order of the statuses."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.status.code] = found.get(row.status.code, 0) + 1
    return [(status_of(status), found[status]) for status in TargetStatus if status in found]


def worst(status: plans.PlanStatus, rows: Sequence[TargetRow], asked: object, children: Sequence[int]) -> list[Worst]:
    """The targets that slip most against what is expected by now, with the units that miss most."""
    behind = [(s, r) for s, r in zip(status.standings, rows, strict=True) if s.status in BEHIND and s.value is not None]
    behind.sort(key=lambda pair: ((pair[0].value or 0) - pair[0].expected) / (pair[0].target.value or 1))
    found = []
    for standing, row in behind[:WORST_SHOWN]:
        parts = plans.breakdown(asked, standing.target.indicator, children) if children else []  # type: ignore[arg-type]
        parts = sorted((part for part in parts if part.missing), key=lambda part: -part.missing)[:PARTS_NAMED]
        places = [
            (
                part.standing.figure.unit_name,
                address("operations:target", standing.target.indicator, unit=part.standing.figure.unit_code),
                part.share or 0.0,
            )
            for part in parts
        ]
        found.append(Worst(row, standing.expected - (standing.value or 0), places))
    return found


def chart_of(standing: Standing, trend: list[float | None], year: int, codes: Sequence[str]) -> Chart | None:
    """The trajectory of a target; None where there are not two months to draw."""
    if sum(value is not None for value in trend) < 2:
        return None
    by_code = dict(zip(codes, trend, strict=True))
    points = []
    for month in range(1, 13):
        period = periods.parse(f"{year}-{month:02}/ytd")
        expected = plans.expected_value(
            day=period.ends_on, year=year, baseline=standing.baseline, target=standing.target.value
        )
        points.append(Point(period.ends_on.replace(day=1), by_code.get(period.code), round(expected, 6)))
    title = f"{standing.target.title} – {standing.figure.unit_name}"
    return trajectory(points, standing.target.value, title=title)


@dataclass(frozen=True)
class PartRow:
    """A unit in the breakdown of a target."""

    unit_code: str
    unit_name: str
    url: str
    value: float | None
    numerator: object
    denominator: object
    missing: float
    share: float | None
    status: Status


SORTS = {
    "missing": lambda row: (-row.missing, row.unit_code),
    "value": lambda row: (row.value if row.value is not None else 2.0, row.unit_code),
    "name": lambda row: row.unit_code,
    "denominator": lambda row: (-float(row.denominator or 0), row.unit_code),
}


def part_rows(parts: Iterable[Part], indicator: str, period: str | None, sort: str) -> list[PartRow]:
    """The breakdown, sorted."""
    rows = [
        PartRow(
            unit_code=part.standing.figure.unit_code,
            unit_name=part.standing.figure.unit_name,
            url=address("operations:target", indicator, unit=part.standing.figure.unit_code, period=period),
            value=part.standing.value,
            numerator=part.standing.figure.numerator,
            denominator=part.standing.figure.denominator,
            missing=part.missing,
            share=part.share,
            status=status_of(part.standing.status),
        )
        for part in parts
    ]
    return sorted(rows, key=SORTS.get(sort, SORTS["missing"]))


@dataclass(frozen=True)
class Pages:
    """Where a page stands among its siblings."""

    number: int
    last: int
    previous: str
    next: str


def pages(total: int, size: int, number: int, url: str) -> Pages:
    """Links to the page before and after."""
    last = max(1, -(-total // size))
    number = min(max(number, 1), last)
    joint = "&" if "?" in url else "?"
    return Pages(
        number,
        last,
        f"{url}{joint}page={number - 1}" if number > 1 else "",
        f"{url}{joint}page={number + 1}" if number < last else "",
    )


def masked(value: object) -> str:
    """A personal value with all but its ends hidden."""
    text = str(value or "")
    return f"{text[:2]}•••{text[-2:]}" if len(text) > 5 else "•••"


def kinds_below(kind: str, on: dt.date) -> list[str]:
    """Levels into which a unit's figures open."""
    present = {row.kind for row in organizations.units_on(on)}
    below = {"province": ["department", "district", "commune"], "district": ["commune"]}.get(kind, [])
    return [one for one in below if one in present]
