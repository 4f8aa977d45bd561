"""The leaf stage of all 21 indicators against hand-written DuckDB queries over the same files, in CPU seconds.

Both run in this process on connections with the same settings, after the files of a synthetic province of ten
times the usual size have been imported; the best of three counts. Every leaf state is checked equal first. The
whole `tinhso compute --full` at the usual size is shown beside it. The last line is one JSON document.
"""

import argparse
import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
from pyroaring import BitMap

import measuring

SCALE, USUAL_SCALE = 10.0, 1.0
QUICK_SCALE = 0.05
RUNS = 3

# What a practised hand writes, one query a dataset. `months(starts_on, ends_on)` are the months up to the last day;
# rows are (measure, unit, month, value); sets are counted at the end, as (measure, unit, month, member).
FLOWS = {
    "dossiers": """
        CREATE TABLE hand_dossiers AS
        SELECT _unit AS unit, date_trunc('month', received_at)::DATE AS month, f.procedure_code,
               count(*) FILTER (p.procedure_code IS NULL) AS no_version,
               count(*) FILTER (p.online_level <> 'none') AS received,
               count(*) FILTER (p.online_level <> 'none' AND channel = 'online') AS online
        FROM dossiers f LEFT JOIN hand_procedures p
          ON p.procedure_code = f.procedure_code AND f.received_at::DATE BETWEEN p.since AND p.until
        WHERE received_at IS NOT NULL GROUP BY ALL""",
    "documents": """
        CREATE TABLE hand_documents AS
        SELECT _unit AS unit, date_trunc('month', issued_on)::DATE AS month, count(*) FILTER (NOT secret) AS issued,
               count(*) FILTER (electronic AND signed AND sent_via = 'exchange' AND NOT secret) AS signed
        FROM documents GROUP BY ALL""",
    "assistance": """
        CREATE TABLE hand_assistance AS
        SELECT _unit AS unit, date_trunc('month', requested_at)::DATE AS month, count(*) AS requests,
               count(*) FILTER (helped) AS helped
        FROM assistance GROUP BY ALL""",
    "trainings": """
        CREATE TABLE hand_trainings AS
        SELECT DISTINCT kind, date_trunc('month', completed_on)::DATE AS month, staff_code FROM trainings""",
}
STANDING = """
    CREATE TABLE hand_{dataset} AS
    WITH versions AS (
        SELECT *, lead({since}) OVER (PARTITION BY {key} ORDER BY {since}) AS next FROM {dataset}
    )
    SELECT v._unit AS unit, m.starts_on AS month, count(*) AS entities, {values}
    FROM versions v JOIN months m
      ON v.{since} <= m.ends_on AND (v.next IS NULL OR v.next > m.ends_on) {ended}
    GROUP BY ALL"""
ENDED = "AND (v.{column} IS NULL OR v.{column} >= m.ends_on)"
STOCKS: dict[str, tuple[str, str, str, str]] = {  # key, first day, last day, values
    "procedures": (
        "procedure_code",
        "valid_from",
        "valid_to",
        """count(*) FILTER (eligible_full) AS eligible,
           count(*) FILTER (online_level = 'full' AND eligible_full) AS full_online,
           count(*) FILTER (online_level <> 'none') AS online,
           count(*) FILTER (online_level <> 'none' AND national_portal) AS integrated""",
    ),
    "enterprises": (
        "tax_code",
        "as_of",
        "",
        """count(*) FILTER (operating) AS operating, count(*) FILTER (operating AND einvoice) AS einvoice,
           count(*) FILTER (operating AND size <> 'large') AS sme,
           count(*) FILTER (operating AND size <> 'large' AND digital_platform) AS on_platform""",
    ),
    "households": (
        "commune_code",
        "as_of",
        "",
        """sum(households) AS households, sum(fiber_households) AS fiber,
           sum(digital_address_households) AS addressed""",
    ),
    "population": (
        "commune_code",
        "as_of",
        "",
        """sum(population) AS people, sum(smartphone_users) AS smartphones,
           sum(population_15_plus) AS adults, sum(account_holders_15_plus) AS holders""",
    ),
    "schools": (
        "school_code",
        "as_of",
        "ended_on",
        "count(*) AS schools, count(*) FILTER (digital_teaching AND digital_management) AS digital",
    ),
    "health_facilities": (
        "facility_code",
        "as_of",
        "ended_on",
        "count(*) FILTER (kind <> 'other') AS facilities, count(*) FILTER (kind <> 'other' AND cashless) AS cashless",
    ),
    "information_systems": (
        "system_code",
        "as_of",
        "ended_on",
        "count(*) AS systems, count(*) FILTER (level_approved AND plan_implemented) AS protected",
    ),
    "devices": (
        "device_tag",
        "as_of",
        "ended_on",
        """count(*) AS devices, count(*) FILTER (protected = 'yes') AS protected,
           count(*) FILTER (tier <> 'commune') AS office, count(*) FILTER (tier = 'commune') AS commune,
           count(*) FILTER (tier <> 'commune' AND centrally_managed) AS office_managed,
           count(*) FILTER (tier = 'commune' AND centrally_managed) AS commune_managed""",
    ),
    "staff": ("staff_code", "as_of", "ended_on", "staff_code, any_value(role) AS role"),
}
SECTORS = """
    CREATE TABLE hand_sector_value_added AS
    SELECT sector, year, digital_value_added_vnd AS digital, value_added_vnd AS total FROM sector_value_added"""
