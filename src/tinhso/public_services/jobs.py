"""What happens to dossiers without anybody waiting for it."""

import datetime as dt
from typing import Any

from django_tasks import task

from tinhso.core import clock
from tinhso.core.daily import daily
from tinhso.core.outbox import handles
from tinhso.public_services.assistance import jobs as assistance
from tinhso.public_services.assistance.services.sessions import CHANGED_TOPIC
from tinhso.public_services.dossiers.services import messages, upkeep
from tinhso.public_services.feedback.services import ANSWERED, RATED

assert assistance  # noqa: S101 - importing registers its handlers

APART = dt.timedelta(minutes=10)  # publications, however much is done


# ---- publishing -------------------------------------------------------------------------------------------------


@task()
def publish_rows() -> None:
    """Bring what was not published yet into the lake; harmless when there is nothing."""
    from tinhso.public_services.publishing.services import publication

    publication.publish(at=clock.now())


def have_published() -> None:
    """Have news published: at once, or a while after the last time, since every publication is a batch."""
    from tinhso.core import jobs
    from tinhso.public_services.publishing.selectors import lake

    last = lake.published_at()
    jobs.enqueue_once(publish_rows, not_before=last + APART if last and last + APART > clock.now() else None)


@handles("public_services.dossier_event")
def dossier_changed(_payload: dict[str, Any]) -> None:
    """The dataset follows what is done to dossiers."""
    have_published()


@handles("public_services.procedure_published")
def procedure_published(_payload: dict[str, Any]) -> None:
    """The dataset follows the catalog."""
    have_published()


@handles(RATED)
def dossier_rated(_payload: dict[str, Any]) -> None:
    """The dataset tells the rating, too."""
    have_published()


@handles(CHANGED_TOPIC)
def assistance_changed(_payload: dict[str, Any]) -> None:
    """The dataset follows what is done in sessions of help."""
    have_published()


@daily("public_services.publication")
def publish_daily(_today: dt.date, _at: dt.datetime) -> None:
    """What a failed publication left is brought the next day at the latest."""
    from tinhso.core import jobs
    from tinhso.public_services.publishing.selectors import waiting

    if waiting.is_anything() or jobs.has_failed(publish_rows):
        have_published()


# ---- letters ----------------------------------------------------------------------------------------------------


@handles("public_services.dossier_event")
def tell_applicant(payload: dict[str, Any]) -> None:
    """Applicants hear by e-mail what has become of their dossier."""
    from tinhso.public_services.dossiers.services import letters

    letters.send_of_event(dossier_id=payload["dossier"], seq=payload["seq"])


@handles(messages.WRITTEN)
def tell_of_message(payload: dict[str, Any]) -> None:
    """Applicants hear by e-mail that the agency has written to them."""
    from tinhso.public_services.dossiers.services import letters

    letters.send_of_message(message_id=payload["message"])


@handles(ANSWERED)
def tell_of_answer(payload: dict[str, Any]) -> None:
    """Who complained hears by e-mail that there is an answer."""
    from tinhso.public_services.feedback import services

    services.send_of_answer(complaint_id=payload["complaint"])


@handles(upkeep.OVERDUE)
def tell_leaders(payload: dict[str, Any]) -> None:
    """Leaders hear by e-mail what is overdue in their agency."""
    from tinhso.public_services.dossiers.services import letters

    letters.send_of_overdue(
        agency=payload["agency"],
        count=payload["count"],
        oldest=dt.datetime.fromisoformat(payload["oldest"]),
        day=dt.date.fromisoformat(payload["day"]),
    )


@daily("public_services.overdue")
def remind(today: dt.date, at: dt.datetime) -> None:
    """Have leaders told of what is overdue."""
    upkeep.remind_of_overdue(today=today, at=at)


# ---- time and calendar ------------------------------------------------------------------------------------------


@daily("public_services.lapses")
def lapse(_today: dt.date, at: dt.datetime) -> None:
    """Supplements that did not come end their dossiers."""
    upkeep.lapse_supplements(at=at)


@daily("public_services.drafts")
def drop_old_drafts(_today: dt.date, at: dt.datetime) -> None:
    """Drafts that nobody has touched for 90 days go."""
    from tinhso.public_services.dossiers.services import drafts

    drafts.discard_old(at=at)


@daily("public_services.portal")
def drop_leftovers(_today: dt.date, at: dt.datetime) -> None:
    """What citizens began for supplements that are settled goes, and so do tries of looking up and counts of acts."""
    from tinhso.public_services.dossiers.services import limits, supplying
    from tinhso.public_services.portal.services import tracking

    supplying.discard_settled()
    tracking.forget_tries(at=at)
    limits.forget(at=at)


@task()
def recalculate_due() -> None:
    """Give open dossiers and complaints their days by the calendar in force; harmless where they have them."""
    from tinhso.public_services.feedback import services as feedback

    upkeep.recalculate_due(at=clock.now())
    feedback.recalculate_due(at=clock.now())


@handles("organizations.calendar_changed")
def calendar_changed(_payload: dict[str, Any]) -> None:
    """Open dossiers and complaints follow a new calendar."""
    from tinhso.core import jobs

    jobs.enqueue_once(recalculate_due)
