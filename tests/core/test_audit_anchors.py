"""Anchors of the chain: roots, tokens, and what is found with them when somebody rewrites the database."""

import dataclasses
import datetime as dt
import hashlib
import logging

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import AT
from tests.core.audit_forgeries import DAY, Authority, as_superuser, chain, cut, forget_anchors, record, rewrite
from tinhso.core import audit, daily, jobs
from tinhso.core.audit import merkle, tokens
from tinhso.core.models import AuditAnchor, AuditEntry, AuditSeal, AuditWitness

pytestmark = pytest.mark.django_db
ON_POSTGRESQL = connection.vendor == "postgresql"
Kind = AuditWitness.Kind
HASHES = [hashlib.sha256(bytes([number])).hexdigest() for number in range(256)]


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tsa"))


def refusing(_digest):
    raise audit.Unstamped("no network")


# ---- the tree -----------------------------------------------------------------------------------------------------


def tree_hash(leaves):
    """MTH of RFC 6962, section 2.1, word by word."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + tree_hash(leaves[:k]) + tree_hash(leaves[k:])).digest()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 31, 64, 255, 1023, 1024, 1025, 3000])
def test_the_root_is_that_of_the_rfc(size):
    hashes = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(size)]
    tree = merkle.Tree()
    for start in range(0, size, 700):
        tree.extend(hashes[start : start + 700])

    assert tree.root() == tree_hash([bytes.fromhex(one) for one in hashes]).hex()


@given(size=st.integers(1, 256), data=st.data())
def test_a_proof_leads_to_the_root_from_its_own_leaf_only(size, data):
    place = data.draw(st.integers(0, size - 1))
    tree = merkle.Tree()
    tree.extend(HASHES[:size])

    path = merkle.proof(HASHES[:size], place)

    assert merkle.root_of_proof(HASHES[place], place, size, path) == tree.root()
    assert merkle.root_of_proof("ab" * 32, place, size, path) != tree.root()
    with pytest.raises(ValueError, match="long"):
        merkle.root_of_proof(HASHES[place], place, size, [*path, "00" * 32])
    if path:
        with pytest.raises(ValueError, match="short"):
            merkle.root_of_proof(HASHES[place], place, size, path[:-1])


# ---- making anchors -----------------------------------------------------------------------------------------------


def test_an_anchor_sums_up_what_was_sealed_since_the_one_before():
    chain(3, 4, 2)

    first, second = AuditAnchor.objects.order_by("pk")
    assert (first.first_number, first.last_number, second.first_number, second.last_number) == (1, 3, 4, 7)
    assert second.head == AuditSeal.objects.get(pk=7).hash
    assert audit.examine().last_good.last_number == 7


def test_there_is_one_anchor_a_day_and_none_of_nothing():
    assert audit.make_anchor(at=AT, today=DAY) is None
    record()
    audit.seal()
    made = audit.make_anchor(at=AT, today=DAY)
    record(2)
    audit.seal()

    assert audit.make_anchor(at=AT, today=DAY) == made
    assert audit.make_anchor(at=AT, today=DAY + dt.timedelta(days=1)).first_number == 2
    assert audit.make_anchor(at=AT, today=DAY + dt.timedelta(days=2)) is None


def test_the_worker_makes_the_anchor_of_the_day(monkeypatch):
    works = {name: work for name, work in daily._works.items() if name == "core.audit_anchor"}
    monkeypatch.setattr(daily, "_works", works)
    record()
    audit.seal()

    assert daily.run_due(at=AT) == 1
    assert AuditAnchor.objects.get().day == DAY


def test_an_inclusion_proof_leads_to_the_anchor():
    chain(5, 6, 1)

    anchor, path = audit.inclusion_proof(8)

    seal = AuditSeal.objects.get(pk=8)
    assert anchor.first_number == 6
    assert merkle.root_of_proof(seal.hash, 8 - 6, 6, path) == anchor.root
    with pytest.raises(AuditAnchor.DoesNotExist):
        audit.inclusion_proof(12)


@pytest.mark.parametrize("model", [AuditAnchor, AuditWitness])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {key} = {key}", "DELETE FROM {table}"])
def test_the_database_refuses_to_change_or_remove_anchors(model, statement):
    chain(1, 0)
    audit.add_witness(last_number=1, kind=Kind.SENT, by="Sở Nội vụ", at=AT, reference="12/TB")
    table, key = model._meta.db_table, model._meta.pk.column

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table, key=key))

    assert model.objects.count() == 1


@pytest.mark.parametrize(("kind", "token"), [(Kind.STAMP, None), (Kind.RECEIPT, b"x")])
def test_a_stamp_has_a_token_and_nothing_else_has(kind, token):
    chain(1, 0)

    with pytest.raises(IntegrityError), transaction.atomic():
        audit.add_witness(last_number=1, kind=kind, by="x", at=AT, token=token)


# ---- time stamps --------------------------------------------------------------------------------------------------


def test_an_anchor_gets_its_token_once(authority):
    chain(2, 2, 0, stamp=authority.stamp)

    assert audit.stamp_anchors(at=AT, stamp=refusing) == 0
    assert [one.anchor_id for one in AuditWitness.objects.filter(kind=Kind.STAMP).order_by("pk")] == [2, 4]
    found = audit.examine()
    assert (found.broken, found.unstamped, found.last_good.stamped_at is None) == (None, 0, False)


def test_nothing_is_asked_for_when_no_authority_is_named(settings):
    settings.TSA_URL = ""
    chain(1, 0)

    assert audit.stamp_anchors(at=AT) == 0
    assert audit.examine().unstamped == 1


def test_the_authority_of_the_settings_is_asked(settings, monkeypatch, authority):
    from tinhso.signing import timestamps

    settings.TSA_URL = "http://tsa.example"
    monkeypatch.setattr(timestamps.TimestampClient, "stamp", lambda _self, digest: authority.stamp(digest))
    chain(1, 0)

    jobs.take_care(at=AT.replace(hour=5))

    assert AuditWitness.objects.get().by == "http://tsa.example"


def test_an_authority_that_fails_leaves_the_anchor_and_the_worker_alone(settings, monkeypatch):
    from tinhso.signing import timestamps

    def fail(_self, _digest):
        raise timestamps.TimestampFailed("down")

    settings.TSA_URL = "http://tsa.example"
    monkeypatch.setattr(timestamps.TimestampClient, "stamp", fail)
    chain(1, 0)

    assert audit.stamp_anchors(at=AT) == 0
    assert not AuditWitness.objects.exists()


def test_a_token_that_does_not_come_for_hours_is_told_once(caplog):
    chain(2, 2, 0)
    caplog.set_level(logging.ERROR)
    evening = AT + dt.timedelta(days=3)

    audit.stamp_anchors(at=AT + dt.timedelta(days=1, hours=1), stamp=refusing)
    early = len(caplog.records)
    for minute in range(3):
        audit.stamp_anchors(at=evening + dt.timedelta(minutes=minute), stamp=refusing)

    assert early == 0
    assert [record.args[0] for record in caplog.records] == [2, 4]
    assert audit.examine().unstamped == 2


def test_a_token_comes_late(authority):
    chain(2, 0)
    audit.stamp_anchors(at=AT + dt.timedelta(days=2), stamp=refusing)

    assert audit.stamp_anchors(at=AT + dt.timedelta(days=3), stamp=authority.stamp) == 1
    assert audit.check() is None


@pytest.mark.parametrize("wrong", [b"", b"no token", None])
def test_an_answer_that_is_no_token_for_the_anchor_is_not_kept(authority, wrong):
    chain(1, 0)
    answer = authority.stamp(b"x" * 32) if wrong is None else wrong

    assert audit.stamp_anchors(at=AT, stamp=lambda _digest: answer) == 0
    assert not AuditWitness.objects.filter(kind=Kind.STAMP).exists()


def test_a_forged_token_is_none(authority):
    token = authority.stamp(b"x" * 32)

    assert tokens.moment(token, b"x" * 32) is not None
    assert tokens.moment(token[:-1] + bytes([token[-1] ^ 1]), b"x" * 32) is None
    assert tokens.moment(token, b"y" * 32) is None


# ---- what somebody with full rights could do (edit, delete, insert, swap, cut, rewrite) -----------------------------


@pytest.mark.parametrize("place", [0, 3, 4, 8])
def test_an_edit_is_found_at_its_row_and_the_anchor_before_it_is_named(place):
    entries = chain(4, 4, 2)

    with as_superuser():
        AuditEntry.objects.filter(pk=entries[place].pk).update(actor="giả")
        found = audit.examine()

    good = found.last_good and found.last_good.last_number
    assert (found.broken.number, found.broken.entry_id) == (place + 1, entries[place].pk)
    assert good == {0: None, 3: None, 4: 4, 8: 8}[place]


def test_a_removed_row_is_found():
    entries = chain(4, 4, 2)

    with as_superuser():
        AuditSeal.objects.filter(number=6).delete()
        AuditEntry.objects.filter(pk=entries[5].pk).delete()
        assert audit.check() == audit.BrokenLink(6, None, "mắt xích đã bị xóa")


@pytest.mark.parametrize("number", [0, 6])
def test_a_row_put_in_between_is_found(number):
    chain(4, 4, 2)

    with as_superuser():
        entry = record(99)
        for seal in AuditSeal.objects.filter(number__gte=number or 99).order_by("-number"):
            AuditSeal.objects.filter(pk=seal.pk).update(number=seal.number + 1)
        AuditSeal.objects.create(number=number, entry_id=entry.pk, hash="ab" * 32)
        assert audit.check().number == max(number, 1)


def test_two_rows_changed_over_are_found():
    entries = chain(4, 4, 2)

    with as_superuser():
        AuditSeal.objects.filter(number=5).update(entry_id=-1)
        AuditSeal.objects.filter(number=6).update(entry_id=entries[4].pk)
        AuditSeal.objects.filter(number=5).update(entry_id=entries[5].pk)
        assert audit.check().number == 5


def test_a_cut_tail_is_found_with_the_anchors():
    chain(4, 4, 2)

    with as_superuser():
        cut(7)
        found = audit.examine()

    assert found.broken == audit.BrokenLink(7, None, "phần cuối của chuỗi đã bị xóa")
    assert found.last_good.last_number == 4


def test_a_chain_cut_after_the_last_anchor_is_found_with_a_noted_head():
    chain(4, 4, 2)
    noted = audit.head()

    with as_superuser():
        cut(9)
        assert audit.check() is None
        assert audit.check(noted=noted).number == 9


def test_a_rewritten_chain_is_found_with_the_anchors():
    chain(4, 4, 2)

    with as_superuser():
        rewrite()
        found = audit.examine()

    assert (found.broken.number, found.last_good) == (4, None)
    assert "khác với mốc neo" in found.broken.reason


def test_a_chain_rewritten_with_its_anchors_is_found_with_the_tokens(authority):
    chain(4, 4, 2, stamp=authority.stamp)

    with as_superuser():
        rewrite(anchors_too=True)
        assert audit.check() == audit.BrokenLink(4, None, "dấu thời gian không phải của mốc neo này")


def test_a_chain_rewritten_with_its_anchors_and_without_tokens_is_found_with_a_noted_head(authority):
    chain(4, 4, 2, stamp=authority.stamp)
    noted = audit.head()

    with as_superuser():
        rewrite(anchors_too=True)
        AuditWitness.objects.all().delete()
        found = audit.examine(noted=noted)

    assert (found.broken.number, found.unstamped) == (10, 2)
    assert "ghi lại ở ngoài" in found.broken.reason


@pytest.mark.parametrize("field", ["root", "head", "day", "made_at", "first_number"])
def test_a_changed_anchor_is_found(authority, field):
    chain(4, 4, 2, stamp=authority.stamp)
    other = {"root": "ab" * 32, "head": "ab" * 32, "day": dt.date(2020, 1, 1), "made_at": AT, "first_number": 6}

    with as_superuser():
        AuditAnchor.objects.filter(pk=8).update(**{field: other[field]})
        assert audit.check().number == 8


def test_a_removed_anchor_is_found():
    chain(4, 4, 2)

    with as_superuser():
        AuditAnchor.objects.filter(pk=4).delete()
        assert audit.check() == audit.BrokenLink(8, None, "một mốc neo trước đó đã bị xóa hoặc bị sửa")


def test_without_anchors_a_noted_head_remains():
    chain(4, 4, 2)
    noted = audit.head()

    with as_superuser():
        forget_anchors()
        cut(3)
        assert audit.check() is None
        assert audit.check(noted=noted).number == 3


WRONG_ON_SQLITE = [
    "actor = x'616e'",
    "actor = CAST(x'ff' AS TEXT)",
    "details = '{'",
    "details = '[' || details",
    "at = 'hôm qua'",
    "at = 5",
    "at = at || 'Z'",
    "obj = 7",
]
WRONG_ON_POSTGRESQL = ["at = 'infinity'", "at = '0044-03-15 BC'", "details = '[]'", "details = 'null'"]


@pytest.mark.parametrize("wrong", WRONG_ON_POSTGRESQL if ON_POSTGRESQL else WRONG_ON_SQLITE)
def test_values_that_we_never_write_are_a_bad_row(wrong):
    entries = chain(4, 4, 2)

    with as_superuser(), connection.cursor() as cursor:
        cursor.execute("SELECT 1" if ON_POSTGRESQL else "PRAGMA ignore_check_constraints = 1")
        cursor.execute(f"UPDATE core_auditentry SET {wrong} WHERE id = %s", [entries[6].pk])
        broken = audit.check()
        cursor.execute("SELECT 1" if ON_POSTGRESQL else "PRAGMA ignore_check_constraints = 0")

    assert (broken.number, broken.entry_id) == (7, entries[6].pk)


# ---- the hash -----------------------------------------------------------------------------------------------------


def test_hashes_are_what_they_have_always_been():
    odd = {"ở": "đâu", "b": [1, 2.5, None, True, {"z": 1e300, "a": "\x7f😀"}], "a": -0.0}
    entry = AuditEntry(pk=7, at=AT, actor='Nguyễn "An"\n\x01\u2028', action="x.done", obj="thing:1/\\", details=odd)
    plain = AuditEntry(pk=1, at=AT.replace(microsecond=120), actor="an", action="x", obj="y", details={})

    assert audit.link(3, "ab" * 32, entry) == "281e07207fc6ebf89df2067f34c2c3652a2a5682b6368dbaeebe1492862e9b54"
    assert audit.link(1, audit.GENESIS, plain) == "f8b31b7ae1d040e46137f344c264a72e4fd7bd95cfd1966723b42f685ee281ec"


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(-1e15, 1e15)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5), inner, max_size=3
        )
    ),
    max_leaves=6,
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(details=st.dictionaries(TEXT, ANYTHING, max_size=3), actor=TEXT, microsecond=st.sampled_from([0, 1, 120_000]))
def test_whatever_is_written_fits_when_it_is_read_as_rows(details, actor, microsecond):
    with transaction.atomic():
        audit.record(actor=actor, action=actor, obj=actor, details=details, at=AT.replace(microsecond=microsecond))
        audit.seal()

        assert audit.check() is None
        transaction.set_rollback(True)


def test_details_written_in_an_earlier_form_fit_as_well():
    entry = record(1, b="ở đâu", a=[1, {"y": 2, "x": 3.0}])
    audit.seal()

    with as_superuser():
        with connection.cursor() as cursor:
            cursor.execute("SELECT details FROM core_auditentry WHERE id = %s", [entry.pk])
            kept = cursor.fetchone()[0]
            earlier = (
                '{"n": 1, "\\u1edf": "\\u0111\\u00e2u", "b": "\\u1edf \\u0111\\u00e2u", "a": [1, {"y": 2, "x": 3.0}]}'
            )
            cursor.execute("UPDATE core_auditentry SET details = %s WHERE id = %s", [earlier, entry.pk])
        assert kept == '{"a":[1,{"x":3.0,"y":2}],"b":"ở đâu","n":1,"ở":"đâu"}'
        assert audit.check() is None


if ON_POSTGRESQL:  # which keeps JSON in a form of its own
    del test_details_written_in_an_earlier_form_fit_as_well


def test_pages_make_no_difference(monkeypatch):
    chain(4, 4, 2)
    whole = audit.examine()
    monkeypatch.setattr("tinhso.core.audit.chain.PAGE", 3)

    assert dataclasses.asdict(audit.examine()) == dataclasses.asdict(whole)
