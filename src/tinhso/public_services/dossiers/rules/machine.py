"""The outer state machine of a dossier (28 rows): from where, what, by whom, to where, and what the clock does.

The rows are the law's (NĐ 61/2018/NĐ-CP, NĐ 118/2025/NĐ-CP and the ten statuses of the national portal); the agency's
own steps between acceptance and decision are data of the procedure.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

SUBMITTED, ACCEPTED, REFUSED, IN_PROGRESS = "submitted", "accepted", "refused", "in_progress"
AWAITING_SUPPLEMENT, AWAITING_PAYMENT = "awaiting_supplement", "awaiting_payment"
WITHDRAWN, STOPPED, RESOLVED, DELIVERED = "withdrawn", "stopped", "resolved", "delivered"

# Status codes of the national portal (TrangThaiHoSo), in the order of its list.
NATIONAL = {
    SUBMITTED: 1,
    ACCEPTED: 2,
    REFUSED: 3,
    IN_PROGRESS: 4,
    AWAITING_SUPPLEMENT: 5,
    AWAITING_PAYMENT: 6,
    WITHDRAWN: 7,
    STOPPED: 8,
    RESOLVED: 9,
    DELIVERED: 10,
}
OPEN = (SUBMITTED, ACCEPTED, IN_PROGRESS, AWAITING_SUPPLEMENT, AWAITING_PAYMENT)
SETTLED = (REFUSED, WITHDRAWN, STOPPED, RESOLVED, DELIVERED)
PREVIOUS, SAME, NAMED = "previous", "same", "named"  # targets that depend on the dossier

APPLICANT, RECEPTION, HANDLER, LEADER = "applicant", "reception", "handler", "leader"
CONSULTED, SYSTEM, ADMINISTRATOR = "consulted", "system", "administrator"


class Clock(StrEnum):
    """What an action does to the term."""

    NONE = "none"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    NEW_DUE = "new_due"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the machine.

    Attributes:
        sources: states it starts from; empty for what opens a dossier.
        by: relations of which the actor needs one.
        target: a state, or PREVIOUS, SAME, NAMED.
        paper: kind of prescribed form that records it; empty for none.
    """

    sources: tuple[str, ...]
    action: str
    by: tuple[str, ...]
    target: str
    clock: Clock = Clock.NONE
    paper: str = ""


ROWS: tuple[Row, ...] = (
    Row((), "submit", (APPLICANT,), SUBMITTED),
    Row((), "receive", (RECEPTION,), ACCEPTED, Clock.START, "receipt"),
    Row((SUBMITTED,), "accept", (RECEPTION,), ACCEPTED, Clock.START, "receipt"),
    Row((SUBMITTED,), "refuse", (RECEPTION,), REFUSED, Clock.STOP, "refusal"),
    Row((SUBMITTED,), "request_supplement", (RECEPTION,), AWAITING_SUPPLEMENT, Clock.PAUSE, "supplement"),
    Row((ACCEPTED,), "start", (SYSTEM,), IN_PROGRESS),
    Row((IN_PROGRESS,), "advance", (HANDLER,), IN_PROGRESS, paper="control"),
    Row((IN_PROGRESS,), "send_back", (HANDLER,), IN_PROGRESS, paper="control"),
    Row((IN_PROGRESS,), "consult", (HANDLER,), IN_PROGRESS),
    Row((IN_PROGRESS,), "answer_consultation", (HANDLER, CONSULTED, SYSTEM), IN_PROGRESS),
    Row((IN_PROGRESS,), "request_supplement", (HANDLER,), AWAITING_SUPPLEMENT, Clock.PAUSE, "supplement"),
    Row((AWAITING_SUPPLEMENT,), "supply", (APPLICANT, RECEPTION), PREVIOUS, Clock.RESUME),
    Row((AWAITING_SUPPLEMENT,), "lapse", (SYSTEM,), STOPPED, Clock.STOP, "stop"),
    Row((IN_PROGRESS,), "request_payment", (HANDLER, SYSTEM), AWAITING_PAYMENT, Clock.PAUSE),
    Row((AWAITING_PAYMENT,), "payment_settled", (SYSTEM,), IN_PROGRESS, Clock.RESUME),
    Row((IN_PROGRESS, AWAITING_SUPPLEMENT, AWAITING_PAYMENT), "extend", (LEADER,), SAME, Clock.NEW_DUE, "apology"),
    Row(
        (SUBMITTED, IN_PROGRESS, AWAITING_SUPPLEMENT, AWAITING_PAYMENT),
        "withdraw",
        (APPLICANT, RECEPTION),
        WITHDRAWN,
        Clock.STOP,
    ),
    Row((IN_PROGRESS, AWAITING_PAYMENT), "stop", (LEADER,), STOPPED, Clock.STOP, "stop"),
    Row((IN_PROGRESS,), "resolve", (LEADER,), RESOLVED, Clock.STOP),
    Row((IN_PROGRESS,), "reject", (LEADER,), RESOLVED, Clock.STOP),
    Row((RESOLVED,), "request_payment", (SYSTEM,), RESOLVED),  # fees due on delivery; the term is over already
    Row((RESOLVED,), "payment_settled", (SYSTEM,), RESOLVED),
    Row((RESOLVED,), "deliver", (SYSTEM, RECEPTION, APPLICANT), DELIVERED),
    Row((RESOLVED,), "correct_result", (LEADER,), RESOLVED),
    Row((DELIVERED,), "correct_result", (LEADER,), RESOLVED),
    Row((*OPEN, *SETTLED), "revoke_result", (LEADER,), SAME),  # the paper is void whatever became of the dossier
    Row(OPEN, "recalculate_due", (SYSTEM,), SAME, Clock.NEW_DUE),
    Row((*OPEN, *SETTLED), "amend_record", (ADMINISTRATOR,), NAMED),
)


