"""Keys on a signing token or in a hardware module (PKCS #11): the key never leaves it, the session stays open."""

import contextlib
import datetime as dt
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pkcs11
from cryptography.hazmat.primitives.asymmetric import rsa
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import PKCS11Error
from pkcs11.util.ec import encode_ecdsa_signature

from tinhso.signing import cms, identities, remote
from tinhso.signing.port import CannotSign, Place, SignerIdentity


class TokenUnavailable(CannotSign):
    """The token is not there, refuses the PIN, or lacks key or certificate."""


@dataclass(frozen=True)
class Token:
    """A `port.Signer` whose key is on a token. Keep it: opening a session takes longer than signing.

    Args:
        module: the maker's library.
        token_label: name of the token.
        key_label: name of the private key, and of its certificate, on the token.
        pin: asked whenever a session is opened; the answer is not kept.
        chain_ders: certificates above the signer's, DER.
        has_legal_value: whether signatures count before the law.
    """

    module: Path
    token_label: str
    key_label: str
    pin: Callable[[], str] = field(repr=False)
    chain_ders: tuple[bytes, ...] = ()
    has_legal_value: bool = True

    @cached_property
    def certificate_der(self) -> bytes:
        """The signer's certificate, from the token.

        Raises:
            TokenUnavailable: it is not there.
        """
        wanted = {Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.LABEL: self.key_label}
        return self._asked(lambda session: bytes(_only(session.get_objects(wanted))[Attribute.VALUE]))

    @cached_property
    def identity(self) -> SignerIdentity:
        """Who signs."""
        template = cms.template(self.certificate_der, self.chain_ders)
        return identities.identity(template.loaded, has_legal_value=self.has_legal_value)

    def sign(
        self, pdf: bytes, *, at: dt.datetime, reason: str = "", location: str = "", place: Place | None = None
    ) -> bytes:
        """The file with a signature appended; see `port.Signer.sign`.

        Raises:
            TokenUnavailable: the token cannot be used.
        """
        pending = remote.begin(
            pdf, self.certificate_der, self.chain_ders, at=at, reason=reason, location=location, place=place
        )
        return remote.finish(pending, self._asked(lambda session: self._signed(session, pending.to_sign)))

    def close(self) -> None:
        """End the token's session; the next signature opens another."""
        self._shared.close()

    @property
    def _shared(self) -> "_Session":
        return _session_of(self.module, self.token_label)

    def _asked(self, question: Callable[[pkcs11.Session], bytes]) -> bytes:
        try:
            return self._shared.ask(question, self.pin)
        except (PKCS11Error, LookupError, RuntimeError) as problem:
            raise TokenUnavailable(f"the token cannot be used ({type(problem).__name__})") from problem

    def _signed(self, session: pkcs11.Session, message: bytes) -> bytes:
        is_rsa = isinstance(cms.template(self.certificate_der, self.chain_ders).public_key, rsa.RSAPublicKey)
        key = self._shared.key(session, self.key_label, KeyType.RSA if is_rsa else KeyType.EC)
        if is_rsa:
            return bytes(key.sign(message, mechanism=Mechanism.SHA256_RSA_PKCS))
        digest = hashlib.sha256(message).digest()
        return bytes(encode_ecdsa_signature(key.sign(digest, mechanism=Mechanism.ECDSA)))


class _Session:
    """The one session with a token: a process signs in to a token once, for all keys on it."""

    def __init__(self, module: Path, token_label: str) -> None:
        self._module, self._token_label = module, token_label
        self._lock = threading.RLock()
        self._open: pkcs11.Session | None = None
        self._keys: dict[str, Any] = {}

    def ask(self, question: Callable[[pkcs11.Session], bytes], pin: Callable[[], str]) -> bytes:
        """Ask the token, once more in a new session when the old one broke off (a token pulled and put back)."""
        with self._lock:
            was_open = self._open is not None
            try:
                return question(self._opened(pin))
            except (PKCS11Error, LookupError, RuntimeError):
                self.close()
                if not was_open:
                    raise
            return question(self._opened(pin))

    def key(self, session: pkcs11.Session, label: str, kind: KeyType) -> Any:
        """A private key, found once per session."""
        if label not in self._keys:
            found = session.get_key(object_class=ObjectClass.PRIVATE_KEY, key_type=kind, label=label)
            self._keys[label] = found
        return self._keys[label]

    def close(self) -> None:
        """End the session."""
        with self._lock:
            session, self._open = self._open, None
            self._keys.clear()
            if session is not None:
                with contextlib.suppress(PKCS11Error):
                    session.close()

    def _opened(self, pin: Callable[[], str]) -> pkcs11.Session:
        if self._open is None:
            token = pkcs11.lib(str(self._module)).get_token(token_label=self._token_label)
            self._open = token.open(user_pin=pin())
        return self._open


@lru_cache(maxsize=16)
def _session_of(module: Path, token_label: str) -> _Session:
    return _Session(module, token_label)


def _only(found: Any) -> Any:
    listed = list(found)
    if len(listed) != 1:
        raise LookupError("the token has no such certificate, or several")
    return listed[0]
