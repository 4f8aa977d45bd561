"""The adapter for demonstrations and tests: a key in a file, under an authority made here. It has no legal value.

A folder holds `authority.pem`, key and certificate of the folder's own authority, and one `signer-….pem` per signer:
key, certificate, authority's certificate. Each is one file, mode 0600, so that key and certificate always fit.
"""

import datetime as dt
import hashlib
import io
import os
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tinhso.signing.loops import apart_from_loops
from tinhso.signing.port import (
    NO_LEGAL_VALUE,
    CannotSign,
    CertificateNotInForce,
    SignerIdentity,
    aware,
    require_pdf,
)

AUTHORITY_FILE = "authority.pem"
RSA_BITS = 2048
AUTHORITY_REACHES_BACK = dt.timedelta(days=3653)  # a simulated province also signs in past years
AUTHORITY_LASTS = dt.timedelta(days=10957)
SIGNER_REACHES_BACK = dt.timedelta(days=1)  # clocks differ
SIGNER_LASTS = dt.timedelta(days=1826)
COMMON_NAME_BYTES = 64  # RFC 5280, ub-common-name
FULL_NAME = x509.ObjectIdentifier("2.5.4.41")  # X.520 `name`, for names that are longer than that
CMS_BESIDE_CERTIFICATES = 2048  # bytes: attributes, RSA signature, structure


class KeyNotFound(LookupError):
    """The folder holds no key for this signer (or no authority)."""


@dataclass(frozen=True)
class SoftKey:
    """A `port.Signer` whose key is a file. Make one by `create` or `open`, and keep it: reading a key is slow."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    authority_certificate: x509.Certificate

    @classmethod
    def create(cls, folder: Path, *, name: str, organization: str, at: dt.datetime, account: str = "") -> Self:
        """Make key and certificate for a signer, and the folder's authority if there is none yet.

        Called again for the same signer it renews the key; what was signed with the earlier one stays valid.

        Args:
            folder: where the files lie; made if it is missing.
            name: person or organization that signs.
            organization: agency of the signer.
            at: aware moment from which the certificate counts, for five years.
            account: user name, which tells people of the same name apart; empty where nobody is told apart.

        Raises:
            ValueError: a name is blank, or `at` has no time zone.
            CertificateNotInForce: the folder's authority does not cover `at`.
        """
        if not name.strip() or not organization.strip():
            raise ValueError("a signer needs a name and an organization")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        authority_key, authority = _authority(folder, aware(at))
        _require_in_force(authority, at)
        key = _new_key()
        certificate = _signer_certificate(key, _subject(name, organization, account), authority_key, authority, at)
        _write(
            cls.path(folder, name=name, organization=organization, account=account),
            _pem(key, certificate, authority),
            replace=True,
        )
        return cls(key, certificate, authority)

    @classmethod
    def open(cls, folder: Path, *, name: str, organization: str, account: str = "") -> Self:
        """Read the key of a signer that `create` made.

        Raises:
            KeyNotFound: the folder has no such signer.
        """
        key, (certificate, authority) = _read(cls.path(folder, name=name, organization=organization, account=account))
        return cls(key, certificate, authority)

    @staticmethod
    def path(folder: Path, *, name: str, organization: str, account: str = "") -> Path:
        """Where the key of a signer lies, whether it is there or not."""
        parts = [name, organization, account] if account else [name, organization]
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return folder / f"signer-{digest[:32]}.pem"

    @property
    def authority(self) -> bytes:
        """The authority's certificate as DER, which `verify.check` takes among the trusted ones."""
        return _der(self.authority_certificate)

    @cached_property
    def identity(self) -> SignerIdentity:
        """Who signs; never with legal value."""
        subject = self.certificate.subject
        return SignerIdentity(
            name=_text(subject, FULL_NAME) or _text(subject, NameOID.COMMON_NAME),
            organization=_text(subject, NameOID.ORGANIZATION_NAME),
            certificate_sha256=self.certificate.fingerprint(hashes.SHA256()).hex(),
            issuer=_text(self.certificate.issuer, NameOID.COMMON_NAME),
            has_legal_value=False,
            not_after=self.certificate.not_valid_after_utc,
        )

    def sign(self, pdf: bytes, *, reason: str, location: str, at: dt.datetime) -> bytes:
        """The file with a signature of level PAdES B-B (SHA-256) appended; see `port.Signer.sign`."""
        require_pdf(pdf)
        _require_in_force(self.certificate, aware(at))
        metadata = signers.PdfSignatureMetadata(
            field_name=_field_name(pdf),
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            name=self.identity.name,
            reason=reason or None,
            location=location or None,
        )
        signed = io.BytesIO()
        try:
            signer, writer = _PdfSigner(metadata, _CmsSigner(self), at), _Writer(io.BytesIO(pdf))
            apart_from_loops(lambda: signer.sign_pdf(writer, bytes_reserved=self._room(), output=signed))
        except (PdfError, SigningError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as problem:
            raise CannotSign(f"the PDF takes no signature ({type(problem).__name__})") from problem
        return signed.getvalue()

    def _room(self) -> int:
        """Hexadecimal digits to keep free for the signature; saves building it twice."""
        return 2 * (len(_der(self.certificate)) + len(self.authority) + CMS_BESIDE_CERTIFICATES)


def authority_of(folder: Path) -> bytes:
    """The certificate of a folder's authority as DER, for `verify.check`.

    Raises:
        KeyNotFound: no key was ever made in this folder.
    """
    _, (certificate,) = _read(folder / AUTHORITY_FILE)
    return _der(certificate)


class _CmsSigner(signers.Signer):
    """Signs with a key that is held; pyHanko's own signer reads and checks the key anew for each signature."""

    def __init__(self, soft_key: SoftKey) -> None:
        certificate, authority = (
            asn1_x509.Certificate.load(_der(each)) for each in (soft_key.certificate, soft_key.authority_certificate)
        )
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # its constructor bears no types
        store.register(authority)
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=True)
        self._key = soft_key.key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != "sha256":
            raise SigningError(f"signs SHA-256 only, not {digest_algorithm}")
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class _PdfSigner(signers.PdfSigner):
    """States the moment that the caller gives instead of reading the clock."""

    def __init__(self, metadata: Any, signer: _CmsSigner, at: dt.datetime) -> None:
        super().__init__(metadata, signer)
        self._at = at

    def init_signing_session(self, pdf_out: Any, existing_fields_only: bool = False) -> Any:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session


