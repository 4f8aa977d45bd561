"""Codes of payments, as people see them in the content of a transfer."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # none like another (Crockford's)
LETTERS = 12  # of 5 bits each: nobody finds another's by trying


def new() -> str:
    """A code that tells nothing about who pays for what, such as `TS7Q2M…`."""
    return "TS" + "".join(secrets.choice(ALPHABET) for _place in range(LETTERS))
