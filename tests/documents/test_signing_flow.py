"""Leader signs, registrar numbers, agency signs: in this order, by these people, over these bytes and no others."""

import datetime as dt
import io
import itertools

import pytest

from tests.documents import factories as make
from tests.documents import light
from tinhso.core import signers
from tinhso.documents.choices import State, Verdict, VersionKind
from tinhso.documents.models import Document, NumberTaken, SignatureMade, Verification, Version
from tinhso.documents.services import signing, steps
from tinhso.signing import fields
from tinhso.signing.port import Place

pytestmark = pytest.mark.usefixtures("pdf_tools")


@pytest.fixture
def justice(province):
    return make.office(make.JUSTICE)


def signed_elsewhere(document, who, at=make.AT):
    """What a token's program makes of the newest version."""
    key = signers.of_person(name=who.leader.full_name, organization=who.agency.name, account=who.leader.username, at=at)
    return key.sign(signing.newest_bytes(document), at=at, place=Place(fields.PERSON, certify=True))


def hand_in(document, content, who, signer=None):
    document.refresh_from_db()
    return signing.take_signed(
        document_id=document.pk,
        revision=document.revision,
        content=io.BytesIO(content),
        signer=signer or who.leader,
        acts_as=make.LEADER,
        at=make.AT,
    )


def seal(document, **changed):
    given = {"actor": "van-thu", "acts_as": make.REGISTRAR, "at": make.AT} | changed
    return signing.seal(document_id=document.pk, revision=document.revision, **given)


def number(document, **changed):
    given = {"actor": "van-thu", "acts_as": make.REGISTRAR, "at": make.AT} | changed
    return signing.number(document_id=document.pk, revision=document.revision, **given)


def bytes_of(document):
    found = []
    for version in document.versions.order_by("number"):
        with signing.files.open_stored(version.file.sha256) as content:
            found.append(content.read())
    return found


def test_each_version_begins_with_the_one_before(justice):
    document = make.issued(justice)

    whole = bytes_of(document)

    assert [each.kind for each in document.versions.order_by("number")] == [
        VersionKind.RENDERED,
        VersionKind.PERSON_SIGNED,
        VersionKind.NUMBERED,
        VersionKind.SEALED,
    ]
    for before, after in itertools.pairwise(whole):
        assert after.startswith(before)
        assert len(after) > len(before)


def test_numbering_and_sealing_may_be_two_steps(justice):
    numbered = number(make.signed(justice))
    assert (numbered.state, numbered.number) == (State.NUMBERED, 1)

    issued = seal(numbered)

    assert issued.state == State.ISSUED
    assert Verification.objects.get(expected=justice.agency.name).verdict == Verdict.PASSED


def test_both_signatures_are_noted_with_what_they_are_worth(justice):
    document = make.issued(justice)

    made = list(SignatureMade.objects.filter(version__document=document).order_by("pk"))

    assert [(each.role, each.signer, each.has_legal_value) for each in made] == [
        ("person", justice.leader.full_name, False),
        ("organization", justice.agency.name, False),
    ]


def test_nobody_but_the_named_signer_signs(justice):
    document = make.to_sign(justice)

    with pytest.raises(signing.NotTheSigner):
        signing.sign(
            document_id=document.pk,
            revision=document.revision,
            signer=justice.registrar,
            acts_as=make.LEADER,
            at=make.AT,
        )

    assert document.versions.count() == 1


def test_nobody_signs_who_is_no_leader(justice):
    document = make.to_sign(justice)

    with pytest.raises(steps.NotNow):
        signing.sign(
            document_id=document.pk,
            revision=document.revision,
            signer=justice.leader,
            acts_as=make.REGISTRAR | make.DRAFTER,
            at=make.AT,
        )


def test_a_file_signed_elsewhere_is_taken(justice):
    document = make.to_sign(justice)

    signed = hand_in(document, signed_elsewhere(document, justice), justice)

    assert signed.state == State.SIGNED
    assert bytes_of(document)[1].startswith(bytes_of(document)[0])


# ---- F17: what a token's program may bring back -------------------------------------------------------------------


def another_file(document, who):
    other = make.to_sign(who, subject="Văn bản khác")
    return signed_elsewhere(other, who)


