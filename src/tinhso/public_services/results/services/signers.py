"""Whose signature an official makes: a key in a file, made on first use, opened once per process."""

import datetime as dt
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from tinhso.accounts.api import User
from tinhso.signing import soft_key
from tinhso.signing.policy import Policy
from tinhso.signing.port import NO_LEGAL_VALUE, Signer
from tinhso.signing.soft_key import KeyNotFound, SoftKey
from tinhso.signing.trust import TrustList


def warning() -> str:
    """What pages say of the signatures that officials make; empty once these have legal value."""
    return NO_LEGAL_VALUE


def folder() -> Path:
    """Where the keys of signers lie; it belongs into the backup."""
    return Path(settings.HOME) / "signing-keys"


def signer(*, user: User, organization: str, at: dt.datetime) -> Signer:
    """The signer of an official for an agency; key and certificate are made on first use, and anew when they end.

    Args:
        organization: agency in whose name is signed.
        at: aware moment at which the certificate must count.
    """
    names = {"name": user.full_name or user.username, "organization": organization, "account": user.username}
    try:
        found = _opened(folder(), tuple(names.items()), _changed(SoftKey.path(folder(), **names)))
        if found.certificate.not_valid_before_utc <= at <= found.certificate.not_valid_after_utc:
            return found
    except KeyNotFound:
        pass
    return SoftKey.create(folder(), at=at, **names)


def policy() -> Policy:
    """Under which our own signatures are checked; it trusts nobody before the first is made.

    Certificates of demonstrations are not looked up among revoked ones.
    """
    try:
        trust = TrustList.of([soft_key.authority_of(folder())])
    except KeyNotFound:
        trust = TrustList()
    return Policy(trust, require_revocation=False)


@lru_cache(maxsize=64)
def _opened(where: Path, names: tuple[tuple[str, str], ...], changed: int) -> SoftKey:
    """A key from memory while its file stays as it is; reading one takes long."""
    return SoftKey.open(where, **dict(names))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        raise KeyNotFound(path.name) from None
