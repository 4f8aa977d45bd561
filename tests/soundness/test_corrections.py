"""What was replaced or taken back leaves no trace in figures that are brought up to date."""

import datetime as dt

import pytest

from tests.engine import running
from tests.engine.test_incremental import RELATIONS, SCHEMAS, World
from tests.soundness.tables import PROVINCE, count, define, distinct
from tinhso.engine import backend, catalog, compute, incremental, periods
from tinhso.engine.duck import connect

OK = define("ok / every", ok=count("events", "ok"), every=count("events"))
THINGS = define(
    "count(things) / every", more={"id": "x.two"}, things=distinct("events", "thing"), every=count("events")
)


class Updated(World):
    """A province whose figures are brought up to date after every change of its records."""

    def figure(self, unit, period, indicator="x.one"):
        there = running.territory(PROVINCE)
        time = compute.timeline(periods.periods_of_year(2023), there, dt.date(2023, 12, 31))
        built = catalog.build([OK, THINGS], RELATIONS, SCHEMAS)
        wanted = incremental.Inputs(built, there, time, self.lake.in_force, "tree", "code")
        with connect(threads=1) as connection:
            self.last = incremental.Update(connection, wanted, self.lake, self.states, self.manifest).run()
            self.manifest = self.last.manifest
            found = connection.execute(
                "SELECT numerator, denominator FROM cell WHERE unit = ? AND period = ? AND indicator = ?",
                [unit, period, indicator],
            ).fetchall()
        return found[0] if found else None


@pytest.fixture
def updated(tmp_path):
    return Updated(tmp_path)


def event(name, day, ok=True, unit=11, thing=None):
    happened = dt.datetime.fromisoformat(day)
    return {"event": name, "thing": thing, "way": "a", "ok": ok, "amount": 1, "happened": happened, "_unit": unit}


def test_a_correction_replaces_its_record(updated):
    updated.lake.add("events", [event("e", "2023-05-03")])
    assert updated.figure(11, "2023-05") == (1, 1)

    updated.lake.add("events", [event("e", "2023-05-03", ok=False)])

    assert updated.figure(11, "2023-05") == (0, 1)  # added to the states there were, it would be 1 ÷ 2


def test_a_correction_to_another_month_empties_the_first(updated):
    updated.lake.add("events", [event("e", "2023-05-03")])
    assert updated.figure(11, "2023-05") == (1, 1)

    updated.lake.add("events", [event("e", "2023-08-03")])

    assert updated.figure(11, "2023-05") is None  # only the month that received a record would be counted anew
    assert updated.figure(11, "2023") == (1, 1)


def test_a_correction_to_another_unit_empties_the_first(updated):
    updated.lake.add("events", [event("e", "2023-05-03")])
    assert updated.figure(11, "2023-05") == (1, 1)

    updated.lake.add("events", [event("e", "2023-05-03", unit=21)])

    assert updated.figure(11, "2023-05") is None
    assert updated.figure(1, "2023-05") == (1, 1)


def test_a_revoked_correction_brings_the_first_record_back(updated):
    updated.lake.add("events", [event("e", "2023-05-03")])
    second = updated.lake.add("events", [event("e", "2023-08-03", unit=21, ok=False)])
    assert updated.figure(1, "2023-08") == (0, 1)

    updated.lake.in_force["events"].discard(second)

    assert updated.figure(1, "2023-08") is None
    assert updated.figure(11, "2023-05") == (1, 1)


def test_a_late_record_of_an_earlier_month_changes_all_totals_since(updated):
    updated.lake.add("events", [event("e", "2023-05-03")])
    assert updated.figure(1, "2023-06/ytd") == (1, 1)

    updated.lake.add("events", [event("f", "2023-02-03", ok=False)])

    assert updated.figure(1, "2023-06/ytd") == (1, 2)
    assert updated.figure(1, "2023-Q2") == (1, 1)


@pytest.mark.parametrize("small_set", [backend.SMALL_SET, 1], ids=["bit strings", "Roaring"])
def test_members_of_kept_states_stay_who_they_were_when_new_ones_come(updated, monkeypatch, small_set):
    monkeypatch.setattr("tinhso.engine.backend.SMALL_SET", small_set)
    monkeypatch.setattr("tinhso.engine.states.SMALL_SET", small_set)
    monkeypatch.setattr("tinhso.engine.backend.STEP", 8)
    updated.lake.add("events", [event(f"m{n}", "2023-05-03", thing=f"m{n}") for n in range(7)])
    assert updated.figure(1, "2023-05", "x.two") == (7, 7)

    updated.lake.add("events", [event(f"a{n}", "2023-06-03", thing=f"a{n}") for n in range(9)])
    updated.lake.add("events", [event("again", "2023-06-04", thing="m3")])

    assert updated.figure(1, "2023-06", "x.two") == (10, 10)
    assert updated.figure(1, "2023-Q2", "x.two") == (16, 17)  # m3 once; shifted positions would unite others
