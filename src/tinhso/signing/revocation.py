"""Whether a certificate was taken back (thu hồi), as lists (CRL) and responders (OCSP) of its authority prove it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from tinhso.signing.report import Wanted
from tinhso.signing.trust import Material

EXPIRED_CERTIFICATES_STAY = x509.ObjectIdentifier("2.5.29.60")  # expiredCertsOnCRL, X.509
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature)


class Standing(Enum):
    """What is known of a certificate."""

    GOOD = 1
    REVOKED = 2
    OLD = 3  # only outdated proofs
    UNKNOWN = 4


@dataclass(frozen=True, slots=True)
class Proof:
    """A standing, and the bytes that prove it."""

    standing: Standing
    crl: bytes | None = None
    ocsp: bytes | None = None

    @property
    def used(self) -> Material:
        """The bytes."""
        return Material(crls=(self.crl,) if self.crl else (), ocsps=(self.ocsp,) if self.ocsp else ())


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: was this certificate revoked at a moment, as far as is known now.

    Args:
        moment: at which the signature is proved to have existed.
        latest: newest moment that a proof may bear.
    """

    certificate: x509.Certificate
    issuer: x509.Certificate
    moment: dt.datetime
    latest: dt.datetime


def proof(question: Question, material: Material) -> Proof:
    """The strongest proof that the material holds: revoked before good before outdated."""
    found = [*_by_crls(question, material), *_by_ocsps(question, material)]
    order = {Standing.REVOKED: 0, Standing.GOOD: 1, Standing.OLD: 2}
    return min(found, key=lambda one: order[one.standing], default=Proof(Standing.UNKNOWN))


def wanted(question: Question, extra_urls: tuple[str, ...] = ()) -> Wanted:
    """What a caller has to fetch to answer the question."""
    certificate, issuer = question.certificate, question.issuer
    return Wanted(
        serial=f"{certificate.serial_number:x}",
        issuer=issuer.subject.rfc4514_string(),
        issuer_certificate=issuer.public_bytes(serialization.Encoding.DER),
        certificate=certificate.public_bytes(serialization.Encoding.DER),
        crl_urls=tuple(dict.fromkeys((*_crl_urls(certificate), *extra_urls))),
        ocsp_urls=tuple(_ocsp_urls(certificate)),
    )


# ---- lists ----------------------------------------------------------------------------------------------------------


def _by_crls(question: Question, material: Material) -> Iterator[Proof]:
    for der in material.crls:
        try:
            standing = _by_crl(question, der)
        except _UNREADABLE:
            continue
        if standing is not None:
            yield Proof(standing, crl=der)


def _by_crl(question: Question, der: bytes) -> Standing | None:
    certificate, issuer = question.certificate, question.issuer
    found = _crl(der, issuer.public_bytes(serialization.Encoding.DER))
    if found is None or certificate.issuer != issuer.subject or not _covers(found, certificate):
        return None
    since = found.last_update_utc
    if since > question.latest:
        return None
    entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None and entry.revocation_date_utc <= question.moment:
        return Standing.REVOKED
    is_kept = since <= certificate.not_valid_after_utc or _keeps_expired(found)
    return Standing.GOOD if is_kept and _is_fresh(since, found.next_update_utc, question.moment) else Standing.OLD


@lru_cache(maxsize=128)
def _crl(der: bytes, issuer_der: bytes) -> x509.CertificateRevocationList | None:
    """A list that this authority signed; None for another's, and for one that says things unknown here."""
    found, issuer = x509.load_der_x509_crl(der), x509.load_der_x509_certificate(issuer_der)
    if found.issuer != issuer.subject or not _may_sign_lists(issuer):
        return None
    if not found.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]  # other keys raise TypeError
        return None
    known = x509.IssuingDistributionPoint.oid
    return None if any(one.critical and one.oid != known for one in found.extensions) else found


