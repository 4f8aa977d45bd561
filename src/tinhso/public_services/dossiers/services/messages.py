"""Messages between applicant and agency (trao đổi): sealed, audited without their text.

What the applicant writes waits for the agency's word, and the inbox shows it; of what the agency writes the applicant
hears by e-mail, without its text.
"""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import audit, outbox, sealed
from tinhso.core.errors import RuleViolation
from tinhso.public_services.dossiers.models import Dossier, Message
from tinhso.public_services.dossiers.services.changes import SYSTEM

WRITTEN = "public_services.message_written"  # by the agency
MOST_LETTERS = 2000
MOST_A_DAY = 20  # of one author in one dossier
SAME = dt.timedelta(minutes=10)  # within which the same words are the same message, sent twice


class MessageRefused(RuleViolation):
    """A message that is empty, too long, or one too many."""


@transaction.atomic
def write(*, dossier_id: int, author: str, is_from_agency: bool, text: str, at: dt.datetime) -> Message:
    """Write a message; the same words sent again at once are one message.

    Args:
        author: user name of somebody who may see the dossier, which the caller has checked.
        is_from_agency: written by an official of the agency, else by the applicant.

    Raises:
        Dossier.DoesNotExist: no such dossier.
        MessageRefused: empty, too long, or the author wrote too many today.
    """
    words = text.strip()
    if not words:
        raise MessageRefused(_("Hãy viết nội dung cần trao đổi."))
    if len(words) > MOST_LETTERS:
        raise MessageRefused(_("Mỗi lời nhắn dài nhất %(most)s chữ; hãy viết gọn lại.") % {"most": MOST_LETTERS})
    dossier = Dossier.objects.select_for_update(of=("self",), no_key=True).get(pk=dossier_id)
    written = dossier.messages.filter(author=author, is_from_agency=is_from_agency)
    last = written.order_by("-at", "-pk").first()
    if last and at - last.at < SAME and sealed.opened(last.sealed) == words:
        return last
    if written.filter(at__gt=at - dt.timedelta(days=1)).count() >= MOST_A_DAY:
        raise MessageRefused(_("Hôm nay đã gửi nhiều lời nhắn; hãy chờ trả lời rồi viết tiếp."))
    row = Message.objects.create(
        dossier=dossier, at=at, author=author, is_from_agency=is_from_agency, sealed=sealed.seal(words)
    )
    if author != SYSTEM.name:  # what the system says goes with an event, whose own letter tells it
        _hand_on(row, dossier, at)
    details = {"message": row.pk, "from_agency": is_from_agency}
    _note("message_written", dossier, author, details, at)
    return row


def _hand_on(row: Message, dossier: Dossier, at: dt.datetime) -> None:
    """Tell the other side."""
    dossier.unanswered = 0 if row.is_from_agency else dossier.unanswered + 1
    dossier.save(update_fields=["unanswered"])
    if row.is_from_agency:
        outbox.publish(topic=WRITTEN, payload={"message": row.pk}, at=at)


@transaction.atomic
def settle(*, dossier_id: int, actor: str, at: dt.datetime) -> None:
    """Say that what the applicant wrote needs no answer (không cần trả lời); done twice, it is done once.

    Args:
        actor: user name of an official who may answer, which the caller has checked.

    Raises:
        Dossier.DoesNotExist: no such dossier.
    """
    dossier = Dossier.objects.select_for_update(of=("self",), no_key=True).get(pk=dossier_id)
    if not dossier.unanswered:
        return
    _note("messages_settled", dossier, actor, {"count": dossier.unanswered}, at)
    dossier.unanswered = 0
    dossier.save(update_fields=["unanswered"])


def _note(what: str, dossier: Dossier, actor: str, details: dict[str, Any], at: dt.datetime) -> None:
    audit.record(actor=actor, action=f"public_services.{what}", obj=f"dossier:{dossier.number}", details=details, at=at)