PROCEDURES = """
    CREATE TABLE hand_procedures AS
    SELECT procedure_code, online_level, valid_from AS since,
           least(coalesce(valid_to, DATE '9999-12-31'),
                 coalesce(lead(valid_from) OVER (PARTITION BY procedure_code ORDER BY valid_from) - 1,
                          DATE '9999-12-31')) AS until
    FROM procedures"""

# Our measure, as (indicator, its name there), and the hand-written table and expression that must give the same.
SAME: dict[tuple[str, str], tuple[str, str]] = {
    ("gov.services_with_online_dossiers", "services_any"): ("dossiers", "count(*) FILTER (received > 0)"),
    ("gov.services_with_online_dossiers", "services_online"): ("dossiers", "count(*) FILTER (online > 0)"),
    ("gov.dossiers_online", "no_version"): ("dossiers", "sum(no_version)"),
    ("gov.dossiers_online", "online"): ("dossiers", "sum(online)"),
    ("gov.dossiers_online", "received"): ("dossiers", "sum(received)"),
    ("gov.documents_signed", "signed"): ("documents", "sum(signed)"),
    ("gov.documents_signed", "issued"): ("documents", "sum(issued)"),
    ("gov.procedures_full_online", "full"): ("procedures_standing", "sum(full_online)"),
    ("gov.procedures_full_online", "eligible"): ("procedures_standing", "sum(eligible)"),
    ("gov.services_on_national_portal", "integrated"): ("procedures_standing", "sum(integrated)"),
    ("gov.services_on_national_portal", "online"): ("procedures_standing", "sum(online)"),
    ("econ.einvoice_enterprises", "using"): ("enterprises", "sum(einvoice)"),
    ("econ.einvoice_enterprises", "operating_all"): ("enterprises", "sum(operating)"),
    ("econ.sme_on_platforms", "on_platform"): ("enterprises", "sum(on_platform)"),
    ("econ.sme_on_platforms", "sme"): ("enterprises", "sum(sme)"),
    ("econ.digital_value_added", "digital"): ("sector_value_added", "sum(digital)"),
    ("econ.digital_value_added", "total"): ("sector_value_added", "sum(total)"),
    ("soc.fiber_households", "fiber_households"): ("households", "sum(fiber)"),
    ("soc.digital_addresses", "digital_address_households"): ("households", "sum(addressed)"),
    ("soc.digital_addresses", "households"): ("households", "sum(households)"),
    ("soc.smartphones", "smartphone_users"): ("population", "sum(smartphones)"),
    ("soc.smartphones", "population"): ("population", "sum(people)"),
    ("soc.bank_accounts", "account_holders_15_plus"): ("population", "sum(holders)"),
    ("soc.bank_accounts", "population_15_plus"): ("population", "sum(adults)"),
    ("soc.assistance", "helped"): ("assistance", "sum(helped)"),
    ("soc.assistance", "requests"): ("assistance", "sum(requests)"),
    ("soc.schools_digital", "digital"): ("schools", "sum(digital)"),
    ("soc.schools_digital", "schools_all"): ("schools", "sum(schools)"),
    ("soc.health_cashless", "cashless_live"): ("health_facilities", "sum(cashless)"),
    ("soc.health_cashless", "facilities"): ("health_facilities", "sum(facilities)"),
    ("sec.systems_by_level", "protected"): ("information_systems", "sum(protected)"),
    ("sec.systems_by_level", "systems"): ("information_systems", "sum(systems)"),
    ("sec.devices_protected", "protected"): ("devices", "sum(protected)"),
    ("sec.devices_protected", "devices_all"): ("devices", "sum(devices)"),
    ("sec.antimalware_offices", "managed"): ("devices", "sum(office_managed)"),
    ("sec.antimalware_offices", "computers"): ("devices", "sum(office)"),
    ("sec.antimalware_communes", "managed"): ("devices", "sum(commune_managed)"),
    ("sec.antimalware_communes", "computers"): ("devices", "sum(commune)"),
    ("sec.awareness", "in_post"): ("staff", "count(*)"),
    ("sec.awareness", "trained"): ("trainings", "count(*) FILTER (kind = 'awareness')"),
    ("sec.specialist_training", "in_post"): ("staff", "count(*) FILTER (role <> 'official')"),
    ("sec.specialist_training", "trained"): ("trainings", "count(*) FILTER (kind = 'specialist')"),
}
PLACE = {"trainings": "-1, month", "sector_value_added": "NULL, NULL"}  # unit and month where they are not columns


