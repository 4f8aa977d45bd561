"""Codes, words, signatures and standing of payments, without a database."""

import datetime as dt

import pytest

from tinhso.public_services.payments.rules import signatures, spelled, standing, vietqr
from tinhso.public_services.payments.rules.standing import Moments

AT = dt.datetime(2023, 9, 12, 9, 0, tzinfo=dt.UTC)
STAMP = str(int(AT.timestamp()))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "không"),
        (1, "một"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (91, "chín mươi mốt"),
        (100, "một trăm"),
        (101, "một trăm lẻ một"),
        (104, "một trăm lẻ bốn"),
        (105, "một trăm lẻ năm"),
        (110, "một trăm mười"),
        (115, "một trăm mười lăm"),
        (999, "chín trăm chín mươi chín"),
        (1000, "một nghìn"),
        (1004, "một nghìn không trăm lẻ bốn"),
        (1015, "một nghìn không trăm mười lăm"),
        (8000, "tám nghìn"),
        (16_000, "mười sáu nghìn"),
        (21_121, "hai mươi mốt nghìn một trăm hai mươi mốt"),
        (100_000, "một trăm nghìn"),
        (1_000_000, "một triệu"),
        (1_001_000, "một triệu không trăm lẻ một nghìn"),
        (1_000_001, "một triệu không trăm lẻ một"),
        (15_050_500, "mười lăm triệu không trăm năm mươi nghìn năm trăm"),
        (10**9, "một tỷ"),
        (10**9 + 1, "một tỷ không trăm lẻ một"),
        (2_500_000_000, "hai tỷ năm trăm triệu"),
        (1_005 * 10**9, "một nghìn không trăm lẻ năm tỷ"),
        (10**12, "một nghìn tỷ"),
    ],
)
def test_numbers_are_spelled_as_receipts_write_them(value, words):
    assert spelled.number(value) == words


def test_an_amount_begins_with_a_capital_and_ends_with_its_unit():
    assert spelled.amount(16_000) == "Mười sáu nghìn đồng"


@pytest.mark.parametrize("value", [-1, 10**18])
def test_numbers_out_of_reach_are_refused(value):
    with pytest.raises(ValueError, match="no words"):
        spelled.number(value)


def test_every_number_below_a_thousand_has_words_of_its_own():
    assert len({spelled.number(value) for value in range(1000)}) == 1000


def test_the_checksum_is_that_of_the_standard():
    assert vietqr.crc(b"123456789") == 0x29B1  # CRC-16/CCITT-FALSE


def test_a_code_is_letter_for_letter_what_banks_read():
    found = vietqr.text(bank="970415", account="0011001932418", amount_vnd=120_000, purpose="ung ho lu lut")

    assert found == (
        "00020101021238570010A0000007270127000697041501130011001932418"
        "0208QRIBFTTA530370454061200005802VN62170813ung ho lu lut6304C15C"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"bank": "12"},
        {"account": "1" * 20},
        {"account": ""},
        {"amount_vnd": 0},
        {"purpose": "phí"},
        {"purpose": "x" * 26},
    ],
)
def test_what_a_code_cannot_hold_is_refused(wrong):
    with pytest.raises(vietqr.BadTransfer):
        vietqr.text(**({"bank": "970415", "account": "1", "amount_vnd": 1, "purpose": "TS1"} | wrong))


def test_a_signature_lets_its_own_body_through():
    signatures.check("s", timestamp=STAMP, signature=signatures.sign("s", STAMP, b"{}"), raw=b"{}", at=AT)


@pytest.mark.parametrize(
    ("secret", "stamp", "raw"), [("t", STAMP, b"{}"), ("s", STAMP, b"{ }"), ("s", f"{int(STAMP) + 1}", b"{}")]
)
def test_a_signature_fits_nothing_else(secret, stamp, raw):
    signature = signatures.sign("s", STAMP, b"{}")

    with pytest.raises(signatures.BadSignature):
        signatures.check(secret, timestamp=stamp, signature=signature, raw=raw, at=AT)


@pytest.mark.parametrize("away", [dt.timedelta(minutes=11), -dt.timedelta(minutes=11)])
def test_a_notice_of_another_time_is_stale(away):
    signature = signatures.sign("s", STAMP, b"{}")

    with pytest.raises(signatures.StaleNotice):
        signatures.check("s", timestamp=STAMP, signature=signature, raw=b"{}", at=AT + away)


@pytest.mark.parametrize("stamp", ["", "x", "1e9", "²", "9" * 40])
def test_a_moment_that_is_none_is_refused_even_when_signed(stamp):
    with pytest.raises(signatures.BadSignature):
        signatures.check("s", timestamp=stamp, signature=signatures.sign("s", stamp, b"{}"), raw=b"{}", at=AT)


@pytest.mark.parametrize("signature", ["", "chữ ký", "0" * 64])
def test_a_signature_that_is_none_is_refused(signature):
    with pytest.raises(signatures.BadSignature):
        signatures.check("s", timestamp=STAMP, signature=signature, raw=b"{}", at=AT)


@pytest.mark.parametrize(
    ("moments", "state"),
    [
        (Moments(None, None, None, None), "waiting"),
        (Moments(AT, None, None, None), "expired"),
        (Moments(AT, None, AT, None), "failed"),
        (Moments(AT, AT, AT, None), "paid"),
        (Moments(AT, AT, None, AT), "refunded"),
        (Moments(AT, None, None, AT), "refunded"),
    ],
)
def test_moments_tell_the_state(moments, state):
    assert standing.state(moments, AT) == state


@pytest.mark.parametrize(
    ("kept", "receipt", "refunded", "waited_for", "found"),
    [
        (16, True, False, False, ""),
        (20, True, False, False, "surplus"),
        (0, True, True, False, "refunded"),
        (16, True, True, False, ""),
        (8, False, False, True, "short"),
        (16, False, False, False, "surplus"),
        (0, False, True, False, ""),
    ],
)
def test_money_that_does_not_fit_waits_for_a_person(kept, receipt, refunded, waited_for, found):
    told = standing.attention(
        asked_vnd=16, kept_vnd=kept, has_receipt=receipt, is_refunded=refunded, may_still_settle=waited_for
    )

    assert told == found
