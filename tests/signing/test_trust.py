"""Dated trust lists in files, and stored proofs."""

import datetime as dt

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tinhso.signing.trust import AnchorKind, Material, TrustList, TrustListBroken

LIST = """
anchors:
  - file: root.pem
    kind: state
    valid_from: 2020-01-01
    valid_to: 2029-12-31
    crl_urls: [http://crl.example/root.crl]
    note: so khớp với bản công bố ngày 01/02/2024
  - {file: other.pem, kind: public}
"""


@pytest.fixture
def folder(tmp_path, key, stranger):
    for name, der in (("root", key.authority), ("other", stranger.authority)):
        pem = x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
        (tmp_path / f"{name}.pem").write_bytes(pem)
    (tmp_path / "trust.yaml").write_text(LIST, encoding="utf-8")
    return tmp_path


def test_a_list_is_read_with_its_days(folder, key):
    first, second = TrustList.load(folder).anchors

    assert (first.certificate, first.kind) == (key.authority, AnchorKind.STATE)
    assert (first.valid_from, first.valid_to) == (dt.date(2020, 1, 1), dt.date(2029, 12, 31))
    assert first.crl_urls == ("http://crl.example/root.crl",)
    assert (second.kind, second.valid_from, second.valid_to) == (AnchorKind.PUBLIC, None, None)


@pytest.mark.parametrize(
    ("day", "count"),
    [(dt.date(2019, 12, 31), 1), (dt.date(2020, 1, 1), 2), (dt.date(2029, 12, 31), 2), (dt.date(2030, 1, 1), 1)],
)
def test_only_those_of_the_day_count(folder, day, count):
    assert len(TrustList.load(folder).anchors_on(day)) == count


def test_no_list_trusts_nobody(tmp_path):
    assert TrustList.load(tmp_path) == TrustList()


@pytest.mark.parametrize(
    "text",
    [
        "anchors: [{file: missing.pem, kind: state}]",
        "anchors: [{file: trust.yaml, kind: state}]",
        "anchors: [{file: ../root.pem, kind: state}]",
        "anchors: [{file: root.pem, kind: friend}]",
        "anchors: [{file: root.pem, kind: demo, valid_from: 2024-01-01, valid_to: 2023-01-01}]",
        "anchors: [{file: root.pem, kind: demo, typo: 1}]",
        "anchors: 5",
        "- 5",
        "",
        "anchors: [",
        "!!python/object/apply:os.system [id]",
    ],
)
def test_a_list_written_wrong_is_refused(folder, text):
    (folder / "trust.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(TrustListBroken):
        TrustList.load(folder)


def test_proofs_are_stored_as_text_and_add_up():
    one, other = Material(crls=(b"a", b"b")), Material(crls=(b"b",), ocsps=(b"c",), tokens=(b"d",))

    assert Material.loads((one + other).dumps()) == Material(crls=(b"a", b"b"), ocsps=(b"c",), tokens=(b"d",))


@pytest.mark.parametrize("text", ["{}", "[]", "no json"])
def test_what_is_no_stored_proof_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        Material.loads(text)
