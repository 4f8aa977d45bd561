"""What a check says of files that are as they should be, and of clocks, proofs and policies around them."""

import dataclasses
import datetime as dt

import pytest

from tests.signing.conftest import AT, DAY, HOUR, NAME, ORGANIZATION
from tests.signing.test_signing import encrypted
from tinhso.signing import report, soft_key
from tinhso.signing.opening import Words, opening
from tinhso.signing.policy import Policy
from tinhso.signing.port import Place
from tinhso.signing.remote import Pending, finish
from tinhso.signing.report import Coverage, Role
from tinhso.signing.soft_key import signed_raw
from tinhso.signing.trust import AnchorKind, Material, TrustAnchor, TrustList
from tinhso.signing.verify import Verdict, verify


def test_an_issued_paper_passes_and_tells_its_signers(steps, policy, crls):
    found = verify(steps.issued, policy=policy, at=AT + HOUR, material=crls)

    leader, agency = found.signatures
    assert (found.verdict, found.reasons, found.wanted) == (Verdict.PASSED, (), ())
    assert (leader.field, leader.signer, leader.organization) == ("NguoiKy", NAME, ORGANIZATION)
    assert (leader.role, leader.coverage, leader.stated_at) == (Role.PERSON, Coverage.REVISION, AT)
    assert (agency.role, agency.coverage, agency.proved_at) == (Role.ORGANIZATION, Coverage.FILE, None)
    assert len(agency.sha256) == 64


def test_a_paper_of_the_leader_alone_passes(steps, policy, crls):
    assert verify(steps.by_leader, policy=policy, at=AT, material=crls).verdict is Verdict.PASSED


def test_a_number_without_a_second_signature_does_not(steps, policy, crls):
    found = verify(steps.numbered, policy=policy, at=AT, material=crls)

    assert (found.verdict, found.codes) == (Verdict.FAILED, ("appended",))


def test_without_proof_of_revocation_it_is_undetermined_and_says_what_is_wanted(steps, policy, key):
    found = verify(steps.issued, policy=policy, at=AT + HOUR)

    assert (found.verdict, set(found.codes)) == (Verdict.UNDETERMINED, {"no_revocation"})
    assert {one.issuer_certificate for one in found.wanted} == {key.authority}
    assert found.wanted[0].serial == found.signatures[0].serial
    assert "cần lấy" in found.reasons[0].text


def test_addresses_of_lists_come_from_the_certificate_and_the_trust_list(tmp_path, plain):
    key = soft_key.SoftKey.create(
        tmp_path, name=NAME, organization=ORGANIZATION, at=AT, crl_url="http://a.example/1.crl"
    )
    anchor = TrustAnchor(key.authority, AnchorKind.DEMO, crl_urls=("http://b.example/2.crl",))

    (wanted,) = verify(key.sign(plain, at=AT), policy=Policy(TrustList((anchor,))), at=AT).wanted

    assert wanted.crl_urls == ("http://a.example/1.crl", "http://b.example/2.crl")


def test_a_check_can_be_run_again_from_its_evidence(steps, policy, crls, desk):
    other = Material(crls=(soft_key.crl_of(desk.folder, AT - 30 * DAY),))
    first = verify(steps.issued, policy=policy, at=AT + HOUR, material=crls + other)

    again = verify(steps.issued, policy=policy, at=first.at, material=Material.loads(first.evidence.dumps()))

    assert first.evidence.crls == crls.crls  # the outdated one proved nothing
    assert again == first


def test_an_outdated_list_proves_nothing_and_a_new_one_turns_it(steps, policy, desk):
    old = Material(crls=(soft_key.crl_of(desk.folder, AT - 30 * DAY),))
    new = Material(crls=(soft_key.crl_of(desk.folder, AT),))

    before = verify(steps.issued, policy=policy, at=AT + HOUR, material=old)

    assert (before.verdict, set(before.codes)) == (Verdict.UNDETERMINED, {"old_revocation"})
    assert before.wanted
    assert verify(steps.issued, policy=policy, at=AT + HOUR, material=old + new).verdict is Verdict.PASSED


@pytest.mark.parametrize("junk", [b"", b"x", b"0" * 100])
def test_broken_proofs_prove_nothing(steps, policy, junk):
    material = Material(crls=(junk,), ocsps=(junk,), certificates=())

    assert verify(steps.issued, policy=policy, at=AT + HOUR, material=material).verdict is Verdict.UNDETERMINED


def test_a_list_of_another_authority_proves_nothing(steps, policy, stranger, tmp_path):
    soft_key.SoftKey.create(tmp_path, name=NAME, organization=ORGANIZATION, at=AT)
    material = Material(crls=(soft_key.crl_of(tmp_path, AT),))

    assert set(verify(steps.issued, policy=policy, at=AT + HOUR, material=material).codes) == {"no_revocation"}


def test_a_list_from_the_future_proves_nothing(steps, policy, desk):
    material = Material(crls=(soft_key.crl_of(desk.folder, AT + DAY),))

    assert set(verify(steps.issued, policy=policy, at=AT + HOUR, material=material).codes) == {"no_revocation"}


# ---- clocks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ahead", "codes"),
    [
        (dt.timedelta(minutes=-4), ()),
        (dt.timedelta(minutes=4), ()),
        (dt.timedelta(minutes=10), ("future",)),
        (dt.timedelta(minutes=-10), ()),
        (DAY / 2, ("future",)),
    ],
)
def test_a_signature_from_the_future_is_undetermined(key, plain, lenient, ahead, codes):
    found = verify(key.sign(plain, at=AT + ahead), policy=lenient, at=AT)

    assert found.codes == codes
    assert found.verdict is (Verdict.UNDETERMINED if codes else Verdict.PASSED)