def _may_sign_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _covers(found: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether a list is about certificates of this kind, for every reason, and from its own authority only."""
    try:
        point = found.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
    except x509.ExtensionNotFound:
        return True
    if point.indirect_crl or point.only_some_reasons or point.only_contains_attribute_certs:
        return False
    is_authority = _is_authority(certificate)
    if (point.only_contains_ca_certs and not is_authority) or (point.only_contains_user_certs and is_authority):
        return False
    named = {one.value for one in point.full_name or () if isinstance(one, x509.UniformResourceIdentifier)}
    return point.full_name is None or bool(named & set(_crl_urls(certificate)))


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _keeps_expired(found: x509.CertificateRevocationList) -> bool:
    return any(one.oid == EXPIRED_CERTIFICATES_STAY for one in found.extensions)


def _is_fresh(since: dt.datetime, until: dt.datetime | None, moment: dt.datetime) -> bool:
    """Whether a proof tells of the moment: made after it, or meant to count at it."""
    return since >= moment or (until is not None and until >= moment)


# ---- responders -----------------------------------------------------------------------------------------------------


def _by_ocsps(question: Question, material: Material) -> Iterator[Proof]:
    for der in material.ocsps:
        try:
            standing = _by_ocsp(question, der)
        except _UNREADABLE:
            continue
        if standing is not None:
            yield Proof(standing, ocsp=der)


def _by_ocsp(question: Question, der: bytes) -> Standing | None:
    answer = ocsp.load_der_ocsp_response(der)
    if answer.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL or not _is_signed(answer, question.issuer):
        return None
    for one in answer.responses:
        if not _is_about(one, question) or one.this_update_utc > question.latest:
            continue
        if one.certificate_status == ocsp.OCSPCertStatus.REVOKED:
            since = one.revocation_time_utc
            if since is None or since <= question.moment:
                return Standing.REVOKED
        elif one.certificate_status != ocsp.OCSPCertStatus.GOOD:
            continue
        is_fresh = _is_fresh(one.this_update_utc, one.next_update_utc, question.moment)
        return Standing.GOOD if is_fresh else Standing.OLD
    return None


def _is_about(one: ocsp.OCSPSingleResponse, question: Question) -> bool:
    if one.serial_number != question.certificate.serial_number:
        return False
    asked = ocsp.OCSPRequestBuilder().add_certificate(question.certificate, question.issuer, one.hash_algorithm).build()
    return (one.issuer_name_hash, one.issuer_key_hash) == (asked.issuer_name_hash, asked.issuer_key_hash)


def _is_signed(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """By the authority itself, or by a responder whom it named and whose own revocation is not asked for."""
    algorithm = answer.signature_hash_algorithm
    if algorithm is None or isinstance(algorithm, hashes.MD5 | hashes.SHA1):
        return False
    for signer in (issuer, *(one for one in answer.certificates if _is_responder(one, issuer, answer))):
        try:
            _require_signed(signer, answer)
        except _UNREADABLE:
            continue
        return True
    return False


def _require_signed(signer: x509.Certificate, answer: ocsp.OCSPResponse) -> None:
    key, algorithm = signer.public_key(), answer.signature_hash_algorithm
    if isinstance(key, rsa.RSAPublicKey) and algorithm is not None:
        key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm is not None:
        key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
    else:
        raise UnsupportedAlgorithm("the responder's key is neither RSA nor on an elliptic curve")


def _is_responder(one: x509.Certificate, issuer: x509.Certificate, answer: ocsp.OCSPResponse) -> bool:
    try:
        one.verify_directly_issued_by(issuer)
        purposes = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        one.extensions.get_extension_for_class(x509.OCSPNoCheck)
    except (*_UNREADABLE, x509.ExtensionNotFound):
        return False
    made = answer.produced_at_utc
    in_force = one.not_valid_before_utc <= made <= one.not_valid_after_utc
    return in_force and ExtendedKeyUsageOID.OCSP_SIGNING in purposes


# ---- where proofs are found -----------------------------------------------------------------------------------------


def _crl_urls(certificate: x509.Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    return [one.value for point in points for one in point.full_name or () if _is_url(one)]


def _ocsp_urls(certificate: x509.Certificate) -> list[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    found = [one.access_location for one in access if one.access_method == AuthorityInformationAccessOID.OCSP]
    return [one.value for one in found if _is_url(one)]


def _is_url(one: x509.GeneralName) -> bool:
    return isinstance(one, x509.UniformResourceIdentifier) and one.value.startswith(("http://", "https://"))