def unsigned(document, _who):
    return signing.newest_bytes(document)


def edited_unsigned(document, _who):
    return signing.newest_bytes(document) + b"\n% nothing"


def signed_twice(document, who):
    whole = signed_elsewhere(document, who)
    key = signers.of_organization(name=who.agency.name, at=make.AT)
    return key.sign(whole, at=make.AT, place=Place(fields.ORGANIZATION))


def earlier_version(document, who):
    """Signed before the draft was given back and approved anew."""
    whole = signed_elsewhere(document, who)
    returned = signing.drafting.give_back(
        document_id=document.pk,
        revision=document.revision,
        reason="Sửa",
        actor="x",
        acts_as=make.LEADER,
        at=make.AT,
    )
    edited = signing.drafting.edit_draft(
        document_id=document.pk,
        revision=returned.revision,
        text=make.text(who, body="Nội dung đã sửa."),
        actor="x",
        acts_as=make.DRAFTER,
        at=make.AT,
    )
    laid = signing.drafting.submit(
        document_id=document.pk, revision=edited.revision, actor="x", acts_as=make.DRAFTER, at=make.AT
    )
    signing.drafting.approve(
        document_id=document.pk, revision=laid.revision, actor="x", acts_as=make.LEADER, at=make.AT
    )
    return whole


def broken(document, who):
    return signed_elsewhere(document, who)[:-600]


def no_pdf(_document, _who):
    return b"<html>Het phien</html>"


@pytest.mark.parametrize(
    "brought", [another_file, unsigned, edited_unsigned, signed_twice, earlier_version, broken, no_pdf]
)
def test_what_is_not_the_newest_file_with_one_signature_more_is_refused(justice, brought):
    document = make.to_sign(justice)
    content = brought(document, justice)
    before = Version.objects.filter(document=document).count()

    with pytest.raises(signing.CannotSignNow):
        hand_in(document, content, justice)

    document.refresh_from_db()
    assert document.state == State.TO_SIGN
    assert document.versions.count() == before


def test_a_file_that_comes_back_twice_is_taken_once(justice):
    document = make.to_sign(justice)
    content = signed_elsewhere(document, justice)
    hand_in(document, content, justice)

    with pytest.raises(steps.NotNow):
        hand_in(document, content, justice)

    assert document.versions.count() == 2


def test_a_file_that_comes_back_after_the_draft_was_given_back_is_refused(justice):
    document = make.to_sign(justice)
    content = signed_elsewhere(document, justice)
    signing.drafting.give_back(
        document_id=document.pk, revision=document.revision, reason="Sửa", actor="x", acts_as=make.LEADER, at=make.AT
    )

    with pytest.raises(steps.NotNow):
        hand_in(document, content, justice)


def test_a_signature_that_is_trusted_by_nobody_is_refused(justice, tmp_path):
    from tinhso.signing.soft_key import SoftKey

    make.signed(justice)  # so that there is an authority that is trusted
    document = make.to_sign(justice)
    stranger = SoftKey.create(tmp_path / "la", name="Người lạ", organization="Nơi khác", at=make.AT)
    whole = stranger.sign(signing.newest_bytes(document), at=make.AT, place=Place(fields.PERSON, certify=True))

    with pytest.raises(signing.CannotSignNow, match="không đạt"):
        hand_in(document, whole, justice)


# ---- agencies sign only what the person has signed validly --------------------------------------------------------


def without_person(document):
    """As if the leader's signature had never been, though the state says so."""
    Document.objects.filter(pk=document.pk).update(state=State.NUMBERED, number=1, issued_on=make.AT.date())
    document.refresh_from_db()
    return document


def test_the_agency_does_not_sign_what_nobody_has_signed(justice):
    document = without_person(make.to_sign(justice))

    with pytest.raises(signing.NotSignedByPerson):
        seal(document)


def test_no_number_is_given_to_what_nobody_has_signed(justice):
    document = make.to_sign(justice)
    Document.objects.filter(pk=document.pk).update(state=State.SIGNED)
    document.refresh_from_db()

    with pytest.raises(signing.NotSignedByPerson):
        number(document)

    assert not NumberTaken.objects.exists()


