"""Going through the whole chain: every row against its hash, and the chain against what is anchored and noted."""

import datetime as dt
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tinhso.core.audit import anchors, merkle, tokens
from tinhso.core.audit.chain import GENESIS, Head, Row, entry_id, fits, pages
from tinhso.core.models import AuditAnchor, AuditWitness


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """The first link that does not fit: its number, the entry it speaks of (null: no seal left to say), and why."""

    number: int
    entry_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class GoodAnchor:
    """An anchor up to which everything fits; `stamped_at` is the time of its first token, null without one."""

    last_number: int
    day: dt.date
    head: str
    stamped_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Examination:
    """What a check has found.

    Args:
        head: last link that fits; null when there is none.
        anchors: how many anchors there are.
        unstamped: how many of them have no token.
        last_good: newest anchor before anything that does not fit; null when there is none.
        broken: first link that does not fit; null when the chain is whole.
    """

    head: Head | None
    anchors: int
    unstamped: int
    last_good: GoodAnchor | None
    broken: BrokenLink | None


def check(*, noted: Head | None = None) -> BrokenLink | None:
    """The first bad link of the chain; None when every sealed entry is as it was.

    Args:
        noted: a head noted earlier outside the database; the chain must still go through it.
    """
    return examine(noted=noted).broken


def examine(*, noted: Head | None = None) -> Examination:
    """Go through the chain until something does not fit: a link, an anchor, or the noted head.

    Args:
        noted: as of `check`.
    """
    found = list(AuditAnchor.objects.order_by("last_number").prefetch_related("witnesses"))
    walk = _Walk(found, noted)
    broken = None
    for rows in pages():
        broken = walk.take(rows)
        if broken:
            break
    return Examination(
        head=Head(walk.number, walk.before) if walk.number else None,
        anchors=len(found),
        unstamped=sum(not _tokens(anchor) for anchor in found),
        last_good=walk.last_good,
        broken=broken or walk.end(),
    )


class _Walk:
    """How far the chain fits."""

    def __init__(self, found: Sequence[AuditAnchor], noted: Head | None) -> None:
        self.number, self.before = 0, GENESIS
        self.last_good: GoodAnchor | None = None
        self._anchors, self._noted = deque(found), noted
        self._tree = merkle.Tree()

    def take(self, rows: Sequence[Row]) -> BrokenLink | None:
        """Go on through some rows.

        Returns:
            The first that does not fit.
        """
        hashes = self._as_noted(_fitting(rows, self.number, self.before))
        broken = self._pass_anchors(hashes)
        if broken is None and hashes:
            self.number, self.before = self.number + len(hashes), hashes[-1]
        if broken is None and len(hashes) < len(rows):
            return self._named(rows[len(hashes)])
        return broken

    def end(self) -> BrokenLink | None:
        """What is missing after the last row."""
        reach = max(self._anchors[-1].last_number if self._anchors else 0, self._noted.number if self._noted else 0)
        return BrokenLink(self.number + 1, None, _("phần cuối của chuỗi đã bị xóa")) if reach > self.number else None

    def _as_noted(self, hashes: list[str]) -> list[str]:
        """As many as go well with the noted head."""
        place = self._noted.number - self.number - 1 if self._noted else -1
        if self._noted and 0 <= place < len(hashes) and hashes[place] != self._noted.hash:
            return hashes[:place]
        return hashes

    def _pass_anchors(self, hashes: list[str]) -> BrokenLink | None:
        """Compare the anchors that lie among some links; what comes after the last of them waits in the tree."""
        start = 0
        while self._anchors and self._anchors[0].last_number <= self.number + len(hashes):
            anchor = self._anchors.popleft()
            end = anchor.last_number - self.number
            self._tree.extend(hashes[start:end])
            reason = self._fault(anchor, hashes[end - 1] if end > start else "")
            if reason:
                return BrokenLink(anchor.last_number, None, reason)
            self.last_good = GoodAnchor(anchor.last_number, anchor.day, anchor.head, _first(_moments(anchor)))
            self._tree, start = merkle.Tree(), end
        if self._anchors:
            self._tree.extend(hashes[start:])
        return None

    def _fault(self, anchor: AuditAnchor, head: str) -> str:
        """Why the chain and an anchor do not go together; empty when they do."""
        if anchor.first_number != (self.last_good.last_number if self.last_good else 0) + 1:
            return _("một mốc neo trước đó đã bị xóa hoặc bị sửa")
        if head != anchor.head:
            return _("chuỗi khác với mốc neo: các mắt xích trước đó đã bị lập lại, hoặc mốc neo bị sửa")
        if self._tree.root() != anchor.root:
            return _("gốc băm của mốc neo đã bị sửa")
        return _("dấu thời gian không phải của mốc neo này") if None in _moments(anchor) else ""

    def _named(self, row: Row) -> BrokenLink:
        """The bad row after those that fit."""
        number = row[0]
        if number != self.number + 1:
            return BrokenLink(self.number + 1, None, _("mắt xích đã bị xóa"))
        if row[3] is None:
            return BrokenLink(number, entry_id(row), _("bản ghi đã bị xóa"))
        if fits(self.before, row):
            return BrokenLink(number, entry_id(row), _("khác với dấu vân đã ghi lại ở ngoài"))
        return BrokenLink(number, entry_id(row), _("nội dung hoặc thứ tự đã bị thay đổi"))


def _fitting(rows: Sequence[Row], number: int, before: str) -> list[str]:
    """The hashes of rows as far as they follow upon a number and the hash before."""
    hashes: list[str] = []
    for expected, row in enumerate(rows, start=number + 1):
        if row[0] != expected or not fits(before, row):
            break
        before = row[1]
        hashes.append(before)
    return hashes


def _tokens(anchor: AuditAnchor) -> list[bytes]:
    return [bytes(one.token or b"") for one in anchor.witnesses.all() if one.kind == AuditWitness.Kind.STAMP]


def _moments(anchor: AuditAnchor) -> list[dt.datetime | None]:
    """When an anchor was stamped, by each of its tokens; null for a token that is not for it."""
    return [tokens.moment(token, anchors.digest(anchor)) for token in _tokens(anchor)]


def _first(moments: Iterable[dt.datetime | None]) -> dt.datetime | None:
    return min((at for at in moments if at), default=None)
