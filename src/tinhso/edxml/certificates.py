"""From the certificate of a signer to a trusted one: signatures, dates, and who may issue."""

import datetime as dt
from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

_LONGEST = 5  # certificates from signer to authority


class Untrusted(Exception):
    """No chain leads to a trusted certificate; `is_about_time` when only the moment is wrong."""

    def __init__(self, *, is_about_time: bool = False) -> None:
        super().__init__("Chứng thư số không thuộc danh sách tin cậy.")
        self.is_about_time = is_about_time


def load(certificates: Iterable[bytes | x509.Certificate]) -> list[x509.Certificate]:
    """Certificates from PEM (one or several), DER or objects.

    Raises:
        ValueError: bytes that are no certificate.
    """
    loaded: list[x509.Certificate] = []
    for certificate in certificates:
        if isinstance(certificate, x509.Certificate):
            loaded.append(certificate)
        elif certificate.lstrip().startswith(b"-----BEGIN"):
            loaded.extend(x509.load_pem_x509_certificates(certificate))
        else:
            loaded.append(x509.load_der_x509_certificate(certificate))
    return loaded


def chain_to(anchors: list[x509.Certificate], certificates: list[x509.Certificate], at: dt.datetime) -> None:
    """Make sure that the first certificate leads to an anchor, through the others where needed.

    An anchor may be the signer's own certificate. Every certificate on the way must be in force at `at`, issuers must
    be authorities, and the signer's certificate, where it names uses, must be for signing.

    Raises:
        Untrusted: it does not.
    """
    if not _is_for(certificates[0], "digital_signature", "content_commitment"):
        raise Untrusted
    current = certificates[0]
    for below in range(_LONGEST):
        if not current.not_valid_before_utc <= at <= current.not_valid_after_utc:
            raise Untrusted(is_about_time=True)
        if current in anchors:
            return
        issuer = next((other for other in (*anchors, *certificates[1:]) if _issued(other, current, below)), None)
        if issuer is None or issuer == current:
            break
        current = issuer
    raise Untrusted


def _issued(issuer: x509.Certificate, certificate: x509.Certificate, below: int) -> bool:
    try:
        if issuer.subject != certificate.issuer or not _may_issue(issuer, below):
            return False
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _may_issue(certificate: x509.Certificate, below: int) -> bool:
    """Whether it is an authority that may have so many authorities below it on the way to the signer."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return False
    is_long = constraints.path_length is not None and below > constraints.path_length
    return constraints.ca and not is_long and _is_for(certificate, "key_cert_sign")


def _is_for(certificate: x509.Certificate, *uses: str) -> bool:
    """Whether the certificate is for one of these uses, or names none."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except (ValueError, x509.DuplicateExtension):
        return False
    return any(getattr(usage, use) for use in uses)
