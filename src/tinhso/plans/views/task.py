"""One task: its page, giving a new one, and writing it anew."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required, unit_or_404
from tinhso.core import clock
from tinhso.core.errors import ImpossibleRequest, RuleViolation, UnknownName
from tinhso.indicators import api as indicators
from tinhso.organizations import api as organizations
from tinhso.plans.forms.tasks import AcceptForm, ReasonForm, ReportForm, TaskForm, deadline_after
from tinhso.plans.models import ServedIndicator, Task
from tinhso.plans.presenters import tasks as presenters
from tinhso.plans.presenters.tasks import BeforeAfter
from tinhso.plans.rules.tasks import Step
from tinhso.plans.rules.texts import Target
from tinhso.plans.selectors import plans, standing, tasks
from tinhso.plans.selectors.standing import Standing
from tinhso.plans.services import tasks as services
from tinhso.plans.services.tasks import Served
from tinhso.plans.views.asked import Person, person, rights, task_for_step_or_404, task_or_404

TERM = 20  # working days that a new task is proposed to take
REPORTS = (Step.HAND_IN, Step.REPORT)  # one form with two buttons
FORMS: dict[Step, Any] = {
    Step.REPORT: ReportForm,
    Step.HAND_IN: ReportForm,
    Step.ACCEPT: AcceptForm,
    Step.RETURN: ReasonForm,
    Step.CANCEL: ReasonForm,
}


@require_safe
@action_required(Action.VIEW_FIGURES)
def show(request: SignedInRequest, number: int) -> HttpResponse:
    """The page of a task."""
    asker = person(request)
    return page(request, asker, task_or_404(asker, number))


def page(
    request: SignedInRequest, asker: Person, found: Task, *, bound: dict[Step, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A task's page, with the forms of what the reader may do now.

    Args:
        bound: forms that were sent and refused, to be shown as they were.
    """
    allowed, today = rights(asker, found), asker.today
    forms = {step.value: blank(step, found.revision) for step in FORMS if step in allowed}
    forms |= {step.value: form for step, form in (bound or {}).items()}
    sent = next((form for step, form in (bound or {}).items() if step in REPORTS), None)
    (row,) = tasks.rows([found], today)
    titles = {target.indicator: target for target in _plan_targets(found)}
    (card,) = presenters.cards([row], tasks.latest_progress([found]), {k: t.title for k, t in titles.items()}, today)
    context = {
        "task": found,
        "card": card,
        "assigned_by": presenters.name_of(found.assigned_by_id, today),
        "figures": [_before_after(one, titles, today) for one in tasks.served(found)],
        "events": presenters.event_lines(tasks.events(found)),
        "forms": forms,
        "report_form": sent or forms.get(Step.REPORT.value),
        "documents": [link.code.rpartition(",")[2] for link in found.documents.order_by("pk")],
        "may_hand_in": Step.HAND_IN in allowed,
        "may_edit": Step.EDIT in allowed,
    }
    return render(request, "plans/task.html", context, status=status)


def blank(step: Step, revision: int) -> Any:
    """An empty form of a step; several stand on one page, so each has names of its own."""
    return FORMS[step](initial={"revision": revision}, auto_id=f"{step}_%s")


def _plan_targets(found: Task) -> list[Target]:
    plan = plans.plans().get(found.plan_number)
    return plan.targets if plan else []


def _before_after(served: ServedIndicator, targets: dict[str, Target], today: dt.date) -> BeforeAfter:
    target = targets.get(served.indicator)
    figures = indicators.figures(
        indicators=[served.indicator],
        period_codes=[_current(served.period)],
        unit_ids=[served.org_unit_id],
        with_empty=True,
    )
    unit = organizations.named_unit(served.org_unit_id, served.as_of or today)
    return presenters.before_after(
        served,
        next((figure for figure in figures if figure.category is None), None),
        title=target.title if target else served.indicator,
        target=target.value if target else None,
        url=f"/targets/{served.indicator}/?unit={unit.code}&on={unit.on}",
        on=today,
    )


