import datetime as dt

import pytest

from tinhso.edxml import identifiers
from tinhso.edxml.identifiers import DocumentId, NotADocumentId, NotAnOrganId, Scheme


@pytest.mark.parametrize(
    ("organ_id", "scheme"),
    [
        ("000.00.13.H53", Scheme.TT_10_2016),
        ("001.02.00.H52", Scheme.TT_10_2016),
        ("H52", Scheme.QD_20_2020),
        ("H53.13", Scheme.QD_20_2020),
        ("G22.99.09", Scheme.QD_20_2020),
        ("0100109106", Scheme.QD_20_2020),
    ],
)
def test_the_scheme_of_an_identifier(organ_id, scheme):
    assert identifiers.scheme_of(organ_id) is scheme


@pytest.mark.parametrize("organ_id", ["", "h52", "H52.", ".H52", "H52..1", "H52 ", "Đ52", "H52\n", "A" * 36])
def test_what_is_no_identifier(organ_id):
    with pytest.raises(NotAnOrganId):
        identifiers.scheme_of(organ_id)


def test_agencies_are_the_same_only_when_the_table_says_so():
    aliases = {"000.00.06.H56": 7, "H56.06": 7, "H56.07": 8}

    assert identifiers.is_same_agency("000.00.06.H56", "H56.06", aliases)
    assert identifiers.is_same_agency("H1", "H1", {})
    assert not identifiers.is_same_agency("000.00.06.H56", "H56.07", aliases)
    assert not identifiers.is_same_agency("000.00.07.H56", "H56.07", aliases)
    assert not identifiers.is_same_agency("000.00.08.H56", "H56.08", aliases)


def test_a_document_id_comes_back_as_it_was():
    text = identifiers.format_document_id("H52.01", dt.date(2022, 12, 3), "292", "KH-UBND")

    assert text == "H52.01,2022/12/03,292/KH-UBND"
    assert identifiers.parse_document_id(text) == DocumentId("H52.01", dt.date(2022, 12, 3), "292", "KH-UBND")


def test_a_notation_may_hold_the_separators():
    key = identifiers.parse_document_id("H52,2022/1/3,01/NQ-HĐND/2022, phần 2")

    assert (key.number, key.notation) == ("01", "NQ-HĐND/2022, phần 2")
    assert str(key) == "H52,2022/01/03,01/NQ-HĐND/2022, phần 2"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H52",
        "H52,2022/01/03",
        "H52,2022/13/03,1/A",
        "H52,,1/A",
        "h52,2022/01/03,1/A",
        "H52,2022/01/03,/A",
        "H52,2022/01/03,1",
    ],
)
def test_what_is_no_document_id(text):
    with pytest.raises(NotADocumentId):
        identifiers.parse_document_id(text)


def test_a_number_with_a_separator_is_no_number():
    with pytest.raises(NotADocumentId):
        identifiers.format_document_id("H52", dt.date(2022, 1, 3), "1,2", "KH")