class Stage:
    """The leaf stage of an installation, ours and by hand, each on a connection of its own."""

    def __init__(self) -> None:
        from tinhso.core import clock
        from tinhso.datasets import api as datasets
        from tinhso.engine import compute, periods
        from tinhso.indicators.selectors import states
        from tinhso.indicators.selectors.territory import territory

        self.catalog = states.load_catalog(states.definition_texts())
        self.territory = territory()
        as_of = datasets.evaluation_date(clock.today())
        first = datasets.first_day()
        assert as_of
        assert first
        self.time = compute.timeline(periods.periods_until(first, as_of), self.territory, as_of)
        atoms = self.time.atoms
        assert all(start.day == 1 for start in atoms.starts), "the hand-written queries know whole months only"
        self.months = pa.table(
            {"starts_on": list(atoms.starts), "ends_on": [atoms.ends_on(number) for number in range(len(atoms))]}
        )

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection as a computation opens it, with the rows in force."""
        from django.conf import settings

        from tinhso.datasets import api as datasets
        from tinhso.engine import duck

        connection = duck.connect(memory=settings.DUCKDB_MEMORY, threads=settings.DUCKDB_THREADS)
        datasets.attach(connection, datasets.contracts())
        return connection

    def ours(self, connection: duckdb.DuckDBPyConnection) -> None:
        """What `tinhso compute --full` does before rolling up."""
        from tinhso.engine import compute

        compute.count(connection, self.catalog, self.territory, self.time)

    def by_hand(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.register("months_in", self.months)
        connection.execute("CREATE TABLE months AS FROM months_in")
        connection.execute(PROCEDURES)
        connection.execute(SECTORS)
        for statement in FLOWS.values():
            connection.execute(statement)
        for dataset, (key, since, until, values) in STOCKS.items():
            ended = ENDED.format(column=until) if until else ""
            statement = STANDING.format(dataset=dataset, key=key, since=since, values=values, ended=ended)
            if dataset == "procedures":
                statement = statement.replace("hand_procedures ", "hand_procedures_standing ")
            connection.execute(statement)

    def check_equal(self, ours: duckdb.DuckDBPyConnection, hand: duckdb.DuckDBPyConnection) -> int:
        """Compare every leaf state by unit and month; gives how many there are."""
        ours.register("months_in", self.months)
        ours.create_function("large_set_size", lambda held: len(BitMap.deserialize(held)), ["BLOB"], "BIGINT")
        found = ours.execute(
            """
            SELECT measure, if(category IS NULL, unit, NULL), if(category IS NULL, starts_on, NULL),
                   sum(CASE WHEN bits IS NOT NULL THEN bit_count(bits) WHEN bitmap IS NOT NULL
                            THEN large_set_size(bitmap) ELSE amount END)::DOUBLE AS value
            FROM leaf JOIN (SELECT starts_on - DATE '1970-01-01' AS atom, starts_on FROM months_in) USING (atom)
            GROUP BY ALL HAVING value <> 0
            """
        ).fetchall()
        by_measure: dict[int, dict[object, float]] = {}
        for measure, unit, month, value in found:
            by_measure.setdefault(measure, {})[unit, month] = value
        for number, (table, expression) in self._hand_written().items():
            assert by_measure.get(number, {}) == _by_hand(hand, table, expression), self.catalog.counted[number]
        return len(found)

    def _hand_written(self) -> dict[int, tuple[str, str]]:
        """Table and expression of every measure's number; those of no indicator count all that stand in a stock."""
        found = {
            self.catalog.number(measure): SAME[indicator.id, name]
            for indicator in self.catalog.indicators
            for name, measure in indicator.measures.items()
            if (indicator.id, name) in SAME
        }
        for number, measure in enumerate(
            self.catalog.counted[len(self.catalog.measures) :], len(self.catalog.measures)
        ):
            standing = "procedures_standing" if measure.dataset.name == "procedures" else measure.dataset.name
            found[number] = (standing, "count(*)" if standing == "staff" else "sum(entities)")
        assert found.keys() == set(range(len(self.catalog.counted))), "a measure is not compared"
        return found


