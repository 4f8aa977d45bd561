"""The port: what the platform asks of anything that signs PDF files, be it a key file, a token or a service."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

NO_LEGAL_VALUE = "Chữ ký mẫu – không có giá trị pháp lý"
HEADER_WITHIN = 1024  # readers accept a PDF whose header stands in the first kilobyte
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class NotAPdf(ValueError):
    """The bytes are no PDF file."""


class CannotSign(ValueError):
    """The PDF takes no signature: it is broken, encrypted or closed by an earlier signature."""


class CertificateNotInForce(ValueError):
    """The certificate is expired, or not yet valid, at the moment of signing."""


@dataclass(frozen=True, slots=True)
class SignerIdentity:
    """Who signs, as the certificate says it (chủ thể chứng thư chữ ký số).

    Args:
        name: person or organization whose signature it is.
        organization: agency of the signer (cơ quan, tổ chức).
        certificate_sha256: fingerprint of the certificate, 64 hexadecimal digits in lower case.
        issuer: name of the authority that issued the certificate.
        has_legal_value: False for signatures of demonstrations; pages must then say so.
        not_after: last moment of the certificate, aware.
    """

    name: str
    organization: str
    certificate_sha256: str
    issuer: str
    has_legal_value: bool
    not_after: dt.datetime


class Signer(Protocol):
    """Something that signs PDF files."""

    @property
    def identity(self) -> SignerIdentity:
        """Who signs."""
        ...

    def sign(self, pdf: bytes, *, reason: str, location: str, at: dt.datetime) -> bytes:
        """The file with one more signature (PAdES), appended so that earlier signatures stay valid.

        Nothing is drawn on a page: what a reader sees (`mark`) belongs into the page before it becomes a PDF.

        Args:
            pdf: the whole file.
            reason: why it is signed, for the reader of the signature; may be empty.
            location: where it is signed; may be empty.
            at: aware moment of signing, which the signature states.

        Raises:
            NotAPdf: the bytes are no PDF.
            CannotSign: the PDF takes no signature.
            CertificateNotInForce: the certificate does not cover `at`.
        """
        ...


def mark(identity: SignerIdentity, at: dt.datetime) -> str:
    """The line that a page shows where it is going to be signed, with the day in Vietnam."""
    kind = "Ký số" if identity.has_legal_value else "Ký số mẫu – không có giá trị pháp lý"
    return f"{kind}, {identity.name}, ngày {aware(at).astimezone(VIETNAM):%d/%m/%Y}"


def require_pdf(pdf: bytes) -> None:
    """Refuse what does not even start like a PDF.

    Raises:
        NotAPdf: no PDF header near the start.
    """
    if b"%PDF-" not in pdf[:HEADER_WITHIN]:
        raise NotAPdf("the bytes do not start like a PDF file")


def aware(at: dt.datetime) -> dt.datetime:
    """The moment itself, if it is one everywhere.

    Raises:
        ValueError: the time has no zone.
    """
    if at.utcoffset() is None:
        raise ValueError("the moment needs a time zone")
    return at
