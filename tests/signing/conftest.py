"""One key, one paper and one signed paper for all tests: making RSA keys and laying out pages are slow."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest

from tinhso.core.papers import Letterhead, Paper, Paragraph, Section, Signature, pdf
from tinhso.signing.soft_key import SoftKey

HANOI = dt.timezone(dt.timedelta(hours=7))
AT = dt.datetime(2024, 1, 15, 9, 0, tzinfo=HANOI)
NAME = "Nguyễn Văn Mẫu"
ORGANIZATION = "Sở Khoa học và Công nghệ"


@dataclass(frozen=True)
class Desk:
    """A folder with the key in it, and the opened key."""

    folder: Path
    key: SoftKey


@pytest.fixture(scope="session")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signing") / "keys"
    return Desk(folder, SoftKey.create(folder, name=NAME, organization=ORGANIZATION, at=AT))


@pytest.fixture(scope="session")
def key(desk):
    return desk.key


@pytest.fixture(scope="session")
def stranger(tmp_path_factory):
    """The same name and organization under another authority."""
    return SoftKey.create(tmp_path_factory.mktemp("stranger"), name=NAME, organization=ORGANIZATION, at=AT)


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


@pytest.fixture(scope="session")
def signed(key, plain):
    return key.sign(plain, reason="Ký kết quả", location="Sơn La", at=AT)
