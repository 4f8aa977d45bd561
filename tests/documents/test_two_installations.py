"""Two installations on one machine, each with its own database and keys: a document on its way between them."""

import json
import socket
import subprocess

import pytest
from django.db import connection

from tests.documents.installation import Installation
from tinhso.core import clock

JUSTICE, HOME, FINANCE, EDUCATION = "SL-STP", "SL-SNV", "SL-STC", "SL-SGDDT"


@pytest.fixture
def two(tmp_path, pdf_tools, transactional_db):
    """Here and there, each known to the other, on databases that begin with the tables of this test's own."""
    tables = tmp_path / "tables.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM INTO '{tables}'")
    here, there = Installation(tmp_path / "here", tables), Installation(tmp_path / "there", tables)
    here.do("prepare", codes=[JUSTICE])
    there.do("prepare", codes=[HOME, FINANCE, EDUCATION])
    port = free_port()
    introduce(here, there, tmp_path / "there.pem", "Hệ thống kia", f"https://127.0.0.1:{port}")
    introduce(there, here, tmp_path / "here.pem", "Hệ thống này", f"https://127.0.0.1:{port + 1}")
    yield here, there, port
    here.close()
    there.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def introduce(one, other, path, name, address):
    """Make one installation know the other by its certificate."""
    path.write_text(other.run("exchange", "identity"))
    one.run("exchange", "partner", name, "--address", address, "--certificate", str(path))


def name_agencies(here, there):
    """Each side's agencies under the codes by which the other knows them."""
    here.run("exchange", "code", JUSTICE, "H52.01")
    there.run("exchange", "agency", "Sở Tư pháp", "H52.01", "--partner", "Hệ thống này")
    for unit, name, code in NEIGHBORS:
        there.run("exchange", "code", unit, code)
        here.run("exchange", "agency", name, code, "--partner", "Hệ thống kia")


NEIGHBORS = (
    (HOME, "Sở Nội vụ tỉnh bạn", "H99.01"),
    (FINANCE, "Sở Tài chính tỉnh bạn", "H99.02"),
    (EDUCATION, "Sở Giáo dục tỉnh bạn", "H99.03"),
)


def test_three_agencies_of_another_installation(two, tmp_path):
    here, there, port = two
    name_agencies(here, there)
    names = [name for _unit, name, _code in NEIGHBORS]
    document = here.do("issue", code=JUSTICE, subject="Phối hợp chuyển đổi số")
    here.do("authority", path=str(tmp_path / "authority.cer"))
    there.run("exchange", "trust", str(tmp_path / "authority.cer"))
    there.do("believe_list", path=str(tmp_path / "authority.cer.crl"))

    # one is down for a while
    assert here.do("send", pk=document["pk"], code=JUSTICE, to=names) == 3
    assert here.do("work") == 0
    assert {state for state, *_rest in here.do("deliveries", pk=document["pk"]).values()} == {"waiting"}

    with there.door(port), here.door(port + 1):
        # it comes up, and all get it; then all get it once more
        assert here.do("work", minutes=10) == 3
        here.do("forget_receipts", pk=document["pk"])
        assert here.do("work", minutes=20) == 3
        there.do("work")
        received = [copy for unit in (HOME, FINANCE, EDUCATION) for copy in there.do("copies", code=unit)]
        assert [copy["state"] for copy in received] == ["arrived"] * 3
        assert {copy["code"] for copy in received} == {document["code"]}
        assert [(copy["verdict"], copy["reasons"], copy["packet"]) for copy in received] == [("dat", [], "valid")] * 3

        # two take it in, one refuses
        for copy, unit in zip(received, (HOME, FINANCE), strict=False):
            assert there.do("act", step="register", pk=copy["pk"], code=unit) == "registered"
        refused = there.do("act", step="refuse", pk=received[2]["pk"], code=EDUCATION, reason="Không đúng thẩm quyền")
        assert refused == "refused"
        assert there.do("work") == 3

    assert here.do("deliveries", pk=document["pk"]) == {
        names[0]: ["registered", "none", "01", "03"],
        names[1]: ["registered", "none", "01", "03"],
        names[2]: ["refused", "none", "01", "02"],
    }
    judged_by_others(here, document, tmp_path)
    moves_the_target(here)


def moves_the_target(here):
    """Target 3 of the plan is computed from exactly this document."""
    assert here.run("exchange", "publish").startswith("Đã đưa 1 văn bản")
    here.run("compute")
    today = clock.today()
    asked = [
        "cells",
        "--indicator",
        "gov.documents_signed",
        "--level",
        "province",
        "--period",
        f"{today:%Y-%m}",
        "--json",
    ]
    (cell,) = json.loads(here.run(*asked))
    assert (cell["numerator"], cell["denominator"], cell["value"]) == (1, 1, 1.0)


def judged_by_others(here, document, folder):
    """poppler and OpenSSL find both signatures right."""
    path, authority = folder / "issued.pdf", folder / "authority.pem"
    here.do("issued_file", pk=document["pk"], path=str(path))
    shown = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False).stdout
    assert shown.count("Signature Validation: Signature is Valid.") == 2, shown
    subprocess.run(
        ["openssl", "x509", "-inform", "DER", "-in", str(folder / "authority.cer"), "-out", str(authority)], check=True
    )
    whole = path.read_bytes()
    for number, (signed, cms) in enumerate(signatures_of(whole)):
        (folder / f"{number}.cms").write_bytes(cms)
        (folder / f"{number}.signed").write_bytes(signed)
        command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(folder / f"{number}.cms")]
        command += [
            "-content",
            str(folder / f"{number}.signed"),
            "-CAfile",
            str(authority),
            "-purpose",
            "any",
            "-out",
            "/dev/null",
        ]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Verification successful" in told.stderr, told.stderr


def signatures_of(whole):
    """What each signature covers, and the signature, cut out of the file."""
    import re

    for found in re.finditer(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", whole):
        first, length, second, rest = (int(part) for part in found.groups())
        hole = whole[first + length : second].strip(b"<>")
        cms = bytes.fromhex(hole.decode("ascii"))
        size = 4 + int.from_bytes(cms[2:4], "big")  # what follows is room that was left
        yield whole[first : first + length] + whole[second : second + rest], cms[:size]
