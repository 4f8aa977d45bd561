"""One more revision of any PDF file: the writer and its form."""

import contextlib
import io
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.general import SigningError

from tinhso.signing.objects import dictionary, number
from tinhso.signing.port import CannotSign, require_pdf

PRINTED, LOCKED = 0b100, 0b10000000  # flags of annotations
NO_CHANGES = 1  # what locks and certifying signatures allow
SIGNATURES_EXIST, APPEND_ONLY = 1, 2  # flags of forms
BROKEN = (PdfError, SigningError, ValueError, TypeError, LookupError, AttributeError, RecursionError, AssertionError)


class Writer(IncrementalPdfFileWriter):
    """Leaves the file's own metadata as they are: PDF/A wants both places of them to say the same."""

    def _update_meta(self) -> None:
        pass

    def changed_root(self) -> generic.DictionaryObject:
        """The catalog, which is going to be written anew."""
        self.update_root()  # type: ignore[no-untyped-call]
        found: generic.DictionaryObject = self.root
        return found

    def page(self, place: int) -> generic.IndirectObject:
        """A page, counted from 0."""
        found: generic.IndirectObject = self.find_page_for_modification(place)[0]  # type: ignore[no-untyped-call]
        return found

    def annotate(self, page: generic.IndirectObject, annotation: generic.IndirectObject) -> None:
        """Put an annotation upon a page."""
        self.register_annotation(page, annotation)  # type: ignore[no-untyped-call]

    def written(self) -> io.BytesIO:
        """The whole file with its new revision; objects that note their place have noted it."""
        made = io.BytesIO()
        self.digest_aware_write = True
        self.write(made)  # type: ignore[no-untyped-call]
        return made


@contextlib.contextmanager
def writing(pdf: bytes) -> Iterator[Writer]:
    """A writer of the file's next revision; whatever the file makes fail there is told in one way.

    Raises:
        NotAPdf: the bytes are no PDF.
        CannotSign: it is broken or encrypted.
    """
    require_pdf(pdf)
    try:
        writer = Writer(io.BytesIO(pdf))
        if writer.prev.encrypted:
            raise CannotSign("the PDF is encrypted")
        yield writer
    except CannotSign:
        raise
    except BROKEN as problem:
        raise CannotSign(f"the PDF takes no signature ({type(problem).__name__})") from problem


def form(writer: Writer) -> generic.DictionaryObject:
    """The file's form, made ready for signatures; it is made if there is none."""
    if "/AcroForm" not in writer.root:
        made = writer.add_object(dictionary({"/Fields": generic.ArrayObject()}))
        writer.changed_root()[pdf_name("/AcroForm")] = made
    found: generic.DictionaryObject = writer.root["/AcroForm"]
    flags = SIGNATURES_EXIST | APPEND_ONLY
    if found.get("/SigFlags") != flags:
        found[pdf_name("/SigFlags")] = number(flags)
        writer.update_container(found)
    return found


def field(writer: Writer, name: str) -> generic.DictionaryObject | None:
    """The form field of this name."""
    return next((found for found in fields(writer) if found.get("/T") == name), None)


def fields(writer: Writer) -> list[generic.DictionaryObject]:
    """All form fields; fields within fields are left aside."""
    if "/AcroForm" not in writer.root or "/Fields" not in writer.root["/AcroForm"]:
        return []
    return [each.get_object() for each in writer.root["/AcroForm"]["/Fields"]]


def require_open(writer: Writer) -> None:
    """Refuse a file in which an earlier signature forbids every change.

    Raises:
        CannotSign: it does.
    """
    locks = [found["/Lock"] for found in fields(writer) if "/V" in found and "/Lock" in found]
    if "/Perms" in writer.root and "/DocMDP" in writer.root["/Perms"]:
        references = writer.root["/Perms"]["/DocMDP"]["/Reference"]
        locks += [each.get_object()["/TransformParams"] for each in references]
    if any(each.get("/P") == NO_CHANGES for each in locks):
        raise CannotSign("an earlier signature locks the file")


def add_field(writer: Writer, page: int, entries: dict[str, generic.PdfObject]) -> generic.DictionaryObject:
    """Add a form field that is its own widget to a page (counted from 0)."""
    page_ref = writer.page(page)
    common: dict[str, Any] = {"/Type": pdf_name("/Annot"), "/Subtype": pdf_name("/Widget"), "/P": page_ref}
    made = dictionary(common | entries)
    ref = writer.add_object(made)
    writer.annotate(page_ref, ref)
    whole = form(writer)["/Fields"]
    whole.append(ref)
    writer.update_container(whole)
    return made
