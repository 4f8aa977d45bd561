from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edxml import fuzz
from tinhso.edxml import Refused, Unreadable, read, read_header
from tinhso.edxml.limits import unpack


def test_damaged_packets_are_answered_or_refused():
    outcomes = fuzz.run(4000, seed=1)

    assert outcomes["read Packet"] > 50
    assert outcomes["read Invalid"] > 10
    assert outcomes["read Unreadable"] > 500
    assert not outcomes["not written again"]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_answered_or_refused(data):
    for reader in (read, read_header):
        try:
            reader(data)
        except Refused:
            continue


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 100))
def test_any_bytes_are_unpacked_or_refused(data, comment):
    for zipped in (data, data + b"PK\x05\x06" + data[:18].ljust(18, b"\0") + b"\0" * comment):
        try:
            unpack(zipped)
        except Unreadable:
            continue
