"""Answering a request for a supplement, online or at the counter: kept while it is made, so that nothing is lost, then
sent as a whole."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import sealed
from tinhso.core.errors import RuleViolation
from tinhso.core.intake import Taken
from tinhso.public_services.dossiers.choices import Action, Channel, State
from tinhso.public_services.dossiers.models import (
    Dossier,
    DossierEvent,
    Supplement,
    SupplementDraft,
    SupplementFile,
)
from tinhso.public_services.dossiers.selectors import supplement as selectors
from tinhso.public_services.dossiers.services import apply as applying
from tinhso.public_services.dossiers.services.apply import Applied
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.drafts import StaleDraft, TooManyFiles


class NothingAsked(RuleViolation):
    """No supplement is asked for, or no longer."""

    def __init__(self) -> None:
        super().__init__(_("Hồ sơ không còn yêu cầu bổ sung nào đang chờ; hãy xem lại tình trạng hồ sơ."))


@transaction.atomic
def save_answers(
    *,
    supplement_id: int,
    revision: int,
    answers: Mapping[str, Any],
    at: dt.datetime,
    channel: Channel = Channel.ONLINE,
    note: Mapping[str, Any] | None = None,
) -> SupplementDraft:
    """Keep the answers so far; only those that may be given are kept.

    Args:
        revision: of the draft that the page was opened with; 0 when there was none.
        answers: all that the page asks for; one that is missing was emptied.
        channel: `ONLINE`, or `COUNTER` for what an official takes in.
        note: what `supply` needs beside answers and files; None for nothing.

    Raises:
        NothingAsked: the request is settled.
        StaleDraft: other answers were saved since.
    """
    supplement, draft = _locked(supplement_id, channel, at)
    given = selectors.given(supplement, answers)
    kept = {name: value for name, value in answers.items() if f"/{name}" in given}
    saved = selectors.answers_of(supplement, draft)
    beside = dict(note or {})
    if kept == saved and beside == selectors.note_of(draft):
        return draft
    if draft.revision != revision:
        raise StaleDraft(saved)
    draft.sealed = sealed.seal_values({"answers": kept, "note": beside})
    draft.revision += 1
    draft.updated_at = at
    draft.save(update_fields=["sealed", "revision", "updated_at"])
    return draft


@transaction.atomic
def attach(
    *, supplement_id: int, paper: str, taken: Taken, at: dt.datetime, channel: Channel = Channel.ONLINE
) -> SupplementFile:
    """Put a file to a paper that is asked for; the same file again is one file.

    Args:
        channel: as of `save_answers`.

    Raises:
        NothingAsked: the request is settled, or does not ask for the paper.
        TooManyFiles: the paper has as many as it takes.
    """
    supplement, draft = _locked(supplement_id, channel, at)
    asked = next((one for one in selectors.papers(supplement, draft) if one.code == paper), None)
    if asked is None:
        raise NothingAsked
    there = draft.files.filter(paper=paper)
    same = there.filter(file=taken.file).first()
    if same:
        return same
    if there.count() >= asked.max:
        raise TooManyFiles(
            _("Giấy tờ này nhận nhiều nhất %(most)s tệp; hãy bỏ bớt một tệp trước.") % {"most": asked.max}
        )
    return SupplementFile.objects.create(draft=draft, paper=paper, file=taken.file, name=taken.name, scan=taken.scan)


def detach(*, supplement_id: int, key: UUID, channel: Channel = Channel.ONLINE) -> None:
    """Take a file away again; one that is not there is no error."""
    SupplementFile.objects.filter(draft__supplement=supplement_id, draft__channel=channel, key=key).delete()


@transaction.atomic
def supply(
    *,
    dossier: Dossier,
    actor: Actor,
    key: str,
    revision: int,
    at: dt.datetime,
    channel: Channel = Channel.ONLINE,
) -> Applied:
    """Send what was kept, with its note (nộp bổ sung), and drop what both sides have kept.

    Args:
        revision: of the dossier that the actor has seen.
        channel: under which it was kept.

    Raises:
        NothingAsked: the request is settled.
        Unfinished: answers or papers are missing or wrong.
        StaleDossier, NotAllowed, KeyReused: as of `apply`.
    """
    before = sent_before(actor=actor, dossier=dossier, key=key)
    if before:
        return Applied(before, is_replay=True)
    supplement = selectors.open_supplement(dossier)
    if supplement is None:
        raise NothingAsked
    draft = selectors.draft_of(supplement, channel)
    request = {"answers": selectors.answers_of(supplement, draft), "files": _files(supplement, draft)}
    done = applying.apply(
        dossier_id=dossier.pk,
        action=Action.SUPPLY.value,
        actor=actor,
        key=key,
        at=at,
        request=selectors.note_of(draft) | request,
        expected=revision,
    )
    SupplementDraft.objects.filter(supplement=supplement).delete()
    return done


def sent_before(*, actor: Actor, dossier: Dossier, key: str) -> DossierEvent | None:
    """The event of a supplement that was sent under a key before; None when there was none."""
    return dossier.events.filter(actor=actor.name, idempotency_key=key, kind=Action.SUPPLY).first()


def discard_settled() -> int:
    """Drop drafts whose request was settled without them: withdrawn, lapsed, or supplied by the other side.

    Returns:
        How many rows went, files included.
    """
    asked = Supplement.objects.filter(closed_seq__isnull=True, dossier__state=State.AWAITING_SUPPLEMENT)
    return SupplementDraft.objects.exclude(supplement__in=asked).delete()[0]


def _locked(supplement_id: int, channel: Channel, at: dt.datetime) -> tuple[Supplement, SupplementDraft]:
    """An open request with its draft, begun where there was none; others who save wait."""
    supplement = (
        Supplement.objects.select_for_update(of=("self",))
        .select_related("dossier")
        .filter(pk=supplement_id, closed_seq__isnull=True, dossier__state=State.AWAITING_SUPPLEMENT)
        .first()
    )
    if supplement is None:
        raise NothingAsked
    draft, _is_new = SupplementDraft.objects.get_or_create(
        supplement=supplement, channel=channel, defaults={"updated_at": at}
    )
    return supplement, draft


def _files(supplement: Supplement, draft: SupplementDraft | None) -> dict[str, list[dict[str, Any]]]:
    """The files so far, as `apply` takes them; papers that are not asked for any more are left out."""
    asked = {paper.code for paper in selectors.papers(supplement, draft)}
    found: dict[str, list[dict[str, Any]]] = {}
    for one in draft.files.order_by("pk") if draft else ():
        if one.paper in asked:
            found.setdefault(one.paper, []).append({"file": one.file_id, "name": one.name, "scan": one.scan})
    return found
