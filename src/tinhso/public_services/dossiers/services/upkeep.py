"""What is done to dossiers by the system alone: waits that are over, and days that a new calendar moves."""

import datetime as dt
import logging
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Count, Min
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tinhso.core import outbox
from tinhso.core.clock import VIETNAM
from tinhso.core.errors import RuleViolation
from tinhso.organizations import api as organizations
from tinhso.organizations.api import OutsideCalendar
from tinhso.public_services.dossiers.choices import Action, State
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.rules.machine import OPEN
from tinhso.public_services.dossiers.selectors import deadlines
from tinhso.public_services.dossiers.selectors.deadlines import Moved
from tinhso.public_services.dossiers.services import messages
from tinhso.public_services.dossiers.services.apply import apply
from tinhso.public_services.dossiers.services.changes import SYSTEM

OVERDUE = "public_services.agency_overdue"
WORKED_ON = (State.SUBMITTED, State.ACCEPTED, State.IN_PROGRESS)  # where the agency has to act
CHUNK = 200
logger = logging.getLogger(__name__)


def lapse_supplements(*, at: dt.datetime) -> int:
    """Stop dossiers whose supplement was waited for in vain (dừng vì quá hạn bổ sung).

    Returns:
        How many were stopped.
    """
    waiting = Dossier.objects.filter(state=State.AWAITING_SUPPLEMENT, act_by__lt=at)
    return sum(_lapse(key, revision, at) for key, revision in waiting.order_by("pk").values_list("pk", "revision"))


def _lapse(key: int, revision: int, at: dt.datetime) -> bool:
    try:
        applied = apply(
            dossier_id=key,
            action=Action.LAPSE.value,
            actor=SYSTEM,
            key=f"lapse:{key}:{revision}",
            at=at,
            expected=revision,
        )
    except RuleViolation:  # the supplement came in this very moment
        return False
    return not applied.is_replay


def recalculate_due(*, at: dt.datetime) -> int:
    """Count the deadlines of every open dossier anew, after the calendar has changed: the promised day, those of the
    open step, of who has to answer, supplement or give an opinion, all in one event.

    Each dossier is a transaction of its own, and one whose deadlines are right already is left alone: done twice, or
    after it was killed in between, it changes what is left to change.

    Returns:
        Of how many dossiers something has changed.
    """
    number = organizations.calendar_number()
    return sum(_recalculate(key, number, at) for key in _open())


def _open() -> Iterator[int]:
    """Primary keys in order, a chunk at a time, so that no query stays open meanwhile."""
    last = 0
    while True:
        found = Dossier.objects.filter(pk__gt=last, state__in=OPEN)
        keys = list(found.order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if not keys:
            return
        yield from keys
        last = keys[-1]


@transaction.atomic
def _recalculate(key: int, number: int, at: dt.datetime) -> bool:
    """Give a dossier its new deadlines, and tell the applicant what is later for the applicant."""
    dossier = Dossier.objects.select_for_update(of=("self",), no_key=True).get(pk=key)
    moved = _moved(dossier) if dossier.state in OPEN else {}
    if not moved:
        return False
    apply(
        dossier_id=key,
        action=Action.RECALCULATE_DUE.value,
        actor=SYSTEM,
        key=f"calendar:{number}:{key}:{dossier.revision}",
        at=at,
        request={"calendar": number},
    )
    for name in ("due_at", "wait_until"):
        before, after = moved.get(name, (None, None))
        if before and after and after > before:
            _tell_of_later_day(dossier, name, before, after, at)
    return True


def _moved(dossier: Dossier) -> Moved:
    try:
        return deadlines.moved(dossier)
    except OutsideCalendar:
        logger.error("dossier %s: the calendar does not reach its deadlines, which stay as they were", dossier.pk)
        return {}


def _tell_of_later_day(dossier: Dossier, name: str, before: dt.datetime, after: dt.datetime, at: dt.datetime) -> None:
    with translation.override("vi"):
        said = {
            "due_at": _(
                "Lịch làm việc của Nhà nước có thay đổi (thêm hoặc đổi ngày nghỉ), nên ngày hẹn trả kết quả được tính "
                "lại: từ %(before)s thành %(after)s. Ông, bà không phải làm gì thêm."
            ),
            "wait_until": _(
                "Lịch làm việc của Nhà nước có thay đổi (thêm hoặc đổi ngày nghỉ), nên hạn bổ sung hồ sơ được tính lại: "
                "từ %(before)s thành %(after)s."
            ),
        }
        text = said[name] % {"before": _moment(before), "after": _moment(after)}
    messages.write(dossier_id=dossier.pk, author=SYSTEM.name, is_from_agency=True, text=text, at=at)


def _moment(moment: dt.datetime) -> str:
    return date_format(moment.astimezone(VIETNAM), "H:i d/m/Y")


def remind_of_overdue(*, today: dt.date, at: dt.datetime) -> int:
    """Have the leaders of each agency told what is overdue on its desks, once a day (nhắc việc quá hạn).

    Returns:
        How many agencies have something overdue.
    """
    overdue = Dossier.objects.filter(state__in=WORKED_ON, act_by__lt=at).exclude(desk="")
    agencies = overdue.values("agency").annotate(count=Count("pk"), oldest=Min("act_by")).order_by("agency")
    for row in agencies:
        payload = {
            "agency": row["agency"],
            "count": row["count"],
            "oldest": row["oldest"].isoformat(),
            "day": today.isoformat(),
        }
        outbox.publish(topic=OVERDUE, payload=payload, at=at)
    return len(agencies)
