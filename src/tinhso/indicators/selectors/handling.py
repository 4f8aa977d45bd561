"""How dossiers were entered, by unit: what tests for figures made for the number's sake look at."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from tinhso.core import kept
from tinhso.datasets import api as datasets
from tinhso.engine import duck
from tinhso.indicators.selectors import states
from tinhso.organizations import api as organizations

FORM = 1  # of what is kept; another one when the way of counting changes
DAYS_AT_END = 3  # last working days of a month
OFFICE_HOURS = (7, 18)  # o'clock, the first within, the last outside
KEPT = 20  # files; the older half goes when there are more


@dataclass(frozen=True, slots=True)
class Handling:
    """Counts of one unit's own dossiers in a year, up to the last day with figures.

    Attributes:
        received: with a time of receipt.
        at_end: of these on the last working days of a month.
        at_desk: entered by officers, at the counter or by post.
        out_of_hours: of these entered at night or on days off.
        online: filed online under an account.
        busiest: of these by the account that filed most.
    """

    received: int
    at_end: int
    at_desk: int
    out_of_hours: int
    online: int
    busiest: int


@dataclass(frozen=True, slots=True)
class HandlingOfYear:
    """Counts by unit, and the share of the year's working days that lie at the ends of months."""

    units: Mapping[int, Handling]
    share_at_end: float


def handling(year: int) -> HandlingOfYear | None:
    """How the dossiers of a year were entered; None before anything was computed.

    Counted once for each computation, in the background or when first asked for, and kept by its fingerprint.
    """
    found = states.in_force()
    if found is None:
        return None
    path = Path(settings.HOME) / "analysis" / f"handling-{FORM}-{year}-{found.fingerprint[:40]}.json"
    until = min(found.as_of, dt.date(year, 12, 31))
    if not path.exists():
        _write(path, _counted(year, until))
    content = json.loads(path.read_text(encoding="utf-8"))
    units = {int(unit): Handling(**counts) for unit, counts in content["units"].items()}
    return HandlingOfYear(units, content["share_at_end"])


def _counted(year: int, until: dt.date) -> HandlingOfYear:
    import pyarrow as pa

    first = dt.date(year, 1, 1)
    working = _working_days(first, until)
    ends = _month_ends(working, until)
    connection = duck.connect(memory=settings.DUCKDB_MEMORY, threads=settings.DUCKDB_THREADS)
    datasets.attach(connection, ["dossiers"])
    duck.keep(connection, "versions", organizations.unit_versions_table())
    duck.keep(connection, "ends", pa.table({"day": pa.array(ends, pa.date32())}))
    duck.keep(connection, "working", pa.table({"day": pa.array(working, pa.date32())}))
    from_hour, to_hour = OFFICE_HOURS
    rows = connection.execute(
        f"""
        WITH own AS (
            SELECT v.unit, CAST(d.received_at AS DATE) AS day, hour(d.received_at) AS at_hour, d.channel, d.account_ref
            FROM dossiers AS d JOIN versions AS v ON v.unit_version = d._unit
            WHERE d.received_at >= DATE '{first}' AND d.received_at < DATE '{until + dt.timedelta(days=1)}'
        ), accounts AS (
            SELECT unit, account_ref, count(*) AS filed FROM own
            WHERE channel = 'online' AND account_ref <> '' GROUP BY ALL
        ), busiest AS (
            SELECT unit, sum(filed) AS online, max(filed) AS busiest FROM accounts GROUP BY unit
        ), counts AS (
            SELECT unit, count(*) AS received,
                count(*) FILTER (day IN (SELECT day FROM ends)) AS at_end,
                count(*) FILTER (channel <> 'online') AS at_desk,
                count(*) FILTER (channel <> 'online' AND (
                    at_hour < {from_hour} OR at_hour >= {to_hour} OR day NOT IN (SELECT day FROM working)
                )) AS out_of_hours
            FROM own GROUP BY unit
        )
        SELECT unit, received, at_end, at_desk, out_of_hours, coalesce(online, 0), coalesce(busiest, 0)
        FROM counts LEFT JOIN busiest USING (unit) ORDER BY unit
        """
    ).fetchall()
    connection.close()
    units = {int(row[0]): Handling(*(int(count) for count in row[1:])) for row in rows}
    return HandlingOfYear(units, len(ends) / len(working) if working else 0.0)


def _working_days(first: dt.date, until: dt.date) -> list[dt.date]:
    calendar = organizations.working_calendar()
    days = (first + dt.timedelta(days=n) for n in range((until - first).days + 1))
    return [
        day
        for day in days
        if calendar.first_day <= day <= calendar.last_day and organizations.is_working_day(day, calendar)
    ]


def _month_ends(working: list[dt.date], until: dt.date) -> list[dt.date]:
    """The last working days of every month that is over."""
    found = []
    for month in sorted({(day.year, day.month) for day in working}):
        own = [day for day in working if (day.year, day.month) == month]
        is_over = (until + dt.timedelta(days=1)).month != month[1] or until.year != month[0]
        if (until.year, until.month) > month or is_over:
            found += own[-DAYS_AT_END:]
    return found


def _write(path: Path, found: HandlingOfYear) -> None:
    content = {"units": {unit: asdict(one) for unit, one in found.units.items()}, "share_at_end": found.share_at_end}
    kept.clear_away(path.parent, "handling-*.json", KEPT)
    kept.write(path, json.dumps(content).encode())
