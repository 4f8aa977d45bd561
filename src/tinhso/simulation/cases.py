"""Dossiers, documents and requests for help: the flows of the year, month by month."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute

from tinhso.simulation import dirt, story, writing
from tinhso.simulation.province import Floats, Ints
from tinhso.simulation.setting import NONE, Setting

DOSSIERS_A_YEAR, DOCUMENTS_A_YEAR, REQUESTS_A_YEAR = 500_000, 200_000, 30_000
TIERS = (("commune", 0.58), ("district", 0.24), ("department", 0.18))
CORRECTED = 0.01  # of a month's dossiers, in the file of late corrections
NEVER_ONLINE = 0.11  # of online services: nobody ever files them online


@dataclass(frozen=True)
class Month:
    """Days of one month that have happened, with how much happens on each."""

    number: int
    days: "np.ndarray"
    weights: Floats
    part: float


def months(setting: Setting) -> list[Month]:
    """Every month up to the last day; weekends are quiet, Tết is still."""
    found = []
    for number in range(1, 13):
        first = dt.date(setting.year, number, 1)
        after = dt.date(setting.year + number // 12, number % 12 + 1, 1)
        whole = np.arange(np.datetime64(first), np.datetime64(after))
        weekday = (whole.astype(np.int64) + 3) % 7
        weights = np.where(weekday >= 5, 0.04, 1.0)
        weights[_is_tet(whole, setting.year)] = 0.01
        happened = whole <= np.datetime64(setting.until)
        if happened.any():
            part = float(weights[happened].sum() / weights.sum())
            chosen = weights[happened] / weights[happened].sum()
            found.append(Month(number, whole[happened], chosen, part))
    return found


def _is_tet(days: "np.ndarray", year: int) -> "np.ndarray":
    """The week of Tết in 2023; other years have it about then."""
    first, last = np.datetime64(f"{year}-01-20"), np.datetime64(f"{year}-01-26")
    within: np.ndarray = np.logical_and(days >= first, days <= last)
    return within


def _moments(draw: np.random.Generator, month: Month, count: int) -> "np.ndarray":
    """Moments within office hours, a few in the evening, in order."""
    day = month.days[draw.choice(len(month.days), count, p=month.weights)]
    morning = draw.normal(9.3 * 3600, 4200, count)
    afternoon = draw.normal(14.8 * 3600, 4200, count)
    second = np.where(draw.random(count) < 0.58, morning, afternoon)
    evening = draw.random(count) < 0.05
    second = np.where(evening, draw.uniform(18 * 3600, 22.5 * 3600, count), second)
    moments: np.ndarray = day.astype("datetime64[s]") + np.clip(second, 6.5 * 3600, 23 * 3600).astype("timedelta64[s]")
    moments.sort()
    return moments


def dossiers(setting: Setting) -> list[Path]:
    """One CSV a month as the one-stop system exports it, and one file of late corrections."""
    paths, corrections, number = [], [], 0
    tilt = setting.draws("online-tilt").uniform(-0.7, 0.7, len(setting.province.communes))
    never = setting.draws("never-online").random(len(setting.procedures.codes)) < NEVER_ONLINE
    never[:9] = False
    for month in months(setting):
        draw = setting.draws(f"dossiers-{month.number}")
        count = round(DOSSIERS_A_YEAR / 12 * setting.scale * story.SEASON[month.number - 1] * month.part)
        if not count:
            continue
        columns = _dossiers_of(setting, month, draw, count, number, tilt, never)
        number += count
        late = draw.random(count) < CORRECTED
        if month.days[-1] < np.datetime64(setting.until) - 20:
            corrections.append({name: values[late] for name, values in columns.items()})
        table = writing.text_columns(columns, day_first=True, words=("1", "0"))
        table = dirt.spoil("dossiers", table, setting.draws(f"dirt-{month.number}"))
        path = setting.out / f"dossiers_{setting.year}-{month.number:02}.csv"
        paths.append(writing.write_csv(path, "dossiers", table, delimiter=";", bom=True, vietnamese=True))
    if corrections:
        paths.append(_corrections(setting, corrections))
    return paths


def _dossiers_of(
    setting: Setting,
    month: Month,
    draw: np.random.Generator,
    count: int,
    start: int,
    tilt: Floats,
    never: "np.ndarray",
) -> "dict[str, np.ndarray]":
    """The dossiers of one month in order of reception."""
    procedures, communes = setting.procedures, setting.province.communes
    received = _moments(draw, month, count)
    commune = draw.choice(len(communes), count, p=setting.weights)
    tier = draw.choice(len(TIERS), count, p=[part for _name, part in TIERS])
    procedure, agency = np.zeros(count, np.int64), np.empty(count, dtype="U12")
    for position, (name, _part) in enumerate(TIERS):
        here = tier == position
        own = np.flatnonzero(procedures.tier == name)
        popularity = procedures.popularity[own] / procedures.popularity[own].sum()
        procedure[here] = own[draw.choice(len(own), int(here.sum()), p=popularity)]
        agency[here] = _agencies(setting, name, commune[here], procedure[here])
    middle = month.days[len(month.days) // 2].astype(dt.date)
    share = story.unit_shares("online", middle, setting.year, setting.province, tilt)[commune]
    offered = (procedures.level[procedure] != NONE) & ~never[procedure]
    online = (draw.random(count) < share) & offered
    channel = np.where(online, "2", np.where(draw.random(count) < 0.03, "3", "1"))
    done = _progress(setting, draw, received, count)
    fee = draw.choice([0, 0, 8_000, 15_000, 50_000, 150_000], count)
    return {
        "dossier_code": _codes(agency, received, start),
        "procedure_code": procedures.codes[procedure],
        "agency_code": agency,
        "commune_code": communes.codes[commune],
        "channel": channel,
        "submitted_at": received - draw.integers(60, 14_400, count).astype("timedelta64[s]"),
        "received_at": received,
        **done,
        "assisted": online & (draw.random(count) < 0.18),
        "fee_vnd": fee,
        "paid_online": online & (fee > 0) & (draw.random(count) < 0.6),
        "digitized": draw.random(count) < 0.55,
        "result_signed": draw.random(count) < 0.48,
        "account_ref": np.where(online, np.char.add("TK-MAU-", draw.integers(1, 90_000, count).astype(str)), ""),
        "satisfaction": np.where(draw.random(count) < 0.2, draw.choice(["3", "4", "5"], count, p=[0.1, 0.3, 0.6]), ""),
    }


def _agencies(setting: Setting, tier: str, commune: Ints, procedure: Ints) -> "np.ndarray":
    if tier == "commune":
        return setting.province.communes.codes[commune]
    if tier == "district":
        return setting.province.districts.codes[setting.province.communes.district[commune]]
    return setting.procedures.agencies[procedure]


def _codes(agency: "np.ndarray", received: "np.ndarray", start: int) -> "np.ndarray":
    """Dossier codes as in TT 01/2018: agency, date, number; recognizable as samples."""
    days = np.char.replace(received.astype("datetime64[D]").astype(str), "-", "")
    numbers = np.char.zfill((np.arange(len(received)) + start + 1).astype(str), 7)
    return np.char.add(np.char.add(np.char.add("MAU.", agency), np.char.add("-", days)), np.char.add("-", numbers))


def _progress(
    setting: Setting, draw: np.random.Generator, received: "np.ndarray", count: int
) -> "dict[str, np.ndarray]":
    """Due, finished and returned moments and the status, as far as they have happened."""
    end = np.datetime64(setting.until) + np.timedelta64(86_399, "s")
    hours = draw.lognormal(3.6, 0.9, count)
    finished = received + (hours * 3600).astype("timedelta64[s]")
    returned = finished + draw.integers(1800, 260_000, count).astype("timedelta64[s]")
    due = received + draw.choice([1, 3, 5, 10, 15], count).astype("timedelta64[D]").astype("timedelta64[s]")
    nothing = np.datetime64("NaT", "s")
    is_finished, is_returned = finished <= end, returned <= end
    status = np.where(is_returned, "10", np.where(is_finished, "9", np.where(draw.random(count) < 0.06, "5", "4")))
    return {
        "due_at": due,
        "finished_at": np.where(is_finished, finished, nothing),
        "returned_at": np.where(is_returned, returned, nothing),
        "status": status,
    }


def _corrections(setting: Setting, parts: "list[dict[str, np.ndarray]]") -> Path:
    """Rows of earlier months sent again: closed meanwhile, and some first entered under the wrong channel."""
    from tinhso.simulation.registers import joined

    columns = joined(parts)
    columns["status"] = np.full(len(columns["status"]), "10")
    columns["finished_at"] = np.where(
        np.isnat(columns["finished_at"]),
        columns["received_at"] + np.timedelta64(7, "D"),
        columns["finished_at"],
    )
    columns["returned_at"] = np.where(
        np.isnat(columns["returned_at"]),
        columns["finished_at"] + np.timedelta64(1, "D"),
        columns["returned_at"],
    )
    flip = setting.draws("corrections").random(len(columns["status"])) < 0.2
    columns["channel"] = np.where(flip, "1", columns["channel"])
    table = writing.text_columns(columns, day_first=True, words=("1", "0"))
    path = setting.out / "dossiers_bo-sung.csv"
    return writing.write_csv(path, "dossiers", table, delimiter=";", bom=True, vietnamese=True)


def documents(setting: Setting) -> list[Path]:
    """Issued documents of departments, districts and communes, as one Parquet file; a few are secret."""
    draw = setting.draws("documents")
    units = setting.province
    codes = np.concatenate([units.departments.codes, units.districts.codes, units.communes.codes])
    busy = np.concatenate(
        [
            draw.uniform(14, 30, len(units.departments)),
            draw.uniform(12, 20, len(units.districts)),
            draw.uniform(0.8, 2, len(units.communes)),
        ]
    )
    parts: list[dict[str, np.ndarray]] = []
    number = 0
    for month in months(setting):
        count = round(DOCUMENTS_A_YEAR / 12 * setting.scale * story.SEASON[month.number - 1] * month.part)
        if not count:
            continue
        agency = codes[draw.choice(len(codes), count, p=busy / busy.sum())]
        day = np.sort(month.days[draw.choice(len(month.days), count, p=month.weights)])
        share = np.full(count, story.COURSES["signed"].on(month.days[-1].astype(dt.date), setting.year))
        share[np.isin(agency, story.LAGGARDS)] *= 0.7
        if month.number in story.COLLAPSE_MONTHS:
            share[agency == story.COLLAPSED] = story.COLLAPSE_MONTHS[month.number]
        signed = draw.random(count) < share
        sent = np.where(signed, "exchange", draw.choice(["exchange", "mail", "paper"], count, p=[0.4, 0.3, 0.3]))
        numbers = np.arange(number, number + count).astype(str)
        secret = draw.random(count) < 0.002
        parts.append(
            {
                "document_id": np.char.add("VB-MAU-", numbers),
                "agency_code": agency,
                "number": np.where(secret, "MẬT-MẪU", np.char.add(numbers, "/MAU")),
                "type": draw.choice(["Công văn", "Quyết định", "Báo cáo", "Tờ trình", "Thông báo"], count),
                "issued_on": day,
                "secret": secret,
                "electronic": (sent != "paper") & ~secret,
                "signed": signed & ~secret,
                "sent_via": np.where(secret, "paper", sent),
            }
        )
        number += count
    from tinhso.simulation.registers import joined

    table = writing.text_columns(joined(parts))
    typed = table.set_column(4, "issued_on", pa.compute.cast(table["issued_on"], pa.date32()))
    return [writing.write_parquet(setting.out / "documents.parquet", typed)]


def assistance(setting: Setting) -> list[Path]:
    """Requests for help at one-stop counters and community groups, as JSON lines."""
    draw = setting.draws("assistance")
    communes = setting.province.communes
    parts: list[dict[str, np.ndarray]] = []
    number = 0
    for month in months(setting):
        count = round(REQUESTS_A_YEAR / 12 * setting.scale * story.SEASON[month.number - 1] * month.part)
        if not count:
            continue
        commune = draw.choice(len(communes), count, p=setting.weights)
        asked = _moments(draw, month, count)
        middle = story.COURSES["helped"].on(month.days[-1].astype(dt.date), setting.year)
        share = np.where(np.isin(communes.codes[commune], story.LAGGARDS), middle * 0.7, middle)
        helped = draw.random(count) < share
        minutes = draw.integers(3, 60, count)
        at = asked + minutes.astype("timedelta64[m]").astype("timedelta64[s]")
        parts.append(
            {
                "request_id": np.char.add("HT-MAU-", np.arange(number, number + count).astype(str)),
                "commune_code": communes.codes[commune],
                "requested_at": asked,
                "requester": draw.choice(["citizen", "business"], count, p=[0.9, 0.1]),
                "helped": helped,
                "helped_at": np.where(helped, at, np.datetime64("NaT", "s")),
                "minutes": np.where(helped, minutes.astype(str), ""),
            }
        )
        number += count
    from tinhso.simulation.registers import joined

    return [writing.write_json_lines(setting.out / "assistance.jsonl", writing.text_columns(joined(parts)))]
