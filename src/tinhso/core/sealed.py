"""Personal data as it lies in the database: encrypted, and found again by a keyed hash (dữ liệu cá nhân mã hóa).

Keys are made of the installation's secret key. What was written under an earlier one stays readable while the
settings still name it (SECRET_KEY_FALLBACKS); hashes are made with the newest.
"""

import base64
import hashlib
import hmac
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes


class Unreadable(Exception):
    """Sealed under a key that the settings do not name, or changed since."""


def seal(text: str) -> str:
    """The text encrypted and authenticated."""
    return _cipher(_keys()).encrypt(text.encode()).decode()


def opened(sealed: str) -> str:
    """The text again.

    Raises:
        Unreadable: another key has sealed it, or somebody has changed it.
    """
    try:
        return _cipher(_keys()).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable("sealed under an unknown key, or changed") from None


def seal_values(values: Any) -> str:
    """JSON values encrypted as one text; empty for nothing."""
    return seal(json.dumps(values, ensure_ascii=False, separators=(",", ":"))) if values else ""


def opened_values(sealed: str) -> Any:
    """JSON values again; an empty object for nothing.

    Raises:
        Unreadable: as of `opened`.
    """
    return json.loads(opened(sealed)) if sealed else {}


def hashed(text: str) -> str:
    """A keyed hash in 64 hex digits: the same text is found again, and nobody without the key can try texts out."""
    return hmac.new(_derived(_keys()[0], b"tinhso lookup"), text.encode(), hashlib.sha256).hexdigest()


def _keys() -> tuple[bytes, ...]:
    return tuple(force_bytes(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _cipher(keys: tuple[bytes, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, b"tinhso personal data"))) for key in keys])


@lru_cache(maxsize=16)
def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(key)