def test_zones_do_not_matter(key, plain, lenient):
    signed = key.sign(plain, at=AT.astimezone(dt.timezone(dt.timedelta(hours=-9, minutes=-30))))

    assert verify(signed, policy=lenient, at=AT.astimezone(dt.UTC)).verdict is Verdict.PASSED


def test_a_certificate_that_ended_needs_a_time_stamp(key, signed, lenient):
    found = verify(signed, policy=lenient, at=key.identity.not_after + DAY)

    assert (found.verdict, found.codes) == (Verdict.FAILED, ("expired",))


def test_signing_with_an_expired_certificate_shows(key, plain, lenient):
    late = key.identity.not_after + DAY

    found = verify(signed_unasked(key, plain, late), policy=lenient, at=late)

    assert found.codes == ("expired", "signed_outside")


def test_a_signature_without_moment_is_undetermined(key, plain, lenient):
    found = verify(signed_unasked(key, plain, None), policy=lenient, at=AT)

    assert (found.verdict, found.codes, found.signatures[0].stated_at) == (Verdict.UNDETERMINED, ("undated",), None)


def test_the_moment_of_the_check_wants_a_time_zone(signed, lenient):
    with pytest.raises(ValueError, match="time zone"):
        verify(signed, policy=lenient, at=AT.replace(tzinfo=None))


# ---- whom ------------------------------------------------------------------------------------------------------------


def test_another_authority_is_not_trusted(signed, stranger):
    policy = Policy(TrustList.of([stranger.authority]), require_revocation=False)

    assert verify(signed, policy=policy, at=AT).codes == ("untrusted",)


def test_without_trust_nobody_is_trusted(signed):
    assert verify(signed, policy=Policy(TrustList()), at=AT).codes == ("untrusted",)


def test_the_signer_may_be_trusted_itself(key, signed):
    policy = Policy(TrustList.of([key.certificate_der]))

    assert verify(signed, policy=policy, at=AT).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("first", "last", "verdict"),
    [
        (None, None, Verdict.PASSED),
        (AT.date(), AT.date(), Verdict.PASSED),
        (AT.date() + DAY, None, Verdict.FAILED),
        (None, AT.date() - DAY, Verdict.FAILED),
    ],
)
def test_authorities_are_trusted_on_their_days(key, signed, first, last, verdict):
    trust = TrustList((TrustAnchor(key.authority, AnchorKind.STATE, first, last),))

    assert verify(signed, policy=Policy(trust, require_revocation=False), at=AT).verdict is verdict


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        ({ORGANIZATION}, ()),
        ({"  sở khoa học  và công nghệ "}, ()),
        ({"Sở Tài chính", ORGANIZATION}, ()),
        ({"Sở Tài chính"}, ("other_organization",)),
        (set(), ("other_organization",)),
    ],
)
def test_the_last_signer_belongs_to_the_sender(steps, lenient, names, codes):
    policy = dataclasses.replace(lenient, accepted_organizations=frozenset(names))

    assert verify(steps.issued, policy=policy, at=AT + HOUR).codes == codes


def test_the_version_of_a_policy_changes_with_its_content(policy, stranger):
    others = [
        dataclasses.replace(policy, require_revocation=False),
        dataclasses.replace(policy, accepted_organizations=frozenset()),
        dataclasses.replace(policy, trust=TrustList.of([stranger.authority])),
        dataclasses.replace(policy, sha1_until=dt.date(2010, 1, 1)),
        dataclasses.replace(policy, text_fields_allowed=frozenset()),
    ]

    assert len({one.version for one in (policy, *others)}) == 6
    assert dataclasses.replace(policy).version == policy.version


# ---- what is no signed paper ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"no paper", b"\x00" * 5000, b"x" * 2000 + b"%PDF-1.7"])
def test_what_is_no_pdf_fails(content, policy):
    assert verify(content, policy=policy, at=AT).codes == ("not_pdf",)


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"%PDF-" + b"\xff" * 3000])
def test_a_damaged_pdf_fails(content, policy):
    assert verify(content, policy=policy, at=AT).codes == ("unreadable",)


def test_an_encrypted_pdf_fails(plain, policy):
    assert verify(encrypted(plain), policy=policy, at=AT).codes == ("unreadable",)


def test_an_unsigned_paper_fails(plain, steps, policy):
    assert verify(plain, policy=policy, at=AT).codes == ("unsigned",)
    assert verify(steps.prepared, policy=policy, at=AT).codes == ("unsigned",)


def test_every_reason_is_a_sentence():
    for verdict, text in report.TEXTS.values():
        assert verdict is not Verdict.PASSED
        assert text.endswith(".")
        assert text[0].isupper()


def signed_unasked(key, content: bytes, at: dt.datetime | None) -> bytes:
    """Signed by a program that does not ask whether the certificate counts."""
    template_room = 2048 + sum(map(len, (key.certificate_der, *key.chain_ders)))
    made = opening(content, words=Words("", "", "", at), place=Place(), room=template_room)
    pending = Pending(made, key.certificate_der, key.chain_ders)
    return finish(pending, signed_raw(key.key, pending.to_sign))
