"""The data page: datasets, batches, quarantine, uploads."""

import datetime as dt

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.errors import RuleViolation, UnknownName
from tinhso.core.exports import csv_answer
from tinhso.datasets import api as datasets
from tinhso.operations import presenters
from tinhso.operations.forms import RevokeForm, UploadForm
from tinhso.operations.presenters import Crumb, address
from tinhso.organizations import api as organizations

ROWS_A_PAGE = 50
ALL_BATCHES = 200


def _whole_province(scope: accounts.Scope) -> bool:
    """Whether a scope reaches every unit, so that no row can lie outside it."""
    provinces = {row.unit_id for row in organizations.units_on(clock.today()) if row.kind == "province"}
    return bool(provinces & scope.unit_ids)


def _may_import(request: SignedInRequest) -> bool:
    return not accounts.scope(user=request.user, action=Action.IMPORT_DATA, on=clock.today()).is_empty


@require_safe
@action_required(Action.VIEW_FIGURES)
def data(request: SignedInRequest) -> HttpResponse:
    """Every dataset with its reach and age, and the latest imports."""
    reach = datasets.freshness()
    last = max((f.last_day for f in reach.values() if f.last_day), default=None)
    rows = [(f, _age(f.last_day, last), address("operations:dataset", f.dataset)) for f in reach.values()]
    if request.GET.get("format") == "csv":
        headers = ["Bộ dữ liệu", "Tên", "Số liệu đến ngày", "Dòng", "Giữ lại", "Lô", "Nhập lúc"]
        return csv_answer(
            "du-lieu.csv",
            headers,
            [[f.dataset, f.title, f.last_day, f.rows, f.quarantined, f.batches, f.imported_at] for f, _a, _u in rows],
        )
    context = {
        "rows": rows,
        "batches": datasets.recent_batches(limit=15) if _sees_batches(request) else [],
        "may_import": _may_import(request),
        "old_days": presenters.OLD_DAYS,
        "titles": {name: contract.title for name, contract in datasets.contracts().items()},
    }
    return render(request, "operations/data.html", context)


def _age(day: dt.date | None, last: dt.date | None) -> int | None:
    return (last - day).days if day and last else None


def _sees_batches(request: SignedInRequest) -> bool:
    """Batches hold records of the whole province: for those who may see all of them."""
    return _whole_province(accounts.scope(user=request.user, action=Action.VIEW_RECORDS, on=clock.today()))


@require_safe
@action_required(Action.VIEW_FIGURES)
def dataset(request: SignedInRequest, name: str) -> HttpResponse:
    """One dataset: what a file must hold, and its batches."""
    try:
        contract = datasets.contract(name)
    except UnknownName:
        raise Http404 from None
    context = {
        "crumbs": [Crumb(_("Dữ liệu"), address("operations:data")), Crumb(contract.title)],
        "contract": contract,
        "columns": list(contract.columns.items()),
        "reach": datasets.freshness()[name],
        "batches": datasets.recent_batches(dataset=name, limit=ALL_BATCHES) if _sees_batches(request) else [],
        "may_import": _may_import(request),
    }
    return render(request, "operations/dataset.html", context)


@require_safe
@action_required(Action.VIEW_RECORDS)
def batch(request: SignedInRequest, key: int) -> HttpResponse:
    """One batch: its counts, files, and the rows kept back."""
    return _batch_page(request, _batch_or_404(request, key), RevokeForm())


def _batch_or_404(request: SignedInRequest, key: int) -> datasets.Batch:
    if not _sees_batches(request):
        raise Http404
    try:
        return datasets.batch(key)
    except UnknownName:
        raise Http404 from None


def _batch_page(request: SignedInRequest, found: datasets.Batch, form: RevokeForm, status: int = 200) -> HttpResponse:
    number = request.GET.get("page", "1")
    page = max(int(number), 1) if number.isdigit() else 1
    here = address("operations:batch", str(found.pk))
    rows = datasets.quarantined_rows(batch=found.pk, offset=(page - 1) * ROWS_A_PAGE, limit=ROWS_A_PAGE)
    contract = datasets.contract(found.dataset)
    context = {
        "crumbs": [
            Crumb(_("Dữ liệu"), address("operations:data")),
            Crumb(contract.title, address("operations:dataset", found.dataset)),
            Crumb(_("Lô %(number)s") % {"number": found.pk}),
        ],
        "batch": found,
        "contract": contract,
        "files": list(found.files.all()),
        "rows": rows,
        "pages": presenters.pages(found.quarantined, ROWS_A_PAGE, page, here),
        "form": form,
        "may_revoke": _may_import(request) and found.state == datasets.Batch.State.IN_FORCE,
    }
    return render(request, "operations/batch.html", context, status=status)


@require_safe
@action_required(Action.VIEW_RECORDS)
def quarantine_file(request: SignedInRequest, key: int) -> HttpResponse:
    """The rows kept back as a CSV to mend and send again."""
    found = _batch_or_404(request, key)
    rows = datasets.quarantined_rows(batch=found.pk)
    columns = list(dict.fromkeys(column for row in rows for column in row.raw))
    lines = [[*(row.raw.get(c) for c in columns), row.line, row.column, row.reason] for row in rows]
    return csv_answer(f"{found.dataset}_giu-lai_{found.pk}.csv", [*columns, "_line", "_column", "_reason"], lines)


@require_POST
@action_required(Action.IMPORT_DATA)
def revoke(request: SignedInRequest, key: int) -> HttpResponse:
    """Take a batch back, with a reason."""
    found, form = _batch_or_404(request, key), RevokeForm(request.POST)
    if not form.is_valid():
        return _batch_page(request, found, form, status=422)
    datasets.revoke_batch(batch=found, reason=form.cleaned_data["reason"], actor=request.user.username, at=clock.now())
    return redirect("operations:batch", found.pk)


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
    status = 422 if form.is_bound else 200
    return render(request, "operations/upload.html", {"form": form, "crumbs": crumbs}, status=status)


def _limit(request: SignedInRequest) -> list[int] | None:
    """Units whose rows a person may import; None for the whole province."""
    scope = accounts.scope(user=request.user, action=Action.IMPORT_DATA, on=clock.today())
    return None if _whole_province(scope) else sorted(scope.unit_ids)


@require_safe
@action_required(Action.IMPORT_DATA)
def upload_status(request: SignedInRequest, key: int) -> HttpResponse:
    """Preview, progress or result of an upload; htmx asks for the changing part only."""
    found = get_object_or_404(datasets.Upload, pk=key, user=request.user)
    contract = datasets.contract(found.dataset)
    crumbs = [
        Crumb(_("Dữ liệu"), address("operations:data")),
        Crumb(_("Tải tệp lên"), address("operations:upload")),
        Crumb(found.name),
    ]
    context = {"upload": found, "contract": contract, "crumbs": crumbs, "preview": found.preview or {}}
    page = "operations/upload_status.html"
    answer = render(request, f"{page}#state" if request.htmx else page, context)  # type: ignore[attr-defined]  # django-htmx
    answer.headers["Vary"] = "HX-Request"
    return answer


@require_POST
@action_required(Action.IMPORT_DATA)
def confirm(request: SignedInRequest, key: int) -> HttpResponse:
    """Import a previewed file in the background."""
    found = get_object_or_404(datasets.Upload, pk=key, user=request.user)
    try:
        datasets.confirm_upload(upload=found, unit_ids=_limit(request), at=clock.now())
    except RuleViolation:
        return redirect("operations:upload_status", key)
    return redirect("operations:upload_status", key)
