"""The signature itself (CMS, RFC 5652, as CAdES baseline B asks): everything constant is encoded once per certificate.

A signature needs two steps, so that the key may be anywhere: `Template.attributes` gives the bytes that the key signs,
`Template.wrapped` puts its answer into the structure.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

DATA = bytes.fromhex("06092a864886f70d010701")
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
SIGNING_CERTIFICATE_V2 = bytes.fromhex("060b2a864886f70d010910022f")
ALGORITHM_PROTECTION = bytes.fromhex("06092a864886f70d010934")  # RFC 6211
SHA256 = bytes.fromhex("300d06096086480165030402010500")
SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
SEQUENCE, SET, OCTETS, CONTEXT_0, CONTEXT_1 = 0x30, 0x31, 0x04, 0xA0, 0xA1

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class UnknownKey(ValueError):
    """The certificate's key is neither RSA nor on an elliptic curve."""


@dataclass(frozen=True)
class Template:
    """The constant parts of all signatures under one certificate.

    Args:
        certificate: of the signer, DER.
        chain: certificates that the signature carries along, DER.
    """

    certificate: bytes
    chain: tuple[bytes, ...]

    def attributes(self, digest: bytes) -> bytes:
        """What the key signs: the signed attributes of a file with this SHA-256 digest, as a SET in DER."""
        return self._before + digest + self._after

    def wrapped(self, digest: bytes, signature: bytes) -> bytes:
        """The whole structure in DER, detached: the file is not in it."""
        attributes = self.attributes(digest)
        info = tlv(SEQUENCE, self._issuer, bytes([CONTEXT_0]), attributes[1:], self._algorithm, tlv(OCTETS, signature))
        return tlv(SEQUENCE, SIGNED_DATA, tlv(CONTEXT_0, tlv(SEQUENCE, self._head, tlv(SET, info))))

    def require_made_by_key(self, digest: bytes, signature: bytes) -> None:
        """Refuse a signature that the certificate's key did not make.

        Raises:
            InvalidSignature: it is of another key, or of another file.
        """
        require_signed(self.public_key, self.attributes(digest), signature)

    @cached_property
    def room(self) -> int:
        """The greatest number of bytes of the whole structure."""
        return len(self.wrapped(bytes(32), bytes(signature_bytes(self.public_key))))

    @cached_property
    def loaded(self) -> x509.Certificate:
        """The certificate, read."""
        return x509.load_der_x509_certificate(self.certificate)

    @cached_property
    def public_key(self) -> PublicKey:
        """The key in the certificate.

        Raises:
            UnknownKey: of another kind than RSA or elliptic curves.
        """
        found = self.loaded.public_key()
        if not isinstance(found, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise UnknownKey("the certificate's key is neither RSA nor on an elliptic curve")
        return found

    @cached_property
    def _algorithm(self) -> bytes:
        return SHA256_WITH_RSA if isinstance(self.public_key, rsa.RSAPublicKey) else ECDSA_WITH_SHA256

    @cached_property
    def _issuer(self) -> bytes:
        """Version, issuer and number of the certificate, and the digest's algorithm."""
        number = integer(self.loaded.serial_number)
        return tlv(0x02, b"\x01") + tlv(SEQUENCE, self.loaded.issuer.public_bytes(), number) + SHA256

    @cached_property
    def _head(self) -> bytes:
        certificates = tlv(CONTEXT_0, *sorted((self.certificate, *self.chain)))
        return tlv(0x02, b"\x01") + tlv(SET, SHA256) + tlv(SEQUENCE, DATA) + certificates

    @cached_property
    def _set(self) -> bytes:
        fingerprint = hashlib.sha256(self.certificate).digest()
        ess = tlv(SEQUENCE, tlv(SEQUENCE, tlv(SEQUENCE, tlv(OCTETS, fingerprint))))
        protection = tlv(SEQUENCE, SHA256, tlv(CONTEXT_1, self._algorithm[2:]))
        attributes = [
            tlv(SEQUENCE, CONTENT_TYPE, tlv(SET, DATA)),
            tlv(SEQUENCE, MESSAGE_DIGEST, tlv(SET, tlv(OCTETS, _BLANK))),
            tlv(SEQUENCE, SIGNING_CERTIFICATE_V2, tlv(SET, ess)),
            tlv(SEQUENCE, ALGORITHM_PROTECTION, tlv(SET, protection)),
        ]
        return tlv(SET, *sorted(attributes))  # lengths differ, so the order does not hang on the digest

    @cached_property
    def _before(self) -> bytes:
        return self._set.split(_BLANK)[0]

    @cached_property
    def _after(self) -> bytes:
        return self._set.split(_BLANK)[1]


_BLANK = b"\xff" * 32


@lru_cache(maxsize=256)
def template(certificate: bytes, chain: tuple[bytes, ...]) -> Template:
    """The template of a certificate, kept in memory."""
    return Template(certificate, chain)


def require_signed(key: PublicKey, message: bytes, signature: bytes) -> None:
    """Refuse a signature (SHA-256) that was not made with this key over this message.

    Raises:
        InvalidSignature: it was not.
    """
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    else:
        key.verify(signature, message, ec.ECDSA(hashes.SHA256()))


def signature_bytes(key: PublicKey) -> int:
    """The greatest number of bytes of a signature."""
    whole = (key.key_size + 7) // 8
    return whole if isinstance(key, rsa.RSAPublicKey) else 2 * (whole + 3) + 3


def integer(number: int) -> bytes:
    """A whole number that is not negative, in DER."""
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def tlv(tag: int, *parts: bytes) -> bytes:
    """An element in DER."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
