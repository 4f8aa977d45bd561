"""Time stamps of anchors, read without asking whether anybody trusts who made them: `openssl ts -verify` judges that."""

import datetime as dt


def moment(token: bytes, digest: bytes) -> dt.datetime | None:
    """When something was stamped, by the token's own word; null for a token that is forged or for something else.

    Args:
        token: of RFC 3161, in DER.
        digest: SHA-256 that it must be for.
    """
    from tinhso.signing import timestamps

    try:
        read = timestamps.opened(token)
        timestamps.require_over(read, digest)
        return read.moment
    except (ValueError, timestamps.TimestampFailed):
        return None
