"""What a receiver does with a request to recall, update or replace, by where its copy stands (NĐ 30/2020, Điều 18).

A copy that nobody has taken in yet follows the sender at once; one that is registered has been acted upon, so a person
decides; of a copy that is gone there is nothing to ask.
"""

from enum import StrEnum

from tinhso.documents.rules import life

NEW, RECALL, UPDATE, REPLACE = 0, 1, 2, 3
UNKNOWN = ""  # state of a copy that has not arrived


class Outcome(StrEnum):
    """What happens."""

    REMEMBER = "remember"  # the document has not come yet: applied when it does
    COMPLY = "comply"  # done and answered 15
    ASK = "ask"  # a person decides, 15 or 16
    ALREADY = "already"  # done before: answered 15 once more, nothing changes
    DECLINE = "decline"  # answered 16: there is nothing left that could be changed


_OPEN = (life.REGISTERED, life.ASSIGNED, life.IN_PROGRESS, life.DONE)


def outcome(*, business: int, state: str) -> Outcome:
    """What happens to a request.

    Args:
        business: RECALL, UPDATE or REPLACE.
        state: of the receiver's copy; empty while it has not arrived.
    """
    if state == UNKNOWN:
        return Outcome.REMEMBER
    if state in (life.RECALLED, life.REFUSED):
        return Outcome.ALREADY if business == RECALL else Outcome.DECLINE
    if state == life.REPLACED:
        return Outcome.ALREADY if business == REPLACE else Outcome.DECLINE
    return Outcome.ASK if state in _OPEN else Outcome.COMPLY
