"""The one write path of a document: every step checks the machine, grows the revision, and leaves event, audit and news."""

import datetime as dt
from typing import Any

from django.db.models import BigIntegerField
from django.utils.translation import gettext as _

from tinhso.core import audit, outbox
from tinhso.core.errors import RuleViolation
from tinhso.core.prepared import Prepared, Slot, insert, update
from tinhso.documents.models import Document, DocumentEvent
from tinhso.documents.rules import life
from tinhso.documents.rules.life import By, Step

CHANGED = "documents.changed"
SYSTEM = "system"


class NotNow(RuleViolation):
    """A step that the document's state does not allow, or that is not this person's."""


class WrittenMeanwhile(RuleViolation):
    """Somebody else has acted on the document since it was read."""


_HELD = Prepared(lambda: Document.objects.select_for_update().filter(pk=Slot("document", BigIntegerField())))


def held(document_id: int, revision: int | None = None) -> Document:
    """The document, held until the end of the transaction.

    Args:
        revision: that the writer has seen; None for what no person does.

    Raises:
        Document.DoesNotExist: no such document.
        WrittenMeanwhile: it has another revision now.
    """
    found = _HELD.get(document=document_id)
    if revision is not None and found.revision != revision:
        raise WrittenMeanwhile(_("Văn bản vừa được người khác xử lý; hãy xem lại rồi làm tiếp."))
    return found


def require(document: Document, step: Step, acts_as: frozenset[By]) -> None:
    """Check that somebody may do a step now.

    Raises:
        NotNow: the state or the person does not fit.
    """
    if step not in life.allowed(document.state, acts_as):
        raise NotNow(
            _("Không thể làm việc này khi văn bản ở trạng thái “%(state)s”; hãy tải lại trang.")
            % {"state": document.get_state_display()}
        )


def take(
    document: Document,
    step: Step,
    *,
    actor: str,
    at: dt.datetime,
    note: str = "",
    target: str | None = None,
    details: dict[str, Any] | None = None,
    **changes: Any,
) -> Document:
    """Do a step: state, revision, event, audit row and news, all in the caller's transaction.

    Args:
        document: held by the caller.
        target: state afterwards; None for the row's own.
        details: for the audit; never what the document says.
        changes: of its fields.
    """
    document.state = target or life.row(step).target
    return _write(document, str(step), actor, at, note, details or {}, changes)


def note(document: Document, what: str, *, actor: str, at: dt.datetime, text: str = "", **changes: Any) -> Document:
    """Leave event, audit row and news of something that does not move the document (a receipt, a check)."""
    return _write(document, what, actor, at, text, {}, changes)


def begin(document: Document, *, actor: str, at: dt.datetime, what: str, text: str = "") -> Document:
    """Save a new document with its first event."""
    insert(document)
    _tell(document, what, actor, at, text, {})
    return document


def _write(
    document: Document,
    what: str,
    actor: str,
    at: dt.datetime,
    text: str,
    details: dict[str, Any],
    changes: dict[str, Any],
) -> Document:
    for name, value in changes.items():
        setattr(document, name, value)
    document.revision += 1
    update(document, *sorted(changes), "state", "revision")
    _tell(document, what, actor, at, text, details)
    return document


def _tell(document: Document, what: str, actor: str, at: dt.datetime, text: str, details: dict[str, Any]) -> None:
    insert(
        DocumentEvent(
            document=document,
            seq=document.revision,
            step=what,
            actor=actor,
            at=at,
            note=text[:2000],
            state=document.state,
        )
    )
    audit.record(
        actor=actor,
        action=f"documents.{what}",
        obj=f"document:{document.pk}",
        details={"revision": document.revision, "state": document.state} | details,
        at=at,
    )
    outbox.publish(topic=CHANGED, payload={"document": document.pk, "what": what}, at=at)
