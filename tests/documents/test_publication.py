"""Issued documents as rows of the lake: nothing is said before it is so, and everything that changes is said again."""

import datetime as dt

import duckdb
import pytest
from django_tasks_db.models import DBTaskResult

from tests.documents import factories as make
from tests.documents import light
from tinhso.core import clock, daily, outbox
from tinhso.datasets import api as datasets
from tinhso.documents import jobs
from tinhso.documents.choices import Verdict
from tinhso.documents.models import Document, Verification
from tinhso.documents.services import publication, sending, signing, steps

LATER = make.AT + dt.timedelta(hours=1)


@pytest.fixture
def justice(province):
    return make.office(make.JUSTICE)


@pytest.fixture
def home_affairs(province):
    return make.office(make.HOME)


def row_of(document):
    """The row in force of a document; None while there is none."""
    columns = list(datasets.contract("documents").columns)
    with duckdb.connect() as connection:
        datasets.attach(connection, ["documents"])
        found = connection.sql(f"SELECT {', '.join(columns)} FROM documents").fetchall()
    rows = {row[0]: dict(zip(columns, row, strict=True)) for row in found}
    return rows.get(document.code)


def judged(document, verdict):
    """The check of the document's file, as if it had been made."""
    made = Verification.objects.create(
        file=document.versions.get().file,
        policy="p",
        expected=document.agency.name,
        verdict=verdict,
        report={},
        at=LATER,
    )
    steps.note(steps.held(document.pk), "checked", actor="system", at=LATER)
    return made


def batches():
    return datasets.Batch.objects.filter(dataset="documents").count()


def test_an_issued_document_is_a_row(justice):
    document = light.issued(justice)

    assert publication.publish(at=make.AT) == 1

    assert row_of(document) == {
        "document_id": document.code,
        "agency_code": make.JUSTICE,
        "number": "01/KH-STP",
        "type": "Kế hoạch",
        "issued_on": dt.date(2024, 1, 15),
        "secret": False,
        "electronic": True,
        "signed": False,
        "sent_via": None,
    }


def test_drafts_and_documents_in_are_no_rows(justice, home_affairs):
    make.draft(justice)
    light.sent(justice, home_affairs)
    make.exchange()

    assert publication.publish(at=make.AT) == 1


@pytest.mark.parametrize(
    ("verdict", "is_signed"), [(Verdict.UNDETERMINED, False), (Verdict.FAILED, False), (Verdict.PASSED, True)]
)
def test_a_document_counts_as_signed_once_its_check_has_passed(justice, verdict, is_signed):
    document = light.issued(justice)
    judged(document, verdict)

    publication.publish(at=LATER)

    assert row_of(document)["signed"] is is_signed


def test_a_check_that_passes_later_is_told_later(justice):
    document = light.issued(justice)
    check = judged(document, Verdict.UNDETERMINED)
    publication.publish(at=make.AT)
    assert row_of(document)["signed"] is False
    Verification.objects.filter(pk=check.pk).update(verdict=Verdict.PASSED)
    steps.note(steps.held(document.pk), "checked", actor="system", at=LATER)

    assert publication.publish(at=LATER) == 1

    assert row_of(document)["signed"] is True


def test_the_check_of_another_agencys_signature_does_not_count(justice):
    document = light.issued(justice)
    made = judged(document, Verdict.PASSED)
    Verification.objects.filter(pk=made.pk).update(expected="Sở khác")

    publication.publish(at=LATER)

    assert row_of(document)["signed"] is False


def test_a_document_counts_as_exchanged_once_all_have_it(justice, home_affairs):
    there = light.agency_there(light.partner())
    document = light.issued(justice)
    sending.send(
        document_id=document.pk,
        revision=document.revision,
        recipients=[home_affairs.agency, there],
        actor="x",
        acts_as=make.REGISTRAR,
        at=make.AT,
    )
    make.dispatching._settle(
        [
            make.dispatching._try(each, make.AT)
            for each in make.dispatching._lease(make.AT, 20)
            if not each.recipient.partner
        ],
        make.AT,
    )
    publication.publish(at=make.AT)
    assert row_of(document)["sent_via"] is None

    arrived = document.deliveries.get(recipient=there)
    make.dispatching.receipts.take(
        arrived, code="01", at_remote=LATER, raw="", is_signed=True, description="", at=LATER
    )
    publication.publish(at=LATER)

    assert row_of(document)["sent_via"] == "exchange"


