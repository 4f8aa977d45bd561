"""Keys with which people and agencies sign: each made on first use, opened once per process.

Keys in files are for demonstrations; what they sign has no legal value, and pages say so. Agencies sign with a token
(PKCS#11) where the settings name one.
"""

import datetime as dt
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from tinhso.signing import soft_key
from tinhso.signing.port import NO_LEGAL_VALUE, Signer
from tinhso.signing.soft_key import KeyNotFound, SoftKey


def warning() -> str:
    """What pages say of signatures made with keys in files."""
    return NO_LEGAL_VALUE


def folder() -> Path:
    """Where the keys of signers lie; it belongs into the backup."""
    return Path(settings.HOME) / "signing-keys"


def of_person(*, name: str, organization: str, account: str, at: dt.datetime) -> Signer:
    """The signer of an official for an agency.

    Args:
        account: user name, which tells people of one name apart.
        at: aware moment at which the certificate must count.
    """
    return _soft(at=at, name=name, organization=organization, account=account)


def of_organization(*, name: str, at: dt.datetime) -> Signer:
    """The signer of an agency as such: its token where one is set up, else a key in a file.

    Args:
        name: of the agency, as its certificate bears it.
        at: aware moment at which the certificate must count.
    """
    if settings.SIGNING_TOKEN_MODULE:
        return _token(settings.SIGNING_TOKEN_MODULE, settings.SIGNING_TOKEN_LABEL, name)
    return _soft(at=at, name=name, organization=name, account="")


def authorities() -> list[bytes]:
    """Certificates under which our own soft keys are trusted; none before the first key."""
    try:
        return [soft_key.authority_of(folder())]
    except KeyNotFound:
        return []


def revocations(at: dt.datetime) -> list[bytes]:
    """The revocation list of our own authority as of a moment; none before the first key."""
    try:
        return [soft_key.crl_of(folder(), at)]
    except KeyNotFound:
        return []


def _soft(*, at: dt.datetime, **names: str) -> Signer:
    try:
        found = _opened(folder(), tuple(names.items()), _changed(SoftKey.path(folder(), **names)))
        if found.certificate.not_valid_before_utc <= at <= found.certificate.not_valid_after_utc:
            return found
    except KeyNotFound:
        pass
    return SoftKey.create(
        folder(),
        name=names["name"],
        organization=names["organization"],
        account=names["account"],
        at=at,
        crl_url=settings.SIGNERS_CRL_URL,
    )


@lru_cache(maxsize=64)
def _opened(where: Path, names: tuple[tuple[str, str], ...], changed: int) -> SoftKey:
    """A key from memory while its file stays as it is; reading one takes long."""
    return SoftKey.open(where, **dict(names))


@lru_cache(maxsize=64)
def _token(module: str, label: str, key: str) -> Signer:
    """A token that is kept: opening its session takes longer than signing."""
    from tinhso.signing.token import Token

    return Token(Path(module), label, key, lambda: settings.SIGNING_TOKEN_PIN)


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        raise KeyNotFound(path.name) from None
