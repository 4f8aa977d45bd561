"""Agencies and partners, samples for the demonstration, and the witness of the audit's head."""

import datetime as dt

import pytest

from tests.documents import factories as make
from tests.documents import light
from tinhso.accounts.api import Role
from tinhso.core import audit, clock, outbox
from tinhso.core.models import AuditEntry, AuditWitness
from tinhso.documents.choices import ChannelKind, State
from tinhso.documents.models import Agency, AgencyCode, Document, Partner
from tinhso.documents.rules import naming
from tinhso.documents.selectors import agencies as known
from tinhso.documents.services import agencies, identity, samples, witness
from tinhso.documents.services.agencies import Unfit
from tinhso.organizations import api as organizations

TODAY = make.AT.date()


# ---- our agencies -------------------------------------------------------------------------------------------------


def test_every_unit_becomes_an_agency_once(province):
    units = len(organizations.units_on(TODAY))

    assert agencies.ensure_ours(on=TODAY) == units > 10
    assert agencies.ensure_ours(on=TODAY) == 0
    assert Agency.objects.count() == AgencyCode.objects.values("code").distinct().count() == units


def test_agencies_are_named_and_abbreviated_as_they_issue_documents(province):
    justice, commune = make.office(make.JUSTICE).agency, make.office(make.COMMUNE).agency

    assert (justice.name, justice.notation, justice.place) == ("Sở Tư pháp", "STP", "Sơn La")
    assert justice.superior == "UBND tỉnh Sơn La"
    assert (commune.name[:22], commune.notation, commune.superior) == ("Ủy ban nhân dân phường", "UBND", "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Sở Tư pháp", "STP"),
        ("Sở Kế hoạch và Đầu tư", "SKHĐT"),
        ("Sở Văn hóa, Thể thao và Du lịch", "SVHTTDL"),
        ("Thanh tra tỉnh", "TT"),
    ],
)
def test_abbreviations_are_the_letters_of_a_name(name, expected):
    assert naming.notation("department", name) == expected


def test_the_real_code_goes_before_the_provisional_which_still_counts(province):
    agency = make.office(make.JUSTICE).agency
    old = known.code_of(agency, TODAY)

    agencies.give_code(agency=agency, scheme="QĐ 20/2020", code="H52.01", valid_from=TODAY, actor="admin", at=make.AT)

    assert (known.code_of(agency, TODAY), known.code_of(agency, TODAY - dt.timedelta(days=1))) == ("H52.01", old)
    assert known.by_code(old, TODAY) == known.by_code("H52.01", TODAY) == agency


@pytest.mark.parametrize("code", ["", "h52.01", "H52 01", "H52..01", "X" * 40, "H52.01,1"])
def test_what_is_no_identifier_is_refused(province, code):
    agency = make.office(make.JUSTICE).agency

    with pytest.raises(Unfit):
        agencies.give_code(agency=agency, scheme="x", code=code, valid_from=TODAY, actor="admin", at=make.AT)

    assert agency.codes.count() == 1


def test_two_agencies_do_not_share_a_code(province):
    one, other = make.office(make.JUSTICE).agency, make.office(make.HOME).agency
    given = {"scheme": "x", "code": "H52.01", "valid_from": TODAY, "actor": "admin", "at": make.AT}
    agencies.give_code(agency=one, **given)

    with pytest.raises(Unfit, match=r"H52\.01"):
        agencies.give_code(agency=other, **given)


def test_an_agency_whose_codes_have_ended_cannot_send(province):
    agency = make.office(make.JUSTICE).agency
    agency.codes.update(valid_to=TODAY)

    assert known.code_of(agency, TODAY)
    with pytest.raises(known.NoCode):
        known.code_of(agency, TODAY + dt.timedelta(days=1))


# ---- partners -----------------------------------------------------------------------------------------------------


def test_a_partner_is_known_by_the_fingerprint_of_its_certificate(province):
    partner = light.partner()

    assert partner.fingerprint == identity.own(make.AT).fingerprint
    assert known.partner_of(partner.fingerprint) == partner
    assert known.partner_of("") is None
    assert AuditEntry.objects.get(action="documents.partner_added").details["fingerprint"] == partner.fingerprint


def test_the_key_of_a_gateway_is_kept_encrypted(province):
    partner = light.partner(ChannelKind.AXIS, account="tinh", secret="khoa-bi-mat")

    assert "khoa-bi-mat" not in str(Partner.objects.values().get())
    assert make.dispatching.way(partner).secret == "khoa-bi-mat"
    assert "khoa-bi-mat" not in str(AuditEntry.objects.values_list("details", flat=True))


@pytest.mark.parametrize("given", [{"certificate": ""}, {"certificate": "khong phai"}], ids=["none", "unreadable"])
def test_an_installation_without_a_certificate_is_not_added(province, given):
    with pytest.raises(Unfit):
        light.partner(**given)

    assert not Partner.objects.exists()