def replaced_by(document, content):
    """As if somebody had put another version in after the leader's."""
    stored = signing.files.store(content=io.BytesIO(content), name="x.pdf", media_type="application/pdf", at=make.AT)
    signing.drafting.add_version(
        document, VersionKind.NUMBERED, stored, name="x.pdf", media_type="application/pdf", actor="x", at=make.AT
    )
    document.refresh_from_db()


def test_the_agency_does_not_sign_another_file_than_the_person(justice):
    document = number(make.signed(justice))
    replaced_by(document, light.pdf())

    with pytest.raises(signing.NotSignedByPerson):
        seal(document)

    document.refresh_from_db()
    assert document.state == State.NUMBERED


def test_the_agency_does_not_sign_over_a_signature_that_does_not_hold(justice):
    document = make.signed(justice)
    whole = bytes_of(document)[-1]
    end = len(whole[: whole.index(b">", whole.rindex(b"/Contents <"))].rstrip(b"0"))  # of the signature's own value
    tampered = whole[: end - 8] + bytes(reversed(whole[end - 8 : end])) + whole[end:]
    assert tampered != whole
    stored = signing.files.store(content=io.BytesIO(tampered), name="x.pdf", media_type="application/pdf", at=make.AT)
    signing.drafting.add_version(
        document, VersionKind.PERSON_SIGNED, stored, name="x.pdf", media_type="application/pdf", actor="x", at=make.AT
    )

    with pytest.raises(signing.NotSignedByPerson):
        number(document)

    assert not NumberTaken.objects.exists()


def test_issuing_that_fails_at_the_seal_gives_the_number_back(justice, monkeypatch):
    document = make.signed(justice)

    def no_key(**_given):
        raise signing.CannotSignNow("khóa không mở được")

    monkeypatch.setattr(signing.signers, "of_organization", no_key)
    with pytest.raises(signing.CannotSignNow):
        signing.issue(
            document_id=document.pk, revision=document.revision, actor="x", acts_as=make.REGISTRAR, at=make.AT
        )
    monkeypatch.undo()

    document.refresh_from_db()
    assert (document.state, document.number, document.versions.count()) == (State.SIGNED, None, 2)
    assert number(document).number == 1


def test_a_number_is_given_in_the_year_of_vietnam(justice):
    new_year = dt.datetime(2024, 12, 31, 17, 30, tzinfo=dt.UTC)  # half past midnight there

    document = number(make.signed(justice), at=new_year)

    assert document.issued_on == dt.date(2025, 1, 1)
    assert fields.values(signing.newest_bytes(document)) == {"so": "01", "ngay": "01/01/2025"}


def test_a_file_that_somebody_else_has_signed_is_refused(justice, pdf_tools):
    document = make.to_sign(justice)
    other = signers.of_person(name="Người Khác Mẫu", organization=justice.agency.name, account="khac", at=make.AT)
    returned = other.sign(signing.newest_bytes(document), at=make.AT, place=Place(fields.PERSON, certify=True))

    with pytest.raises(signing.CannotSignNow, match="Người Khác Mẫu"):
        hand_in(document, returned, justice)

    document.refresh_from_db()
    assert document.state == State.TO_SIGN


def test_a_file_that_is_signed_in_another_field_is_refused(justice, pdf_tools):
    document = make.to_sign(justice)
    key = signers.of_person(
        name=justice.leader.full_name, organization=justice.agency.name, account=justice.leader.username, at=make.AT
    )
    returned = key.sign(signing.newest_bytes(document), at=make.AT, place=Place())

    with pytest.raises(signing.CannotSignNow, match="ô ký"):
        hand_in(document, returned, justice)


def test_the_agency_waits_while_nobody_knows_whether_the_leader_may_sign(justice, pdf_tools, monkeypatch):
    monkeypatch.setattr(signers, "revocations", lambda _at: [])
    document = make.signed(justice)

    with pytest.raises(signing.NotSignedByPerson, match="Chưa đủ căn cứ"):
        signing.issue(
            document_id=document.pk, revision=document.revision, actor="vanthu", acts_as=make.REGISTRAR, at=make.AT
        )

    document.refresh_from_db()
    assert (document.state, document.number) == (State.SIGNED, None)
