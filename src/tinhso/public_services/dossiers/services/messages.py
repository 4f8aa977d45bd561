"""Messages between applicant and agency (trao đổi): sealed, audited without their text."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import audit, sealed
from tinhso.core.errors import RuleViolation
from tinhso.public_services.dossiers.models import Dossier, Message

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
    details = {"message": row.pk, "from_agency": is_from_agency}
    audit.record(
        actor=author, action="public_services.message_written", obj=f"dossier:{dossier.number}", details=details, at=at
    )
    return row
