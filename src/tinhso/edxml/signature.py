"""Signatures over whole packets (XMLDSig, enveloped): who sent this file. The legal signature is the one in the PDF.

One signature, in `edXMLHeader`, over the whole file (`URI=""`), C14N, RSA or ECDSA with SHA-256. Everything else is
refused before any cryptography. Read a signed packet only from `Verified.signed`, never from the file that came.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import cast

import cryptography.exceptions
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.exceptions import InvalidCertificate, SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from tinhso.edxml import spec
from tinhso.edxml.certificates import Untrusted, chain_to, load
from tinhso.edxml.limits import DEFAULT, Limits
from tinhso.edxml.parse import parse, refusal
from tinhso.edxml.problems import Unreadable
from tinhso.edxml.sinks import Discarding

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_DS = f"{{{spec.SIGNATURES}}}"
_ENVELOPED = SignatureConstructionMethod.enveloped.value
_C14N = (
    "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
)
_METHODS = {SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256}
_WEAK_METHODS = {SignatureMethod.RSA_SHA1, SignatureMethod.ECDSA_SHA1}
_RSA_BITS = 2048  # shorter keys count as weak
# What signxml, lxml and cryptography raise for files that are wrong in some way.
_LIBRARY_ERRORS = (
    SignXMLException,
    cryptography.exceptions.InvalidSignature,
    cryptography.exceptions.UnsupportedAlgorithm,
    etree.LxmlError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    AssertionError,
)


class Outcome(Enum):
    """Why a signature does not hold."""

    UNSIGNED = "unsigned"  # không có chữ ký
    FORBIDDEN = "forbidden"  # a form that invites attacks: other references, several signatures, comments, DTD
    BROKEN = "broken"  # changed after signing, or no signature at all
    WEAK = "weak"  # SHA-1 or a short key: right, and still no proof (chưa đủ căn cứ)
    UNTRUSTED = "untrusted"  # no chain to a trusted certificate
    NOT_IN_FORCE = "not-in-force"  # a certificate is expired or not yet valid at the moment


_NO_PACKET = "Chỉ ký được gói tin edXML chưa có chữ ký."
_SENTENCES = {
    Outcome.UNSIGNED: "Gói tin không có chữ ký số.",
    Outcome.FORBIDDEN: "Chữ ký số của gói tin có dạng không được chấp nhận.",
    Outcome.BROKEN: "Chữ ký số không đúng hoặc gói tin đã bị sửa sau khi ký.",
    Outcome.WEAK: "Chữ ký số dùng thuật toán không còn an toàn, chưa đủ căn cứ để tin cậy.",
    Outcome.UNTRUSTED: "Chứng thư số không thuộc danh sách tin cậy.",
    Outcome.NOT_IN_FORCE: "Chứng thư số không còn hoặc chưa có hiệu lực.",
}


@dataclass(frozen=True, slots=True)
class Verified:
    """What a valid signature covers.

    Args:
        certificate: of the signer.
        signed: the packet without its signature, as it was signed; the only bytes to read from.
    """

    certificate: x509.Certificate
    signed: bytes


class BadSignature(Exception):
    """The signature does not hold; `outcome` tells why, the text is the sentence for people."""

    def __init__(self, outcome: Outcome, verified: Verified | None = None) -> None:
        super().__init__(_SENTENCES[outcome])
        self.outcome = outcome
        self.verified = verified
        """Only for `Outcome.WEAK`: what the weak signature covers."""


class CannotSign(ValueError):
    """The file is no unsigned packet, or the certificate is not that of the key."""


def _parser() -> etree.XMLParser:
    """For files that expat has already gone through: long attachments are allowed, nothing is fetched or expanded."""
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def _vetted(xml: bytes, limits: Limits) -> etree._Element:
    """The tree of a file that is a packet in form and within the limits.

    Raises:
        Unreadable: it is not.
    """
    parse(xml, lambda _number: Discarding(), limits)
    try:
        return etree.fromstring(xml, _parser())
    except etree.XMLSyntaxError:  # what expat takes and libxml2 does not, such as odd percent signs in a namespace
        raise refusal("xml") from None


# --- signing -------------------------------------------------------------------------------------------------------


class _Signer(XMLSigner):
    @property
    def parser(self) -> etree.XMLParser:
        """Long attachments are parsed again inside the library."""
        return _parser()


def _own(xml: bytes) -> etree._Element:
    """The tree of a file we wrote ourselves; expanding and fetching are off all the same."""
    try:
        root = etree.fromstring(xml, _parser())
    except etree.XMLSyntaxError:
        raise CannotSign(_NO_PACKET) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise CannotSign(_NO_PACKET)
    return root


def sign(xml: bytes, key: Key, certificate_pem: bytes) -> bytes:
    """The packet with a signature over all of it.

    Args:
        xml: what `write` made.
        key: RSA or EC key as an object; loading an RSA key takes twenty times as long as signing, so hold it.
        certificate_pem: certificate of the key, and those between it and the authority, if any.

    Raises:
        CannotSign: signed already, no packet, or another key's certificate.
    """
    root = _own(xml)
    chain = x509.load_pem_x509_certificates(certificate_pem)
    header = root.find(f"{{{spec.NAMESPACE}}}edXMLEnvelope/{{{spec.NAMESPACE}}}edXMLHeader")
    if header is None or root.get("Id") or root.get("ID") or next(root.iter(f"{_DS}Signature"), None) is not None:
        raise CannotSign(_NO_PACKET)
    if chain[0].public_key() != key.public_key():
        raise CannotSign("Chứng thư số không phải của khóa này.")
    etree.SubElement(header, f"{_DS}Signature", {"Id": "placeholder"}, {"ds": spec.SIGNATURES})
    method = "RSA_SHA256" if isinstance(key, rsa.RSAPrivateKey) else "ECDSA_SHA256"
    signed = _Signer(signature_algorithm=SignatureMethod[method]).sign(root, key=key, cert=chain)
    return etree.tostring(signed, xml_declaration=True, encoding="UTF-8")


# --- checking ------------------------------------------------------------------------------------------------------


def verify(
    xml: bytes, *, trusted: Iterable[bytes | x509.Certificate], at: dt.datetime, limits: Limits = DEFAULT
) -> Verified:
    """Check the signature of a packet.

    Args:
        xml: the file as it came.
        trusted: certificates of authorities, or of signers themselves, as PEM, DER or objects.
        at: aware moment at which certificates must be in force. Revocation is not looked up.

    Raises:
        BadSignature: it does not hold, with the reason in `outcome`.
        Unreadable: no XML, a DTD, or beyond the limits.
        ValueError: a trusted certificate cannot be read.
    """
    anchors = load(trusted)
    root = _vetted(xml, limits)
    signature = _only_signature(root)
    is_weak = _check_form(root, signature)
    certificates = _certificates(signature)
    verified = _checked(root, certificates[0], at, is_weak)
    try:
        chain_to(anchors, certificates, at)
    except Untrusted as error:
        raise BadSignature(Outcome.NOT_IN_FORCE if error.is_about_time else Outcome.UNTRUSTED) from None
    if is_weak or _is_short(certificates[0]):
        raise BadSignature(Outcome.WEAK, verified)
    return verified


def _only_signature(root: etree._Element) -> etree._Element:
    signatures = list(root.iter(f"{_DS}Signature"))
    if not signatures:
        raise BadSignature(Outcome.UNSIGNED)
    header = f"{{{spec.NAMESPACE}}}edXMLHeader"
    parents = [element.tag for element in signatures[0].iterancestors()]
    is_in_place = parents == [header, f"{{{spec.NAMESPACE}}}edXMLEnvelope", f"{{{spec.NAMESPACE}}}edXML"]
    if len(signatures) > 1 or not is_in_place:
        raise BadSignature(Outcome.FORBIDDEN)
    return signatures[0]


def _check_form(root: etree._Element, signature: etree._Element) -> bool:
    """Refuse every form but the one; answer whether the algorithms are weak."""
    info = signature.find(f"{_DS}SignedInfo")
    references = [] if info is None else info.findall(f"{_DS}Reference")
    if info is None or len(references) != 1 or references[0].get("URI") != "":
        raise BadSignature(Outcome.FORBIDDEN)
    transforms = [step.get("Algorithm") for step in references[0].iter(f"{_DS}Transform")]
    is_plain = transforms[:1] == [_ENVELOPED] and all(step in _C14N for step in transforms[1:])
    has_objects = signature.find(f"{_DS}Object") is not None
    if not is_plain or has_objects or _has_comments(root) or _has_twins(root):
        raise BadSignature(Outcome.FORBIDDEN)
    algorithms = [element.get("Algorithm", "") for element in info.iter(f"{_DS}SignatureMethod", f"{_DS}DigestMethod")]
    return any(algorithm.lower().endswith("sha1") for algorithm in algorithms)


def _has_comments(root: etree._Element) -> bool:
    """Comments and instructions are left out of what is signed, also those beside the root."""
    return bool(root.getroottree().xpath("//comment() | //processing-instruction()"))


def _has_twins(root: etree._Element) -> bool:
    """Whether two elements carry one Id."""
    values = root.xpath("//@*[local-name() = 'Id' or local-name() = 'ID' or local-name() = 'id']")
    return any(times > 1 for times in Counter(map(str, cast(list[str], values))).values())


def _certificates(signature: etree._Element) -> list[x509.Certificate]:
    """Those in the signature, the signer's first."""
    texts = [element.text or "" for element in signature.iterfind(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")]
    try:
        certificates = load(_pem(text) for text in texts)
    except ValueError:
        raise BadSignature(Outcome.BROKEN) from None
    if not certificates:
        raise BadSignature(Outcome.BROKEN)
    return certificates


def _pem(text: str) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + "".join(text.split()).encode() + b"\n-----END CERTIFICATE-----\n"


def _checked(root: etree._Element, certificate: x509.Certificate, at: dt.datetime, is_weak: bool) -> Verified:
    """Digest and signature hold for this certificate."""
    methods = _METHODS | _WEAK_METHODS if is_weak else _METHODS
    digests = {DigestAlgorithm.SHA256} | ({DigestAlgorithm.SHA1} if is_weak else set())
    expected = SignatureConfiguration(
        location="./*/*/",
        signature_methods=frozenset(methods),
        digest_algorithms=frozenset(digests),
        verification_time=at,
    )
    try:
        result = XMLVerifier().verify(root, x509_cert=certificate, expect_config=expected, parser=_parser())
    except InvalidCertificate:
        raise BadSignature(Outcome.NOT_IN_FORCE) from None
    except _LIBRARY_ERRORS:
        raise BadSignature(Outcome.BROKEN) from None
    if isinstance(result, list):
        raise BadSignature(Outcome.FORBIDDEN)
    return Verified(certificate, result.signed_data)


def _is_short(certificate: x509.Certificate) -> bool:
    key = certificate.public_key()
    return isinstance(key, rsa.RSAPublicKey) and key.key_size < _RSA_BITS


__all__ = ["BadSignature", "CannotSign", "Key", "Outcome", "Unreadable", "Verified", "sign", "verify"]
