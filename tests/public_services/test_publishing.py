"""What is done to dossiers becomes rows of the datasets: once, as it stands, and never before acceptance."""

import datetime as dt
import logging

import duckdb
import pytest

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core import sealed
from tinhso.core.models import OutboxMessage
from tinhso.datasets import api as datasets
from tinhso.datasets.models import Batch
from tinhso.public_services.assistance.models import AssistanceSession
from tinhso.public_services.catalog import services as catalog_services
from tinhso.public_services.catalog.models import ProcedureVersion
from tinhso.public_services.dossiers.choices import Action, Channel
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.feedback import services as feedback
from tinhso.public_services.feedback.choices import Level
from tinhso.public_services.payments.services import collecting
from tinhso.public_services.publishing.selectors import kept_back, lake
from tinhso.public_services.publishing.selectors.history import check_dossiers
from tinhso.public_services.publishing.services import publication
from tinhso.public_services.results.services import issue

PUBLISHED = make.later(days=10)


def rows(dataset="dossiers"):
    """The rows in force, by their first key."""
    columns = list(datasets.contract(dataset).columns)
    with duckdb.connect() as connection:
        datasets.attach(connection, [dataset])
        found = connection.sql(f"SELECT {', '.join(columns)} FROM {dataset} ORDER BY ALL").fetchall()
    return {row[0]: dict(zip(columns, row, strict=True)) for row in found}


def publish(at=PUBLISHED):
    return {one.dataset: one for one in publication.publish(at=at)}


def batches(dataset="dossiers"):
    return Batch.objects.filter(dataset=dataset).count()


@pytest.fixture
def reception(catalog):
    return make.official(Role.ONE_STOP_OFFICER)


def accepted(reception, **options):
    return make.do(make.filed(**options), Action.ACCEPT, reception)


def test_an_accepted_dossier_is_a_row_with_what_is_known_of_it(reception):
    dossier = accepted(reception)

    publish()

    moment = dt.datetime(2023, 9, 12, 9, 0)
    commune = make.commune().code
    assert rows() == {
        dossier.number: {
            "dossier_code": dossier.number,
            "procedure_code": make.EXTRACT,
            "agency_code": commune,
            "commune_code": commune,
            "channel": "online",
            "submitted_at": moment,
            "received_at": moment,
            "due_at": None,
            "finished_at": None,
            "returned_at": None,
            "status": 6,
            "assisted": False,
            "fee_vnd": 0,
            "paid_online": False,
            "digitized": False,
            "result_signed": False,
            "account_ref": sealed.hashed(f"account:{dossier.parties.get().identity_hash}")[:16],
            "satisfaction": None,
        }
    }


def test_nothing_is_told_of_a_dossier_before_its_acceptance(reception):
    waiting, withdrawn = make.filed(), make.filed(make.citizen("014099000002"))
    make.do(withdrawn, Action.WITHDRAW, reception, reason="không cần nữa")

    publish()

    assert rows() == {}
    assert Dossier.objects.get(pk=waiting.pk).published_seq == 0


def test_a_refused_dossier_is_told_without_a_day_of_receipt(reception):
    dossier = make.do(make.filed(), Action.REFUSE, reception, reason="thiếu", basis="NĐ 61/2018/NĐ-CP, Điều 17")

    publish()

    row = rows()[dossier.number]
    assert (row["status"], row["received_at"]) == (3, None)


def test_a_dossier_without_account_has_no_reference(reception):
    person = make.official(Role.ONE_STOP_OFFICER)
    begun = make.draft(person, channel=Channel.COUNTER)
    dossier = make.received(person, begun)

    publish()

    assert rows()[dossier.number]["account_ref"] is None


def test_publishing_twice_makes_one_row_and_one_batch(reception):
    accepted(reception)
    publish()

    again = publish()

    assert len(rows()) == batches() == 1
    assert again["dossiers"].rows == 0


def test_what_has_changed_replaces_its_row(reception):
    dossier = accepted(reception)
    publish()
    make.do(dossier, Action.WITHDRAW, make.citizen(), reason="không cần nữa")

    publish()

    assert [row["status"] for row in rows().values()] == [7]
    assert batches() == 2


def test_a_row_that_becomes_what_it_was_is_brought_again(reception, monkeypatch):
    dossier = accepted(reception)
    publish()
    for later, status in enumerate((8, 6), 1):
        monkeypatch.setattr(publication.dossiers, "_status", lambda _dossier, status=status: status)
        Dossier.objects.filter(pk=dossier.pk).update(revision=dossier.revision + later)
        publish()

    assert [row["status"] for row in rows().values()] == [6]


