"""Registers of the province as files: procedures, enterprises, households, schools, systems, devices, staff."""

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow as pa

from tinhso.simulation import dirt, story, writing
from tinhso.simulation.province import Floats, Ints
from tinhso.simulation.setting import Setting

EARLY = np.datetime64("2021-06-01")


def procedures(setting: Setting) -> list[Path]:
    """The catalog: some procedures become full online during the year, some are replaced, one set is unknown."""
    chosen, draw = setting.procedures, setting.draws("procedures")
    count = len(chosen.codes)
    start = np.datetime64(setting.first_day)
    columns: dict[str, list[object]] = {name: [] for name in ("code", "level", "portal", "since", "until")}
    raised = draw.random(count)
    moved = start + draw.integers(20, 260, count)
    before, now = story.COURSES["full_online"].before, story.COURSES["full_online"]
    for number in range(count):
        level, share = chosen.level[number], raised[number]
        eligible = chosen.eligible[number]
        full_now = bool(eligible and share < now.on(setting.until, setting.year))
        full_before = bool(eligible and share < before)
        portal_before = bool(draw.random() < story.COURSES["portal"].before)
        first = "full" if full_before else ("partial" if level != "none" else "none")
        changed = full_now and not full_before and moved[number] <= np.datetime64(setting.until)
        _version(columns, chosen.codes[number], first, portal_before, EARLY)
        if changed:
            _version(columns, chosen.codes[number], "full", True, moved[number])
        elif not portal_before and level != "none" and np.datetime64(setting.until) >= start + 90:
            _version(columns, chosen.codes[number], first, True, start + 90)
    position = {code: number for number, code in enumerate(chosen.codes)}
    order = np.array([position[str(code)] for code in columns["code"]])
    table = writing.text_columns(
        {
            "procedure_code": np.array(columns["code"]),
            "name": chosen.names[order],
            "field": chosen.fields[order],
            "agency_code": chosen.agencies[order],
            "online_level": np.array(columns["level"]),
            "eligible_full": chosen.eligible[order],
            "national_portal": np.array(columns["portal"], dtype=bool),
            "valid_from": np.array(columns["since"], dtype="datetime64[D]"),
        },
        day_first=True,
        words=("Có", "Không"),
    )
    return [writing.write_workbook(setting.out / "procedures.xlsx", "procedures", table, "Danh mục thủ tục hành chính")]


def _version(columns: dict[str, list[object]], code: object, level: str, portal: bool, since: object) -> None:
    columns["code"].append(code)
    columns["level"].append(level)
    columns["portal"].append(portal)
    columns["since"].append(since)


def enterprises(setting: Setting) -> list[Path]:
    """Enterprises at each quarter's end; some stop operating."""
    draw = setting.draws("enterprises")
    count = max(60, round(3300 * setting.scale))
    commune = draw.choice(len(setting.province.communes), count, p=setting.weights)
    size = draw.choice(["micro", "small", "medium", "large"], count, p=[0.62, 0.30, 0.06, 0.02])
    invoice, platform, closing = draw.random(count), draw.random(count), draw.random(count)
    codes = np.array([f"55MAU{number:06d}" for number in range(count)])
    parts = []
    for day in story.month_ends(setting.year, setting.until, (3, 6, 9, 12)):
        share = (
            story.COURSES["einvoice"].on(day, setting.year),
            story.COURSES["platform"].on(day, setting.year),
        )
        passed = (day - setting.first_day).days / 365
        parts.append(
            {
                "tax_code": codes,
                "name": np.char.add("Doanh nghiệp mẫu ", np.arange(count).astype(str)),
                "commune_code": setting.province.communes.codes[commune],
                "size": size,
                "operating": closing > 0.05 + 0.02 * max(passed, 0),
                "einvoice": invoice < share[0],
                "digital_platform": platform < share[1],
                "as_of": np.full(count, np.datetime64(day)),
            }
        )
    table = writing.text_columns(joined(parts), day_first=True, words=("Có", "Không"))
    table = dirt.spoil("enterprises", table, setting.draws("dirt-enterprises"))
    return [writing.write_csv(setting.out / "enterprises.csv", "enterprises", table, vietnamese=True)]


