"""Signatures of notices: HMAC-SHA256 over the moment and the raw body, so that neither can be exchanged."""

import datetime as dt
import hashlib
import hmac

WITHIN = dt.timedelta(minutes=10)  # a notice may be this old, or this far ahead


class BadSignature(ValueError):
    """Nobody who knows the secret has signed exactly this."""


class StaleNotice(ValueError):
    """Signed rightly, but too long ago, or for a moment to come."""


def sign(secret: str, timestamp: str, raw: bytes) -> str:
    """The signature in 64 hexadecimal digits.

    Args:
        timestamp: seconds since 1970 in decimal digits, as it stands in the header.
    """
    return hmac.new(secret.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()


def check(secret: str, *, timestamp: str, signature: str, raw: bytes, at: dt.datetime) -> None:
    """Let a notice through that is signed and fresh; the comparison takes the same time for every wrong signature.

    Raises:
        BadSignature: headers are missing or do not fit the body.
        StaleNotice: the moment is more than ten minutes away.
    """
    expected = sign(secret, timestamp, raw)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise BadSignature("signature")
    if not timestamp.isdecimal() or len(timestamp) > 12:
        raise BadSignature("timestamp")
    if abs(at - dt.datetime.fromtimestamp(int(timestamp), dt.UTC)) > WITHIN:
        raise StaleNotice("timestamp")
