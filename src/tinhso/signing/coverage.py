"""Which bytes a signature covers, and whether what came after it was allowed. Stricter than pyHanko, which compares
lengths only and does not look at bytes that follow the last signature."""

import hashlib
import re
from itertools import pairwise

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel, StandardDiffPolicy
from pyhanko.sign.diff_analysis.form_rules_api import FormUpdatingRule
from pyhanko.sign.diff_analysis.rules.form_field_rules import (
    GenericFieldModificationRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from tinhso.signing.report import Coverage

ENDED = re.compile(rb"endobj\s*\Z")
# pyHanko's rules but one: a drawing is never written over in its place. That rule also takes drawings from before the
# signature for new ones, and then refuses time stamps and proofs after a signature that locks the fields.
RULES = StandardDiffPolicy(
    global_rules=DEFAULT_DIFF_POLICY.global_rules,
    form_rule=FormUpdatingRule(
        field_rules=[
            SigFieldCreationRule(),  # type: ignore[no-untyped-call]
            SigFieldModificationRule(allow_in_place_appearance_stream_changes=False),
            GenericFieldModificationRule(allow_in_place_appearance_stream_changes=False),
        ],
    ),
)


def is_framed(signature: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Whether the only bytes between both signed parts are the signature itself.

    A longer gap may hide objects that readers show and nobody signed.
    """
    numbers = [int(number) for number in signature.byte_range]
    if len(numbers) != 4:
        return False
    start, length, resumed, rest = numbers
    if start != 0 or not 0 < length < resumed <= resumed + rest <= len(pdf):
        return False
    gap = pdf[length:resumed]
    if gap[:1] != b"<" or gap[-1:] != b">":
        return False
    try:
        found = bytes.fromhex(gap[1:-1].decode("ascii"))
    except ValueError:
        return False
    return found == signature.pkcs7_content and not any(found[_der_length(found) :])


def _der_length(content: bytes) -> int:
    """Bytes of the element at the beginning; 0 when it does not tell."""
    if len(content) < 2 or content[1] < 0x80:
        return 2 + content[1] if len(content) > 1 else 0
    size = content[1] & 0x7F
    return 2 + size + int.from_bytes(content[2 : 2 + size], "big") if size else 0


def digest(signature: EmbeddedPdfSignature, pdf: bytes, hash_name: str) -> bytes:
    """The digest of what a framed signature covers."""
    _, length, resumed, rest = (int(number) for number in signature.byte_range)
    whole = memoryview(pdf)
    made = hashlib.new(hash_name, whole[:length])
    made.update(whole[resumed : resumed + rest])
    return made.digest()


def end(signature: EmbeddedPdfSignature) -> int:
    """The place after the last byte that is signed."""
    *_, resumed, rest = (int(number) for number in signature.byte_range)
    return resumed + rest


def coverage(signature: EmbeddedPdfSignature, pdf: bytes) -> Coverage:
    """How much a signature covers."""
    if not is_framed(signature, pdf):
        return Coverage.PARTIAL
    if end(signature) == len(pdf):
        return Coverage.FILE
    level = signature.evaluate_signature_coverage()
    return Coverage.REVISION if level == SignatureCoverageLevel.ENTIRE_REVISION else Coverage.PARTIAL


def problem_since(signature: EmbeddedPdfSignature, allowed: frozenset[str]) -> str:
    """What is wrong with the revisions after a signature that covers its own one; a code of `report`, or empty.

    Args:
        allowed: text fields that may be filled.
    """
    signature.compute_integrity_info(diff_policy=RULES)  # type: ignore[no-untyped-call]
    found = signature.diff_result
    if not isinstance(found, DiffResult) or not signature.summarise_integrity_info()["docmdp_ok"]:
        return "changed"
    if found.modification_level > ModificationLevel.FORM_FILLING:
        return "changed"
    signed = {each.field_name for each in signature.reader.embedded_signatures}
    return "" if found.changed_form_fields <= allowed | signed else "field_changed"


def problem_behind(last: EmbeddedPdfSignature, pdf: bytes) -> str:
    """What is wrong with the bytes behind the last signature or time stamp; a code of `report`, or empty.

    Only proofs of revocation may follow (level B-LT), written as whole revisions with nothing else between.
    """
    found = last.diff_result
    if not isinstance(found, DiffResult) or found.modification_level != ModificationLevel.LTA_UPDATES:
        return "appended"
    if found.changed_form_fields or not _are_proofs(last.reader, last.signed_revision):
        return "appended"
    return "" if _is_made_of_objects(last.reader, pdf, end(last)) else "appended"


def _are_proofs(reader: PdfFileReader, since: int) -> bool:
    """Whether all that came after a revision belongs to the proofs of revocation; pyHanko lets pass whatever nothing
    refers to."""
    if "/DSS" not in reader.root:
        return False
    total = reader.xrefs.total_revisions
    current = reader.get_historical_resolver(total - 1)
    allowed = current.collect_dependencies(reader.root.raw_get("/DSS")) | {reader.root_ref}
    new = {ref for revision in range(since + 1, total) for ref in reader.xrefs.explicit_refs_in_revision(revision)}
    found = [reader.get_object(ref) for ref in new - allowed]  # type: ignore[no-untyped-call]
    return all(_is_table(each) for each in found)


def _is_table(found: generic.PdfObject) -> bool:
    return isinstance(found, generic.StreamObject) and found.get("/Type") in ("/XRef", "/ObjStm")


def _is_made_of_objects(reader: PdfFileReader, pdf: bytes, start: int) -> bool:
    """Whether the bytes from a place on are objects that tables of the file name, and these tables."""
    places = sorted({place for place in _places(reader) if place >= start})
    if not places or pdf[start : places[0]].strip():
        return False
    pieces = [pdf[one:following] for one, following in pairwise([*places, len(pdf)])]
    return all(_is_object_or_section(piece) for piece in pieces)


def _is_object_or_section(piece: bytes) -> bool:
    if ENDED.search(piece) and piece.count(b"endobj") == 1:
        return True
    head, mark, tail = piece.rpartition(b"startxref")
    if not mark or not re.fullmatch(rb"\s+\d+\s+%%EOF(?:\r\n|\n|\r)?", tail):
        return False
    return bool(ENDED.search(head)) or head.lstrip().startswith(b"xref")


def _places(reader: PdfFileReader) -> set[int]:
    """Where the file's tables say that objects and tables stand."""
    found = set()
    for revision in range(reader.xrefs.total_revisions):
        found.add(int(reader.xrefs.get_startxref_for_revision(revision)))
        for ref in reader.xrefs.explicit_refs_in_revision(revision):
            place = reader.xrefs.get_historical_ref(ref, revision)
            if isinstance(place, int):
                found.add(place)
    return found
