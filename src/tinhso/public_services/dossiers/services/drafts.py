"""Filling in, page by page, before anything is filed. Nothing typed is lost: not by another tab, not by a refusal."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.accounts.api import User
from tinhso.core import sealed
from tinhso.core.errors import RuleViolation
from tinhso.core.intake import Taken
from tinhso.public_services.catalog.models import ProcedureVersion
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import Channel
from tinhso.public_services.dossiers.models import Draft, DraftFile

KEPT = dt.timedelta(days=90)


class StaleDraft(RuleViolation):
    """The draft was saved elsewhere since this page was opened.

    Args:
        saved: the answers that are saved now.
    """

    def __init__(self, saved: dict[str, Any]) -> None:
        super().__init__(_("Bản nháp này đã được lưu ở nơi khác sau khi trang này được mở; hãy chọn giữ bản nào."))
        self.saved = saved


class TooManyFiles(RuleViolation):
    """A paper takes no more files."""


@transaction.atomic
def begin(
    *,
    user: User,
    version: ProcedureVersion,
    channel: Channel,
    at: dt.datetime,
    answers: dict[str, Any] | None = None,
    assistance: int | None = None,
) -> Draft:
    """Begin to fill in, or go on with what was begun: one draft per person and procedure, however often it is clicked.

    Args:
        user: who fills in: the citizen, or the official at the counter.
        answers: known beforehand, such as the name.
        assistance: session in which somebody is helped; None for none.
    """
    new = {"sealed": sealed.seal_values(answers or {}), "updated_at": at}
    if channel == Channel.ONLINE and assistance is None:
        draft, _is_new = Draft.objects.get_or_create(
            user=user, version=version, channel=channel, assistance=None, defaults=new
        )
        return draft
    return Draft.objects.create(user=user, version=version, channel=channel, assistance=assistance, **new)


@transaction.atomic
def save_answers(
    *, draft_id: int, revision: int, answers: dict[str, Any], names: list[str], at: dt.datetime, force: bool = False
) -> Draft:
    """Save the answers of one page.

    Args:
        revision: that the page was opened with.
        answers: of the page.
        names: questions of the page; those without an answer are emptied.
        force: keep these although others were saved meanwhile.

    Raises:
        Draft.DoesNotExist: it was filed or discarded.
        StaleDraft: it was saved elsewhere since.
    """
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=draft_id)
    saved = sealed.opened_values(draft.sealed)
    others = {name: value for name, value in saved.items() if name not in names}
    if others | answers == saved:
        return draft
    if draft.revision != revision and not force:
        raise StaleDraft(saved)
    draft.sealed = sealed.seal_values(others | answers)
    draft.revision += 1
    draft.updated_at = at
    draft.save(update_fields=["sealed", "revision", "updated_at"])
    return draft


@transaction.atomic
def choose_agency(*, draft_id: int, unit_id: int, at: dt.datetime) -> Draft:
    """Choose where to file.

    Raises:
        Draft.DoesNotExist: it was filed or discarded.
        NotOffered: the unit does not offer the procedure today.
    """
    draft = Draft.objects.select_for_update(of=("self",)).select_related("version__procedure").get(pk=draft_id)
    procedures.offered_by(procedures.bundle(draft.version_id).code, unit_id, at.date())
    draft.agency_id, draft.updated_at = unit_id, at
    draft.save(update_fields=["agency_id", "updated_at"])
    return draft


@transaction.atomic
def attach(*, draft_id: int, paper: str, taken: Taken, at: dt.datetime) -> DraftFile:
    """Put a file to a paper.

    Raises:
        Draft.DoesNotExist: it was filed or discarded.
        TooManyFiles: the paper has as many as it takes, or is not asked for.
    """
    draft = Draft.objects.select_for_update(of=("self",)).get(pk=draft_id)
    asked = next((one for one in procedures.bundle(draft.version_id).papers if one.code == paper), None)
    there = draft.files.filter(paper=paper)
    if asked is None or there.count() >= asked.max:
        most = asked.max if asked else 0
        raise TooManyFiles(_("Giấy tờ này nhận nhiều nhất %(most)s tệp; hãy bỏ bớt một tệp trước.") % {"most": most})
    same = there.filter(file=taken.file).first()
    if same:
        return same
    draft.updated_at = at
    draft.save(update_fields=["updated_at"])
    return DraftFile.objects.create(draft=draft, paper=paper, file=taken.file, name=taken.name, scan=taken.scan)


def detach(*, draft_id: int, key: str) -> None:
    """Take a file away from a draft; one that is not there is no error."""
    DraftFile.objects.filter(draft_id=draft_id, key=key).delete()


@transaction.atomic
def discard(*, draft_id: int) -> None:
    """Drop a draft (xóa bản nháp)."""
    Draft.objects.filter(pk=draft_id).delete()


def discard_old(*, at: dt.datetime) -> int:
    """Drop drafts that nobody has touched for 90 days.

    Returns:
        How many rows went, files included.
    """
    return Draft.objects.filter(updated_at__lt=at - KEPT).delete()[0]