def _current(period: str) -> str:
    """A figure of the year to date is compared with the year to date of now; others with their own period."""
    stored = indicators.evaluation_date()
    if not period.endswith("/ytd") or stored is None or str(stored.year) != period[:4]:
        return period
    return f"{stored:%Y-%m}/ytd"


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.ASSIGN_TASKS)
def new(request: SignedInRequest) -> HttpResponse:
    """Give a task, from nothing or from a shortfall: `?indicator=…&unit=…&period=…` fills the form in."""
    asker = person(request)
    shortfall = _shortfall(request)
    initial = _initial(request, asker, shortfall)
    units = presenters.unit_choices(asker.assigning, asker.today, also=[initial["lead"]] if "lead" in initial else [])
    form = TaskForm(request.POST or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.assign_task(
                plan_number=plans.plan().number,
                text=form.text(),
                serves=[_served(shortfall)] if shortfall else [],
                documents=_documents(request),
                assigned_by=_in_whose_name(asker),
                actor=asker.username,
                at=clock.now(),
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã giao nhiệm vụ số %(number)s.") % {"number": made.number})
            return redirect("plans:task", made.number)
    context = {"form": form, "shortfall": shortfall, "why": initial.get("details", "")}
    return render(request, "plans/task_form.html", context, status=422 if form.is_bound else 200)


def _documents(request: SignedInRequest) -> list[str]:
    """The official document that a task is to carry out: `?document=` names it."""
    code = request.GET.get("document", "").replace("\0", "")
    return [code] if 0 < len(code) <= 120 else []


def _in_whose_name(asker: Person) -> int:
    unit = asker.assigning.top_unit_id
    if unit is None:
        raise Http404
    return unit


def _shortfall(request: SignedInRequest) -> Standing | None:
    """The target at a unit that a task is to mend."""
    indicator, code = request.GET.get("indicator", ""), request.GET.get("unit", "")
    if not indicator:
        return None
    try:
        asked = standing.question(number=None, period=request.GET.get("period") or None, as_of=None)
        unit_id = organizations.last_named(code, asked.tree_day).org_unit_id
    except (UnknownName, organizations.AmbiguousUnit):
        raise Http404 from None
    except ImpossibleRequest:
        return None
    found = standing.statuses(asked, [unit_or_404(request, unit_id)], [indicator])[unit_id]
    if not found:
        raise Http404
    return found[0]


def _initial(request: SignedInRequest, asker: Person, shortfall: Standing | None) -> dict[str, Any]:
    calendar = organizations.working_calendar()
    plan = plans.plan()
    due = deadline_after(asker.today, plan.last_day, organizations.add_working_days(asker.today, TERM, calendar))
    initial: dict[str, Any] = {"starts_on": asker.today, "due_on": due}
    if shortfall is None:
        named = [code.rpartition(",")[2] for code in _documents(request)]
        return initial | ({"details": _("Thực hiện văn bản %(number)s.") % {"number": named[0]}} if named else {})
    target, figure = shortfall.target, shortfall.figure
    unit = organizations.named_unit(figure.unit_id, shortfall.as_of)
    is_whole = figure.level == "province"
    lead = organizations.last_named(target.owner, shortfall.as_of).org_unit_id if is_whole else figure.unit_id
    return initial | {
        "lead": lead,
        "title": _("Nâng “%(title)s” của %(unit)s tới mục tiêu") % {"title": target.title, "unit": unit.name},
        "product": _("Chỉ tiêu đạt mục tiêu; báo cáo cách làm kèm minh chứng"),
        "details": presenters.why(target.title, unit.name, figure, target.value, shortfall.missing, shortfall.as_of),
    }


def _served(shortfall: Standing) -> Served:
    figure = shortfall.figure
    has_figure = figure.numerator is not None and figure.denominator is not None
    return Served(
        indicator=shortfall.target.indicator,
        unit_id=figure.unit_id,
        period=shortfall.period,
        as_of=shortfall.as_of,
        numerator=figure.numerator if has_figure else None,
        denominator=figure.denominator if has_figure else None,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.ASSIGN_TASKS)
def edit(request: SignedInRequest, number: int) -> HttpResponse:
    """Write a task anew; whoever comes second sees what the first has changed."""
    found = task_for_step_or_404(request, number, Step.EDIT)
    asker, text = person(request), services.text_of(found)
    units = presenters.unit_choices(asker.assigning, asker.today, also=[text.lead, *text.supporting])
    initial = {name: getattr(text, name) for name in TaskForm.base_fields if name != "term_days"} | {
        "supporting": list(text.supporting)
    }
    form = TaskForm(request.POST or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_task(
                task_id=found.pk,
                revision=_revision(request),
                text=form.text(),
                actor=asker.username,
                at=clock.now(),
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã lưu nội dung giao."))
            return redirect("plans:task", number)
    context = {
        "form": form,
        "task": found,
        "events": presenters.event_lines(tasks.events(found))[:3] if form.errors else [],
    }
    return render(request, "plans/task_form.html", context, status=422 if form.is_bound else 200)


def _revision(request: SignedInRequest) -> int:
    """The revision that the writer has seen; 0, which none is, for nonsense."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0
