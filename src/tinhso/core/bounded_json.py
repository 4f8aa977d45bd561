"""JSON from strangers, refused by its outline before anything is built of it."""

import json
import re
from array import array
from itertools import accumulate
from typing import Any

MOST_BYTES = 256 * 1024
MOST_DIGITS = 40
MOST_MARKS = 40_000  # an honest form has hundreds; so many already take time
MARKS = (b'"', b",", b"[", b"]", b"{", b"}")
# Tables over whole contents, since a loop over letters would itself be what an attacker wants.
BRACKETS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")  # one level down, one level up (as signed bytes)
NO_BRACKETS = bytes(set(range(256)) - set(b"[{]}"))
DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
HUGE = re.compile(rb"[eE]\+?\d{3}")  # 10^100 and more
ODD_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
ODD_LETTER = re.compile("[\0\ud800-\udfff]")  # nought, or half of a surrogate pair: neither can be stored


class RefusedJson(ValueError):
    """JSON that is no JSON, or larger, deeper or odder than an honest sender writes."""


def loads(raw: bytes, *, most_bytes: int = MOST_BYTES, depth: int = 32, keys: int = 2000) -> Any:  # any JSON value
    """Read one JSON value in UTF-8.

    Args:
        raw: as received.
        most_bytes: that `raw` may have.
        depth: how many lists and objects may stand within one another.
        keys: how many keys all objects may have together.

    Raises:
        RefusedJson: over a limit, not JSON, not UTF-8, more than 40,000 quotes, commas and brackets, a key given
            twice, a number of more than 40 digits or with an exponent of 100 or more, NaN or Infinity, the letter of
            code nought or half a surrogate pair.
    """
    if len(raw) > most_bytes:
        raise RefusedJson(f"more than {most_bytes} bytes")
    _check_outline(raw, depth=depth, keys=keys)
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_number)
    except RefusedJson:
        raise
    except ValueError:
        raise RefusedJson("not JSON in UTF-8") from None
    if ODD_ESCAPE.search(raw):
        _check_letters(value)
    return value


def _check_outline(raw: bytes, *, depth: int, keys: int) -> None:
    """Everything that can be told without building a value; right up to the first letter that is not JSON."""
    if sum(map(raw.count, MARKS)) > MOST_MARKS:
        raise RefusedJson(f"more than {MOST_MARKS} quotes, commas and brackets")
    bare = b" ".join(raw.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"')[::2])  # without texts and keys
    if bare.count(b":") > keys:
        raise RefusedJson(f"more than {keys} keys")
    if b"0" * (MOST_DIGITS + 1) in bare.translate(DIGITS, b"-+.eE") or HUGE.search(bare):
        raise RefusedJson(f"a number of more than {MOST_DIGITS} digits or 100 places")
    steps = array("b", bare.translate(BRACKETS, NO_BRACKETS))
    if max(accumulate(steps), default=0) > depth:
        raise RefusedJson(f"more than {depth} levels")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # any JSON value
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RefusedJson("a key that is given twice")
    return found


def _no_number(name: str) -> float:
    raise RefusedJson(f"{name} is no number of JSON")


def _check_letters(value: Any) -> None:  # any JSON value
    """No text holds a letter that a database cannot keep."""
    if isinstance(value, str):
        if ODD_LETTER.search(value):
            raise RefusedJson("a letter that cannot be stored")
    elif isinstance(value, dict):
        for key, one in value.items():
            _check_letters(key)
            _check_letters(one)
    elif isinstance(value, list):
        for one in value:
            _check_letters(one)
