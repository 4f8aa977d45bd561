"""One key, one paper and one signed paper for all tests: making RSA keys and laying out pages are slow."""

import datetime as dt
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.signing.zoo import Zoo
from tinhso.core.papers import Letterhead, Paper, Paragraph, Section, Signature, pdf
from tinhso.signing import fields, soft_key
from tinhso.signing.policy import Policy
from tinhso.signing.port import Place
from tinhso.signing.soft_key import SoftKey
from tinhso.signing.stand_in import TimestampAuthority
from tinhso.signing.trust import Material, TrustList

HANOI = dt.timezone(dt.timedelta(hours=7))
AT = dt.datetime(2024, 1, 15, 9, 0, tzinfo=HANOI)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NAME = "Nguyễn Văn Mẫu"
ORGANIZATION = "Sở Khoa học và Công nghệ"
LEADER = Place(fields.PERSON, certify=True)
AGENCY = Place(fields.ORGANIZATION, lock=True)


@dataclass(frozen=True)
class Desk:
    """A folder with the key in it, and the opened key."""

    folder: Path
    key: SoftKey


@dataclass(frozen=True)
class Steps:
    """A paper at every step on its way."""

    prepared: bytes
    by_leader: bytes
    numbered: bytes
    issued: bytes


def program(name: str) -> str:
    """A program that the tests need; without it they are left out by name, but where engines are required."""
    found = shutil.which(name)
    if found is None and not os.environ.get("TINHSO_REQUIRE_ENGINES"):
        pytest.skip(f"{name} is missing: scripts/system-packages signing")
    assert found, f"{name} is missing: scripts/system-packages signing"
    return found


@pytest.fixture(scope="session")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signing") / "keys"
    return Desk(folder, SoftKey.create(folder, name=NAME, organization=ORGANIZATION, at=AT))


@pytest.fixture(scope="session")
def key(desk):
    return desk.key


@pytest.fixture(scope="session")
def agency(desk):
    """The key of the agency itself, under the same authority."""
    return SoftKey.create(desk.folder, name=ORGANIZATION, organization=ORGANIZATION, at=AT)


@pytest.fixture(scope="session")
def stranger(tmp_path_factory):
    """The same name and organization under another authority."""
    return SoftKey.create(tmp_path_factory.mktemp("stranger"), name=NAME, organization=ORGANIZATION, at=AT)


@pytest.fixture(scope="session")
def stamper(desk):
    return TimestampAuthority.create(desk.folder, AT)


@pytest.fixture(scope="session")
def crls(desk):
    """Proof as of the day that nobody was revoked."""
    return Material(crls=(soft_key.crl_of(desk.folder, AT),))


@pytest.fixture(scope="session")
def policy(key):
    return Policy(TrustList.of([key.authority]))


@pytest.fixture(scope="session")
def lenient(key):
    """Asks for no proof of revocation."""
    return Policy(TrustList.of([key.authority]), require_revocation=False)


@pytest.fixture(scope="session")
def plain(pdf_tools):
    """A paper as PDF/A-2u, unsigned."""
    head = Letterhead(
        superior="Ủy ban nhân dân tỉnh Sơn La",
        issuer=ORGANIZATION,
        symbol="GP-SKHCN",
        place="Sơn La",
        kind="Giấy phép",
        subject="Thử chữ ký",
        number="5",
        issued_on=dt.date(2024, 1, 15),
    )
    paper = Paper(
        head=head,
        opening=["Một giấy phép mẫu."],
        sections=[Section("Nội dung", [Paragraph("Cho phép thử.")])],
        recipients=["Lưu: VT"],
        signature=Signature(["Giám đốc"], NAME),
    )
    return pdf.document(paper)


def with_fields(content: bytes) -> bytes:
    return fields.prepare(
        content,
        texts=[
            fields.TextField(fields.NUMBER, 0, (110, 700, 170, 716), 13),
            fields.TextField(fields.DATE, 0, (330, 700, 520, 716), 13, offsets=(30.0, 80.0, 120.0)),
        ],
        signatures=[
            fields.SignatureBox(fields.PERSON, 0, (330, 200, 480, 260)),
            fields.SignatureBox(fields.ORGANIZATION, 0, (290, 190, 390, 290), lock=True),
        ],
    )


@pytest.fixture(scope="session")
def steps(key, agency, plain):
    prepared = with_fields(plain)
    by_leader = key.sign(prepared, at=AT, reason="Ký duyệt", place=LEADER)
    numbered = fields.fill(by_leader, {fields.NUMBER: "12", fields.DATE: "05/02/2024"})
    issued = agency.sign(numbered, at=AT + HOUR, place=AGENCY)
    return Steps(prepared, by_leader, numbered, issued)


@pytest.fixture(scope="session")
def signed(key, plain):
    return key.sign(plain, reason="Ký kết quả", location="Sơn La", at=AT)


@pytest.fixture(scope="session")
def zoo(tmp_path_factory):
    return Zoo(tmp_path_factory.mktemp("zoo"))
