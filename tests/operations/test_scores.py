"""Scoring of agencies: from the own score to the published rank, and down to the figures."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from tests.conftest import AT
from tinhso.accounts.api import Role
from tinhso.core.models import AuditEntry
from tinhso.datasets import api as datasets
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.plans.models import Score, Scorecard
from tinhso.plans.selectors import schemes
from tinhso.plans.selectors import scores as selectors
from tinhso.plans.services import scores as services
from tinhso.plans.services.scores import Said

YEAR, PDF = 2023, b"%PDF-1.7\n% minh chung"
MANUAL = {"plan": 5, "leader": 4, "initiative": 8}


@pytest.fixture
def scheme(computed):
    return schemes.scheme_for("agencies", YEAR)


def unit(code="SL-SNNPTNT"):
    return organizations.resolve(code, selectors._last_day(YEAR)).org_unit_id


def said(**changed):
    return {name: Said(Decimal(points), "ghi chú") for name, points in (MANUAL | changed).items()}


def submitted(scheme, code="SL-SNNPTNT", **changed):
    return services.score_self(
        scheme=scheme, year=YEAR, unit_id=unit(code), revision=0, said=said(**changed), is_submitted=True,
        actor="lanhdao.nn", at=AT,
    )  # fmt: skip


def verified(scheme, code="SL-SNNPTNT", **changed):
    card = submitted(scheme, code)
    return services.verify(
        scheme=scheme, card_id=card.pk, revision=card.revision, said=said(**changed), is_final=True,
        actor="chutri", at=AT,
    )  # fmt: skip


def card_of(scheme, code="SL-SNNPTNT"):
    row = next(row for row in selectors.units_of(scheme, YEAR) if row.unit_id == unit(code))
    return selectors.card_of(scheme, YEAR, row)


def text(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def url(code="SL-SNNPTNT"):
    return f"/scores/agencies/{YEAR}/{unit(code)}/"


def test_computed_points_are_what_the_figures_give(scheme):
    found = {one.criterion.id: one for one in card_of(scheme).scored}
    (figure,) = indicators.figures(indicators=["gov.documents_signed"], period_codes=["2023-05/ytd"], unit_ids=[unit()])

    assert found["documents"].value == figure.value
    assert float(found["documents"].points) == pytest.approx(20 * figure.value, abs=0.01)
    assert found["plan"].points is None


def test_the_own_score_counts_only_when_it_was_verified(scheme):
    before = card_of(scheme).total
    submitted(scheme)
    assert card_of(scheme).total == before

    card = Scorecard.objects.get()
    services.verify(
        scheme=scheme, card_id=card.pk, revision=card.revision, said=said(initiative=6), is_final=True,
        actor="chutri", at=AT,
    )  # fmt: skip

    assert card_of(scheme).total == before + 5 + 4 + 6


def test_whoever_scored_does_not_verify(scheme):
    card = submitted(scheme)

    with pytest.raises(services.SelfVerification):
        services.verify(
            scheme=scheme, card_id=card.pk, revision=card.revision, said=said(), is_final=True,
            actor="lanhdao.nn", at=AT,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Scorecard.objects.update(state="verified", verified_by="lanhdao.nn")


@pytest.mark.parametrize("points", [-1, 11])
def test_points_out_of_bounds_are_refused(scheme, points):
    with pytest.raises(services.TooManyPoints, match="từ 0 đến 10"):
        submitted(scheme, initiative=points)

    assert not Scorecard.objects.exists()


def test_points_are_taken_away_with_a_reason(scheme):
    card = submitted(scheme)

    with pytest.raises(services.TooManyPoints, match="hãy ghi lý do"):
        services.verify(
            scheme=scheme, card_id=card.pk, revision=card.revision,
            said=said() | {"plan": Said(Decimal(2))}, is_final=True, actor="chutri", at=AT,
        )  # fmt: skip


def test_two_who_score_are_told_of_one_another(scheme):
    submitted(scheme)

    with pytest.raises(services.CardChanged):
        submitted(scheme)


def test_published_points_stay_when_figures_change(scheme):
    verified(scheme)
    before = card_of(scheme).total
    assert services.publish(scheme=scheme, year=YEAR, actor="chutri", at=AT) == 1

    for batch in datasets.recent_batches(dataset="documents", limit=9):
        datasets.revoke_batch(batch=batch, reason="gửi nhầm", actor="t", at=AT)
    indicators.compute(at=AT)

    assert card_of(scheme).total == before
    assert AuditEntry.objects.filter(action="plans.scorecard_written").count() == 3


def test_nothing_is_published_before_it_was_verified(scheme):
    submitted(scheme)

    with pytest.raises(services.WrongCardStep):
        services.publish(scheme=scheme, year=YEAR, actor="chutri", at=AT)


# ---- pages -----------------------------------------------------------------------------------------------------


def test_an_agency_scores_itself_and_the_plans_owner_verifies_and_publishes(scheme, sign_in):
    lead = sign_in(Role.AGENCY_LEAD, "SL-SNNPTNT")
    file = SimpleUploadedFile("ke-hoach.pdf", PDF, "application/pdf")
    own = {f"points_{name}": points for name, points in MANUAL.items()} | {"file_plan": file, "revision": 0}
    lead.post(url(), own | {"submit": "1"})
    assert "Chờ thẩm định" in text(lead.get(url()))
    assert "tự chấm 8" in text(lead.get(url()))

    owner = sign_in(Role.PLAN_OWNER)
    given = {f"points_{name}": points for name, points in MANUAL.items()}
    owner.post(url(), given | {"revision": Scorecard.objects.get().revision, "submit": "1"})
    page = text(owner.get("/scores/?scheme=agencies&year=2023"))
    assert "Công bố điểm của 1 đơn vị đã thẩm định" in page
    owner.post("/scores/agencies/2023/publish/")

    stranger = sign_in(Role.VIEWER, "SL-SYT")
    page = text(stranger.get("/scores/?scheme=agencies&year=2023"))
    assert "Sở Nông nghiệp và Phát triển nông thôn" in page
    assert "Đã công bố" in page


@pytest.mark.parametrize("url", ["/scores/?year=0000", "/scores/agencies/0/1/", "/scores/?scheme=khong-co&year=2023"])
def test_years_and_schemes_that_are_none_are_not_found(scheme, sign_in, url):
    assert sign_in(Role.PLAN_OWNER).get(url).status_code == 404


def test_before_publication_others_see_nothing(scheme, sign_in):
    submitted(scheme)
    stranger = sign_in(Role.AGENCY_LEAD, "SL-SYT")

    page = text(stranger.get("/scores/?scheme=agencies&year=2023"))

    assert "Sở Nông nghiệp" not in page
    assert "đơn vị khác hiện ra khi điểm được công bố" in page
    assert stranger.get(url()).status_code == 404
    assert stranger.post(url(), {}).status_code == 404


def test_a_criterion_opens_into_its_figure(scheme, sign_in):
    page = text(sign_in(Role.PLAN_OWNER).get(url()))

    assert "/targets/gov.documents_signed/?unit=SL-SNNPTNT&amp;period=2023-05/ytd" in page


def test_evidence_is_a_download_for_readers_of_the_unit(scheme, sign_in):
    lead = sign_in(Role.AGENCY_LEAD, "SL-SNNPTNT")
    file = SimpleUploadedFile("ke-hoach.pdf", PDF, "application/pdf")
    lead.post(url(), {"points_plan": 5, "file_plan": file, "revision": 0})
    key = Score.objects.get(criterion="plan").pk

    assert b"".join(lead.get(f"/scores/files/{key}/").streaming_content) == PDF
    assert sign_in(Role.VIEWER, "SL-SYT").get(f"/scores/files/{key}/").status_code == 404


def test_the_index_of_the_province_says_how_much_of_it_is_measured(scheme, sign_in):
    client = sign_in(Role.PLAN_OWNER)
    province = unit("14")

    page = text(client.get(f"/scores/dti-922/2023/{province}/"))

    assert "Ở đây tính được 260 trong 1.000 điểm" in page
    assert "trọng số suy ra, cần rà soát" in page
    rows = list(csv.reader(io.StringIO(client.get("/scores/?scheme=dti-922&year=2023&format=csv").content.decode("utf-8-sig"))))  # fmt: skip
    assert rows[1][2] == "Tỉnh Sơn La"


def test_a_refused_score_comes_back_with_what_was_written(scheme, sign_in):
    answer = sign_in(Role.AGENCY_LEAD, "SL-SNNPTNT").post(url(), {"points_plan": 6, "note_plan": "Đã ban hành", "revision": 0})  # fmt: skip

    assert answer.status_code == 422
    assert "Đã ban hành" in text(answer)
