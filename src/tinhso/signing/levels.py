"""Raising a signed file: a proved moment (B-T), proofs of revocation in the file (B-LT), and a stamp over them (B-LTA).

The moment is proved by a time stamp over the whole file, which PAdES allows as well as one inside the signature: so a
signature needs no room for it, and a file of level B-B is complete and stays usable when no authority answers.
"""

from collections.abc import Iterable

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from tinhso.signing import pdf
from tinhso.signing.fonts import deflated
from tinhso.signing.objects import dictionary
from tinhso.signing.opening import timestamp_opening
from tinhso.signing.timestamps import Stamper
from tinhso.signing.trust import Material

TOKEN_ROOM = 8192  # bytes


def to_t(content: bytes, stamper: Stamper) -> bytes:
    """The file with a time stamp over all of it.

    Raises:
        TimestampFailed: the authority gave none; the file at hand is as good as before.
        NotAPdf: the bytes are no PDF.
        CannotSign: the file is broken or encrypted, or the time stamp is too long.
    """
    opened = timestamp_opening(content, room=TOKEN_ROOM)
    return opened.filled(stamper.stamp(opened.digest))


def to_lt(content: bytes, material: Material) -> bytes:
    """The file with proofs of revocation in it (document security store), beside those that are there.

    Raises:
        NotAPdf, CannotSign: as of `to_t`.
    """
    with pdf.writing(content) as writer:
        root = writer.root
        if "/DSS" not in root:
            writer.changed_root()[pdf_name("/DSS")] = writer.add_object(dictionary({"/Type": pdf_name("/DSS")}))
        store = root["/DSS"]
        _add(writer, store, "/Certs", material.certificates)
        _add(writer, store, "/CRLs", material.crls)
        _add(writer, store, "/OCSPs", material.ocsps)
        writer.update_container(store)
        return writer.written().getvalue()


def to_lta(content: bytes, material: Material, stamper: Stamper) -> bytes:
    """The file with proofs of revocation and a time stamp over everything.

    Raises:
        TimestampFailed, NotAPdf, CannotSign: as of `to_t`.
    """
    return to_t(to_lt(content, material), stamper)


def material_in(root: generic.DictionaryObject) -> Material:
    """The proofs in a file (its document security store)."""
    if "/DSS" not in root:
        return Material()
    store = root["/DSS"]
    return Material(crls=_read(store, "/CRLs"), ocsps=_read(store, "/OCSPs"), certificates=_read(store, "/Certs"))


def _read(store: generic.DictionaryObject, key: str) -> tuple[bytes, ...]:
    return tuple(each.get_object().data for each in store[key]) if key in store else ()


def _add(writer: pdf.Writer, store: generic.DictionaryObject, key: str, new: Iterable[bytes]) -> None:
    there = set(_read(store, key))
    refs = list(store[key]) if key in store else []
    refs += [writer.add_object(deflated({}, each)) for each in dict.fromkeys(new) if each not in there]
    if refs:
        store[pdf_name(key)] = generic.ArrayObject(refs)
