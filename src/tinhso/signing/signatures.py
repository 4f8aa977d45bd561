"""One signature of a file by itself: what it says, and whether its certificate's key made it over these bytes."""

import contextlib
import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from tinhso.signing import chains, coverage, identities
from tinhso.signing.fields import ORGANIZATION, PERSON
from tinhso.signing.moments import VIETNAM
from tinhso.signing.report import Coverage, Role

STRONG = frozenset({"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"})
CURVE_BITS = 256
SUBFILTERS = ("/ETSI.CAdES.detached", "/adbe.pkcs7.detached")
IDENTIFIERS = (NameOID.ORGANIZATION_IDENTIFIER, NameOID.SERIAL_NUMBER, NameOID.USER_ID)
DOCUMENTS = {  # purposes under which documents may be signed
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ExtendedKeyUsageOID.CLIENT_AUTH,
    x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # document signing, RFC 9336
    x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"),  # the same of Microsoft
    x509.ObjectIdentifier("1.2.840.113583.1.1.5"),  # the same of Adobe
}


class BrokenSignature(ValueError):
    """The signature cannot be read."""


@dataclass(frozen=True)
class Signature:
    """A signature, or a time stamp over the file, as it was read.

    Args:
        embedded: pyHanko's view of it.
        pdf: the whole file.
    """

    embedded: EmbeddedPdfSignature
    pdf: bytes

    @property
    def field(self) -> str:
        """Name of its form field."""
        return str(self.embedded.field_name)

    @property
    def is_timestamp(self) -> bool:
        """Whether it is a time stamp over the file rather than somebody's signature."""
        return bool(self.embedded.sig_object_type == "/DocTimeStamp")

    @cached_property
    def certificate_der(self) -> bytes:
        """The signer's certificate."""
        der: bytes = self.embedded.signer_cert.dump()
        return der

    @property
    def certificate(self) -> x509.Certificate:
        """The signer's certificate, read."""
        return chains.certificate(self.certificate_der)

    @cached_property
    def others(self) -> tuple[bytes, ...]:
        """Certificates that the signature carries along, DER."""
        return tuple(each.dump() for each in self.embedded.other_embedded_certs)

    @cached_property
    def coverage(self) -> Coverage:
        """How much of the file it covers."""
        return coverage.coverage(self.embedded, self.pdf)

    @cached_property
    def stated_at(self) -> dt.datetime | None:
        """Moment that the signer states, aware."""
        stated: dt.datetime | None = self.embedded.self_reported_timestamp
        if stated is not None and stated.utcoffset() is None:
            return stated.replace(tzinfo=VIETNAM)
        return stated

    @cached_property
    def hash_names(self) -> frozenset[str]:
        """Hashes on which it rests."""
        signer = self.embedded.signer_info
        found = {str(self.embedded.md_algorithm)}
        with contextlib.suppress(ValueError):  # the algorithm names none of its own
            found.add(signer["signature_algorithm"].hash_algo)
        return frozenset(found)

    @property
    def token(self) -> bytes | None:
        """The time stamp inside the signature (PAdES B-T), DER; None without one."""
        found = self.embedded.signer_info["unsigned_attrs"]
        if isinstance(found, core.Void):
            return None
        for each in found:
            if each["type"].native == "signature_time_stamp_token":
                der: bytes = each["values"][0].dump()
                return der
        return None

    @property
    def value(self) -> bytes:
        """The signature's own bytes, over which its time stamp is made."""
        found: bytes = self.embedded.signer_info["signature"].native
        return found

    @property
    def role(self) -> Role:
        """As what its signer signed."""
        if self.is_timestamp:
            return Role.TIMESTAMP
        if self.field in (PERSON, ORGANIZATION):
            return Role.PERSON if self.field == PERSON else Role.ORGANIZATION
        subject = self.certificate.subject
        name = identities.text(subject, NameOID.COMMON_NAME)
        is_agency = not name or name == identities.text(subject, NameOID.ORGANIZATION_NAME)
        return Role.ORGANIZATION if is_agency else Role.PERSON

    @property
    def names(self) -> list[str]:
        """Names and identifiers of the signer's agency."""
        subject = self.certificate.subject
        parts = (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME, *IDENTIFIERS)
        return [str(each.value) for oid in parts for each in subject.get_attributes_for_oid(oid)]


def integrity_problem(signature: Signature) -> str:
    """Whether it was made over these bytes by the key in its certificate; a code of `report`, or empty.

    Raises:
        Exception: whatever a broken signature makes the parser raise.
    """
    embedded = signature.embedded
    if embedded.sig_object.get("/SubFilter") not in SUBFILTERS:
        raise BrokenSignature("a signature of an unknown kind")
    if embedded.signer_info["signed_attrs"] is core.VOID:
        raise BrokenSignature("a signature without signed attributes")
    if not coverage.is_framed(embedded, signature.pdf):
        return "gap"
    found = coverage.digest(embedded, signature.pdf, embedded.md_algorithm)
    embedded.external_digests[embedded.md_algorithm] = found  # it need not be made once more
    intact, valid = validate_sig_integrity(embedded.signer_info, embedded.signer_cert, "data", found)
    if not valid:
        return "forged"
    return "" if intact else "changed"


def may_sign_documents(certificate: x509.Certificate) -> bool:
    """Whether a certificate was issued for signatures that bind (chống chối bỏ), and not for something else only."""
    extensions = certificate.extensions
    try:
        if not extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment:
            return False
    except x509.ExtensionNotFound:
        pass
    try:
        purposes = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return any(purpose in DOCUMENTS for purpose in purposes)


def is_key_strong(certificate: x509.Certificate, min_rsa_bits: int) -> bool:
    """Whether a key is long enough."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= min_rsa_bits
    return isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= CURVE_BITS


def hash_name(certificate: x509.Certificate) -> str:
    """The hash with which a certificate itself was signed."""
    algorithm = certificate.signature_hash_algorithm
    return algorithm.name.replace("-", "_") if algorithm is not None else ""