def test_partners_have_names_of_their_own(province):
    light.partner()

    with pytest.raises(Unfit):
        light.partner(ChannelKind.AXIS)


def test_an_agency_there_has_a_code_that_nobody_has(province):
    partner = light.partner()
    light.agency_there(partner)

    with pytest.raises(Unfit):
        light.agency_there(partner, name="Nơi khác")

    assert Agency.objects.filter(partner=partner).count() == 1


# ---- samples ------------------------------------------------------------------------------------------------------


def test_samples_stand_at_every_point_of_their_way_and_are_made_once(province, pdf_tools):
    make.office(make.JUSTICE)
    make.office(make.COMMUNE)

    made = samples.give_samples(today=TODAY, at=make.AT)
    before = Document.objects.count()

    assert made == len(samples.SUBJECTS) + 1
    assert samples.give_samples(today=TODAY, at=make.AT) == 0
    assert Document.objects.count() == before
    assert set(Document.objects.values_list("state", flat=True)) >= {
        State.DRAFT,
        State.IN_REVIEW,
        State.TO_SIGN,
        State.SIGNED,
        State.ISSUED,
        State.ARRIVED,
        State.REGISTERED,
        State.DONE,
    }


def test_there_are_no_samples_between_agencies_without_people(province):
    make.office(make.JUSTICE)

    assert samples.give_samples(today=TODAY, at=make.AT) == 0
    assert not Document.objects.exists()


# ---- the witness --------------------------------------------------------------------------------------------------


@pytest.fixture
def anchor(province):
    """An anchor over some entries, a day's."""
    make.draft(make.office(make.JUSTICE))
    audit.seal()
    return audit.make_anchor(at=make.AT, today=TODAY)


@pytest.fixture
def named(settings, province):
    """Who signs, and who witnesses."""
    justice, home_affairs = make.office(make.JUSTICE), make.office(make.HOME)
    settings.AUDIT_WITNESS = f"{light.code_of(home_affairs)}:{justice.leader.username}"
    return justice, home_affairs


def test_the_head_of_the_audit_is_sent_and_the_signed_receipt_noted(anchor, named, pdf_tools, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: make.AT)
    document = witness.send_root(today=TODAY, at=make.AT)
    make.exchange()

    outbox.sweep(at=make.AT)

    sent, receipt = AuditWitness.objects.order_by("pk")
    assert (sent.kind, sent.reference, sent.by) == ("sent", document.code, named[1].agency.name)
    assert (receipt.kind, receipt.anchor_id, receipt.by) == ("receipt", anchor.pk, named[1].agency.name)
    assert identity.opened(receipt.text, identity.own(make.AT).certificate_pem)["document"] == document.code


def test_the_document_says_the_anchors_statement(anchor, named, pdf_tools):
    document = witness.send_root(today=TODAY, at=make.AT)
    make.exchange()

    said = make.copy_of(document, named[1]).text.plain.replace(" ", "")
    assert anchor.root in said
    assert anchor.head in said


def test_an_anchor_is_sent_once(anchor, named, pdf_tools):
    witness.send_root(today=TODAY, at=make.AT)

    assert witness.send_root(today=TODAY, at=make.AT) is None
    assert Document.objects.filter(state=State.ISSUED).count() == 1


def test_a_receipt_is_noted_once(anchor, named, pdf_tools):
    document = witness.send_root(today=TODAY, at=make.AT)
    make.exchange()

    assert [witness.note_receipts(document.pk, at=make.AT) for _time in range(2)] == [1, 0]


def test_an_unsigned_receipt_witnesses_nothing(anchor, named, pdf_tools):
    document = witness.send_root(today=TODAY, at=make.AT)
    delivery = light.delivery(document)
    make.dispatching.receipts.take(
        delivery, code="01", at_remote=make.AT, raw="x", is_signed=False, description="", at=make.AT
    )

    assert witness.note_receipts(document.pk, at=make.AT) == 0


def test_receipts_of_other_documents_witness_nothing(anchor, named):
    document = light.sent(*named)
    make.exchange()

    assert witness.note_receipts(document.pk, at=make.AT) == 0


@pytest.mark.parametrize("setting", ["", "H00.99:nobody", "{code}:", "{code}:nobody", "H00.99:{signer}"])
def test_without_a_witness_or_a_signer_nothing_is_sent(anchor, named, settings, setting):
    justice, home_affairs = named
    settings.AUDIT_WITNESS = setting.format(code=light.code_of(home_affairs), signer=justice.leader.username)

    assert witness.send_root(today=TODAY, at=make.AT) is None


def test_an_official_who_may_not_sign_does_not_sign_the_head(anchor, named, settings):
    _justice, home_affairs = named
    clerk = make.official(Role.CLERK, make.JUSTICE, named[0].agency.org_unit_id)
    settings.AUDIT_WITNESS = f"{light.code_of(home_affairs)}:{clerk.username}"

    assert witness.send_root(today=TODAY, at=make.AT) is None
