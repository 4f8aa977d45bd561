"""Room for a signature: the file's next revision with everything in it but the signature's own bytes."""

import datetime as dt
import hashlib
import io
from dataclasses import dataclass
from functools import cached_property

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp, PdfSignedData, SignatureObject

from tinhso.signing import appearance, pdf, quick
from tinhso.signing.objects import dictionary, number, reals
from tinhso.signing.port import CannotSign, Place, require_pdf


@dataclass(frozen=True)
class Opening:
    """A file that lacks only the bytes of its last signature.

    Args:
        content: the whole file, with zeros where the signature goes.
        start: place of the "<" before these zeros.
        end: place after the ">" behind them.
    """

    content: bytes
    start: int
    end: int

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of what is signed."""
        whole = memoryview(self.content)
        made = hashlib.sha256(whole[: self.start])
        made.update(whole[self.end :])
        return made.digest()

    def filled(self, signature: bytes) -> bytes:
        """The file with its signature.

        Raises:
            CannotSign: the room is too small.
        """
        room = self.end - self.start - 2
        digits = signature.hex().encode("ascii")
        if len(digits) > room:
            raise CannotSign("the signature is longer than the room kept for it")
        whole = memoryview(self.content)
        return b"".join((whole[: self.start + 1], digits.ljust(room, b"0"), whole[self.end - 1 :]))


@dataclass(frozen=True, slots=True)
class Words:
    """What a signature says beside its certificate."""

    name: str
    reason: str
    location: str
    at: dt.datetime


def opening(content: bytes, *, words: Words, place: Place, room: int) -> Opening:
    """A revision with an empty signature in it.

    Args:
        room: bytes kept for the signature.

    Raises:
        NotAPdf: the bytes are no PDF.
        CannotSign: the PDF takes no signature there.
    """
    require_pdf(content)
    if place.field is not None:
        try:
            return _quick(quick.Revision(content), place.field, _signature(words, room), place)
        except CannotSign:
            raise
        except quick.ODD:
            pass  # the long way tells what is wrong, or does it
    with pdf.writing(content) as writer:
        signature = _signature(words, room)
        target = _target(writer, content, place)
        ref = writer.add_object(signature)
        _restrict(signature, place, generic.IndirectObject(writer.root_ref.idnum, writer.root_ref.generation, writer))  # type: ignore[no-untyped-call]
        if place.certify:
            writer.changed_root()[pdf_name("/Perms")] = dictionary({"/DocMDP": ref})
        _put(writer, target, ref, place.appearance)
        return _opened(writer.written(), signature)


def timestamp_opening(content: bytes, *, room: int) -> Opening:
    """A revision with an empty time stamp over the whole file in it.

    Raises:
        NotAPdf, CannotSign: as of `opening`.
    """
    with pdf.writing(content) as writer:
        stamp: PdfSignedData = DocumentTimestamp(bytes_reserved=2 * room)  # type: ignore[no-untyped-call]
        target = _new_field(writer, "DauThoiGian" + _suffix(content))
        _put(writer, target, writer.add_object(stamp), None)
        return _opened(writer.written(), stamp)


def lock_entry() -> generic.DictionaryObject:
    """What a field says that locks the whole file once it is signed: no field and nothing else may change."""
    level = number(MDPPerm.NO_CHANGES.value)
    return dictionary({"/Type": pdf_name("/SigFieldLock"), "/Action": pdf_name("/All"), "/P": level})


def _signature(words: Words, room: int) -> SignatureObject:
    return SignatureObject(
        timestamp=words.at,
        subfilter=SigSeedSubFilter.PADES,
        name=words.name or None,
        reason=words.reason or None,
        location=words.location or None,
        bytes_reserved=2 * room,
    )


def _quick(revision: quick.Revision, name: str, signature: SignatureObject, place: Place) -> Opening:
    target, text = revision.field(name)
    if b"/Sig" not in text or (place.lock and not quick.has(text, b"Lock")):
        raise quick.Unfit("the field")
    ref = revision.add_object(signature)
    _restrict(signature, place, revision.reference(revision.root))
    entries: dict[str, generic.PdfObject] = {"/V": ref}
    if place.appearance is not None:
        width, height = quick.size(text)
        drawn = appearance.stream(revision, place.appearance, width, height)
        text = quick.without_drawing(text)
        entries["/AP"] = dictionary({"/N": drawn})
    revision.put(target, quick.with_entries(text, entries))
    if place.certify:
        perms = {"/Perms": dictionary({"/DocMDP": ref})}
        revision.put(revision.root, quick.with_entries(revision.dictionary(revision.root), perms))
    return _opened(revision.written(), signature)


def _target(writer: pdf.Writer, content: bytes, place: Place) -> generic.DictionaryObject:
    pdf.require_open(writer)
    if place.certify and "/Perms" in writer.root:
        raise CannotSign("the file is certified already")
    if place.field is None:
        return _new_field(writer, "ChuKy" + _suffix(content), lock=place.lock)
    found = pdf.field(writer, place.field)
    if found is None or found.get("/FT") != "/Sig":
        raise CannotSign(f"the file has no signature field {place.field}")
    if "/V" in found:
        raise CannotSign(f"the field {place.field} is signed already")
    if place.lock and "/Lock" not in found:
        raise CannotSign(f"the field {place.field} was not prepared to lock the file")
    return found


def _new_field(writer: pdf.Writer, name: str, *, lock: bool = False) -> generic.DictionaryObject:
    entries: dict[str, generic.PdfObject] = {
        "/FT": pdf_name("/Sig"),
        "/T": pdf_string(name),
        "/F": number(pdf.PRINTED | pdf.LOCKED),
        "/Rect": reals((0, 0, 0, 0)),
    }
    return pdf.add_field(writer, 0, entries | ({"/Lock": lock_entry()} if lock else {}))


def _suffix(content: bytes) -> str:
    """Unlike any in the file, and of fixed length: locks of fields match by the beginning of names."""
    return hashlib.sha256(content).hexdigest()[:16]


def _restrict(signature: SignatureObject, place: Place, root: generic.IndirectObject) -> None:
    """Say in the signature what may change after it."""
    references = generic.ArrayObject()
    level = number((MDPPerm.NO_CHANGES if place.lock else MDPPerm.FILL_FORMS).value)
    common = {"/Type": pdf_name("/TransformParams"), "/V": pdf_name("/1.2"), "/P": level}
    if place.certify:
        references.append(_reference("/DocMDP", common, {}))
    if place.lock:
        references.append(_reference("/FieldMDP", common | {"/Action": pdf_name("/All")}, {"/Data": root}))
    if references:
        signature[pdf_name("/Reference")] = references


def _reference(
    method: str, told: dict[str, generic.PdfObject], more: dict[str, generic.PdfObject]
) -> generic.DictionaryObject:
    parts = {"/Type": pdf_name("/SigRef"), "/TransformMethod": pdf_name(method), "/TransformParams": dictionary(told)}
    return dictionary(parts | more)


def _put(
    writer: pdf.Writer,
    target: generic.DictionaryObject,
    ref: generic.IndirectObject,
    shown: appearance.Appearance | None,
) -> None:
    target[pdf_name("/V")] = ref
    if shown is not None:
        left, low, right, high = (float(side) for side in target["/Rect"])
        drawn = appearance.stream(writer, shown, right - left, high - low)
        target[pdf_name("/AP")] = dictionary({"/N": drawn})
    writer.update_container(target)
    pdf.form(writer)


def _opened(made: io.BytesIO, signature: PdfSignedData) -> Opening:
    start, end = signature.contents.offsets
    signature.byte_range.fill_offsets(made, start, end, made.tell())  # type: ignore[no-untyped-call]
    return Opening(made.getvalue(), start, end)