def sectors(setting: Setting) -> list[Path]:
    """Yearly figures of the statistics office: last year's, and this year's estimate once it is published."""
    published = {setting.year - 1: dt.date(setting.year, 4, 28), setting.year: dt.date(setting.year, 9, 29)}
    rows = []
    for year, day in published.items():
        for name, billions, last, this in story.SECTORS if day <= setting.until else ():
            total = round(billions * 1e9 * (1 if year < setting.year else 1.07))
            share = last if year < setting.year else this
            source = "Cục Thống kê, chính thức" if year < setting.year else "Cục Thống kê, ước 9 tháng quy năm"
            rows.append((name, str(year), str(total), str(round(total * share)), day.isoformat(), source))
    names = ("sector", "year", "value_added_vnd", "digital_value_added_vnd", "published_on", "source")
    table = pa.table({name: [row[position] for row in rows] for position, name in enumerate(names)})
    title = "Giá trị tăng thêm và kinh tế số theo ngành"
    return (
        [writing.write_workbook(setting.out / "sector_value_added.xlsx", "sector_value_added", table, title)]
        if rows
        else []
    )


def households(setting: Setting) -> list[Path]:
    """Households and population of every commune at each quarter's end."""
    draw = setting.draws("households")
    communes = setting.province.communes
    count = np.maximum(20, np.round(300_000 * setting.scale * setting.weights)).astype(np.int64)
    fiber_tilt, address_tilt = draw.uniform(-0.8, 0.8, len(communes)), draw.uniform(-0.8, 0.8, len(communes))
    phone_tilt, account_tilt = draw.uniform(-0.5, 0.5, len(communes)), draw.uniform(-0.5, 0.5, len(communes))
    people = np.round(count * draw.uniform(4.0, 4.6, len(communes))).astype(np.int64)
    adults = np.round(people * draw.uniform(0.68, 0.74, len(communes))).astype(np.int64)
    homes, persons = [], []
    for day in story.month_ends(setting.year, setting.until, (3, 6, 9, 12)):
        year, province = setting.year, setting.province
        as_of = np.full(len(communes), np.datetime64(day))
        fiber = story.unit_shares("fiber", day, year, province, fiber_tilt)
        address = story.unit_shares("address", day, year, province, address_tilt)
        phones = story.unit_shares("smartphone", day, year, province, phone_tilt)
        accounts = story.unit_shares("account", day, year, province, account_tilt)
        homes.append(
            {
                "commune_code": communes.codes,
                "households": count,
                "fiber_households": _balanced("fiber", fiber, count, day, year),
                "digital_address_households": _balanced("address", address, count, day, year),
                "as_of": as_of,
            }
        )
        persons.append(
            {
                "commune_code": communes.codes,
                "population": people,
                "smartphone_users": _balanced("smartphone", phones, people, day, year),
                "population_15_plus": adults,
                "account_holders_15_plus": _balanced("account", accounts, adults, day, year),
                "as_of": as_of,
            }
        )
    first = writing.text_columns(joined(homes), day_first=True)
    first = dirt.spoil("households", first, setting.draws("dirt-households"))
    second = writing.text_columns(joined(persons), day_first=True)
    return [
        writing.write_workbook(setting.out / "households.xlsx", "households", first, "Hộ gia đình theo xã"),
        writing.write_workbook(setting.out / "population.xlsx", "population", second, "Dân số theo xã"),
    ]


def _balanced(name: str, shares: Floats, whole: Ints, day: dt.date, year: int) -> Ints:
    """Parts of a whole by unit, scaled so that the province keeps its course although some lag."""
    wanted = story.COURSES[name].on(day, year)
    actual = float((shares * whole).sum() / whole.sum())
    parts = np.minimum(np.round(shares * whole * wanted / actual), whole)
    return parts.astype(np.int64)