def test_a_dossier_that_changes_while_it_is_written_stays_to_be_published(reception, monkeypatch):
    dossier = accepted(reception)
    original = datasets.import_files

    def change_meanwhile(**named):
        make.do(dossier, Action.WITHDRAW, make.citizen(), reason="không cần nữa")
        monkeypatch.setattr(datasets, "import_files", original)
        return original(**named)

    publication.publish(at=PUBLISHED)
    Dossier.objects.update(published_seq=0)
    monkeypatch.setattr(datasets, "import_files", change_meanwhile)
    publish()

    fresh = Dossier.objects.get()
    assert fresh.published_seq == dossier.revision < fresh.revision
    publish()
    assert [row["status"] for row in rows().values()] == [7]


def test_published_procedures_are_rows_with_their_managing_agency(catalog):
    publish()

    found = rows("procedures")
    assert len(found) == ProcedureVersion.objects.count() == 12
    row = found[make.EXTRACT]
    assert (row["agency_code"], row["valid_from"], row["valid_to"]) == ("14", dt.date(2023, 1, 1), None)
    assert (row["online_level"], row["eligible_full"], row["national_portal"]) == ("full", True, True)


def test_a_new_version_ends_the_row_before_and_adds_one(catalog):
    publish()
    text = (
        (catalog_services.reference_folder() / f"{make.EXTRACT}.yaml")
        .read_bytes()
        .replace(b"level: full", b"level: partial")
    )
    draft = catalog_services.write_draft(text=text, actor="t", at=make.AT)
    catalog_services.publish(version=draft, valid_from=dt.date(2023, 9, 20), actor="t", at=make.AT)

    answer = publish()

    with duckdb.connect() as connection:
        datasets.attach(connection, ["procedures"])
        found = connection.sql(
            f"SELECT valid_from, valid_to, online_level FROM procedures WHERE procedure_code = '{make.EXTRACT}' ORDER BY 1"
        ).fetchall()
    assert answer["procedures"].rows == 2
    assert found == [
        (dt.date(2023, 1, 1), dt.date(2023, 9, 19), "full"),
        (dt.date(2023, 9, 20), None, "partial"),
    ]
    assert publish()["procedures"].rows == 0


def test_a_row_that_the_dataset_refuses_is_logged_and_shown_but_its_values_are_not(reception, caplog, monkeypatch):
    dossier = accepted(reception)
    monkeypatch.setattr(publication.dossiers, "_status", lambda _dossier: 11)
    with caplog.at_level(logging.ERROR):
        answer = publish()

    (found,) = kept_back.rows_kept_back()
    assert answer["dossiers"].kept_back == 1
    assert (found.dataset, found.key, found.column) == ("dossiers", dossier.number, "status")
    assert "status" in caplog.text
    assert dossier.number not in caplog.text


def test_a_row_that_was_refused_is_not_shown_any_more_when_it_came_later(reception, monkeypatch):
    accepted(reception)
    with monkeypatch.context() as broken:
        broken.setattr(publication.dossiers, "_status", lambda _dossier: 11)
        publish()

    publication.mend(at=PUBLISHED)

    assert kept_back.rows_kept_back() == []
    assert len(rows()) == 1


def test_every_event_leaves_news_without_personal_data(reception):
    dossier = accepted(reception)

    told = OutboxMessage.objects.filter(topic="public_services.dossier_event").order_by("pk")

    assert [m.payload for m in told] == [
        {"dossier": dossier.pk, "seq": seq, "kind": kind}
        for seq, kind in enumerate(("submit", "accept", "start", "request_payment"), 1)
    ]


# ---- lake and database -------------------------------------------------------------------------------------------


def compared():
    return {one.dataset: one for one in publication.reconcile()}


def test_after_publishing_lake_and_database_are_the_same(reception):
    accepted(reception)
    publish()

    found = compared()

    assert all(one.is_same for one in found.values())
    assert {name: one.rows for name, one in found.items()} == {"procedures": 12, "dossiers": 1, "assistance": 0}


def test_what_waits_to_be_published_is_not_the_same(reception):
    accepted(reception)

    found = compared()["dossiers"]

    assert (found.is_same, found.waiting, found.missing) == (False, 1, 0)


def test_a_missing_row_is_found_and_mended(reception):
    accepted(reception)
    publish()
    batch = Batch.objects.get(dataset="dossiers")
    datasets.revoke_batch(batch=batch, reason="nhầm", actor="t", at=PUBLISHED)

    found = compared()["dossiers"]
    publication.mend(at=PUBLISHED)

    assert (found.is_same, found.missing, found.differences[0].kind) == (False, 1, "missing")
    assert all(one.is_same for one in publication.reconcile())


