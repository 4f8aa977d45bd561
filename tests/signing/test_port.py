"""What stands beside the signature: its line on a page, and refusals of what cannot be meant."""

import dataclasses
import datetime as dt

import pytest

from tests.signing.conftest import AT, NAME
from tinhso.signing import port


def test_mark_says_that_a_sample_has_no_legal_value(key):
    line = port.mark(key.identity, AT)

    assert line == f"Ký số mẫu – không có giá trị pháp lý, {NAME}, ngày 15/01/2024"


def test_mark_of_a_real_signature_does_not(key):
    line = port.mark(dataclasses.replace(key.identity, has_legal_value=True), AT)

    assert line == f"Ký số, {NAME}, ngày 15/01/2024"


def test_mark_gives_the_day_in_vietnam(key):
    late = dt.datetime(2024, 1, 15, 18, 0, tzinfo=dt.UTC)

    assert port.mark(key.identity, late).endswith("ngày 16/01/2024")


def test_mark_wants_a_time_zone(key):
    with pytest.raises(ValueError, match="time zone"):
        port.mark(key.identity, AT.replace(tzinfo=None))


def test_soft_key_fits_the_port(key):
    signer: port.Signer = key

    assert signer.identity.has_legal_value is False