def schools(setting: Setting) -> list[Path]:
    """Schools at each quarter's end; a few close in summer."""
    draw = setting.draws("schools")
    count = max(40, round(600 * setting.scale))
    commune = draw.choice(len(setting.province.communes), count, p=setting.weights)
    teaching, management = draw.random(count), draw.random(count)
    kind = draw.choice(
        ["Mầm non", "Tiểu học", "Trung học cơ sở", "Trung học phổ thông"], count, p=[0.35, 0.3, 0.29, 0.06]
    )
    closes = draw.random(count) < 0.01
    parts = []
    for day in story.month_ends(setting.year, setting.until, (3, 6, 9, 12)):
        ended = closes & (np.datetime64(day) >= np.datetime64(f"{setting.year}-06-30"))
        parts.append(
            {
                "school_code": np.array([f"14-MAU-{number:04d}" for number in range(count)]),
                "commune_code": setting.province.communes.codes[commune],
                "kind": kind,
                "digital_teaching": teaching < story.COURSES["teaching"].on(day, setting.year),
                "digital_management": management < story.COURSES["management"].on(day, setting.year),
                "as_of": np.full(count, np.datetime64(day)),
                "ended_on": np.where(ended, f"{setting.year}-06-30", ""),
            }
        )
    table = writing.text_columns(joined(parts), words=("x", ""))
    table = dirt.spoil("schools", table, setting.draws("dirt-schools"))
    return [writing.write_csv(setting.out / "schools.csv", "schools", table, delimiter=";", bom=True, vietnamese=True)]


def health_facilities(setting: Setting) -> list[Path]:
    """13 provincial hospitals, 12 district health centers and other facilities."""
    draw = setting.draws("health")
    kinds = (
        ["provincial_hospital"] * 13 + ["district_health_center"] * 12 + ["other"] * max(20, round(204 * setting.scale))
    )
    commune = draw.choice(len(setting.province.communes), len(kinds), p=setting.weights)
    place = (draw.permutation(len(kinds)) + 0.5) / len(kinds)
    place[:25] = (draw.permutation(25) + 0.5) / 25
    parts = []
    for day in story.month_ends(setting.year, setting.until, (3, 6, 9, 12)):
        parts.append(
            {
                "facility_code": np.array([f"14M{number:03d}" for number in range(len(kinds))]),
                "commune_code": setting.province.communes.codes[commune],
                "kind": np.array(kinds),
                "cashless": place < story.COURSES["cashless"].on(day, setting.year),
                "as_of": np.full(len(kinds), np.datetime64(day)),
            }
        )
    table = writing.text_columns(joined(parts), day_first=True, words=("Có", "Không"))
    path = setting.out / "health_facilities.xlsx"
    return [writing.write_workbook(path, "health_facilities", table, "Cơ sở y tế thanh toán không dùng tiền mặt")]


def information_systems(setting: Setting) -> list[Path]:
    """Systems of departments and districts at each quarter's end."""
    draw = setting.draws("systems")
    codes = np.concatenate([setting.province.departments.codes, setting.province.districts.codes])
    count = max(64, round(320 * setting.scale))
    agency = codes[np.arange(count) % len(codes)]
    approved, carried = draw.random(count), draw.random(count)
    parts = []
    for day in story.month_ends(setting.year, setting.until, (3, 6, 9, 12)):
        is_approved = approved < story.COURSES["level_approved"].on(day, setting.year)
        parts.append(
            {
                "system_code": np.array([f"HTTT-MAU-{number:04d}" for number in range(count)]),
                "agency_code": agency,
                "level": np.array([str(1 + number % 3) for number in range(count)]),
                "level_approved": is_approved,
                "decision_number": np.where(is_approved, "QĐ-MAU", ""),
                "plan_implemented": carried < story.COURSES["plan_implemented"].on(day, setting.year),
                "as_of": np.full(count, np.datetime64(day)),
            }
        )
    table = writing.text_columns(joined(parts), day_first=True, words=("Có", "Không"))
    path = setting.out / "information_systems.xlsx"
    return [writing.write_workbook(path, "information_systems", table, "Hệ thống thông tin theo cấp độ")]


