"""Reporting figures for which no record exists: who has reported, one report, and its steps."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import audit, clock, evidence
from tinhso.core.errors import RuleViolation, UnknownName
from tinhso.core.exports import csv_table, wanted_table
from tinhso.datasets.api import Contract
from tinhso.indicators.forms import ReopenForm, ReportForm, StepForm
from tinhso.indicators.models import Report
from tinhso.indicators.presenters import reports as presenter
from tinhso.indicators.presenters.catalog import Crumb
from tinhso.indicators.rules import reports as rules
from tinhso.indicators.rules.reports import ReportStep
from tinhso.indicators.selectors import reports as selectors
from tinhso.indicators.services import reports as services
from tinhso.organizations.api import UnitRow


@dataclass(frozen=True)
class Place:
    """Which report a page is about."""

    contract: Contract
    period: str
    unit: UnitRow

    @property
    def url(self) -> str:
        return reverse("indicators:report", args=[self.contract.name, self.period, self.unit.unit_id])


def _contract_or_404(name: str) -> Contract:
    try:
        return selectors.reported_contract(name)
    except UnknownName:
        raise Http404 from None


def _place_or_404(request: SignedInRequest, dataset: str, period: str, unit_id: int) -> Place:
    contract = _contract_or_404(dataset)
    if period not in selectors.period_choices(contract, clock.today()) and not _has_reports(dataset, period):
        raise Http404
    units = {row.unit_id: row for row in selectors.reporting_units(contract, period, request.scope)}
    if unit_id not in units:
        raise Http404
    return Place(contract, period, units[unit_id])


def _has_reports(dataset: str, period: str) -> bool:
    return Report.objects.filter(dataset=dataset, period=period).exists()


def _may(request: SignedInRequest, action: Action, unit_id: int) -> bool:
    return accounts.scope(user=request.user, action=action, on=clock.today()).allows(unit_id)


def _confirms(request: SignedInRequest, contract: Contract) -> bool:
    return _may(request, Action.CONFIRM_FIGURES, selectors.owner_unit(contract, clock.today()))


@require_safe
@action_required(Action.VIEW_FIGURES)
def report_list(request: SignedInRequest) -> HttpResponse:
    """Who has reported for a dataset and period."""
    known = selectors.reported()
    contract = _contract_or_404(request.GET.get("dataset") or next(iter(known)))
    choices = selectors.period_choices(contract, clock.today())
    others = list(Report.objects.filter(dataset=contract.name).values_list("period", flat=True).distinct())
    periods = list(dict.fromkeys([*choices, *sorted(others, reverse=True)]))
    period = request.GET.get("period") or (periods[0] if periods else "")
    if period not in periods:
        raise Http404
    units = selectors.reporting_units(contract, period, request.scope)
    found = selectors.reports_of(contract.name, period, [unit.unit_id for unit in units])
    rows = presenter.rows(contract, units, found)
    if wanted_table(request) is not None:
        return csv_table(f"bao-cao-{contract.name}-{period}.csv", presenter.columns(contract), rows)
    confirmed = sum(report.state == "confirmed" for report in found.values())
    context = {
        "contract": contract,
        "contracts": list(known.values()),
        "periods": periods,
        "period": period,
        "last_day": selectors.last_day(period),
        "titles": [contract.columns[name].title for name in selectors.figure_columns(contract)],
        "rows": rows,
        "tally": presenter.tally(rows),
        "may_lock": confirmed if _confirms(request, contract) else 0,
        "csv_url": f"?dataset={contract.name}&period={period}&format=csv",
    }
    return render(request, "indicators/reports.html", context)


@require_POST
@action_required(Action.CONFIRM_FIGURES)
def lock(request: SignedInRequest, dataset: str, period: str) -> HttpResponse:
    """Make every confirmed figure of a period official."""
    contract = _contract_or_404(dataset)
    if not _confirms(request, contract) or not _has_reports(dataset, period):
        raise Http404
    count = services.lock_period(dataset=dataset, period=period, actor=request.user.username, at=clock.now())
    messages.success(request, _("Đã khóa số liệu của %(count)s đơn vị.") % {"count": count})
    return redirect(f"{reverse('indicators:reports')}?dataset={dataset}&period={period}")


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.VIEW_FIGURES)
def report(request: SignedInRequest, dataset: str, period: str, unit_id: int) -> HttpResponse:
    """One unit's report: what it says, writing it, and its steps."""
    place = _place_or_404(request, dataset, period, unit_id)
    found = selectors.report_of(dataset, period, unit_id)
    may_write = _may(request, Action.REPORT_FIGURES, unit_id) and (found is None or found.state == "draft")
    if request.method == "POST" and not may_write:
        raise Http404
    form: Any = None  # whose data a refusal changes
    if may_write:
        form = ReportForm(
            request.POST or None,
            request.FILES or None,
            contract=place.contract,
            initial=ReportForm.initial_of(found),
        )
    if form is not None and form.is_bound and form.is_valid():
        try:
            _write(request, place, form)
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
            fresh = selectors.report_of(dataset, period, unit_id)
            form.data = form.data.copy()
            form.data["revision"] = str(fresh.revision if fresh else 0)
        else:
            return redirect(place.url)
    return _page(request, place, form=form, status=422 if form is not None and form.is_bound else 200)