def test_a_paper_is_a_row_of_its_own_kind(justice):
    document = signing.register_paper(
        agency=justice.agency,
        text=make.text(justice),
        issued_on=make.AT.date(),
        actor=justice.registrar,
        at=make.AT,
    )

    publication.publish(at=make.AT)

    row = row_of(document)
    assert (row["electronic"], row["signed"], row["sent_via"]) == (False, False, "paper")


def test_a_recalled_document_stays_a_row(justice):
    document = light.issued(justice)
    publication.publish(at=make.AT)
    sending.recall(
        document_id=document.pk,
        revision=document.revision,
        reason="Sai",
        actor="x",
        acts_as=make.REGISTRAR,
        at=LATER,
    )

    publication.publish(at=LATER)

    assert row_of(document)["number"] == "01/KH-STP"


def test_what_has_not_changed_is_not_told_again(justice):
    light.issued(justice)
    publication.publish(at=make.AT)
    assert batches() == 1

    assert publication.publish(at=LATER) == 0

    assert batches() == 1
    assert not publication.is_anything_waiting()


def test_what_changed_while_it_was_published_is_told_the_next_time(justice, monkeypatch):
    document = light.issued(justice)
    bring = publication._import

    def meanwhile(*given):
        bring(*given)
        monkeypatch.setattr(publication, "_import", bring)
        steps.note(steps.held(document.pk), "remark", actor="x", at=LATER)

    monkeypatch.setattr(publication, "_import", meanwhile)

    assert publication.publish(at=make.AT) == 2
    assert not publication.is_anything_waiting()


def test_a_publication_that_fails_leaves_everything_waiting(justice, monkeypatch):
    light.issued(justice)

    def full(*_given):
        raise OSError("No space left on device")

    monkeypatch.setattr(publication, "_import", full)
    with pytest.raises(OSError, match="No space"):
        publication.publish(at=make.AT)
    monkeypatch.undo()

    assert publication.is_anything_waiting()


def test_many_documents_are_told_in_parts(justice, monkeypatch):
    monkeypatch.setattr(publication, "MOST", 2)
    for _one in range(5):
        light.issued(justice)

    assert publication.publish(at=make.AT) == 5

    assert batches() == 3
    assert all(each.published_revision == each.revision for each in Document.objects.all())


def test_no_row_of_ours_is_kept_back(justice):
    light.issued(justice)
    light.issued(make.office(make.COMMUNE))

    publication.publish(at=make.AT)

    assert [batch.quarantined for batch in datasets.Batch.objects.filter(dataset="documents")] == [0]


# ---- when ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(monkeypatch):
    """Publications that wait."""
    monkeypatch.setattr(clock, "now", lambda: LATER)
    return lambda: DBTaskResult.objects.filter(task_path=jobs.publish_rows.module_path)


def test_many_events_lead_to_one_publication(justice, waiting):
    for _one in range(3):
        light.issued(justice)

    outbox.sweep(at=LATER)

    assert waiting().count() == 1


def test_a_remark_leads_to_no_publication(justice, waiting):
    make.drafting.remark(document_id=make.draft(justice).pk, text="Đồng ý", author="x", at=make.AT)

    outbox.sweep(at=LATER)

    assert waiting().count() == 0


def test_the_next_publication_waits_a_while_after_the_last(justice, waiting):
    light.issued(justice)
    publication.publish(at=LATER)

    jobs.have_published()

    last = datasets.Batch.objects.get(dataset="documents").created_at
    assert waiting().get().run_after == last + jobs.APART


def test_what_a_failed_publication_left_is_brought_the_next_day(justice, waiting):
    light.issued(justice)

    daily.run_due(at=LATER + dt.timedelta(days=1))

    assert waiting().count() == 1
