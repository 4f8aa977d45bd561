"""The steps of a task: reporting, handing in, reviewing, taking back. Each is one post that leads back to the page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.plans.models import Task
from tinhso.plans.rules.tasks import Step
from tinhso.plans.services import tasks as services
from tinhso.plans.views.asked import person, task_for_step_or_404, task_or_404
from tinhso.plans.views.task import FORMS, page


@require_POST
@action_required(Action.DO_TASKS)
def report(request: SignedInRequest, number: int) -> HttpResponse:
    """Tell how the task is getting on."""

    def write(task: Task, form: Any) -> None:
        said = form.cleaned_data
        services.report_progress(
            task_id=task.pk,
            revision=said["revision"],
            note=said["note"],
            progress_pct=said["progress_pct"],
            evidence=form.evidence(),
            actor=request.user.username,
            at=clock.now(),
        )

    return _step(request, number, Step.REPORT, write, _("Đã ghi tiến độ."))


@require_POST
@action_required(Action.DO_TASKS)
def hand_in(request: SignedInRequest, number: int) -> HttpResponse:
    """Hand in the result."""

    def write(task: Task, form: Any) -> None:
        said = form.cleaned_data
        services.hand_in(
            task_id=task.pk,
            revision=said["revision"],
            note=said["note"],
            evidence=form.evidence(),
            actor=request.user.username,
            at=clock.now(),
        )

    return _step(request, number, Step.HAND_IN, write, _("Đã báo cáo hoàn thành; cơ quan giao sẽ xem xét."))


@require_POST
@action_required(Action.ASSIGN_TASKS)
def accept(request: SignedInRequest, number: int) -> HttpResponse:
    """Accept the result."""

    def write(task: Task, form: Any) -> None:
        services.accept(task_id=task.pk, **_said(request, form))

    return _step(request, number, Step.ACCEPT, write, _("Đã công nhận hoàn thành."))


@require_POST
@action_required(Action.ASSIGN_TASKS)
def return_(request: SignedInRequest, number: int) -> HttpResponse:
    """Give the result back."""

    def write(task: Task, form: Any) -> None:
        said = _said(request, form)
        services.return_task(task_id=task.pk, reason=said.pop("note"), **said)

    return _step(request, number, Step.RETURN, write, _("Đã trả lại; nhiệm vụ vẫn tính là chưa hoàn thành."))


@require_POST
@action_required(Action.ASSIGN_TASKS)
def cancel(request: SignedInRequest, number: int) -> HttpResponse:
    """Take the task back."""

    def write(task: Task, form: Any) -> None:
        said = _said(request, form)
        services.cancel(task_id=task.pk, reason=said.pop("note"), **said)

    return _step(request, number, Step.CANCEL, write, _("Đã thôi giao nhiệm vụ."))


def _said(request: SignedInRequest, form: Any) -> dict[str, Any]:
    said = form.cleaned_data
    return {
        "revision": said["revision"],
        "note": said["note"],
        "actor": request.user.username,
        "at": clock.now(),
    }


def _step(
    request: SignedInRequest, number: int, step: Step, write: Callable[[Task, Any], None], done: str
) -> HttpResponse:
    """Do one step; when it is refused the page comes back with what was written."""
    found = task_for_step_or_404(request, number, step)
    form = FORMS[step](request.POST, request.FILES or None, auto_id=f"{step}_%s")
    if form.is_valid():
        try:
            write(found, form)
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("plans:task", number)
    asker = person(request)
    fresh = task_or_404(asker, number)
    form.data = form.data.copy()
    form.data["revision"] = str(fresh.revision)
    return page(request, asker, fresh, bound={step: form}, status=422)
