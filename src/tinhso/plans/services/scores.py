"""Scoring agencies: self-score, verified score, publication. Every step is audited."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import audit
from tinhso.core.errors import RuleViolation
from tinhso.core.evidence import keep
from tinhso.plans.choices import ScorecardState
from tinhso.plans.models import Score, Scorecard
from tinhso.plans.rules.schemes import Scheme
from tinhso.plans.selectors import scores as selectors


class CardChanged(RuleViolation):
    """Somebody else has written meanwhile."""


class WrongCardStep(RuleViolation):
    """The step is not possible in the card's state."""


class TooManyPoints(RuleViolation):
    """More points than the criterion has, or fewer than none."""


class SelfVerification(RuleViolation):
    """Whoever scored the own unit does not verify it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one manual criterion.

    Attributes:
        points: None while it is not scored.
        file: evidence; None keeps the one that is there.
    """

    points: Decimal | None
    note: str = ""
    file: tuple[str, BinaryIO, int] | None = None


@transaction.atomic
def score_self(
    *,
    scheme: Scheme,
    year: int,
    unit_id: int,
    revision: int,
    said: Mapping[str, Said],
    is_submitted: bool,
    actor: str,
    at: dt.datetime,
) -> Scorecard:
    """Score the own unit on what no figure tells (tự chấm điểm), and hand it in.

    Args:
        revision: that the writer has seen; 0 before it was begun.
        said: by id of the manual criterion.

    Raises:
        CardChanged: somebody else has written meanwhile.
        WrongCardStep: it has been handed in.
        TooManyPoints: out of the criterion's bounds.
        EvidenceRefused: a file is too large, empty or of another kind.
    """
    card, _new = Scorecard.objects.select_for_update(of=("self",)).get_or_create(
        scheme=scheme.id, version=scheme.version, year=year, org_unit_id=unit_id, defaults={"revision": 0}
    )
    _check(card, revision, {ScorecardState.SELF_SCORING})
    for criterion in scheme.manual:
        one = said.get(criterion.id, Said(None))
        _within(criterion.points, one.points, criterion.title)
        score, _created = Score.objects.get_or_create(card=card, criterion=criterion.id)
        score.self_points, score.self_note = one.points, one.note
        if one.file is not None:
            name, content, size = one.file
            score.file, score.media_type = keep(content=content, name=name, size=size, at=at)
            score.file_name = name[-255:]
        score.save()
    card.scored_by = actor
    _advance(card, ScorecardState.SUBMITTED if is_submitted else card.state, actor, at)
    return card


@transaction.atomic
def verify(
    *,
    scheme: Scheme,
    card_id: int,
    revision: int,
    said: Mapping[str, Said],
    is_final: bool,
    actor: str,
    at: dt.datetime,
) -> Scorecard:
    """Give the points that count (thẩm định); a criterion that loses points needs a reason.

    Args:
        is_final: otherwise it is only kept.

    Raises:
        Scorecard.DoesNotExist: no such card.
        CardChanged, WrongCardStep, TooManyPoints: as above.
        SelfVerification: the actor has scored it.
    """
    card = Scorecard.objects.select_for_update(of=("self",)).get(pk=card_id)
    _check(card, revision, {ScorecardState.SUBMITTED, ScorecardState.VERIFIED})
    if card.scored_by == actor:
        raise SelfVerification(_("Người tự chấm không thẩm định điểm của chính mình; hãy để người khác thẩm định."))
    for criterion in scheme.manual:
        one = said.get(criterion.id, Said(None))
        _within(criterion.points, one.points, criterion.title)
        score, _created = Score.objects.get_or_create(card=card, criterion=criterion.id)
        if one.points is None and is_final:
            raise TooManyPoints(_("Hãy cho điểm “%(title)s”.") % {"title": criterion.title})
        if one.points is not None and one.points < (score.self_points or 0) and not one.note:
            raise TooManyPoints(_("“%(title)s” bị trừ điểm; hãy ghi lý do.") % {"title": criterion.title})
        score.verified_points, score.verify_note = one.points, one.note
        score.save()
    card.verified_by = actor
    _advance(card, ScorecardState.VERIFIED if is_final else card.state, actor, at)
    return card


@transaction.atomic
def give_back(*, card_id: int, revision: int, actor: str, at: dt.datetime) -> Scorecard:
    """Let the unit score anew (trả lại để chấm lại).

    Raises:
        Scorecard.DoesNotExist, CardChanged, WrongCardStep: as above.
    """
    card = Scorecard.objects.select_for_update(of=("self",)).get(pk=card_id)
    _check(card, revision, {ScorecardState.SUBMITTED, ScorecardState.VERIFIED})
    _advance(card, ScorecardState.SELF_SCORING, actor, at)
    return card


@transaction.atomic
def publish(*, scheme: Scheme, year: int, actor: str, at: dt.datetime) -> int:
    """Publish the scores and ranks of every unit that was verified (công bố): from here on they stay as they are.

    Returns:
        How many were published.

    Raises:
        WrongCardStep: none is verified.
    """
    units = selectors.units_of(scheme, year)
    found = [
        card
        for card in selectors.cards(scheme, year, units)
        if card.card is not None and card.card.state == ScorecardState.VERIFIED
    ]
    if not found:
        raise WrongCardStep(_("Chưa có đơn vị nào được thẩm định xong để công bố."))
    for one in found:
        card = Scorecard.objects.select_for_update(of=("self",)).get(pk=one.card.pk)  # type: ignore[union-attr]  # filtered
        for scored in one.scored:
            Score.objects.update_or_create(
                card=card,
                criterion=scored.criterion.id,
                defaults={"points": scored.points or Decimal(0), "value": scored.value},
            )
        card.published_at = at
        _advance(card, ScorecardState.PUBLISHED, actor, at)
    return len(found)


# ---- pieces -----------------------------------------------------------------------------------------------------


def _check(card: Scorecard, revision: int, states: set[ScorecardState]) -> None:
    if card.revision != revision:
        raise CardChanged(_("Trong lúc bạn chấm, người khác đã ghi phiếu này; hãy tải lại trang rồi chấm tiếp."))
    if card.state not in states:
        raise WrongCardStep(
            _("Phiếu đang ở trạng thái “%(state)s” nên không làm được việc này; hãy tải lại trang.")
            % {"state": ScorecardState(card.state).label}
        )


def _within(most: Decimal, points: Decimal | None, title: str) -> None:
    if points is not None and not 0 <= points <= most:
        raise TooManyPoints(_("“%(title)s” cho từ 0 đến %(most)s điểm.") % {"title": title, "most": f"{most:f}"})


def _advance(card: Scorecard, state: str, actor: str, at: dt.datetime) -> None:
    card.state = state
    card.revision += 1
    card.save()
    details = {"scheme": card.scheme, "year": card.year, "unit": card.org_unit_id, "state": state}
    audit.record(actor=actor, action="plans.scorecard_written", obj=f"scorecard:{card.pk}", details=details, at=at)
