"""Rating a settled dossier, complaining, and answering: each once."""

import datetime as dt
import logging
from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tinhso.accounts.api import User
from tinhso.core import audit, mail, outbox, sealed
from tinhso.core.clock import VIETNAM
from tinhso.core.errors import RuleViolation
from tinhso.organizations import api as organizations
from tinhso.organizations.api import OutsideCalendar, Term, TermUnit
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.rules.machine import SETTLED
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services import letters
from tinhso.public_services.feedback.choices import ComplaintKind, Level, Reason
from tinhso.public_services.feedback.models import Complaint, Rating

MOST_COMMENT, MOST_TEXT = 1000, 5000  # letters
MOST_A_DAY = 5  # complaints of one person
RATED = "public_services.dossier_rated"
ANSWERED = "public_services.complaint_answered"
logger = logging.getLogger(__name__)


class NotRatable(RuleViolation):
    """A dossier that is not settled yet."""


class AlreadyRated(RuleViolation):
    """A dossier is rated once."""


class TooManyComplaints(RuleViolation):
    """Somebody complained too often today."""


class AlreadyAnswered(RuleViolation):
    """A complaint is answered once."""


class NothingWritten(RuleViolation):
    """A text that is empty or too long."""


@transaction.atomic
def rate(
    *, dossier_id: int, user: User, level: Level, reasons: Collection[Reason], comment: str, at: dt.datetime
) -> Rating:
    """Rate how a dossier was dealt with (đánh giá), once.

    Args:
        dossier_id: of an own dossier of the person, which the caller has checked.
        comment: in the person's words; empty for none.

    Raises:
        Dossier.DoesNotExist: no such dossier.
        NotRatable: it is not settled.
        AlreadyRated: it was rated before; the first rating stays.
    """
    dossier = Dossier.objects.select_for_update(of=("self",), no_key=True).get(pk=dossier_id)
    if dossier.state not in SETTLED:
        raise NotRatable(_("Hồ sơ chưa giải quyết xong; hãy đánh giá khi đã có kết quả."))
    if Rating.objects.filter(dossier=dossier).exists():
        raise AlreadyRated(_("Hồ sơ này đã được đánh giá; mỗi hồ sơ chỉ đánh giá một lần."))
    rating = Rating.objects.create(
        dossier=dossier,
        score=level,
        reasons=sorted(reasons),
        sealed=sealed.seal(comment.strip()[:MOST_COMMENT]) if comment.strip() else "",
        at=at,
    )
    audit.record(
        actor=user.username,
        action="public_services.dossier_rated",
        obj=f"dossier:{dossier.number}",
        details={"score": int(level)},
        at=at,
    )
    Dossier.objects.filter(pk=dossier.pk).update(published_seq=0)  # what is published of it says the rating, too
    outbox.publish(topic=RATED, payload={"dossier": dossier.pk}, at=at)
    return rating


@transaction.atomic
def complain(
    *,
    user: User,
    kind: ComplaintKind,
    agency_id: int,
    dossier_id: int | None,
    text: str,
    key: str,
    at: dt.datetime,
) -> Complaint:
    """Complain of an agency's work or propose something to it (phản ánh, kiến nghị).

    Args:
        agency_id: that answers; of the dossier where there is one.
        dossier_id: of an own dossier of the person, which the caller has checked; None for the agency as a whole.
        key: idempotency key, made when the page is shown.

    Raises:
        NothingWritten: the text is empty or too long.
        TooManyComplaints: the person wrote too many today.
    """
    before = Complaint.objects.filter(user=user, idempotency_key=key).first()
    if before:
        return before
    words = _words(text)
    if Complaint.objects.filter(user=user, at__gt=at - dt.timedelta(days=1)).count() >= MOST_A_DAY:
        raise TooManyComplaints(_("Hôm nay ông, bà đã gửi nhiều phản ánh, kiến nghị; hãy chờ trả lời rồi gửi tiếp."))
    complaint, is_new = Complaint.objects.get_or_create(
        user=user,
        idempotency_key=key,
        defaults={
            "agency_id": agency_id,
            "dossier_id": dossier_id,
            "kind": kind,
            "sealed": sealed.seal(words),
            "at": at,
            "due_at": standing.due_after(at, answer_term()),
        },
    )
    if is_new:
        _note("complaint_made", complaint, user.username, at)
    return complaint


