import datetime as dt
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import AT
from tinhso.core import append_only, audit
from tinhso.core.models import AuditEntry, AuditSeal


def record(number=1):
    return audit.record(actor="an", action="x.done", obj=f"thing:{number}", details={"n": number, "ở": "đâu"}, at=AT)


@contextmanager
def without_triggers():
    """As somebody with full rights over the database could act; undone at the end."""
    with transaction.atomic():
        append_only.remove(connection)
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [AuditEntry, AuditSeal])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {key} = {key}", "DELETE FROM {table}", "{empty}"])
def test_the_database_refuses_to_change_or_remove(model, statement):
    record()
    audit.seal()
    table, key = model._meta.db_table, model._meta.pk.column
    empty = f"TRUNCATE {table}" if connection.vendor == "postgresql" else f"DELETE FROM {table} WHERE {key} > 0"

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table, key=key, empty=empty))

    assert model.objects.count() == 1


@pytest.mark.django_db
def test_the_database_refuses_to_write_over_a_row():
    entry = record()
    columns = "(id, at, actor, action, obj, details)"
    over = f"INTO core_auditentry {columns} SELECT id, at, 'giả', action, obj, details FROM core_auditentry"
    statement = f"INSERT OR REPLACE {over}"
    if connection.vendor == "postgresql":
        statement = f"INSERT {over} ON CONFLICT (id) DO UPDATE SET actor = 'giả'"

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    entry.refresh_from_db()
    assert entry.actor == "an"


@pytest.mark.django_db
def test_sealing_links_every_entry_once():
    for number in range(5):
        record(number)

    assert audit.seal() == 5
    assert audit.seal() == 0
    assert audit.check() is None
    assert audit.head().number == 5


@pytest.mark.django_db
def test_an_entry_that_commits_late_is_sealed_later():
    for key in (1, 2, 4):
        AuditEntry.objects.create(pk=key, at=AT, actor="an", action="x", obj="y")
    audit.seal()
    AuditEntry.objects.create(pk=3, at=AT, actor="an", action="x", obj="y")

    assert audit.seal() == 1
    assert list(AuditSeal.objects.order_by("number").values_list("entry_id", flat=True)) == [1, 2, 4, 3]
    assert audit.check() is None


@pytest.mark.django_db
def test_an_entry_that_commits_very_late_is_found_by_the_thorough_run():
    for key in (2, 3 + audit.WINDOW):
        AuditEntry.objects.create(pk=key, at=AT, actor="an", action="x", obj="y")
    audit.seal()
    AuditEntry.objects.create(pk=1, at=AT, actor="an", action="x", obj="y")

    assert audit.seal() == 0
    assert audit.seal(everything=True) == 1


@pytest.mark.django_db
def test_a_removed_entry_is_named():
    entries = [record(number) for number in range(3)]
    audit.seal()

    with without_triggers():
        AuditEntry.objects.filter(pk=entries[1].pk).delete()

        assert audit.check() == audit.BrokenLink(2, entries[1].pk, "bản ghi đã bị xóa")


@pytest.mark.django_db
def test_removing_the_newest_seals_is_found_with_a_noted_head():
    for number in range(3):
        record(number)
    audit.seal()
    noted = audit.head()

    with without_triggers():
        AuditSeal.objects.filter(number=3).delete()

        assert audit.check() is None
        assert audit.check(noted=noted).number == 3


@pytest.mark.django_db
def test_a_chain_made_anew_does_not_go_through_a_noted_head():
    for number in range(3):
        record(number)
    audit.seal()
    noted = audit.head()

    with without_triggers():
        AuditSeal.objects.all().delete()
        AuditEntry.objects.filter(obj="thing:0").update(actor="giả")
        audit.seal()

        assert audit.check() is None
        assert audit.check(noted=noted).number == 3


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
FORGERIES = st.one_of(
    st.tuples(st.just("change"), st.sampled_from(["actor", "action", "obj"]), TEXTS),
    st.tuples(st.just("details"), st.dictionaries(TEXTS, st.integers(-9, 9), min_size=1)),
    st.tuples(st.just("date"), st.integers(1, 10**6)),
    st.sampled_from([("remove",), ("remove seal",), ("remove both",), ("exchange",), ("hash",)]),
)


def forge(forgery, entry, other):
    """Do to an entry, or its seal, what must not be done."""
    rows, seals = AuditEntry.objects.filter(pk=entry.pk), AuditSeal.objects.filter(entry_id=entry.pk)
    match forgery:
        case ("change", field, text):
            rows.update(**{field: getattr(entry, field) + text})
        case ("details", details):
            rows.update(details=details)
        case ("date", microseconds):
            rows.update(at=entry.at + dt.timedelta(microseconds=microseconds))
        case ("exchange",):
            rows.update(obj=other.obj)
            AuditEntry.objects.filter(pk=other.pk).update(obj=entry.obj)
        case ("hash",):
            seals.update(hash="f" * 64)
        case (removal,):
            if removal != "remove seal":
                rows.delete()
            if removal != "remove":
                seals.delete()


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(length=st.integers(2, 7), data=st.data(), forgery=FORGERIES)
def test_any_tampering_is_found_at_the_first_bad_row(length, data, forgery):
    with without_triggers():
        entries = [record(number) for number in range(length)]
        audit.seal()
        noted = audit.head()
        place = data.draw(st.integers(0, length - 2), label="place")

        forge(forgery, entries[place], entries[place + 1])

        assert audit.check(noted=noted).number == place + 1


@settings(max_examples=50)
@given(before=st.text("0123456789abcdef", min_size=64, max_size=64), actor=TEXTS, number=st.integers(1, 10**9))
def test_a_link_depends_on_all_that_it_seals(before, actor, number):
    entry = AuditEntry(pk=1, at=AT, actor=actor, action="a", obj="b", details={})
    other = AuditEntry(pk=1, at=AT, actor=actor + "x", action="a", obj="b", details={})

    assert audit.link(number, before, entry) != audit.link(number, before, other)
    assert audit.link(number, before, entry) != audit.link(number + 1, before, entry)
    assert audit.link(number, before, entry) == audit.link(number, before, entry)


def test_processes_that_write_and_seal_at_once_make_one_chain(elsewhere):
    busy = """
        from django.db import transaction
        for number in range(60):
            with transaction.atomic():
                audit.record(actor="an", action="x", obj=f"thing:{number}", details={}, at=AT)
            audit.seal()
    """
    elsewhere.together("", *[busy] * 3)

    said = elsewhere.run("audit.seal(everything=True); print(audit.check(), audit.head().number)")

    assert said == "None 180"
