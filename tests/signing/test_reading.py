"""Reading in pieces comes to what pyHanko comes to byte by byte."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic, misc
from pyhanko.pdf_utils.misc import PdfError

from tinhso.signing import reading

ODD = st.sampled_from([b"<", b">", b" ", b"\x00", b"%", b"/", b"0", b"aF", b"g", b"\n", b"(", b"3082", b"41" * 50])


def outcome(read, content, start=0):
    stream = io.BytesIO(content)
    stream.seek(start)
    try:
        found = read(stream)
    except PdfError as problem:
        return type(problem)
    return getattr(found, "original_bytes", found), stream.tell()


@given(st.lists(ODD, max_size=12).map(b"".join))
def test_hexadecimal_strings_read_alike(tail):
    content = b"<" + tail

    assert outcome(reading.read_hex_string, content) == outcome(reading._digit_by_digit, content)


@given(st.one_of(st.binary(max_size=100), st.lists(ODD, max_size=20).map(b"".join)))
def test_names_read_alike(content):
    assert outcome(reading.read_until_delimiter, content) == outcome(misc.read_until_delimiter, content)


@pytest.mark.parametrize("size", [1, 31, 32, 33, 63, 64, 65, 1000, 40_000])
def test_long_ones_read_alike(size):
    for content in (b"<" + b"4a" * size + b"> x", b"<" + b"30820000" * size + b"> x"):
        assert outcome(reading.read_hex_string, content) == outcome(reading._digit_by_digit, content)
    content = b"a" * size + b"/b"
    assert outcome(reading.read_until_delimiter, content) == outcome(misc.read_until_delimiter, content)


def test_it_is_in_use():
    assert generic.read_hex_string_from_stream is reading.read_hex_string
    assert generic.read_until_delimiter is reading.read_until_delimiter
