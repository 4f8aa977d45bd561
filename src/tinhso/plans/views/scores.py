"""Scoring of agencies and composite indices: ranking, one card, self-scoring, verifying, publishing."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import audit, clock
from tinhso.core import evidence as files
from tinhso.core.errors import RuleViolation, UnknownName
from tinhso.core.exports import csv_table, wanted_table
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.plans.choices import ScorecardState
from tinhso.plans.forms.scores import SelfScoreForm, VerifyForm
from tinhso.plans.models import Score
from tinhso.plans.presenters import scores as presenter
from tinhso.plans.rules.schemes import Scheme
from tinhso.plans.selectors import plans, schemes
from tinhso.plans.selectors import scores as selectors
from tinhso.plans.selectors.scores import Card
from tinhso.plans.services import scores as services

YEARS = range(2000, 2101)


def _year(request: SignedInRequest) -> int:
    """The year that is asked for, else that of the plan in force."""
    text = request.GET.get("year", "")
    if text and not (text.isdecimal() and len(text) == 4 and int(text) in YEARS):
        raise Http404
    return int(text) if text else plans.plan().year


def _scheme_or_404(name: str, year: int) -> Scheme:
    if year not in YEARS:
        raise Http404
    try:
        return schemes.scheme_for(name, year)
    except UnknownName:
        raise Http404 from None


def _verifies(request: SignedInRequest) -> bool:
    """Whether the reader runs the plan, for the whole province."""
    scope = accounts.scope(user=request.user, action=Action.MANAGE_PLAN, on=clock.today())
    return any(row.kind == "province" and scope.allows(row.unit_id) for row in organizations.units_on(clock.today()))


@require_safe
@action_required(Action.VIEW_FIGURES)
def ranking(request: SignedInRequest) -> HttpResponse:
    """Units by what they were given: everybody's once published, the reader's own before."""
    year = _year(request)
    used = schemes.used_in(year)
    if not used:
        raise Http404
    wanted = request.GET.get("scheme")
    scheme = _scheme_or_404(wanted, year) if wanted else used[0]
    everything = selectors.cards(scheme, year, selectors.units_of(scheme, year))
    shown = selectors.visible(everything, request.scope)
    rows = presenter.rank_rows(scheme, shown, selectors.ranked(everything))
    if wanted_table(request) is not None:
        return csv_table(f"diem-{scheme.id}-{year}.csv", presenter.columns(scheme), rows)
    is_verifier = _verifies(request)
    context = {
        "scheme": scheme,
        "schemes": used,
        "year": year,
        "rows": rows,
        "kinds": {kind.value: str(kind.label) for kind in organizations.UnitKind},
        "hidden": len(everything) - len(shown),
        "verified": sum(card.card is not None and card.card.state == "verified" for card in everything)
        if is_verifier
        else 0,
        "csv_url": f"?scheme={scheme.id}&year={year}&format=csv",
    }
    return render(request, "plans/scores/ranking.html", context)


@require_POST
@action_required(Action.MANAGE_PLAN)
def publish(request: SignedInRequest, name: str, year: int) -> HttpResponse:
    """Publish what was verified."""
    scheme = _scheme_or_404(name, year)
    if not _verifies(request):
        raise Http404
    try:
        count = services.publish(scheme=scheme, year=year, actor=request.user.username, at=clock.now())
    except RuleViolation as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Đã công bố điểm của %(count)s đơn vị.") % {"count": count})
    return redirect(f"{reverse('plans:scores')}?scheme={name}&year={year}")


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.VIEW_FIGURES)
def scorecard(request: SignedInRequest, name: str, year: int, unit_id: int) -> HttpResponse:
    """One unit's card, opened down to figures and evidence, with the form of whoever may score or verify now."""
    scheme = _scheme_or_404(name, year)
    card = _card_or_404(request, scheme, year, unit_id)
    form = _form(request, scheme, card)
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            try:
                done = _written(request, scheme, year, card, form)
            except RuleViolation as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, done)
                return redirect(presenter.card_url(scheme, year, unit_id))
    context = {
        "scheme": scheme,
        "year": year,
        "unit": card.unit,
        "card": card.card,
        "state": presenter.badge(card),
        "total": card.total,
        "groups": presenter.group_rows(scheme, card),
        "form": form,
        "is_verifying": isinstance(form, VerifyForm),
        "as_of": indicators.evaluation_date(),
    }
    is_refused = form is not None and form.is_bound
    return render(request, "plans/scores/card.html", context, status=422 if is_refused else 200)


def _card_or_404(request: SignedInRequest, scheme: Scheme, year: int, unit_id: int) -> Card:
    unit = next((row for row in selectors.units_of(scheme, year) if row.unit_id == unit_id), None)
    if unit is None:
        raise Http404
    card = selectors.card_of(scheme, year, unit)
    if not selectors.visible([card], request.scope):
        raise Http404
    return card


def _form(request: SignedInRequest, scheme: Scheme, card: Card) -> Any:
    """The form of what the reader may do now; None when that is nothing."""
    if not scheme.manual:
        return None
    state = card.card.state if card.card else ScorecardState.SELF_SCORING
    own = accounts.scope(user=request.user, action=Action.REPORT_FIGURES, on=clock.today())
    kind: Any = None
    if state == ScorecardState.SELF_SCORING and own.allows(card.unit.unit_id):
        kind = SelfScoreForm
    elif state in (ScorecardState.SUBMITTED, ScorecardState.VERIFIED) and _verifies(request):
        kind = VerifyForm
    if kind is None:
        return None
    scores = {one.criterion.id: one.score for one in card.scored if one.score}
    revision = card.card.revision if card.card else 0
    return kind(
        request.POST or None, request.FILES or None, scheme=scheme, scores=scores, initial={"revision": revision}
    )


def _written(request: SignedInRequest, scheme: Scheme, year: int, card: Card, form: Any) -> str:
    by: dict[str, Any] = {
        "revision": form.cleaned_data["revision"],
        "actor": request.user.username,
        "at": clock.now(),
    }
    if isinstance(form, SelfScoreForm):
        is_submitted = "submit" in request.POST
        services.score_self(
            scheme=scheme,
            year=year,
            unit_id=card.unit.unit_id,
            said=form.said(),
            is_submitted=is_submitted,
            **by,
        )
        return _("Đã gửi để thẩm định.") if is_submitted else _("Đã lưu; phiếu chưa được gửi.")
    assert card.card is not None  # noqa: S101 - verified are cards that were handed in
    if "back" in request.POST:
        services.give_back(card_id=card.card.pk, **by)
        return _("Đã trả lại để đơn vị chấm lại.")
    is_final = "submit" in request.POST
    services.verify(scheme=scheme, card_id=card.card.pk, said=form.said(), is_final=is_final, **by)
    return _("Đã thẩm định xong.") if is_final else _("Đã lưu điểm thẩm định.")


@require_safe
@action_required(Action.VIEW_FIGURES)
def evidence(request: SignedInRequest, key: int) -> HttpResponse:
    """A file of a card, for readers of the unit."""
    found = Score.objects.select_related("file", "card").filter(pk=key).first()
    if found is None or found.file is None or not request.scope.allows(found.card.org_unit_id):
        raise Http404
    answer = files.download(file=found.file, name=found.file_name, media_type=found.media_type)
    audit.record(
        actor=request.user.username,
        action="plans.score_file_read",
        obj=f"scorecard:{found.card_id}",
        details={"score": found.pk},
        at=clock.now(),
    )
    return answer
