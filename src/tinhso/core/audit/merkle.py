"""The Merkle tree of RFC 6962 over seals: one root stands for all, and a short proof shows that a seal is among them.

The hash of a leaf is that of the seal itself: SHA-256 of a text that begins with a hexadecimal digit. A node is
SHA-256 of a one byte and its two children; so neither can be given out as the other, and hashing seals once more with
a zero byte, as the RFC does with data of any kind, would only take time. Where a level has an odd number of nodes, the
last one rises as it is, which is the tree of the RFC built from below.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

CHUNK = 1024  # leaves that become one node as soon as they are there; a power of two, so that the tree stays the same


class Tree:
    """A tree that grows, of which only what the root still needs is kept."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._leaves: list[bytes] = []

    def extend(self, seals: Iterable[str]) -> None:
        """Add leaves.

        Args:
            seals: hashes in hexadecimal, in order of the chain.

        Raises:
            ValueError: something is no hexadecimal text.
        """
        self._leaves += _leaves(seals)
        while len(self._leaves) >= CHUNK:
            self._chunks.append(_top(self._leaves[:CHUNK]))
            del self._leaves[:CHUNK]

    def root(self) -> str:
        """The root over all leaves, in hexadecimal; there is at least one."""
        rest = [_top(self._leaves)] if self._leaves else []
        return _top([*self._chunks, *rest]).hex()


def proof(seals: Sequence[str], place: int) -> list[str]:
    """The inclusion proof of RFC 6962 for the leaf at a place (from 0): hashes in hexadecimal, from the leaf upwards."""
    level, path = _leaves(seals), []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            path.append(level[beside].hex())
        level, place = _above(level), place // 2
    return path


def root_of_proof(seal: str, place: int, size: int, path: Sequence[str]) -> str:
    """The root that a proof leads to.

    Args:
        seal: hash in hexadecimal.
        place: of the seal among the leaves, from 0.
        size: how many leaves there are.
        path: of `proof`.

    Raises:
        ValueError: the proof is too short or too long.
    """
    (node,), waiting = _leaves([seal]), list(path)
    while size > 1:
        if place ^ 1 < size:
            if not waiting:
                raise ValueError("the proof is too short")
            beside = bytes.fromhex(waiting.pop(0))
            node = _node(beside, node) if place % 2 else _node(node, beside)
        place, size = place // 2, (size + 1) // 2
    if waiting:
        raise ValueError("the proof is too long")
    return node.hex()


def _leaves(seals: Iterable[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in seals]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def _above(level: list[bytes]) -> list[bytes]:
    above = [sha256(b"\1" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    return above if len(level) % 2 == 0 else [*above, level[-1]]


def _top(level: list[bytes]) -> bytes:
    while len(level) > 1:
        level = _above(level)
    return level[0]
