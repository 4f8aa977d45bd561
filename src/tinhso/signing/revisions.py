"""Reading a file from whomever: its reader, and who signed it."""

import io

from pyhanko.pdf_utils.reader import PdfFileReader

from tinhso.signing.port import require_pdf


class Unreadable(ValueError):
    """The file starts like a PDF and cannot be read: damaged, encrypted, or built to break readers."""


def reader_of(pdf: bytes) -> PdfFileReader:
    """A reader of the file.

    Raises:
        NotAPdf: the bytes are no PDF.
        Unreadable: nobody can say what it holds.
    """
    require_pdf(pdf)
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        encrypted = reader.encrypted
        _ = reader.root
    except Exception as problem:
        raise Unreadable(f"the file cannot be read ({type(problem).__name__})") from problem
    if encrypted:
        raise Unreadable("the file is encrypted")
    return reader


def signature_fields(pdf: bytes) -> list[str]:
    """Names of the signed fields, in the order in which they were signed; time stamps are left aside.

    Raises:
        NotAPdf: the bytes are no PDF.
        Unreadable: they are damaged or encrypted.
    """
    reader = reader_of(pdf)
    try:
        return [each.field_name for each in reader.embedded_regular_signatures]
    except Exception as problem:
        raise Unreadable(f"the signatures cannot be read ({type(problem).__name__})") from problem
