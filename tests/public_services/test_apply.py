"""The one write path: all or nothing, once per key, in order, and never against the machine."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core.models import AuditEntry, OutboxMessage
from tinhso.public_services.dossiers.choices import Action, Channel
from tinhso.public_services.dossiers.models import Dossier, DossierEvent, Draft
from tinhso.public_services.dossiers.rules import chain
from tinhso.public_services.dossiers.services import apply as applying
from tinhso.public_services.dossiers.services import drafts, filing
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.drafts import StaleDraft
from tinhso.public_services.dossiers.services.refusals import (
    KeyReused,
    NotAllowed,
    ReasonMissing,
    StaleDossier,
    Unfinished,
)
from tinhso.public_services.form_engine.rules.answers import Problem


@pytest.fixture
def reception(catalog):
    return make.official(Role.ONE_STOP_OFFICER)


def links(dossier):
    for event in DossierEvent.objects.filter(dossier=dossier).order_by("seq"):
        link = chain.Link(
            dossier.number, event.seq, event.kind, event.at, event.actor, event.on_behalf_of,
            event.from_state, event.to_state, event.payload, event.sealed,
        )  # fmt: skip
        yield link, event.digest


def test_the_same_key_answers_what_it_answered_before(reception):
    dossier = make.filed()
    actor = make.as_actor(reception, dossier)
    wanted = {"dossier_id": dossier.pk, "action": "accept", "actor": actor, "key": "k", "at": make.AT}

    first = applying.apply(**wanted)
    again = applying.apply(**wanted)

    assert (again.is_replay, again.event.pk) == (True, first.event.pk)
    assert DossierEvent.objects.filter(kind="accept").count() == 1


def test_the_same_key_with_another_request_is_refused(reception):
    dossier = make.filed()
    make.do(dossier, Action.ACCEPT, reception, key="k")

    with pytest.raises(KeyReused):
        make.do(dossier, Action.REFUSE, reception, key="k", reason="r", basis="b")


def test_filing_twice_makes_one_dossier(catalog):
    person = make.citizen()
    draft = make.draft(person)
    actor = Actor(person.username, filing.relations_of_filer(Channel.ONLINE), person)
    wanted = {"agency": make.commune(), "parties": [make.owner(person)], "actor": actor, "key": str(draft.key)}

    filed = [filing.submit(draft_id=draft.pk, at=make.AT, **wanted) for _time in range(100)]

    assert {one.dossier.pk for one in filed} == {filed[0].dossier.pk}
    assert [one.is_replay for one in filed] == [False] + [True] * 99
    assert Dossier.objects.count() == DossierEvent.objects.count() == 1


def test_a_page_that_is_out_of_date_changes_nothing_and_says_what_happened(reception):
    dossier = make.filed()
    seen = dossier.revision
    make.do(dossier, Action.REQUEST_SUPPLEMENT, reception, items={"/address": "Ghi rõ bản."})

    with pytest.raises(StaleDossier, match="Yêu cầu bổ sung"):
        applying.apply(
            dossier_id=dossier.pk,
            action="refuse",
            actor=make.as_actor(reception, dossier),
            key="k",
            at=make.AT,
            request={"reason": "r", "basis": "b"},
            expected=seen,
        )

    assert Dossier.objects.get().state == "awaiting_supplement"


def test_what_fails_leaves_no_trace(reception):
    dossier = make.filed()
    counted = (AuditEntry.objects.count(), OutboxMessage.objects.count())

    with pytest.raises(ReasonMissing):
        make.do(dossier, Action.REFUSE, reception, reason="Thiếu thẩm quyền", basis="")

    assert (AuditEntry.objects.count(), OutboxMessage.objects.count()) == counted
    assert DossierEvent.objects.count() == 1
    assert Dossier.objects.get().state == "submitted"


def test_every_event_comes_with_its_audit_entry_and_its_message(reception):
    dossier = make.do(make.filed(), Action.ACCEPT, reception)

    seqs = list(dossier.events.order_by("seq").values_list("seq", flat=True))
    entries = AuditEntry.objects.filter(obj=f"dossier:{dossier.number}").order_by("pk")
    messages = OutboxMessage.objects.filter(topic=applying.TOPIC).order_by("pk")
    assert [entry.details["seq"] for entry in entries] == seqs
    assert [message.payload["seq"] for message in messages] == seqs


def test_the_chain_holds_and_a_changed_event_is_found(reception):
    dossier = make.do(make.filed(), Action.ACCEPT, reception)
    good = list(links(dossier))
    spoilt = [(chain.Link(**{**_values(link), "actor": "nguoi-khac"}), digest) for link, digest in good[:1]]

    assert chain.broken(good) is None
    assert chain.broken(spoilt + good[1:]) == 1
    assert chain.broken(good[1:]) == 1
    assert dossier.last_digest == good[-1][1]


def _values(link):
    return {name: getattr(link, name) for name in link.__slots__}


@pytest.mark.parametrize("statement", ["UPDATE {} SET actor = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_events(catalog, statement):
    make.filed()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(DossierEvent._meta.db_table))

    assert DossierEvent.objects.get().actor != "x"


def test_nothing_that_was_written_lies_readable_in_the_database(reception):
    dossier = make.filed(address="Bản Kín Mít, xã Mẫu")
    make.do(dossier, Action.REFUSE, reception, reason="Lý do kín đáo", basis="Luật Hộ tịch 2014, Điều 63")
    connection_tables = [model._meta.db_table for model in (Dossier, DossierEvent, Draft, AuditEntry, OutboxMessage)]

    with connection.cursor() as cursor:
        for table in [*connection_tables, "public_services_party"]:
            cursor.execute(f"SELECT * FROM {table}")
            text = str(cursor.fetchall())
            for canary in ("Kín Mít", "Lý do kín", "014099000001", "0900000001", "Lò Văn Mẫu"):
                assert canary not in text, table


def test_missing_answers_are_named_and_nothing_is_filed(catalog):
    person = make.citizen()
    draft = make.draft(person, event="khac", truth=False)

    with pytest.raises(Unfinished) as refusal, transaction.atomic():
        filing.submit(
            draft_id=draft.pk,
            agency=make.commune(),
            parties=[make.owner(person)],
            actor=Actor(person.username, filing.relations_of_filer(Channel.ONLINE), person),
            key=str(uuid.uuid4()),
            at=make.AT,
        )

    assert [problem.pointer for problem in refusal.value.problems] == ["/event_other", "/truth"]
    assert Draft.objects.filter(pk=draft.pk).exists()
    assert not Dossier.objects.exists()


def test_a_paper_is_asked_for_only_when_its_condition_holds(catalog):
    draft = make.draft(make.citizen(), on_behalf=True, relation="Em gái")

    assert filing.problems_of(draft) == [Problem("paper:giay-uy-quyen", "required", 1)]
    drafts.attach(draft_id=draft.pk, paper="giay-uy-quyen", taken=make.a_file(), at=make.AT)
    assert filing.problems_of(draft) == []


def test_two_tabs_lose_nothing(catalog):
    draft = make.draft(make.citizen())
    drafts.save_answers(draft_id=draft.pk, revision=0, answers={"address": "Bản Một"}, names=["address"], at=make.AT)

    with pytest.raises(StaleDraft) as refusal:
        drafts.save_answers(
            draft_id=draft.pk, revision=0, answers={"address": "Bản Hai"}, names=["address"], at=make.AT
        )

    assert refusal.value.saved["address"] == "Bản Một"


def test_one_draft_per_person_and_procedure(catalog):
    person = make.citizen()

    assert {make.draft(person).pk for _click in range(7)} == {Draft.objects.get().pk}


def test_a_supplement_changes_only_what_was_named(reception):
    person = make.citizen()
    dossier = make.filed(person)
    make.do(dossier, Action.REQUEST_SUPPLEMENT, reception, items={"/address": "Ghi rõ bản."})

    make.do(dossier, Action.SUPPLY, person, answers={"address": "Bản Mới, xã Mẫu", "subject_name": "Người Khác"})

    from tinhso.public_services.dossiers.selectors import standing

    answers = standing.answers_of(Dossier.objects.get())
    assert (answers["address"], answers["subject_name"]) == ("Bản Mới, xã Mẫu", "Lò Văn Mẫu")
    assert Dossier.objects.get().state == "submitted"


def test_a_second_supplement_in_the_same_step_needs_a_reason_in_law(reception):
    person = make.citizen()
    dossier = make.filed(person)
    make.do(dossier, Action.REQUEST_SUPPLEMENT, reception, items={"/address": "Ghi rõ bản."})
    make.do(dossier, Action.SUPPLY, person, answers={"address": "Bản Mới, xã Mẫu"})

    with pytest.raises(NotAllowed, match="một lần"):
        make.do(dossier, Action.REQUEST_SUPPLEMENT, reception, items={"/copies": "Ghi lại."})
    make.do(
        dossier, Action.REQUEST_SUPPLEMENT, reception, items={"/copies": "Ghi lại."}, lawful_reason="Luật X, Điều 1"
    )

    assert dossier.supplements.count() == 2


def test_nobody_decides_on_an_own_dossier(catalog):
    official = make.official(Role.ONE_STOP_OFFICER)
    dossier = make.filed(official)

    with pytest.raises(NotAllowed):
        make.do(dossier, Action.ACCEPT, official)