def _by_hand(hand: duckdb.DuckDBPyConnection, table: str, expression: str) -> dict[object, float]:
    place = PLACE.get(table, "unit, month")
    rows = hand.sql(f"SELECT {place}, {expression} AS value FROM hand_{table} GROUP BY ALL HAVING value <> 0")
    return {(unit, month): float(value) for unit, month, value in rows.fetchall()}


def import_province(folder: Path, scale: float) -> None:
    """Simulate the whole of 2023 and import it."""
    from tinhso.config.cli.data import import_folder
    from tinhso.simulation.services import simulate

    simulate(out=folder / "source", scale=scale, until=dt.date(2023, 12, 31))
    import_folder(folder / "source")


def best(run: Callable[[duckdb.DuckDBPyConnection], None], stage: Stage) -> tuple[float, duckdb.DuckDBPyConnection]:
    """CPU seconds of the cheapest of several runs, each on a fresh connection, and the last connection."""
    seconds = []
    for number in range(RUNS):
        connection = stage.connect()
        seconds.append(measuring.cpu(lambda c=connection: run(c)))  # type: ignore[misc]
        if number < RUNS - 1:
            connection.close()
    return min(seconds), connection


def leaf_ratio(scale: float) -> float:
    """Ours over by hand at one scale."""
    with measuring.own_home() as folder:
        measuring.start_django()
        measuring.prepare()
        import_province(folder, scale)
        stage = Stage()
        hand, hand_connection = best(stage.by_hand, stage)
        ours, our_connection = best(stage.ours, stage)
        states = stage.check_equal(our_connection, hand_connection)
        ratio = ours / hand
        print(f"{measuring.machine()}; scale {scale:g}, {states:,} leaf states by unit and month, equal")
        print(f"{'':<24}{'CPU s':>8}\n{'by hand':<24}{hand:>8.2f}\n{'ours':<24}{ours:>8.2f}")
        return ratio


def whole_compute(scale: float) -> None:
    """Show the whole command beside it."""
    with measuring.own_home() as folder:
        source = str(folder / "source")
        measuring.tinhso("init")
        measuring.tinhso("simulate", "--out", source, "--scale", str(scale))
        measuring.tinhso("import-folder", source)
        seconds, peak = measuring.tinhso("compute", "--full")
    print(f"tinhso compute --full at scale {scale:g}, the process whole: {seconds:.2f} CPU s, {peak:.0f} MB at most")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small province: whether it runs, not how fast it is")
    quick = parser.parse_args().quick
    whole_compute(QUICK_SCALE if quick else USUAL_SCALE)  # first: a child's peak is never below its parent's size
    ratio = round(leaf_ratio(QUICK_SCALE if quick else SCALE), 2)
    print(f"limit: at most 1.5 times the CPU; here {ratio} times")
    measuring.close("leaf", {"leaf_over_hand_cpu": ratio})
    return 0


if __name__ == "__main__":
    sys.exit(main())
