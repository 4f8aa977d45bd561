"""Sending a file: checked first, imported when confirmed, its progress and result."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.core.exports import csv_table, wanted_table
from tinhso.datasets import api as datasets
from tinhso.operations.forms import UploadForm
from tinhso.operations.presenters import data as presenters
from tinhso.operations.presenters import files
from tinhso.operations.presenters.common import Crumb, address
from tinhso.operations.views.data import covers_province


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.IMPORT_DATA)
def upload(request: SignedInRequest) -> HttpResponse:
    """Choose a dataset and a file; the file is checked before anything is imported."""
    form = UploadForm(request.POST or None, request.FILES or None, initial={"dataset": request.GET.get("dataset")})
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        made = datasets.stage_upload(
            user_id=request.user.pk,
            dataset=form.cleaned_data["dataset"],
            name=file.name,
            content=file,
            at=clock.now(),
        )
        datasets.preview_upload(upload=made, unit_ids=_limit(request), at=clock.now())
        return redirect("operations:upload_status", made.pk)
    crumbs = [Crumb(_("Dữ liệu"), address("operations:data")), Crumb(_("Tải tệp lên"))]
    context = {"form": form, "crumbs": crumbs, "step": 1}
    return render(request, "operations/upload.html", context, status=422 if form.is_bound else 200)


def _limit(request: SignedInRequest) -> list[int] | None:
    """Units whose rows a person may import; None for the whole province."""
    return None if covers_province(request.scope) else sorted(request.scope.unit_ids)


@require_safe
@action_required(Action.IMPORT_DATA)
@vary_on_headers("HX-Request")
def upload_status(request: SignedInRequest, key: int) -> HttpResponse:
    """Preview, progress or result of an upload; htmx asks for the changing part only."""
    found = get_object_or_404(datasets.Upload, pk=key, user=request.user)
    counts = found.preview or {}
    problems = presenters.problems(counts, datasets.contract(found.dataset))
    if wanted_table(request) is not None:
        return csv_table(f"{found.dataset}_dong-sai.csv", files.problems(), problems)
    context = {
        "crumbs": [
            Crumb(_("Dữ liệu"), address("operations:data")),
            Crumb(_("Tải tệp lên"), address("operations:upload")),
            Crumb(found.name),
        ],
        "number": found.pk,
        "name": found.name,
        "title": datasets.contract(found.dataset).title,
        "state": found.state,
        "step": 3 if found.state in ("running", "done") else 2,
        "doing": _(found.step),
        "problem": found.problem,
        "tally": presenters.tally(counts),
        "problems": problems,
        "csv_url": address("operations:upload_status", found.pk, format="csv"),
        "ignored": [header for headers in counts.get("ignored", {}).values() for header in headers],
        "batch_url": address("operations:batch", found.batch_id) if found.batch_id else "",
        "again_url": address("operations:upload", dataset=found.dataset),
    }
    page = "operations/upload_status.html"
    return render(request, f"{page}#state" if request.htmx else page, context)  # type: ignore[attr-defined]  # django-htmx


@require_POST
@action_required(Action.IMPORT_DATA)
def confirm(request: SignedInRequest, key: int) -> HttpResponse:
    """Import a previewed file in the background; confirming twice shows how the first is getting on."""
    found = get_object_or_404(datasets.Upload, pk=key, user=request.user)
    try:
        datasets.confirm_upload(upload=found, unit_ids=_limit(request), at=clock.now())
    except RuleViolation:
        return redirect("operations:upload_status", key)
    return redirect("operations:upload_status", key)
