"""JSON from strangers: what is honest is read, what is hostile is refused at once."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinhso.core import bounded_json
from tinhso.core.bounded_json import RefusedJson

SIZE = bounded_json.MOST_BYTES
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**39), 10**39)
    | st.floats(-1e99, 1e99)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('ab\\"{[:,e1 đ', max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(values, st.booleans(), st.sampled_from([None, 1]))
def test_honest_json_is_read_as_it_was_written(value, ascii_only, indent):
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()

    assert bounded_json.loads(raw) == value


def test_brackets_within_texts_are_text():
    assert bounded_json.loads(rb'{"a": "[[{\"[[[", "\\": "[\\"}', depth=1, keys=2) == {"a": '[[{"[[[', "\\": "[\\"}


def test_limits_are_reached_but_not_passed():
    assert bounded_json.loads(b"[" * 32 + b"]" * 32)
    assert bounded_json.loads(b"9" * 40) == int("9" * 40)
    assert bounded_json.loads(b'{"a":1,"b":2}', keys=2, most_bytes=13) == {"a": 1, "b": 2}
    for raw, limits in (
        (b"[" * 33 + b"]" * 33, {}),
        (b"9" * 41, {}),
        (b'{"a":1,"b":2}', {"keys": 1}),
        (b'{"a":1,"b":2}', {"most_bytes": 12}),
        (b'[{"a":{}}]', {"depth": 2}),
    ):
        with pytest.raises(RefusedJson):
            bounded_json.loads(raw, **limits)


HOSTILE = {
    "nothing": b"",
    "no json": b"{'a': 1}",
    "two values": b"{} {}",
    "depth 1000": b"[" * 1000 + b"]" * 1000,
    "200 kB of brackets": b"[" * 200_000,
    "closing brackets": b"]" * SIZE,
    "objects in objects": b'{"a":' * 40_000,
    "a million keys": b"{" + b",".join(b'"%d":1' % number for number in range(10**6)) + b"}",
    "as many keys as fit": b"{" + b",".join(b'"%d":1' % number for number in range(25_000)) + b"}",
    "a key twice": b'{"a": 1, "b": {"c": 1, "c": 2}}',
    "a key twice, written otherwise": b'{"a": 1, "\\u0061": 2}',
    "many small lists": b"[" + b",".join([b"[]"] * 87_000) + b"]",
    "many numbers": b"[" + b",".join([b"1"] * 130_000) + b"]",
    "many deep lists": b"[" + b",".join([b"[" * 30 + b"]" * 30] * 4000) + b"]",
    "a long number": b"1" * SIZE,
    "a long fraction": b"[0." + b"1" * 41 + b"]",
    "signs": b"-" * SIZE,
    "exponents": b"1e" * 130_000,
    "beyond any float": b"[1e999]",
    "below any float": b"[-1E+400]",
    "NaN": b"[NaN]",
    "infinity": b'{"a": -Infinity}',
    "quotes": b'"' * SIZE,
    "escaped quotes": b'"\\' * (SIZE // 2),
    "a text that does not end": b'"' + b'\\"' * (SIZE // 2 - 1),
    "blanks": b" " * SIZE,
    "not UTF-8": b'"\xff"',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a mark before it": b"\xef\xbb\xbf{}",
    "half a pair": b'{"a": ["\\ud800"]}',
    "half a pair as key": b'{"\\udfff": 1}',
    "code nought": b'["\\u0000"]',
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_hostile_json_is_refused_at_once(raw):
    began = time.process_time()

    with pytest.raises(RefusedJson):
        bounded_json.loads(raw)

    assert time.process_time() - began < 0.05


def test_whole_pairs_and_written_backslashes_are_no_odd_letters():
    assert bounded_json.loads(b'["\\ud83d\\ude00", "\\\\u0000"]') == ["😀", "\\u0000"]


def test_a_refusal_does_not_tell_what_was_sent():
    with pytest.raises(RefusedJson) as refused:
        bounded_json.loads(b'{"so": "012345678901"')

    assert "0123" not in str(refused.value)