class _Writer(IncrementalPdfFileWriter):
    """Leaves the file's own metadata as they are: PDF/A wants both places of them to say the same."""

    def _update_meta(self) -> None:
        pass


def _field_name(pdf: bytes) -> str:
    """Unlike any in the file, and of fixed length: locks of fields match by the beginning of names."""
    return "ChuKy" + hashlib.sha256(pdf).hexdigest()[:16]


def _require_in_force(certificate: x509.Certificate, at: dt.datetime) -> None:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= at <= last:
        raise CertificateNotInForce(f"the certificate counts from {first:%Y-%m-%d} to {last:%Y-%m-%d}")


def _authority(folder: Path, at: dt.datetime) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """The folder's authority; of two made at the same time the first stays."""
    path = folder / AUTHORITY_FILE
    if not path.exists():
        key = _new_key()
        _write(path, _pem(key, _authority_certificate(key, at)), replace=False)
    key, (certificate,) = _read(path)
    return key, certificate


def _authority_certificate(key: rsa.RSAPrivateKey, at: dt.datetime) -> x509.Certificate:
    number = x509.random_serial_number()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tỉnh Số"),
            x509.NameAttribute(NameOID.COMMON_NAME, NO_LEGAL_VALUE),
            # Two installations have two authorities, which readers must not take for one.
            x509.NameAttribute(NameOID.SERIAL_NUMBER, f"{number:x}"[:16]),
        ]
    )
    usage = _usage(key_cert_sign=True, crl_sign=True)
    return (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=number)
        .not_valid_before(_seconds(at - AUTHORITY_REACHES_BACK))
        .not_valid_after(_seconds(at + AUTHORITY_LASTS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _signer_certificate(
    key: rsa.RSAPrivateKey,
    subject: x509.Name,
    authority_key: rsa.RSAPrivateKey,
    authority: x509.Certificate,
    at: dt.datetime,
) -> x509.Certificate:
    last = min(at + SIGNER_LASTS, authority.not_valid_after_utc)
    return (
        x509.CertificateBuilder(issuer_name=authority.subject, subject_name=subject, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_seconds(at - SIGNER_REACHES_BACK))
        .not_valid_after(_seconds(last))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _usage(**wanted: bool) -> x509.KeyUsage:
    none = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**(none | wanted))


def _subject(name: str, organization: str, account: str) -> x509.Name:
    """The signer's name in a certificate, which also says that it has no legal value."""
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, NO_LEGAL_VALUE),
    ]
    short = name.encode()[:COMMON_NAME_BYTES].decode(errors="ignore")
    if short != name:
        parts.append(x509.NameAttribute(FULL_NAME, name))
    if account:
        parts.append(x509.NameAttribute(NameOID.USER_ID, account))
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, short)])


def _text(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    return "".join(str(attribute.value) for attribute in name.get_attributes_for_oid(oid))


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def _seconds(at: dt.datetime) -> dt.datetime:
    """A moment as certificates write it: in UTC, whole seconds."""
    return at.astimezone(dt.UTC).replace(microsecond=0)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _pem(key: rsa.RSAPrivateKey, *certificates: x509.Certificate) -> bytes:
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return written + b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)


def _read(path: Path) -> tuple[rsa.RSAPrivateKey, list[x509.Certificate]]:
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        raise KeyNotFound(f"no key file {path.name} in {path.parent}") from None
    key = serialization.load_pem_private_key(written, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{path.name} holds no RSA key")
    return key, x509.load_pem_x509_certificates(written)


def _write(path: Path, content: bytes, *, replace: bool) -> None:
    """Write a file that only its owner reads, whole or not at all; without `replace` an existing one stays."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # made with mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            Path(name).replace(path)
        elif not path.exists():
            path.hardlink_to(name)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink(missing_ok=True)
