"""What this installation is known by: one key, with which it signs packets and receipts and shows itself to partners.

It lies in a file of the home folder, made on first use, and belongs into the backup. Its certificate is given to
partners, who know us by it and by nothing else.
"""

import base64
import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings

from tinhso.core import kept

LASTS = dt.timedelta(days=3653)
EARLIER = dt.timedelta(days=2)  # clocks differ


class BadReceipt(ValueError):
    """A receipt that is unreadable, or that its signer did not sign."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Key and certificate of an installation."""

    key: ec.EllipticCurvePrivateKey
    certificate_pem: str
    fingerprint: str


def path() -> Path:
    """Where key and certificate lie, together in one file."""
    return Path(settings.HOME) / "exchange" / "identity.pem"


def own(at: dt.datetime) -> Identity:
    """This installation's identity; made if there is none yet."""
    where = path()
    if not where.exists():
        _make(where, at)
    return _opened(where, where.stat().st_mtime_ns)


def receipt(content: dict[str, Any], at: dt.datetime) -> str:
    """A signed receipt as text: canonical JSON, its signature, and whose it is."""
    identity = own(at)
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    signature = identity.key.sign(canonical.encode(), ec.ECDSA(hashes.SHA256()))
    whole = {
        "receipt": canonical,
        "signature": base64.b64encode(signature).decode("ascii"),
        "certificate": identity.fingerprint,
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True)


def opened(text: str, certificate_pem: str) -> dict[str, Any]:
    """What a receipt says, once its signature is found to be of a certificate.

    Raises:
        BadReceipt: it is unreadable, or somebody else's.
    """
    try:
        whole = json.loads(text)
        canonical = whole["receipt"].encode()
        _public_key(certificate_pem).verify(
            base64.b64decode(whole["signature"], validate=True), canonical, ec.ECDSA(hashes.SHA256())
        )
        content: dict[str, Any] = json.loads(canonical)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature) as problem:
        raise BadReceipt(type(problem).__name__) from problem
    return content


@lru_cache(maxsize=256)
def _public_key(certificate_pem: str) -> ec.EllipticCurvePublicKey:
    key = x509.load_pem_x509_certificate(certificate_pem.encode()).public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise BadReceipt("the certificate's key is of another kind")
    return key


def _make(where: Path, at: dt.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Tinh So {x509.random_serial_number():x}"[:60])])
    both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(at - EARLIER)
        .not_valid_after(at + LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(True, True, False, False, False, True, False, False, False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(both), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    where.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept.write(where, secret + certificate.public_bytes(serialization.Encoding.PEM))


@lru_cache(maxsize=4)
def _opened(where: Path, _changed: int) -> Identity:
    written = where.read_bytes()
    key = serialization.load_pem_private_key(written, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{where.name} holds a key of another kind")
    (certificate,) = x509.load_pem_x509_certificates(written)
    return Identity(
        key,
        certificate.public_bytes(serialization.Encoding.PEM).decode("ascii"),
        hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest(),
    )
