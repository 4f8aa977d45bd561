"""The life of a document: one table of who may do what from where, for documents out and documents in."""

from dataclasses import dataclass
from enum import StrEnum

DRAFT, IN_REVIEW, TO_SIGN, SIGNED, NUMBERED = "draft", "in_review", "to_sign", "signed", "numbered"
ISSUED, RECALLED, REPLACED, DISCARDED = "issued", "recalled", "replaced", "discarded"
ARRIVED, REFUSED, REGISTERED, ASSIGNED = "arrived", "refused", "registered", "assigned"
IN_PROGRESS, DONE = "in_progress", "done"
OUT, IN = "out", "in"


class Step(StrEnum):
    """What is done to a document."""

    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    SIGN = "sign"
    NUMBER = "number"
    SEAL = "seal"
    SEND = "send"
    RECALL = "recall"
    UPDATE = "update"
    REPLACE = "replace"
    DISCARD = "discard"
    REGISTER = "register"
    REFUSE = "refuse"
    ASSIGN = "assign"
    BEGIN = "begin"
    FINISH = "finish"
    GIVE_BACK = "give_back"
    SUPERSEDE = "supersede"


class By(StrEnum):
    """Who does it."""

    DRAFTER = "drafter"
    LEADER = "leader"
    REGISTRAR = "registrar"
    HANDLER = "handler"
    SENDER = "sender"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the machine.

    Attributes:
        code: status that the sender is told (QCVN 102:2016/BTTTT); empty for none.
    """

    sources: tuple[str, ...]
    step: Step
    by: tuple[By, ...]
    target: str
    code: str = ""


_OPEN_IN = (REGISTERED, ASSIGNED, IN_PROGRESS)
ROWS: tuple[Row, ...] = (
    Row((DRAFT,), Step.EDIT, (By.DRAFTER,), DRAFT),
    Row((DRAFT,), Step.SUBMIT, (By.DRAFTER,), IN_REVIEW),
    Row((IN_REVIEW, TO_SIGN), Step.RETURN, (By.LEADER,), DRAFT),
    Row((IN_REVIEW,), Step.APPROVE, (By.LEADER,), TO_SIGN),
    Row((TO_SIGN,), Step.SIGN, (By.LEADER,), SIGNED),
    Row((SIGNED,), Step.NUMBER, (By.REGISTRAR,), NUMBERED),
    Row((NUMBERED,), Step.SEAL, (By.REGISTRAR,), ISSUED),
    Row((ISSUED,), Step.SEND, (By.REGISTRAR,), ISSUED),
    Row((ISSUED,), Step.UPDATE, (By.REGISTRAR,), ISSUED),
    Row((ISSUED,), Step.RECALL, (By.REGISTRAR,), RECALLED),
    Row((ISSUED,), Step.REPLACE, (By.REGISTRAR,), REPLACED),
    Row((DRAFT, IN_REVIEW, TO_SIGN), Step.DISCARD, (By.DRAFTER,), DISCARDED),
    Row((ARRIVED,), Step.REGISTER, (By.REGISTRAR,), REGISTERED, "03"),
    Row((ARRIVED,), Step.REFUSE, (By.REGISTRAR,), REFUSED, "02"),
    Row((REGISTERED, ASSIGNED, IN_PROGRESS), Step.ASSIGN, (By.REGISTRAR, By.LEADER), ASSIGNED, "04"),
    Row((REGISTERED, ASSIGNED), Step.BEGIN, (By.HANDLER,), IN_PROGRESS, "05"),
    Row(_OPEN_IN, Step.FINISH, (By.HANDLER,), DONE, "06"),
    Row((ARRIVED, *_OPEN_IN, DONE), Step.GIVE_BACK, (By.SENDER,), RECALLED, "15"),
    Row((ARRIVED, *_OPEN_IN, DONE), Step.SUPERSEDE, (By.SENDER,), REPLACED, "15"),
)
_BY_STEP = {row.step: row for row in ROWS}
NUMBERLESS = (DRAFT, IN_REVIEW, TO_SIGN, SIGNED, DISCARDED)
GONE = (RECALLED, REFUSED)  # whose files nobody is given any more


def row(step: Step) -> Row:
    """The row of a step; each has one."""
    return _BY_STEP[step]


def allowed(state: str, acts_as: frozenset[By]) -> frozenset[Step]:
    """What somebody may do with a document in a state.

    Args:
        acts_as: what the person is to the document.
    """
    return frozenset(found.step for found in ROWS if state in found.sources and acts_as.intersection(found.by))
