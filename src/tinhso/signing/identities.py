"""What a certificate says of its subject."""

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from tinhso.signing.port import CertificateNotInForce, SignerIdentity

FULL_NAME = x509.ObjectIdentifier("2.5.4.41")  # X.520 `name`, for names longer than a common name may be


def identity(certificate: x509.Certificate, *, has_legal_value: bool) -> SignerIdentity:
    """Who signs with this certificate."""
    return SignerIdentity(
        name=name(certificate),
        organization=text(certificate.subject, NameOID.ORGANIZATION_NAME),
        certificate_sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        issuer=text(certificate.issuer, NameOID.COMMON_NAME) or text(certificate.issuer, NameOID.ORGANIZATION_NAME),
        has_legal_value=has_legal_value,
        not_after=certificate.not_valid_after_utc,
    )


def name(certificate: x509.Certificate) -> str:
    """The subject's full name where it has one, else its common name, else its organization."""
    subject = certificate.subject
    return next(filter(None, (text(subject, oid) for oid in _NAMES)), "")


def text(subject: x509.Name, oid: x509.ObjectIdentifier) -> str:
    """A part of a name; empty when it has none."""
    return ", ".join(str(attribute.value) for attribute in subject.get_attributes_for_oid(oid))


def require_in_force(certificate: x509.Certificate, at: dt.datetime) -> None:
    """Refuse a certificate that does not cover a moment.

    Raises:
        CertificateNotInForce: it is expired, or not yet valid.
    """
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= at <= last:
        raise CertificateNotInForce(f"the certificate counts from {first:%Y-%m-%d} to {last:%Y-%m-%d}")


_NAMES = (FULL_NAME, NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
