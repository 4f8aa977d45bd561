"""Keys that are elsewhere: two steps, and what a plug-in returns."""

import pytest

from tests.signing.conftest import AGENCY, AT, HOUR, LEADER
from tests.signing.test_attacks import another_text, changed, flipped
from tinhso.signing import fields, levels, port, remote
from tinhso.signing.remote import AnotherFile, Pending
from tinhso.signing.soft_key import signed_raw
from tinhso.signing.verify import Verdict, verify


@pytest.fixture
def pending(key, steps):
    return remote.begin(steps.prepared, key.certificate_der, key.chain_ders, at=AT, place=LEADER)


def test_two_steps_lead_to_a_signature(pending, key, lenient):
    kept = Pending.loads(pending.dumps())

    signed = remote.finish(kept, signed_raw(key.key, kept.to_sign))

    assert kept == pending
    assert verify(signed, policy=lenient, at=AT).verdict is Verdict.PASSED


def test_a_signature_of_another_key_is_refused(pending, stranger):
    with pytest.raises(remote.WrongSignature):
        remote.finish(pending, signed_raw(stranger.key, pending.to_sign))


@pytest.mark.parametrize("answer", [b"", b"\x00" * 256, b"\xff" * 1000])
def test_an_answer_that_is_no_signature_is_refused(pending, answer):
    with pytest.raises(remote.WrongSignature):
        remote.finish(pending, answer)


def test_a_signature_of_another_file_is_refused(pending, key, plain):
    other = remote.begin(plain, key.certificate_der, key.chain_ders, at=AT)

    with pytest.raises(remote.WrongSignature):
        remote.finish(pending, signed_raw(key.key, other.to_sign))


@pytest.mark.parametrize("text", ["{}", "[]", '{"content": 5}', "no json", '{"content": "", "start": "x"}'])
def test_what_was_not_kept_cannot_be_resumed(text):
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        Pending.loads(text)


def test_a_certificate_must_count_at_the_moment(key, plain):
    with pytest.raises(port.CertificateNotInForce):
        remote.begin(plain, key.certificate_der, key.chain_ders, at=AT - 48 * HOUR)


# ---- files that a plug-in returns -----------------------------------------------------------------------------------


def test_the_file_with_one_signature_more_is_accepted(steps, key, plain):
    remote.accept_returned(sent=steps.prepared, returned=steps.by_leader)
    remote.accept_returned(sent=steps.numbered, returned=steps.issued)
    remote.accept_returned(sent=plain, returned=key.sign(plain, at=AT))


def test_another_file_is_refused(steps, signed, plain):
    for returned in (signed, plain, b"", b"no pdf", steps.prepared[:-1]):
        with pytest.raises(AnotherFile):
            remote.accept_returned(sent=steps.prepared, returned=returned)


def test_an_unsigned_file_is_refused(steps):
    appended = changed(steps.prepared, another_text)

    for returned in (steps.prepared, appended, steps.prepared + b"\n"):
        with pytest.raises(AnotherFile):
            remote.accept_returned(sent=steps.prepared, returned=returned)


def test_an_earlier_or_later_version_is_refused(steps):
    with pytest.raises(AnotherFile):
        remote.accept_returned(sent=steps.numbered, returned=steps.by_leader)
    with pytest.raises(AnotherFile, match="2 new"):
        remote.accept_returned(sent=steps.prepared, returned=steps.issued)


def test_a_file_that_came_back_already_is_refused(steps):
    """Late, or twice: the version has moved on, and what was sent for the old one does not fit the new one."""
    with pytest.raises(AnotherFile):
        remote.accept_returned(sent=steps.by_leader, returned=steps.by_leader)


def test_a_file_rewritten_from_the_start_is_refused(steps):
    for place in (0, len(steps.prepared) // 2, len(steps.prepared) - 1):
        with pytest.raises(AnotherFile):
            remote.accept_returned(sent=steps.prepared, returned=flipped(steps.by_leader, place, 1))


def test_a_time_stamp_is_no_signature(steps, stamper):
    with pytest.raises(AnotherFile, match="0 new"):
        remote.accept_returned(sent=steps.issued, returned=levels.to_t(steps.issued, stamper.at(AT)))


def test_a_returned_file_that_cannot_be_read_is_refused(steps):
    with pytest.raises(AnotherFile):
        remote.accept_returned(sent=steps.prepared, returned=steps.prepared + b"startxref\n5\n%%EOF")


def test_number_and_day_may_come_with_the_signature(steps, agency):
    """What the state's plug-in does when an agency issues: it fills in the number and signs, in one step."""
    filled = fields.fill(steps.by_leader, {fields.NUMBER: "3", fields.DATE: "01/02/2024"})

    remote.accept_returned(sent=steps.by_leader, returned=agency.sign(filled, at=AT, place=AGENCY))
