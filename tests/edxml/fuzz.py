"""Random damage to good packets: reading answers or refuses, whatever comes.

The tests run some thousands; for a long run: `python -m tests.edxml.fuzz 1000000`, with a seed as second argument.
"""

import random
import sys
from collections import Counter

from tests.edxml.factories import make_packet, make_status
from tinhso.edxml import Invalid, Packet, Refused, Status, read, read_header, write, write_status

_PIECES = (
    b"<", b">", b"&", b"</", b"/>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?x ?>", b"<!DOCTYPE a>", b"&#0;", b"&#x110000;", b"&lt;",
    b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbf\xbe", b"=", b"==", b" ", b"\r\n", b'"', b"xmlns=''", b"xmlns:edXML='urn:x'", b"edXML:",
    b"cid:", b"2023/13/45", b"99999999999999999999", b"-1", b"\xc4\x91", b"<edXML:Subject>", b"</edXML:To>", b"<ContentTransferEncoded>",
)  # fmt: skip


def damaged(good: bytes, chance: random.Random) -> bytes:
    """The packet after one to four random changes."""
    data = bytearray(good)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((0, 1, 1, 4, 30, 300)))
        kind = chance.randrange(4)
        if kind == 0:
            data[at:end] = b""
        elif kind == 1:
            data[at:at] = chance.choice(_PIECES)
        elif kind == 2:
            data[at:end] = chance.randbytes(end - at)
        else:
            data[at:at] = data[end : end + chance.randrange(400)]
    return bytes(data)


def run(count: int, seed: int = 0) -> Counter[str]:
    """Read so many damaged packets; anything but an answer or a refusal is an error.

    What was read can also be written again, or is refused by the same table.
    """
    chance = random.Random(seed)
    good = [write(make_packet()), write(make_packet(), zipped=True)]
    good += [write_status(make_status(), wrapper=wrapper) for wrapper in ("MessageHeader", "Status")]
    outcomes: Counter[str] = Counter()
    for number in range(count):
        data = damaged(chance.choice(good), chance)
        for name, reader in (("read", read), ("header", read_header)):
            try:
                result = reader(data)
            except Refused as refused:
                outcomes[f"{name} {type(refused).__name__}"] += 1
            else:
                outcomes[f"{name} {type(result).__name__}"] += 1
                if name == "read" and number % 10 == 0:
                    outcomes[_again(result)] += 1
    return outcomes


def _again(result: Packet | Status) -> str:
    try:
        data = write(result) if isinstance(result, Packet) else write_status(result)
    except Invalid:
        return "not written again"
    if read(data) != result:
        raise AssertionError(result)
    return "written again"


if __name__ == "__main__":
    sys.stdout.write(f"{dict(run(*map(int, sys.argv[1:])))}\n")
