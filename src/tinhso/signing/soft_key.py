"""The adapter for demonstrations and tests: a key in a file, under an authority made here. It has no legal value.

A folder holds the authority (see `authority`) and one `signer-….pem` per signer: key, certificate, authority's
certificate. Each is one file, mode 0600, so that key and certificate always fit.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from tinhso.signing import authority, identities, remote
from tinhso.signing.authority import KeyNotFound, authority_of, crl_of, revoke
from tinhso.signing.moments import aware
from tinhso.signing.port import Place, SignerIdentity

__all__ = ["KeyNotFound", "SoftKey", "authority_of", "crl_of", "revoke", "signed_raw"]


@dataclass(frozen=True)
class SoftKey:
    """A `port.Signer` whose key is a file. Make one by `create` or `open`, and keep it: reading a key is slow."""

    key: authority.Key
    certificate: x509.Certificate
    authority_certificate: x509.Certificate

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        name: str,
        organization: str,
        at: dt.datetime,
        account: str = "",
        key: authority.Key | None = None,
        crl_url: str = "",
    ) -> Self:
        """Make key and certificate for a signer, and the folder's authority if there is none yet.

        Called again for the same signer it renews the key; what was signed with the earlier one stays valid.

        Args:
            folder: where the files lie; made if it is missing.
            name: person or organization that signs.
            organization: agency of the signer.
            at: aware moment from which the certificate counts, for five years.
            account: user name, which tells people of the same name apart; empty where nobody is told apart.
            key: the key to take, RSA or on the curve P-256; None makes an RSA key.
            crl_url: where the authority's list of revoked certificates is found; empty when nowhere.

        Raises:
            ValueError: a name is blank, or `at` has no time zone.
            CertificateNotInForce: the folder's authority does not cover `at`.
        """
        if not name.strip() or not organization.strip():
            raise ValueError("a signer needs a name and an organization")
        above = authority.made_authority(folder, aware(at))[1]
        identities.require_in_force(above, at)
        held = key or authority.new_key()
        subject = authority.subject_name(name, organization, account)
        certificate = authority.issue(folder, key=held, subject=subject, at=at, crl_url=crl_url)
        path = cls.path(folder, name=name, organization=organization, account=account)
        authority.write(path, authority.pem(held, certificate, above), replace=True)
        return cls(held, certificate, above)

    @classmethod
    def open(cls, folder: Path, *, name: str, organization: str, account: str = "") -> Self:
        """Read the key of a signer that `create` made.

        Raises:
            KeyNotFound: the folder has no such signer.
        """
        path = cls.path(folder, name=name, organization=organization, account=account)
        key, (certificate, above) = authority.read(path)
        return cls(key, certificate, above)

    @staticmethod
    def path(folder: Path, *, name: str, organization: str, account: str = "") -> Path:
        """Where the key of a signer lies, whether it is there or not."""
        parts = [name, organization, account] if account else [name, organization]
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return folder / f"signer-{digest[:32]}.pem"

    @property
    def authority(self) -> bytes:
        """The authority's certificate as DER, for a trust list."""
        return self.chain_ders[0]

    @cached_property
    def certificate_der(self) -> bytes:
        """The signer's certificate."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @cached_property
    def chain_ders(self) -> tuple[bytes, ...]:
        """The authority's certificate."""
        return (self.authority_certificate.public_bytes(serialization.Encoding.DER),)

    @cached_property
    def identity(self) -> SignerIdentity:
        """Who signs; never with legal value."""
        return identities.identity(self.certificate, has_legal_value=False)

    def sign(
        self, pdf: bytes, *, at: dt.datetime, reason: str = "", location: str = "", place: Place | None = None
    ) -> bytes:
        """The file with a signature appended; see `port.Signer.sign`."""
        pending = remote.begin(
            pdf, self.certificate_der, self.chain_ders, at=at, reason=reason, location=location, place=place
        )
        return remote.finish(pending, signed_raw(self.key, pending.to_sign))


def signed_raw(key: authority.Key, message: bytes) -> bytes:
    """A signature with SHA-256 over any bytes."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(message, ec.ECDSA(hashes.SHA256()))
