"""The state of a delivery as a pure fold of its receipts: in whatever order they come, and however often."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

PROGRESS = ("01", "03", "04", "05", "06")  # each says more than the one before
REFUSED, TAKE_BACK, AGREED, DECLINED = "02", "13", "15", "16"


class Standing(StrEnum):
    """How far a document has come at one recipient."""

    WAITING = "waiting"
    ARRIVED = "arrived"
    REFUSED = "refused"
    REGISTERED = "registered"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    DONE = "done"


class Recall(StrEnum):
    """What has become of a request to recall, update or replace."""

    NONE = "none"
    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, order=True)
class Receipt:
    """What the recipient said.

    Attributes:
        at: moment by the recipient's clock; receipts of one moment go by their key.
        key: that tells receipts of one moment and code apart, such as the hash of their bytes.
        code: of QCVN 102:2016/BTTTT.
    """

    at: dt.datetime
    key: str
    code: str


@dataclass(frozen=True, slots=True)
class Folded:
    """A delivery's state.

    Attributes:
        standing: how far the document has come.
        recall: what the recipient last answered to a request; `ASKED` comes from us, so `fold` does not say it.
        arrived_at: earliest moment that a receipt names; None while there is none.
        changed_at: latest moment that a receipt names; None while there is none.
    """

    standing: Standing
    recall: Recall
    arrived_at: dt.datetime | None
    changed_at: dt.datetime | None


_STANDING: dict[str, Standing] = dict(
    zip(PROGRESS, [s for s in Standing if s not in (Standing.WAITING, Standing.REFUSED)], strict=True)
)
_RECALL = {AGREED: Recall.AGREED, DECLINED: Recall.DECLINED}


def fold(receipts: Iterable[Receipt]) -> Folded:
    """The state that receipts amount to.

    Of progress the furthest counts, since nothing is undone by an earlier word that comes late. A refusal counts
    unless the recipient has taken the document in (03 and later): who refuses after that asks for a recall. Of
    answers to requests the latest by the recipient's clock counts.
    """
    known = sorted(set(receipts))
    codes = {receipt.code for receipt in known}
    reached = [code for code in PROGRESS if code in codes]
    standing: Standing = _STANDING[reached[-1]] if reached else Standing.WAITING
    if REFUSED in codes and standing in (Standing.WAITING, Standing.ARRIVED):
        standing = Standing.REFUSED
    answers = [_RECALL[receipt.code] for receipt in known if receipt.code in _RECALL]
    return Folded(
        standing=standing,
        recall=answers[-1] if answers else Recall.NONE,
        arrived_at=known[0].at if known else None,
        changed_at=known[-1].at if known else None,
    )
