import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import AT
from tinhso.core import append_only, audit
from tinhso.core.models import AuditEntry, AuditSeal


def record(number=1):
    return audit.record(actor="an", action="x.done", obj=f"thing:{number}", details={"n": number}, at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [lambda rows: rows.update(actor="khác"), lambda rows: rows.delete()])
def test_the_database_refuses_to_change_or_remove_entries(change):
    record()

    with pytest.raises(DatabaseError), transaction.atomic():
        change(AuditEntry.objects.all())

    assert AuditEntry.objects.get().actor == "an"


@pytest.mark.django_db
def test_the_database_refuses_to_change_seals():
    record()
    audit.seal()

    with pytest.raises(DatabaseError), transaction.atomic():
        AuditSeal.objects.update(hash="0" * 64)


@pytest.mark.django_db
def test_sealing_links_every_entry_once():
    for number in range(5):
        record(number)

    assert audit.seal() == 5
    assert audit.seal() == 0
    assert audit.check() is None


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["actor", "action", "obj"])
def test_any_tampering_is_found_and_named(column):
    entries = [record(number) for number in range(6)]
    audit.seal()
    append_only.remove(connection)

    AuditEntry.objects.filter(pk=entries[3].pk).update(**{column: "giả"})

    assert audit.check().entry_id == entries[3].pk
    append_only.install(connection)


@pytest.mark.django_db
def test_a_removed_entry_is_found():
    entries = [record(number) for number in range(3)]
    audit.seal()
    append_only.remove(connection)

    AuditEntry.objects.filter(pk=entries[1].pk).delete()

    assert "xóa" in audit.check().reason
    append_only.install(connection)


@settings(max_examples=50)
@given(
    before=st.text("0123456789abcdef", min_size=64, max_size=64),
    actor=st.text(max_size=20),
    details=st.dictionaries(st.text(max_size=5), st.integers()),
)
def test_a_link_depends_on_all_that_it_seals(before, actor, details):
    entry = AuditEntry(pk=1, at=AT, actor=actor, action="a", obj="b", details=details)
    other = AuditEntry(pk=1, at=AT, actor=actor + "x", action="a", obj="b", details=details)

    assert audit.link(before, entry) != audit.link(before, other)
    assert audit.link(before, entry) == audit.link(before, entry)
