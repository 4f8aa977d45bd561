"""The certificate authority in a folder, for demonstrations and tests only: whatever it issues has no legal value.

The folder holds `authority.pem`, key and certificate of the authority, and `revoked.json`, what it took back.
"""

import datetime as dt
import json
import os
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tinhso.signing.identities import FULL_NAME, require_in_force
from tinhso.signing.moments import aware
from tinhso.signing.port import NO_LEGAL_VALUE

AUTHORITY_FILE, REVOKED_FILE = "authority.pem", "revoked.json"
RSA_BITS = 2048
AUTHORITY_REACHES_BACK = dt.timedelta(days=3653)  # a simulated province also signs in past years
AUTHORITY_LASTS = dt.timedelta(days=10957)
SIGNER_REACHES_BACK = dt.timedelta(days=1)  # clocks differ
SIGNER_LASTS = dt.timedelta(days=1826)
CRL_LASTS = dt.timedelta(days=7)
COMMON_NAME_BYTES = 64  # RFC 5280, ub-common-name
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class KeyNotFound(LookupError):
    """The folder holds no key for this signer (or no authority)."""


def authority_of(folder: Path) -> bytes:
    """The certificate of a folder's authority as DER, for a trust list.

    Raises:
        KeyNotFound: no key was ever made in this folder.
    """
    return authority(folder)[1].public_bytes(serialization.Encoding.DER)


def authority(folder: Path) -> tuple[Key, x509.Certificate]:
    """Key and certificate of a folder's authority.

    Raises:
        KeyNotFound: no key was ever made in this folder.
    """
    key, (certificate,) = read(folder / AUTHORITY_FILE)
    return key, certificate


def made_authority(folder: Path, at: dt.datetime) -> tuple[Key, x509.Certificate]:
    """The folder's authority, made if there is none; of two made at the same time the first stays."""
    path = folder / AUTHORITY_FILE
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = new_key()
        write(path, pem(key, _authority_certificate(key, aware(at))), replace=False)
    return authority(folder)


def issue(folder: Path, *, key: Key, subject: x509.Name, at: dt.datetime, crl_url: str = "") -> x509.Certificate:
    """A certificate with which a person or agency signs, for five years.

    Args:
        at: aware moment from which it counts.
        crl_url: where the authority's list of revoked certificates is found; empty when nowhere.

    Raises:
        CertificateNotInForce: the authority does not cover `at`.
    """
    builder = _builder(folder, key, subject, at).add_extension(
        _usage(digital_signature=True, content_commitment=True), critical=True
    )
    if crl_url:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    return builder.sign(authority(folder)[0], hashes.SHA256())


def issue_timestamp(folder: Path, *, key: Key, at: dt.datetime) -> x509.Certificate:
    """A certificate of a time-stamp authority.

    Raises:
        CertificateNotInForce: the authority does not cover `at`.
    """
    subject = subject_name("Dấu thời gian mẫu", "Tỉnh Số")
    builder = _builder(folder, key, subject, at).add_extension(_usage(digital_signature=True), critical=True)
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    return builder.add_extension(purpose, critical=True).sign(authority(folder)[0], hashes.SHA256())


def revoke(folder: Path, certificate: bytes, at: dt.datetime) -> None:
    """Take a certificate back (thu hồi); it stands in every later list of the authority. Twice is harmless.

    Args:
        certificate: DER.
        at: aware moment from which it does not count.
    """
    number = f"{x509.load_der_x509_certificate(certificate).serial_number:x}"
    taken = _revoked(folder)
    if number not in taken:
        told = json.dumps(taken | {number: _seconds(aware(at)).isoformat()}, indent=1)
        write(folder / REVOKED_FILE, told.encode("ascii"), replace=True)


def crl_of(folder: Path, at: dt.datetime) -> bytes:
    """The authority's list of revoked certificates (CRL) as of a moment, DER; it counts for a week.

    Raises:
        KeyNotFound: the folder has no authority.
    """
    key, certificate = authority(folder)
    moment = _seconds(aware(at))
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=certificate.subject, last_update=moment, next_update=moment + CRL_LASTS
    )
    for number, told in _revoked(folder).items():
        since = dt.datetime.fromisoformat(told)
        if since <= moment:
            entry = x509.RevokedCertificateBuilder().serial_number(int(number, 16)).revocation_date(since)
            builder = builder.add_revoked_certificate(entry.build())
    return (
        builder.add_extension(x509.CRLNumber(int(moment.timestamp())), critical=False)
        .add_extension(_above(certificate), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )


def subject_name(name: str, organization: str, account: str = "") -> x509.Name:
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


def new_key() -> rsa.RSAPrivateKey:
    """A new RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)


def pem(key: Key, *certificates: x509.Certificate) -> bytes:
    """A key and certificates in one file."""
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return written + b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)


def read(path: Path) -> tuple[Key, list[x509.Certificate]]:
    """What `pem` made.

    Raises:
        KeyNotFound: there is no such file.
        ValueError: it holds another kind of key.
    """
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        raise KeyNotFound(f"no key file {path.name} in {path.parent}") from None
    key = serialization.load_pem_private_key(written, password=None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path.name} holds neither an RSA key nor one on an elliptic curve")
    return key, x509.load_pem_x509_certificates(written)


def write(path: Path, content: bytes, *, replace: bool) -> None:
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


def _authority_certificate(key: Key, at: dt.datetime) -> x509.Certificate:
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
    return (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=number)
        .not_valid_before(_seconds(at - AUTHORITY_REACHES_BACK))
        .not_valid_after(_seconds(at + AUTHORITY_LASTS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _builder(folder: Path, key: Key, subject: x509.Name, at: dt.datetime) -> x509.CertificateBuilder:
    above = made_authority(folder, at)[1]
    require_in_force(above, at)
    last = min(at + SIGNER_LASTS, above.not_valid_after_utc)
    return (
        x509.CertificateBuilder(issuer_name=above.subject, subject_name=subject, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_seconds(at - SIGNER_REACHES_BACK))
        .not_valid_after(_seconds(last))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_above(above), critical=False)
    )


def _above(certificate: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    own = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


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


def _revoked(folder: Path) -> dict[str, str]:
    """Moments by number of the certificate."""
    try:
        found: dict[str, str] = json.loads((folder / REVOKED_FILE).read_bytes())
    except FileNotFoundError:
        return {}
    return found


def _seconds(at: dt.datetime) -> dt.datetime:
    """A moment as certificates write it: in UTC, whole seconds."""
    return at.astimezone(dt.UTC).replace(microsecond=0)
