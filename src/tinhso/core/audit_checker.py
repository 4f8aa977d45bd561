#!/usr/bin/env python3
"""Checks an exported audit trail without the platform: python3 audit_checker.py FILE [--noted NUMBER:HASH] [--ca PEM]

It needs Python's standard library, and the program openssl where time stamps are judged (--ca: who issued the
authority's certificate). It ends with 0 when everything fits, with 1 when not, and names the first bad seal.
"""

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from typing import Any

ANCHOR = "tinhso audit anchor 1\n{day}\n{first}\n{last}\n{root}\n{head}\n{made_at}\n"


def root(level: list[bytes]) -> str:
    """The Merkle root of RFC 6962; the hash of a leaf is that of the seal."""
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2])  # noqa: B905 - the last one of an odd number rises as it is
        level = [hashlib.sha256(b"\1" + a + b).digest() for a, b in pairs] + (level[-1:] if len(level) % 2 else [])
    return level[0].hex()


def stamped(anchor: dict[str, Any], ca: str) -> bool:
    """Whether every token is for the anchor's statement, and, with a CA, signed by an authority under it."""
    digest = hashlib.sha256(ANCHOR.format(**anchor).encode()).digest()
    for token in (base64.b64decode(one["token"]) for one in anchor["witnesses"] if one["token"]):
        with tempfile.NamedTemporaryFile() as file:
            file.write(token)
            file.flush()
            command = f"openssl ts -verify -digest {digest.hex()} -in {file.name} -token_in -CAfile".split()
            if digest not in token or (ca and subprocess.run([*command, ca], capture_output=True).returncode):  # noqa: S603
                return False
    return True


def head(text: str) -> tuple[int, str]:
    """Number and hash, as `tinhso audit head` prints them."""
    number, _colon, found = text.partition(":")
    return int(number), found


def check(lines: Any, noted: tuple[int, str], ca: str) -> str:
    """What does not fit first; empty when everything does."""
    before, number, anchored, leaves = "0" * 64, 0, 0, []
    anchors: dict[int, dict[str, Any]] = {}
    for line in map(json.loads, lines):
        if line["kind"] == "anchor":
            anchors[line["last"]] = line
            continue
        number += 1
        content = json.dumps(line["entry"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        text = f"{before}\n{content}".encode("utf-8", "surrogatepass")
        before = hashlib.sha256(text).hexdigest()
        if line["number"] != number or not line["entry"] or line["entry"]["number"] != number or before != line["hash"]:
            return f"seal {number} does not fit, or is missing; the anchors fit up to seal {anchored}"
        if noted[0] == number and noted[1] != before:
            return f"seal {number} is not the one that was noted"
        leaves.append(bytes.fromhex(before))
        if anchor := anchors.pop(number, None):
            if (anchor["first"], anchor["head"], anchor["root"]) != (anchored + 1, before, root(leaves)):
                return f"the anchor at seal {number} is not of this chain; the anchors fit up to seal {anchored}"
            if not stamped(anchor, ca):
                return f"the anchor at seal {number} has a time stamp that is not its own or not to be trusted"
            anchored, leaves = number, []
    is_cut = anchors or noted[0] > number
    return f"the chain ends at seal {number}, and once went on" if is_cut else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--noted", type=head, default="0:", metavar="NUMBER:HASH", help="a head noted earlier")
    parser.add_argument("--ca", default="", metavar="PEM", help="certificates of who issued the authority's")
    arguments = parser.parse_args()
    with open(arguments.file, encoding="utf-8", errors="surrogatepass") as lines:  # noqa: PTH123
        try:
            fault = check(lines, arguments.noted, arguments.ca)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            fault = f"a line is not of an export: {error!r}"
    sys.stdout.write(f"{fault or 'everything fits'}\n")
    return 1 if fault else 0


if __name__ == "__main__":
    raise SystemExit(main())
