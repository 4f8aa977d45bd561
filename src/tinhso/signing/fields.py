"""Empty fields of a paper, made before anybody signs: its number, its day, and where person and agency sign.

A leader signs before the paper has a number (NĐ 30/2020/NĐ-CP): number and day go into fields that were there already,
which changes nothing of what was signed. The page shows the words around them; a field shows digits only, in a font
that was embedded with the fields.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string

from tinhso.signing import appearance, fonts, pdf, quick
from tinhso.signing.objects import Box, dictionary, number, reals
from tinhso.signing.opening import lock_entry
from tinhso.signing.port import CannotSign, require_pdf

NUMBER, DATE = "so", "ngay"
PERSON, ORGANIZATION = "NguoiKy", "CoQuan"
READ_ONLY = 1  # flag of fields: nobody types into it in a reader
SEPARATOR = "/"
FONT, OFFSETS = "/TinhSoFont", "/TinhSoOffsets"  # how a field draws its value; names of our own are allowed
_OFFSETS_TOLD = OFFSETS.encode() + rb"\s*\[([\d.\s]+)\]"


class FieldMissing(CannotSign):
    """The file has no such empty field."""


class NotDigits(CannotSign):
    """The value has letters that the field's font lacks, or another number of parts than the field."""


@dataclass(frozen=True, slots=True)
class TextField:
    """A field of a paper's number or day.

    Args:
        name: NUMBER or DATE; never with a number at its end, as locks match by the beginning of names.
        page: counted from 0.
        box: left, low, right and high edge on the page, in points from its lower left corner.
        font_size: in points.
        offsets: where the parts of the value begin, in points from the box's left edge: one, or three for a day.
        baseline: on which the digits stand, in points above the box's low edge.
        font: TrueType file, upright or italic as the words around it.
    """

    name: str
    page: int
    box: Box
    font_size: float
    offsets: tuple[float, ...] = (0.0,)
    baseline: float = 3.0
    font: Path = fonts.SERIF


@dataclass(frozen=True, slots=True)
class SignatureBox:
    """An empty signature field.

    Args:
        name: PERSON or ORGANIZATION.
        page: counted from 0.
        box: left, low, right and high edge, in points.
        lock: once it is signed nothing in the file may change any more.
    """

    name: str
    page: int
    box: Box
    lock: bool = False


def prepare(content: bytes, *, texts: Sequence[TextField], signatures: Sequence[SignatureBox]) -> bytes:
    """The file with empty fields, as one more revision.

    Args:
        content: a rendered PDF without such fields.

    Raises:
        NotAPdf: the bytes are no PDF.
        CannotSign: it is broken, encrypted, or has a field of that name.
        FontMissing: there is no such font file.
    """
    faces = {text.font: fonts.face(text.font, fonts.DIGITS) for text in texts}
    with pdf.writing(content) as writer:
        for name in [*(text.name for text in texts), *(each.name for each in signatures)]:
            if pdf.field(writer, name) is not None:
                raise CannotSign(f"the file has a field {name} already")
        form = pdf.form(writer)
        names = {font: f"/Digits{place}" for place, font in enumerate(faces)}
        form["/DR"] = dictionary(
            {"/Font": dictionary({names[font]: fonts.simple(writer, cut) for font, cut in faces.items()})}
        )
        form["/DA"] = pdf_string("0 g")
        writer.update_container(form)
        for text in texts:
            pdf.add_field(writer, text.page, _text(writer, text, names[text.font]))
        for each in signatures:
            pdf.add_field(writer, each.page, _signature(writer, each))
        return writer.written().getvalue()


def fill(content: bytes, values: Mapping[str, str]) -> bytes:
    """The file with values in its text fields, as one more revision that leaves earlier signatures valid.

    Args:
        content: a file that `prepare` made, signed or not.
        values: by the field's name; a day as "dd/mm/yyyy", whose parts are drawn one by one.

    Raises:
        NotAPdf: the bytes are no PDF.
        FieldMissing: there is no such field, or it is filled already.
        NotDigits: the value cannot be drawn.
        CannotSign: it is broken or encrypted.
    """
    require_pdf(content)
    try:
        return _filled_quickly(quick.Revision(content), values)
    except CannotSign:
        raise
    except quick.ODD:
        pass  # the long way tells what is wrong, or does it
    with pdf.writing(content) as writer:
        pdf.require_open(writer)
        for name, value in values.items():
            found = pdf.field(writer, name)
            if found is None or found.get("/FT") != "/Tx" or "/V" in found:
                raise FieldMissing(f"the file has no empty field {name}")
            left, low, right, high = (float(side) for side in found["/Rect"])
            layout = _Layout(str(found[FONT])[1:], tuple(map(float, found[OFFSETS])), right - left, high - low)
            font = writer.root["/AcroForm"]["/DR"]["/Font"].raw_get(found[FONT])
            found[pdf_name("/V")] = pdf_string(value)
            found[pdf_name("/AP")] = dictionary({"/N": writer.add_object(_drawn(layout, font, value))})
            writer.update_container(found)
        return writer.written().getvalue()


