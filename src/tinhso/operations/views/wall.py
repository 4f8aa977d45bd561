"""The wall screen of an operations room."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.operations.presenters import targets
from tinhso.operations.presenters import today as to_do
from tinhso.operations.presenters import wall as presenter
from tinhso.operations.presenters.common import address
from tinhso.operations.views.asked import Asked, offers_elsewhere
from tinhso.plans import api as plans


@require_safe
@action_required(Action.VIEW_FIGURES)
@offers_elsewhere
def wall(request: SignedInRequest) -> HttpResponse:
    """Slides that turn by themselves: how the targets stand, what slips, what to do, every pillar."""
    asked = Asked(request)
    found = plans.plan_status(asked.question, asked.unit_id)
    rows = [targets.target_row(one, [], asked.code, asked.kept) for one in found.standings]
    worst = targets.worst(found, rows, asked=asked.question, children=[], kept=asked.kept)
    things = plans.to_do(asked.question, asked.unit_id, [row.unit_id for row in asked.children])
    context = {
        "unit": asked.unit,
        "plan": found.plan,
        "period_words": asked.period_words,
        "as_of": asked.as_of,
        "finality": asked.finality,
        "now": clock.now(),
        "counts": targets.counts(rows, "", unit=asked.code, **asked.kept),
        "worst": worst[: presenter.ROWS],
        "things": to_do.to_do_rows(
            things.actions[: presenter.ROWS], asked=asked.question, kept=asked.kept, may_assign=None
        ),
        "slides": presenter.slides(targets.pillars(found.plan, rows)),
        "silent": presenter.silent(found.standings, asked.as_of),
        "overview_url": asked.address("operations:overview"),
        "sign_in_url": address("account_login"),
    }
    return render(request, "operations/wall.html", context)