def test_a_row_that_somebody_overwrote_is_found_and_mended(reception, tmp_path):
    dossier = accepted(reception)
    publish()
    path = tmp_path / "dossiers.csv"
    path.write_text(
        "dossier_code,procedure_code,agency_code,channel,received_at,status,account_ref\n"
        f"{dossier.number},{make.EXTRACT},{dossier.agency_code},counter,2023-09-12 09:00,10,lạ\n"
    )
    datasets.import_files(dataset="dossiers", paths=[path], actor="ai đó", at=PUBLISHED)

    found = compared()["dossiers"]
    publication.mend(at=PUBLISHED)

    shown = {one.column: (one.database, one.lake) for one in found.differences}
    assert (found.is_same, found.different) == (False, 1)
    assert shown["channel"] == ("online", "counter")
    assert shown["account_ref"] == ("•••", "•••")
    assert all(one.is_same for one in publication.reconcile())


def test_a_row_of_ours_that_the_database_does_not_know_is_found(reception, tmp_path):
    accepted(reception)
    publish()
    path = tmp_path / "dossiers.csv"
    path.write_text(
        "dossier_code,procedure_code,agency_code,channel,received_at,status\n"
        f"LA-1,{make.EXTRACT},{make.commune().code},counter,2023-09-12 09:00,10\n"
    )
    datasets.import_files(dataset="dossiers", paths=[path], actor=lake.ACTOR, at=PUBLISHED)

    found = compared()["dossiers"]

    assert (found.is_same, found.extra, found.differences[0].key) == (False, 1, "LA-1")


def test_rows_of_others_are_no_business_of_ours(reception, tmp_path):
    accepted(reception)
    publish()
    path = tmp_path / "dossiers.csv"
    path.write_text(
        "dossier_code,procedure_code,agency_code,channel,received_at,status\n"
        f"LA-1,{make.EXTRACT},{make.commune().code},counter,2023-09-12 09:00,10\n"
    )
    datasets.import_files(dataset="dossiers", paths=[path], actor="sở", at=PUBLISHED)

    assert compared()["dossiers"].is_same


# ---- what is no event of the dossier ------------------------------------------------------------------------------


def test_a_rating_is_told_although_it_is_no_event(reception):
    dossier = make.do(make.filed(), Action.REFUSE, reception, reason="thiếu", basis="NĐ 61/2018/NĐ-CP, Điều 17")
    publish()
    feedback.rate(dossier_id=dossier.pk, user=make.citizen(), level=Level.SATISFIED, reasons=(), comment="", at=make.AT)
    before = compared()["dossiers"]

    publish()

    assert (before.waiting, before.different) == (1, 0)
    assert rows()[dossier.number]["satisfaction"] == 4


def test_a_rating_that_comes_while_rows_are_written_is_told_next_time(reception, monkeypatch):
    dossier = make.do(make.filed(), Action.REFUSE, reception, reason="thiếu", basis="NĐ 61/2018/NĐ-CP, Điều 17")
    original = datasets.import_files

    def rate_meanwhile(**named):
        if named["dataset"] == "dossiers":
            feedback.rate(
                dossier_id=dossier.pk, user=make.citizen(), level=Level.SATISFIED, reasons=(), comment="", at=make.AT
            )
            monkeypatch.setattr(datasets, "import_files", original)
        return original(**named)

    monkeypatch.setattr(datasets, "import_files", rate_meanwhile)
    publish()
    publish()

    assert rows()[dossier.number]["satisfaction"] == 4


def test_a_revoked_result_is_no_signed_one_any_more(reception):
    dossier = make.resolved(make.filed())
    publish()
    before = rows()[dossier.number]
    leader = make.official(Role.AGENCY_LEAD)
    result = dossier.results.get()

    issue.revoke(result_id=result.pk, reason="Cấp sai", actor=make.as_actor(leader, dossier), at=make.later(hours=1))
    publish()

    after = rows()[dossier.number]
    assert (before["result_signed"], after["result_signed"]) == (True, False)
    assert before | {"result_signed": False} == after
    assert all(found.is_same for found in publication.reconcile())
    assert list(check_dossiers()) == [None]


def test_fees_and_how_they_were_paid_are_told(reception):
    dossier = accepted(reception)
    actor = make.as_actor(reception, dossier)
    collecting.take_cash(dossier_id=dossier.pk, actor=actor, payer="Lò Thị Mẫu", amount_vnd=16000, key="k", at=make.AT)

    publish()

    row = rows()[dossier.number]
    assert (row["fee_vnd"], row["paid_online"], row["status"]) == (16000, False, 4)
    assert row["due_at"] is not None


def test_help_is_told_and_told_again_when_it_has_changed(reception):
    session = help_session()
    publish()
    AssistanceSession.objects.filter(pk=session.pk).update(revision=2, requester="business")

    publish()

    assert [(row["request_id"], row["requester"]) for row in rows("assistance").values()] == [
        (str(session.key), "business")
    ]
    assert all(one.is_same for one in publication.reconcile())


def help_session():
    return AssistanceSession.objects.create(
        unit_id=make.commune().unit_id,
        came_by="visit",
        requester="citizen",
        kind="guide",
        sealed="",
        requested_at=make.AT,
    )
