"""What a file is, told by its content."""

import io

import docx
import pytest
import xlsxwriter

from tinhso.core import media


def word():
    content = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("Báo cáo")
    document.save(content)
    return content


def excel():
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as workbook:
        workbook.add_worksheet()
    return content


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (io.BytesIO(b"%PDF-1.7\n%abc"), media.PDF),
        (io.BytesIO(b"\x89PNG\r\n\x1a\n" + bytes(50)), media.PNG),
        (io.BytesIO(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(50)), media.JPEG),
        (word(), media.DOCX),
        (excel(), media.XLSX),
    ],
)
def test_office_files_are_known(content, kind):
    assert media.detected(content) == kind
    assert content.tell() == 0


@pytest.mark.parametrize("content", [b"", b"<html><script>", b"#!/bin/sh\n", b"MZ" + bytes(100)])
def test_nothing_that_runs_is_taken_for_a_document(content):
    assert media.detected(io.BytesIO(content)) not in {media.PDF, media.PNG, media.JPEG, media.DOCX, media.XLSX}
