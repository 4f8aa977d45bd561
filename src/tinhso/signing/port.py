"""The port: what the platform asks of anything that signs PDF files, be it a key file, a token or a service."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from tinhso.signing.appearance import Appearance
from tinhso.signing.moments import VIETNAM, aware

NO_LEGAL_VALUE = "Chữ ký mẫu – không có giá trị pháp lý"
HEADER_WITHIN = 1024  # readers accept a PDF whose header stands in the first kilobyte


class NotAPdf(ValueError):
    """The bytes are no PDF file."""


class CannotSign(ValueError):
    """The PDF takes no signature: it is broken, encrypted or closed by an earlier signature; or the signer fails."""


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file a signature goes, and what it closes.

    Args:
        field: name of an empty signature field (see `fields.prepare`); None for a new invisible one.
        appearance: what the page shows in the field's box; None leaves the page as it is.
        lock: after this signature nothing in the file may change any more, not even a form field.
        certify: the file's first signature, after which only form fields may be filled and signatures added.
    """

    field: str | None = None
    appearance: Appearance | None = None
    lock: bool = False
    certify: bool = False


class Signer(Protocol):
    """Something that signs PDF files."""

    @property
    def identity(self) -> SignerIdentity:
        """Who signs."""
        ...

    @property
    def certificate_der(self) -> bytes:
        """The signer's certificate."""
        ...

    @property
    def chain_ders(self) -> tuple[bytes, ...]:
        """The certificates above the signer's, nearest first, which the signature carries along."""
        ...

    def sign(
        self, pdf: bytes, *, at: dt.datetime, reason: str = "", location: str = "", place: Place | None = None
    ) -> bytes:
        """The file with one more signature (PAdES B-B), appended so that earlier signatures stay valid.

        Args:
            pdf: the whole file.
            at: aware moment of signing, which the signature states.
            reason: why it is signed, for the reader of the signature; may be empty.
            location: where it is signed; may be empty.
            place: where the signature goes; None for a new invisible field.

        Raises:
            NotAPdf: the bytes are no PDF.
            CannotSign: the PDF takes no signature there.
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