def devices(setting: Setting) -> list[Path]:
    """About two devices per member of staff, at each quarter's end; old ones are taken out."""
    draw = setting.draws("devices")
    staff = setting.staff
    owner = np.repeat(np.arange(len(staff.agency)), 2)
    count = len(owner)
    tier = staff.tier[owner]
    agency = staff.agency[owner]
    guarded, managed, unknown, old = (
        draw.random(count),
        draw.random(count),
        draw.random(count),
        draw.random(count),
    )
    lagging = np.isin(agency, story.LAGGARDS)
    parts = []
    for day in story.month_ends(setting.year, setting.until, (3, 6, 9, 12)):
        share = story.COURSES["protected"].on(day, setting.year)
        is_protected = guarded < np.where(lagging, share * story.LAG["protected"], share * 1.02)
        office = story.COURSES["managed_office"].on(day, setting.year)
        commune = story.COURSES["managed_commune"].on(day, setting.year)
        wanted = np.where(
            tier == "commune",
            np.where(lagging, commune * story.LAG["managed_commune"], commune * 1.04),
            office,
        )
        gone = (old < 0.02) & (day > dt.date(setting.year, 5, 31))
        parts.append(
            {
                "device_tag": np.array([f"TB-MAU-{number:07d}" for number in range(count)]),
                "agency_code": agency,
                "tier": tier,
                "protected": np.where(is_protected, "yes", np.where(unknown < 0.25, "unknown", "no")),
                "centrally_managed": managed < wanted,
                "as_of": np.full(count, np.datetime64(day)),
                "ended_on": np.where(gone, f"{setting.year}-05-31", ""),
            }
        )
    table = writing.text_columns(joined(parts), words=("1", "0"))
    table = dirt.spoil("devices", table, setting.draws("dirt-devices"))
    return [writing.write_csv(setting.out / "devices.csv", "devices", table)]


def staff(setting: Setting) -> list[Path]:
    """Everybody on 31 December before, then moves between agencies and departures."""
    draw, people = setting.draws("staff"), setting.staff
    count = len(people.agency)
    codes = people.codes
    parts = [
        {
            "staff_code": codes,
            "agency_code": people.agency,
            "role": people.role,
            "as_of": np.full(count, np.datetime64(f"{setting.year - 1}-12-31")),
            "ended_on": np.full(count, "", dtype="U10"),
        }
    ]
    day = np.datetime64(setting.first_day) + draw.integers(1, 364, count)
    moves = (draw.random(count) < 0.03) & (day <= np.datetime64(setting.until))
    leaves = (draw.random(count) < 0.02) & ~moves & (day <= np.datetime64(setting.until))
    elsewhere = people.agency[draw.permutation(count)]
    for chosen, agency, ended in ((moves, elsewhere, False), (leaves, people.agency, True)):
        last = day[chosen].astype(str) if ended else np.full(int(chosen.sum()), "", dtype="U10")
        parts.append(
            {
                "staff_code": codes[chosen],
                "agency_code": agency[chosen],
                "role": people.role[chosen],
                "as_of": day[chosen],
                "ended_on": last,
            }
        )
    return [writing.write_parquet(setting.out / "staff.parquet", writing.text_columns(joined(parts)))]


def trainings(setting: Setting) -> list[Path]:
    """Awareness and specialist trainings through the year; some people come twice."""
    draw, people = setting.draws("trainings"), setting.staff
    count = len(people.agency)
    rows: list[dict[str, np.ndarray]] = []
    is_it = people.role != "official"
    for kind, who in (("awareness", np.ones(count, bool)), ("specialist", is_it)):
        own = draw.random(count)
        course = story.COURSES[kind]
        days = [setting.first_day + dt.timedelta(days=offset) for offset in range(0, 365, 7)]
        shares = np.array([course.on(day, setting.year) for day in days])
        week = np.searchsorted(shares, own)
        done = who & (week < len(days)) & (week * 7 <= (setting.until - setting.first_day).days - 4)
        completed = np.datetime64(setting.first_day) + week[done] * 7 + draw.integers(0, 5, int(done.sum()))
        for repeat in (np.ones(len(completed), bool), draw.random(len(completed)) < 0.05):
            later = np.minimum(completed[repeat] + (0 if repeat.all() else 3), np.datetime64(setting.until))
            rows.append(
                {
                    "staff_code": people.codes[done][repeat],
                    "kind": np.full(int(repeat.sum()), kind),
                    "completed_on": later,
                    "evidence": np.full(int(repeat.sum()), "Danh sách lớp (mẫu)"),
                }
            )
    table = writing.text_columns(joined(rows))
    table = dirt.spoil("trainings", table, setting.draws("dirt-trainings"))
    return [writing.write_json_lines(setting.out / "trainings.jsonl", table)]


def joined(parts: "list[dict[str, np.ndarray]]") -> "dict[str, np.ndarray]":
    """Parts with the same columns, one under the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