def values(content: bytes) -> dict[str, str]:
    """What stands in the text fields of a file; empty strings for empty ones.

    Raises:
        NotAPdf, CannotSign: as of `fill`.
    """
    with pdf.writing(content) as writer:
        texts = [each for each in pdf.fields(writer) if each.get("/FT") == "/Tx"]
        return {str(each["/T"]): str(each["/V"]) if "/V" in each else "" for each in texts}


def _text(writer: pdf.Writer, text: TextField, font: str) -> dict[str, generic.PdfObject]:
    return {
        "/FT": pdf_name("/Tx"),
        "/T": pdf_string(text.name),
        "/F": number(pdf.PRINTED),
        "/Ff": number(READ_ONLY),
        "/Rect": reals(text.box),
        "/DA": pdf_string(f"{font} {text.font_size:.2f} Tf 0 g"),
        FONT: pdf_name(font),
        OFFSETS: reals((text.font_size, text.baseline, *text.offsets)),
        "/AP": _empty(writer, text.box),
    }


def _signature(writer: pdf.Writer, each: SignatureBox) -> dict[str, generic.PdfObject]:
    entries: dict[str, generic.PdfObject] = {
        "/FT": pdf_name("/Sig"),
        "/T": pdf_string(each.name),
        "/F": number(pdf.PRINTED | pdf.LOCKED),
        "/Rect": reals(each.box),
        "/AP": _empty(writer, each.box),
    }
    return entries | ({"/Lock": lock_entry()} if each.lock else {})


def _empty(writer: pdf.Writer, box: Box) -> generic.DictionaryObject:
    """A drawing of nothing: PDF/A wants one of every annotation."""
    left, low, right, high = box
    return dictionary({"/N": appearance.stream(writer, None, right - left, high - low)})


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a text field draws its value.

    Args:
        font: name of the font among the form's.
        numbers: size, baseline, and offset of each part.
    """

    font: str
    numbers: tuple[float, ...]
    width: float
    height: float


def _filled_quickly(revision: quick.Revision, values: Mapping[str, str]) -> bytes:
    form = revision.form()
    for name, value in values.items():
        number_of, text = revision.field(name)
        width, height = quick.size(text)
        font, told = re.findall(FONT.encode() + rb"\s*/(\w+)", text), re.findall(_OFFSETS_TOLD, text)
        embedded = re.findall(rb"/%s (\d+) 0 R" % font[0], form) if font else []
        if b"/Tx" not in text or len(font) != 1 or len(told) != 1 or len(embedded) != 1:
            raise quick.Unfit("the field")
        layout = _Layout(font[0].decode("ascii"), tuple(map(float, told[0].split())), width, height)
        drawn = revision.add_object(_drawn(layout, revision.reference(int(embedded[0])), value))
        entries = {"/V": pdf_string(value), "/AP": dictionary({"/N": drawn})}
        revision.put(number_of, quick.with_entries(quick.without_drawing(text), entries))
    return revision.written().getvalue()


def _drawn(layout: _Layout, font: generic.IndirectObject, value: str) -> generic.StreamObject:
    size, baseline, *offsets = layout.numbers
    parts = value.split(SEPARATOR) if len(offsets) > 1 else [value]
    if len(parts) != len(offsets) or not set(value) <= set(fonts.DIGITS):
        raise NotDigits(f"{value!r} does not fit into the field")
    shown = b" ".join(
        b"1 0 0 1 %.2f %.2f Tm (%s) Tj" % (offset, baseline, part.encode("ascii"))
        for offset, part in zip(offsets, parts, strict=True)
    )
    content = b"/Tx BMC q BT 0 g /%s %.2f Tf %s ET Q EMC" % (layout.font.encode("ascii"), size, shown)
    names = dictionary({f"/{layout.font}": font})
    return appearance.form(layout.width, layout.height, content, {"/Font": names})
