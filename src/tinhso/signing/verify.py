"""What holds of the signatures in a PDF file: whether it is unchanged, and whose signatures they are."""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleTrustManager

from tinhso.signing.loops import apart_from_loops
from tinhso.signing.port import VIETNAM, aware, require_pdf

# Reasons, most serious first.
UNREADABLE: Final = "unreadable"  # the file cannot be read (damaged, encrypted), so nobody can say who signed it
BROKEN: Final = "broken"  # the signature itself cannot be read
CHANGED: Final = "changed"  # what was signed is not what the file now says
APPENDED: Final = "appended"  # something follows the last signature, which no signature covers
UNDATED: Final = "undated"  # no moment of signing, so nobody can say whether the certificate was valid
FUTURE: Final = "future"  # signed later than the moment of the check
UNTRUSTED: Final = "untrusted"  # no way from the certificate to a trusted one
EXPIRED: Final = "expired"  # trusted, yet the certificate does not cover the moment
OK: Final = "ok"

CLOCKS_DIFFER: Final = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Checked:
    """One signature and what was found.

    Args:
        signer_name: name in the certificate; empty when it cannot be read.
        signed_at: aware moment that the signer states, not proved by anybody; None when there is none.
        is_intact: the signed bytes are unchanged, and since then came only further signatures and fillings of
            the form fields that were there.
        covers_whole_file: no byte of the file lies outside; False for all but the last of several signatures.
        is_trusted: intact, and the certificate comes from a trusted one. Revocation is not looked up.
        reason: one of the words above; "ok" means intact and trusted.
    """

    signer_name: str
    signed_at: dt.datetime | None
    is_intact: bool
    covers_whole_file: bool
    is_trusted: bool
    reason: str


def check(pdf: bytes, *, trusted: Sequence[bytes], at: dt.datetime | None = None) -> list[Checked]:
    """Look at every signature of a file, in the order in which they were made.

    Stricter than pyHanko: between both parts that a signature covers there is nothing but the signature, and
    nothing at all follows the last one (a file to which someone adds revocation data afterwards is "appended").

    Args:
        pdf: the whole file, from whomever it comes.
        trusted: certificates of authorities, or of signers, as DER.
        at: aware moment at which certificates must be valid; without it the one at which the signer says to have
            signed, so that papers stay valid after their signer's certificate ends.

    Returns:
        One entry per signature; none for a PDF without signatures. A file that starts like a PDF and cannot be read
        has a single entry "unreadable", one whose signatures cannot be listed a single entry "broken".

    Raises:
        NotAPdf: the bytes are no PDF.
        ValueError: a trusted certificate is none, or `at` has no time zone.
    """
    require_pdf(pdf)
    anchors = [_certificate(der) for der in trusted]
    if at is not None:
        aware(at)
    reason = UNREADABLE
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        if reader.encrypted:
            return [_nothing(UNREADABLE)]
        _ = reader.root
        reason = BROKEN
        signatures = list(reader.embedded_regular_signatures)
    except Exception:  # noqa: BLE001 - a stranger's file may break the parser in any way
        return [_nothing(reason)]
    whole = [_covers_whole_file(signature, pdf) for signature in signatures]
    return [
        _checked(signature, pdf, anchors, at, followed=position == len(whole) and not whole[-1])
        for position, signature in enumerate(signatures, start=1)
    ]


def _checked(
    signature: EmbeddedPdfSignature, pdf: bytes, anchors: list[x509.Certificate], at: dt.datetime | None, followed: bool
) -> Checked:
    try:
        return _judged(signature, pdf, anchors, at, followed)
    except Exception:  # noqa: BLE001 - a stranger's signature may break the parser in any way
        return _nothing(BROKEN)


def _judged(
    signature: EmbeddedPdfSignature, pdf: bytes, anchors: list[x509.Certificate], at: dt.datetime | None, followed: bool
) -> Checked:
    certificate = signature.signer_cert
    signed_at = _stated_moment(signature)
    moment = at or signed_at or certificate.not_valid_after
    status = _status(signature, anchors, moment)
    unchanged = status.intact and status.valid and bool(status.docmdp_ok) and _is_framed(signature, pdf)
    if not unchanged:
        reason = CHANGED
    elif followed:
        reason = APPENDED
    elif signed_at is None:
        reason = UNDATED
    elif at is not None and signed_at > at + CLOCKS_DIFFER:
        reason = FUTURE
    elif status.trusted:
        reason = OK
    else:
        reason = _why_untrusted(signature, anchors, moment)
    return Checked(
        signer_name=_name(certificate),
        signed_at=signed_at,
        is_intact=unchanged and not followed,
        covers_whole_file=_covers_whole_file(signature, pdf),
        is_trusted=reason == OK,
        reason=reason,
    )


def _status(
    signature: EmbeddedPdfSignature, anchors: list[x509.Certificate], moment: dt.datetime
) -> PdfSignatureStatus:
    context = ValidationContext(
        trust_manager=SimpleTrustManager.build(trust_roots=anchors), moment=moment, allow_fetching=False
    )
    return apart_from_loops(lambda: validate_pdf_signature(signature, signer_validation_context=context))


def _why_untrusted(signature: EmbeddedPdfSignature, anchors: list[x509.Certificate], moment: dt.datetime) -> str:
    """Whether the certificate would have been trusted while it lasted."""
    certificate = signature.signer_cert
    if certificate.not_valid_before <= moment <= certificate.not_valid_after:
        return UNTRUSTED
    return EXPIRED if _status(signature, anchors, certificate.not_valid_after).trusted else UNTRUSTED


def _is_framed(signature: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """Whether the only bytes between both signed parts are the signature itself.

    pyHanko compares lengths only, so a longer gap may hide objects that readers show and nobody signed.
    """
    start, length, resumed, _ = (int(number) for number in signature.byte_range)
    gap = pdf[length:resumed]
    if start != 0 or gap[:1] != b"<" or gap[-1:] != b">":
        return False
    try:
        return bytes.fromhex(gap[1:-1].decode("ascii")) == signature.pkcs7_content
    except ValueError:
        return False


def _covers_whole_file(signature: EmbeddedPdfSignature, pdf: bytes) -> bool:
    try:
        *_, resumed, rest = (int(number) for number in signature.byte_range)
        return resumed + rest == len(pdf) and _is_framed(signature, pdf)
    except (ValueError, TypeError):
        return False


def _stated_moment(signature: EmbeddedPdfSignature) -> dt.datetime | None:
    stated: dt.datetime | None = signature.self_reported_timestamp
    if stated is not None and stated.utcoffset() is None:
        return stated.replace(tzinfo=VIETNAM)
    return stated


def _name(certificate: x509.Certificate) -> str:
    """The subject's full name where it has one (see `soft_key`), else its common name, else its organization."""
    subject = certificate.subject.native
    for kind in ("name", "common_name", "organization_name"):
        if found := subject.get(kind):
            return found if isinstance(found, str) else ", ".join(found)
    return ""


def _certificate(der: bytes) -> x509.Certificate:
    try:
        certificate = x509.Certificate.load(der, strict=True)
        _ = certificate.subject.native, certificate.public_key.native  # read lazily; a bad one shall fail here
    except (ValueError, TypeError) as problem:
        raise ValueError("a trusted certificate cannot be read") from problem
    return certificate


def _nothing(reason: str) -> Checked:
    return Checked("", None, is_intact=False, covers_whole_file=False, is_trusted=False, reason=reason)