class Refused(ValueError):
    """An action that the machine does not allow.

    Args:
        kind: `state` or `relation`, or the guard that stands against it.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the machine needs to know of a dossier.

    Attributes:
        state: None before it is opened.
        previous: state before the present wait; empty when it does not wait.
        supplements: requests made in the present step.
        lawful_again: a reason in law was given for another request in the same step.
        is_extended: it was prolonged already.
        is_late: less than a working day is left before the due day, too late to ask for more time.
        may_extend: the procedure allows it.
        is_paid: everything that was asked for has been paid.
        is_last_step: the present step is the last one.
        consultations: asked and not answered.
        has_results: every result that must be there is signed and valid.
        has_issued: of these, one went out.
        is_revoked: what went out was revoked, and nothing took its place.
    """

    state: str | None
    previous: str = ""
    supplements: int = 0
    lawful_again: bool = False
    is_extended: bool = False
    is_late: bool = False
    may_extend: bool = True
    is_paid: bool = True
    is_last_step: bool = False
    consultations: int = 0
    has_results: bool = False
    has_issued: bool = False
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """What follows from an action."""

    row: Row
    target: str


def row_for(state: str | None, action: str) -> Row | None:
    """The row for an action in a state; None where there is none."""
    return next((row for row in ROWS if row.action == action and _starts_in(row, state)), None)


def _starts_in(row: Row, state: str | None) -> bool:
    return not row.sources if state is None else state in row.sources


def step(snapshot: Snapshot, action: str, relations: Collection[str], *, named: str = "") -> Move:
    """What an action does.

    Args:
        relations: of the actor to the dossier.
        named: state that a forced correction names.

    Raises:
        Refused: the state, the actor or a guard stands against it.
    """
    row = row_for(snapshot.state, action)
    if row is None:
        raise Refused("state")
    if not set(row.by) & set(relations):
        raise Refused("relation")
    kind = _guard(snapshot, action)
    if kind:
        raise Refused(kind)
    return Move(row, _target(snapshot, row, named))


def _target(snapshot: Snapshot, row: Row, named: str) -> str:
    if row.target == PREVIOUS:
        return snapshot.previous
    if row.target == SAME:
        return str(snapshot.state)
    return named or str(snapshot.state) if row.target == NAMED else row.target


def _guard(snapshot: Snapshot, action: str) -> str:
    """What stands against an action although the state allows it; empty when nothing does."""
    match action:
        case "request_supplement" if snapshot.supplements and not snapshot.lawful_again:
            return "supplement_once"
        case "advance" | "resolve" if snapshot.consultations:
            return "consultation_open"
        case "answer_consultation" if not snapshot.consultations:
            return "nothing_asked"
        case "advance" if snapshot.is_last_step:
            return "last_step"
        case "resolve" | "reject" if not snapshot.is_last_step:
            return "not_last_step"
        case "resolve" | "reject" if not snapshot.has_results:
            return "no_result"
        case "payment_settled" if not snapshot.is_paid:
            return "not_paid"
        case "deliver" | "revoke_result":
            return _result_guard(snapshot, action)
        case "extend":
            return _extension_guard(snapshot)
        case _:
            return ""


def _result_guard(snapshot: Snapshot, action: str) -> str:
    if action == "revoke_result":
        return "" if snapshot.has_issued else "not_in_force"
    if snapshot.is_revoked:
        return "revoked"
    return "" if snapshot.is_paid else "fee_unpaid"


def _extension_guard(snapshot: Snapshot) -> str:
    if not snapshot.may_extend:
        return "no_extension"
    if snapshot.is_extended:
        return "extended_once"
    return "too_late_to_extend" if snapshot.is_late else ""


def available(snapshot: Snapshot, relations: Collection[str]) -> list[str]:
    """What an actor may do now, in the order of the rows; pages, the inbox and tests ask here."""
    found: list[str] = []
    for row in ROWS:
        if row.action not in found and _may(snapshot, row.action, relations):
            found.append(row.action)
    return found


def _may(snapshot: Snapshot, action: str, relations: Collection[str]) -> bool:
    try:
        step(snapshot, action, relations)
    except Refused:
        return False
    return True


def fold(events: Iterable[tuple[str, str]]) -> str | None:
    """The state after events, each with its action and the state it led to; the projection must equal it.

    Raises:
        Refused: an event that the machine does not know where it stands.
    """
    state: str | None = None
    for action, target in events:
        row = row_for(state, action)
        if row is None or (row.target not in (PREVIOUS, SAME, NAMED) and row.target != target):
            raise Refused("state")
        if row.target == SAME and target != state:
            raise Refused("state")
        state = target
    return state