def _write(request: SignedInRequest, place: Place, form: ReportForm) -> None:
    """Keep what the form says, and send it where the button says so."""
    by: dict[str, Any] = {"actor": request.user.username, "at": clock.now()}
    written = services.write_report(
        dataset=place.contract.name,
        period=place.period,
        unit_id=place.unit.unit_id,
        revision=form.cleaned_data["revision"],
        text=form.text(),
        **by,
    )
    if "send" not in request.POST:
        messages.success(request, _("Đã lưu; số liệu chưa được gửi."))
        return
    services.send_report(report_id=written.pk, revision=written.revision, **by)
    messages.success(request, _("Đã gửi; số liệu được tính là tạm tính tới khi khóa."))


def _page(
    request: SignedInRequest, place: Place, *, form: Any = None, bound: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    found = selectors.report_of(place.contract.name, place.period, place.unit.unit_id)
    forms = _step_forms(request, place, found) | (bound or {})
    columns = [(name, place.contract.columns[name].title) for name in selectors.figure_columns(place.contract)]
    context = {
        "crumbs": [
            Crumb(
                _("Số liệu báo cáo"),
                f"{reverse('indicators:reports')}?dataset={place.contract.name}&period={place.period}",
            ),
            Crumb(place.unit.name),
        ],
        "contract": place.contract,
        "period": place.period,
        "last_day": selectors.last_day(place.period),
        "unit": place.unit,
        "report": found,
        "state": presenter.badge(found) if found else None,
        "figures": [(title, found.values.get(name)) for name, title in columns] if found else [],
        "form": form,
        "steps": forms,
        "is_own": found is not None and found.reported_by == request.user.username,
        "events": presenter.event_lines(selectors.report_events(found), place.contract) if found else [],
    }
    return render(request, "indicators/report.html", context, status=status)


def _step_forms(request: SignedInRequest, place: Place, found: Report | None) -> dict[str, Any]:
    """Forms of what the reader may do now."""
    if found is None:
        return {}
    possible = rules.steps_from(found.state) & _allowed(request, place)
    if not rules.may_judge(judge=request.user.username, reporter=found.reported_by):
        possible -= {ReportStep.APPROVE, ReportStep.CONFIRM}
    kinds: dict[ReportStep, Any] = {
        ReportStep.APPROVE: StepForm,
        ReportStep.CONFIRM: StepForm,
        ReportStep.REOPEN: ReopenForm,
    }
    return {
        step.value: kind(initial={"revision": found.revision}, auto_id=f"{step}_%s")
        for step, kind in kinds.items()
        if step in possible
    }


def _allowed(request: SignedInRequest, place: Place) -> set[ReportStep]:
    """Steps that the reader may take with this unit's reports in some state."""
    allowed = set()
    if _may(request, Action.APPROVE_FIGURES, place.unit.unit_id):
        allowed |= {ReportStep.APPROVE, ReportStep.REOPEN}
    if _confirms(request, place.contract):
        allowed |= {ReportStep.CONFIRM, ReportStep.REOPEN}
    return allowed


@require_POST
@action_required(Action.VIEW_FIGURES)
def step(request: SignedInRequest, dataset: str, period: str, unit_id: int, name: str) -> HttpResponse:
    """Approve, confirm or open again."""
    place = _place_or_404(request, dataset, period, unit_id)
    found = selectors.report_of(dataset, period, unit_id)
    if found is None or name not in {one.value for one in _allowed(request, place)}:
        raise Http404
    form = (ReopenForm if name == ReportStep.REOPEN else StepForm)(request.POST, auto_id=f"{name}_%s")
    if form.is_valid():
        try:
            _take(request, found, ReportStep(name), form.cleaned_data)
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã ghi."))
            return redirect(place.url)
    return _page(request, place, bound={name: form}, status=422)


def _take(request: SignedInRequest, found: Report, asked: ReportStep, said: dict[str, Any]) -> None:
    by: dict[str, Any] = {
        "report_id": found.pk,
        "revision": said["revision"],
        "actor": request.user.username,
        "at": clock.now(),
    }
    match asked:
        case ReportStep.APPROVE:
            services.approve_report(**by)
        case ReportStep.CONFIRM:
            services.confirm_report(**by)
        case ReportStep.REOPEN:
            services.reopen_report(reason=said["reason"], **by)


@require_safe
@action_required(Action.VIEW_FIGURES)
def source_file(request: SignedInRequest, dataset: str, period: str, unit_id: int) -> HttpResponse:
    """The file a report is from."""
    _place_or_404(request, dataset, period, unit_id)
    found = selectors.report_of(dataset, period, unit_id)
    if found is None or found.file is None:
        raise Http404
    answer = evidence.download(file=found.file, name=found.file_name, media_type=found.media_type)
    audit.record(
        actor=request.user.username,
        action="indicators.report_file_read",
        obj=f"report:{found.pk}",
        details={"file": found.file.sha256[:12]},
        at=clock.now(),
    )
    return answer