def recalculate_due(*, at: dt.datetime) -> int:
    """Give complaints that wait for an answer their day by the calendar in force (tính lại hạn trả lời), each noted.

    Returns:
        How many it has moved.
    """
    waiting = Complaint.objects.filter(answered_at__isnull=True).order_by("pk").values_list("pk", flat=True)
    return sum(_recalculate(key, at) for key in list(waiting))


@transaction.atomic
def _recalculate(key: int, at: dt.datetime) -> bool:
    complaint = Complaint.objects.select_for_update(of=("self",)).get(pk=key)
    try:
        before, after = complaint.due_at, standing.due_after(complaint.at, answer_term())
    except OutsideCalendar:
        logger.error("complaint %s: the calendar does not reach its term, which stays as it was", complaint.pk)
        return False
    if complaint.answered_at is not None or before == after:
        return False
    complaint.due_at = after
    complaint.save(update_fields=["due_at"])
    moved = {"before": before.isoformat(), "after": after.isoformat()}
    _note("complaint_due_moved", complaint, "system", at, **moved)
    return True


@transaction.atomic
def answer(*, complaint_id: int, user: User, text: str, at: dt.datetime) -> Complaint:
    """Answer a complaint (trả lời phản ánh, kiến nghị), once.

    Args:
        user: a leader whose duty covers the agency, which the caller has checked.

    Raises:
        Complaint.DoesNotExist: no such complaint.
        NothingWritten: the text is empty or too long.
        AlreadyAnswered: somebody has answered; that answer stays.
    """
    words = _words(text)
    complaint = Complaint.objects.select_for_update(of=("self",)).get(pk=complaint_id)
    if complaint.answered_at is not None:
        raise AlreadyAnswered(_("Phản ánh, kiến nghị này đã được trả lời; hãy xem câu trả lời ở dưới."))
    complaint.sealed_answer, complaint.answered_at, complaint.answered_by = sealed.seal(words), at, user.username
    complaint.save(update_fields=["sealed_answer", "answered_at", "answered_by"])
    _note("complaint_answered", complaint, user.username, at)
    outbox.publish(topic=ANSWERED, payload={"complaint": complaint.pk}, at=at)
    return complaint


def send_of_answer(*, complaint_id: int) -> int:
    """Write to who complained that there is an answer (báo đã trả lời phản ánh, kiến nghị), without what was said.

    Args:
        complaint_id: primary key of `Complaint`.

    Returns:
        To how many people it went: 0 or 1.

    Raises:
        OSError: the mail server cannot be reached or refuses.
    """
    if not mail.is_set_up():
        return 0
    complaint = Complaint.objects.select_related("user", "dossier").get(pk=complaint_id)
    sent_on = complaint.at.astimezone(VIETNAM).date()
    page = mail.address_of(reverse("public_services:my_complaint", args=[complaint.key]))
    with translation.override("vi"):
        unit = organizations.named_unit(complaint.agency_id, sent_on).name
        lines = [
            _("%(unit)s đã trả lời phản ánh, kiến nghị mà ông, bà gửi ngày %(day)s.")
            % {"unit": unit, "day": f"{sent_on:%d/%m/%Y}"},
            _("Xem câu trả lời (cần đăng nhập): %(address)s") % {"address": page},
        ]
        return mail.send(
            to=[letters.address_of(complaint.user, complaint.dossier)],
            subject=_("Phản ánh, kiến nghị của ông, bà đã được trả lời"),
            text="\n\n".join(lines),
        )


def answer_term() -> Term:
    """Within which a complaint is answered; the installation may set another."""
    return Term(settings.COMPLAINT_DAYS, TermUnit.WORKING_DAY)


def _words(text: str) -> str:
    words = text.strip()
    if not words:
        raise NothingWritten(_("Hãy viết nội dung."))
    if len(words) > MOST_TEXT:
        raise NothingWritten(_("Nội dung dài nhất %(most)s chữ; hãy viết gọn lại.") % {"most": MOST_TEXT})
    return words


def _note(action: str, complaint: Complaint, actor: str, at: dt.datetime, **more: str) -> None:
    details = {"agency": complaint.agency_id, "kind": complaint.kind, **more}
    audit.record(
        actor=actor, action=f"public_services.{action}", obj=f"complaint:{complaint.key}", details=details, at=at
    )
