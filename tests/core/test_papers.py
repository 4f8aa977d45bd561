"""Official papers: layout of NĐ 30/2020/NĐ-CP, Phụ lục I, the same words in Word and PDF, nothing fetched."""

import datetime as dt
import io
import re

import docx
import pypdf
import pytest
from docx.oxml.ns import qn

from tinhso.core import charts
from tinhso.core.papers import (
    Drawing,
    Items,
    Letterhead,
    Paper,
    Paragraph,
    Section,
    Signature,
    Subheading,
    Table,
    numbered,
    pdf,
    place_and_day,
    word,
)
from tinhso.core.papers.model import number_line

HEAD = Letterhead(
    superior="Ủy ban nhân dân tỉnh Sơn La",
    issuer="Sở Thông tin và Truyền thông",
    symbol="BC-STTTT",
    place="Sơn La",
    kind="Báo cáo",
    subject="Thử thể thức <văn bản>",
    number="5",
    issued_on=dt.date(2023, 2, 5),
)


@pytest.fixture
def paper(home):
    points = [charts.Point(f"T{month}", month / 20, month / 15) for month in range(1, 13)]
    chart = charts.trajectory(points, 0.8, title="Quỹ đạo", words="Tăng đều.")
    rows = [[str(number), f"Dòng {number}", "1.234"] for number in range(1, 61)]
    return Paper(
        head=HEAD,
        opening=["Căn cứ Kế hoạch số 292/KH-UBND."],
        sections=[
            Section("Phần đầu", [Paragraph("Một đoạn & một dấu <."), Subheading("Mục"), Items(["ý một", "ý hai"])]),
            Section(
                "Số liệu", [Table("Bảng thử", ["STT", "Tên", "Số"], rows, (1, 3, 2), frozenset({2})), Drawing(chart)]
            ),
        ],
        recipients=["Như trên", "Lưu: VT"],
        signature=Signature(["KT. Giám đốc", "Phó Giám đốc"], "Người Ký Mẫu"),
    )


def pages(content):
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages]


@pytest.mark.parametrize(
    ("number", "line"), [("5", "Số: 05/BC-STTTT"), ("12", "Số: 12/BC-STTTT"), ("", "Số:         /BC-STTTT")]
)
def test_numbers_below_ten_have_a_nought(number, line):
    head = Letterhead("", "", "BC-STTTT", "", "", "", number=number)

    assert number_line(head).replace("\xa0", " ") == line


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (dt.date(2023, 2, 5), "Sơn La, ngày 05 tháng 02 năm 2023"),
        (dt.date(2023, 3, 5), "Sơn La, ngày 05 tháng 3 năm 2023"),
        (dt.date(2023, 12, 13), "Sơn La, ngày 13 tháng 12 năm 2023"),
    ],
)
def test_days_below_ten_and_the_first_two_months_have_a_nought(day, words):
    head = Letterhead("", "", "BC", "Sơn La", "", "", issued_on=day)

    assert place_and_day(head) == words


def test_sections_have_roman_numbers():
    found = [number for number, _section in numbered([Section(str(n), []) for n in range(1, 15)])]

    assert found == ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV"]


@pytest.mark.usefixtures("pdf_tools")
def test_a_pdf_is_archivable_has_its_letters_inside_and_numbers_its_pages_from_the_second(paper):
    content = pdf.document(paper)
    found = pages(content)
    reader = pypdf.PdfReader(io.BytesIO(content))

    assert re.search(r'pdfaid:part(>|=")2', reader.xmp_metadata.stream.get_data().decode())
    assert "/OutputIntents" in reader.trailer["/Root"]
    fonts = {
        str(font["/BaseFont"])
        for page in reader.pages
        for font in (one.get_object() for one in page["/Resources"]["/Font"].values())
    }
    assert fonts
    assert all("+" in name for name in fonts)  # subsets, embedded
    assert any("Liberation-Serif" in name or "LiberationSerif" in name for name in fonts)
    assert reader.pages[0].mediabox.width == pytest.approx(595.28, abs=0.5)
    assert len(found) > 1
    assert not found[0].endswith(" 1")  # the margin's text is the last that is drawn
    assert found[1].endswith(" 2")


@pytest.mark.usefixtures("pdf_tools")
def test_word_and_pdf_say_the_same(paper):
    read = docx.Document(io.BytesIO(word.document(paper)))
    in_word = " ".join(text.text or "" for text in read.element.body.iter(qn("w:t")))
    in_pdf = " ".join(pages(pdf.document(paper)))

    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 05/BC-STTTT",
        "Sơn La, ngày 05 tháng 02 năm 2023",
        "BÁO CÁO",
        "Thử thể thức <văn bản>",
        "I. PHẦN ĐẦU",
        "1. Mục",
        "- ý hai",
        "Dòng 60",
        "Nơi nhận:",
        "Người Ký Mẫu",
    ):
        assert said in in_word
        assert said in in_pdf


def test_word_has_the_margins_and_letters_of_the_decree(paper):
    read = docx.Document(io.BytesIO(word.document(paper)))
    page = read.sections[0]

    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    assert (round(page.top_margin.mm), round(page.bottom_margin.mm)) == (20, 20)
    assert (round(page.left_margin.mm), round(page.right_margin.mm)) == (30, 15)
    assert (read.styles["Normal"].font.name, read.styles["Normal"].font.size.pt) == ("Times New Roman", 14)
    assert page.different_first_page_header_footer
    assert "PAGE" in page.header.paragraphs[0]._p.xml
    assert "PAGE" not in page.first_page_header.paragraphs[0]._p.xml


@pytest.mark.usefixtures("pdf_tools")
def test_nothing_is_fetched_for_a_paper(paper, monkeypatch):
    monkeypatch.setattr(pdf, "html", lambda _paper: '<img src="file:///etc/passwd"><p>x</p>')

    assert pages(pdf.document(paper)) == ["x"]
    assert not pypdf.PdfReader(io.BytesIO(pdf.document(paper))).pages[0]["/Resources"]["/XObject"]
