"""Certificates of every kind: the right verdict, for the right reason."""

import dataclasses
import datetime as dt

import pytest

from tests.signing.zoo import AGENCY, CHECKED, SIGNED
from tinhso.signing.policy import Policy
from tinhso.signing.trust import Material, TrustList
from tinhso.signing.verify import Verdict, verify


@pytest.fixture(scope="module")
def policy(zoo):
    return Policy(TrustList.of([zoo.certificate("root")]), accepted_organizations=frozenset({AGENCY}))


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("good", ()),
        ("curve", ()),
        ("expired", ("expired",)),
        ("early", ("not_yet_valid", "signed_outside")),
        ("revoked", ("revoked",)),
        ("alone", ("untrusted",)),
        ("sha1", ("weak_hash",)),
        ("short", ("weak_key",)),
        ("wrong", ("key_usage",)),
        ("server", ("key_usage",)),
        ("other", ("other_organization",)),
    ],
)
def test_a_certificate_of_each_kind(zoo, plain, policy, name, codes):
    found = verify(zoo.sign(plain, name), policy=policy, at=CHECKED, material=zoo.crls())

    assert found.codes == codes
    assert found.verdict is (Verdict.FAILED if codes else Verdict.PASSED)


def test_each_reason_says_what_is_wrong(zoo, plain, policy):
    texts = {
        name: verify(zoo.sign(plain, name), policy=policy, at=CHECKED, material=zoo.crls()).reasons[0].text
        for name in ("expired", "revoked", "alone", "wrong", "other")
    }

    assert "hết hạn" in texts["expired"]
    assert "thu hồi" in texts["revoked"]
    assert "tin cậy" in texts["alone"]
    assert "không được cấp để ký" in texts["wrong"]
    assert "không phải là cơ quan ban hành" in texts["other"]


@pytest.mark.parametrize(("name", "codes"), [("good", ()), ("revoked", ("revoked",))])
def test_a_responder_proves_as_well_as_a_list(zoo, plain, policy, name, codes):
    material = Material(ocsps=(zoo.ocsp(name),), crls=zoo.crls().crls[:1])

    found = verify(zoo.sign(plain, name), policy=policy, at=CHECKED, material=material)

    assert found.codes == codes
    assert found.evidence.ocsps == material.ocsps


def test_an_answer_about_another_certificate_proves_nothing(zoo, plain, policy):
    material = Material(ocsps=(zoo.ocsp("curve"),), crls=zoo.crls().crls[:1])

    assert verify(zoo.sign(plain, "good"), policy=policy, at=CHECKED, material=material).codes == ("no_revocation",)


def test_a_changed_answer_proves_nothing(zoo, plain, policy):
    answer = bytearray(zoo.ocsp("good"))
    answer[len(answer) // 4] ^= 1
    material = Material(ocsps=(bytes(answer),), crls=zoo.crls().crls[:1])

    assert verify(zoo.sign(plain, "good"), policy=policy, at=CHECKED, material=material).codes == ("no_revocation",)


def test_a_later_list_turns_what_an_earlier_one_let_pass(zoo, plain, policy):
    signed = zoo.sign(plain, "taken")
    later = CHECKED + dt.timedelta(days=8)

    assert verify(signed, policy=policy, at=CHECKED, material=zoo.crls()).verdict is Verdict.PASSED
    found = verify(signed, policy=policy, at=later, material=zoo.crls() + zoo.crls(later))

    assert found.codes == ("revoked",)


def test_revocation_counts_though_nobody_asked_for_its_proof(zoo, plain, policy):
    lenient = dataclasses.replace(policy, require_revocation=False)

    assert verify(zoo.sign(plain, "revoked"), policy=lenient, at=CHECKED, material=zoo.crls()).codes == ("revoked",)
    assert verify(zoo.sign(plain, "revoked"), policy=lenient, at=CHECKED).codes == ()


def test_a_signature_with_sha1_fails(zoo, plain, policy):
    found = verify(zoo.sign_with_sha1(plain), policy=policy, at=CHECKED, material=zoo.crls())

    assert (found.verdict, found.codes) == (Verdict.FAILED, ("weak_hash",))


def test_a_signature_with_sha1_from_its_time_is_undetermined(zoo, plain, policy):
    old = dataclasses.replace(policy, sha1_until=SIGNED.date())

    found = verify(zoo.sign_with_sha1(plain), policy=old, at=CHECKED, material=zoo.crls())

    assert (found.verdict, found.codes) == (Verdict.UNDETERMINED, ("old_hash",))


def test_all_that_is_missing_is_wanted_at_once(zoo, plain, policy):
    found = verify(zoo.sign(plain, "good"), policy=policy, at=CHECKED)

    assert [one.crl_urls[0].rsplit("/", 2)[1] for one in found.wanted] == ["sub", "root"]


def test_nobody_else_may_have_issued_the_certificate(zoo, plain, policy):
    unknown = dataclasses.replace(policy, trust=TrustList.of([zoo.certificate("unknown")]))

    assert verify(zoo.sign(plain, "good"), policy=unknown, at=CHECKED, material=zoo.crls()).codes == ("untrusted",)
