"""The data pages: datasets, batches, the rows kept back."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import audit, clock
from tinhso.core.errors import RuleViolation, UnknownName
from tinhso.core.exports import csv_answer, csv_table, wanted_table
from tinhso.datasets import api as datasets
from tinhso.operations.forms import RevokeForm
from tinhso.operations.presenters import common, files
from tinhso.operations.presenters import data as presenters
from tinhso.operations.presenters.common import Crumb, address
from tinhso.organizations import api as organizations

ROWS_A_PAGE = 50
LATEST_BATCHES = 15
ALL_BATCHES = 500


def covers_province(scope: accounts.Scope) -> bool:
    """Whether a scope reaches every unit, so that no row can lie outside it."""
    provinces = {row.unit_id for row in organizations.units_on(clock.today()) if row.kind == "province"}
    return bool(provinces & scope.unit_ids)


def may_import(request: SignedInRequest) -> bool:
    """Whether the reader may send files for some unit."""
    return not accounts.scope(user=request.user, action=Action.IMPORT_DATA, on=clock.today()).is_empty


def sees_batches(request: SignedInRequest) -> bool:
    """Batches hold records of the whole province: for those who may see all of them."""
    return covers_province(accounts.scope(user=request.user, action=Action.VIEW_RECORDS, on=clock.today()))


def _may_revoke(request: SignedInRequest, batch: datasets.Batch) -> bool:
    """A batch is revoked whole, so by somebody who may import for every unit."""
    scope = accounts.scope(user=request.user, action=Action.IMPORT_DATA, on=clock.today())
    return covers_province(scope) and batch.state == datasets.Batch.State.IN_FORCE


@require_safe
@action_required(Action.VIEW_FIGURES)
def data(request: SignedInRequest) -> HttpResponse:
    """Every dataset with its reach and age, and the latest imports."""
    rows = presenters.dataset_rows()
    shows_batches = sees_batches(request)
    latest = datasets.recent_batches(limit=LATEST_BATCHES) if shows_batches else []
    batches = [presenters.batch_row(batch) for batch in latest]
    match wanted_table(request):
        case "batches":
            return csv_table("cac-lo.csv", files.batches(), batches)
        case str():
            return csv_table("du-lieu.csv", files.datasets(), rows)
    context = {
        "rows": rows,
        "batches": batches,
        "sees_batches": shows_batches,
        "may_import": may_import(request),
        "csv_url": address("operations:data", format="csv"),
        "batches_csv_url": address("operations:data", format="csv", table="batches"),
    }
    return render(request, "operations/data.html", context)


@require_safe
@action_required(Action.VIEW_FIGURES)
def dataset(request: SignedInRequest, name: str) -> HttpResponse:
    """One dataset: what a file must hold, and its batches."""
    try:
        contract = datasets.contract(name)
    except UnknownName:
        raise Http404 from None
    shows_batches = sees_batches(request)
    found = datasets.recent_batches(dataset=name, limit=ALL_BATCHES) if shows_batches else []
    batches = [presenters.batch_row(batch) for batch in found]
    columns = presenters.column_rows(contract)
    match wanted_table(request):
        case "columns":
            return csv_table(f"{name}_cac-cot.csv", files.columns(), columns)
        case str():
            return csv_table(f"{name}_cac-lo.csv", files.batches(), batches)
    context = {
        "crumbs": [Crumb(_("Dữ liệu"), address("operations:data")), Crumb(contract.title)],
        "contract": contract,
        "reach": next(row for row in presenters.dataset_rows() if row.name == name),
        "columns": columns,
        "batches": batches,
        "may_import": may_import(request),
        "csv_url": address("operations:dataset", name, format="csv"),
        "columns_csv_url": address("operations:dataset", name, format="csv", table="columns"),
    }
    return render(request, "operations/dataset.html", context)


@require_safe
@action_required(Action.VIEW_RECORDS)
def batch(request: SignedInRequest, key: int) -> HttpResponse:
    """One batch: its counts, files, and the rows kept back."""
    return _batch_page(request, _batch_or_404(request, key), RevokeForm())


def _batch_or_404(request: SignedInRequest, key: int) -> datasets.Batch:
    if not sees_batches(request):
        raise Http404
    try:
        return datasets.batch(key)
    except UnknownName:
        raise Http404 from None


def _batch_page(request: SignedInRequest, found: datasets.Batch, form: RevokeForm, status: int = 200) -> HttpResponse:
    pages = common.pages(
        found.quarantined,
        ROWS_A_PAGE,
        common.page_number(request.GET.get("page", "1")),
        address("operations:batch", found.pk),
    )
    row = presenters.batch_row(found)
    context = {
        "crumbs": [
            Crumb(_("Dữ liệu"), address("operations:data")),
            Crumb(row.title, address("operations:dataset", found.dataset)),
            Crumb(_("Lô %(number)s") % {"number": found.pk}),
        ],
        "batch": row,
        "revoked": found.state == datasets.Batch.State.REVOKED,
        "revoked_at": found.revoked_at,
        "revoked_by": found.revoked_by,
        "revoke_reason": found.revoke_reason,
        "rows": _kept_back(found, pages.number),
        "pages": pages,
        "form": form,
        "may_revoke": _may_revoke(request, found),
    }
    return render(request, "operations/batch.html", context, status=status)


def _kept_back(found: datasets.Batch, page: int) -> list[presenters.KeptBack]:
    """One page of the rows kept back, personal values masked."""
    rows = datasets.quarantined_rows(batch=found.pk, offset=(page - 1) * ROWS_A_PAGE, limit=ROWS_A_PAGE)
    return presenters.kept_back(rows, datasets.contract(found.dataset))


@require_safe
@action_required(Action.VIEW_RECORDS)
def quarantine_file(request: SignedInRequest, key: int) -> HttpResponse:
    """The rows kept back as a CSV to mend and send again; whole, so taking it is audited."""
    found = _batch_or_404(request, key)
    rows = datasets.quarantined_rows(batch=found.pk)
    actor, obj = request.user.username, f"batch:{found.pk}"
    details = {"dataset": found.dataset, "rows": str(len(rows))}
    audit.record(actor=actor, action="quarantine.exported", obj=obj, details=details, at=clock.now())
    columns = list(dict.fromkeys(column for row in rows for column in row.raw))
    lines = [[*(row.raw.get(c) for c in columns), row.line, row.column, row.reason] for row in rows]
    return csv_answer(f"{found.dataset}_giu-lai_{found.pk}.csv", [*columns, "_line", "_column", "_reason"], lines)


@require_POST
@action_required(Action.IMPORT_DATA)
def revoke(request: SignedInRequest, key: int) -> HttpResponse:
    """Take a batch back, with a reason."""
    found, form = _batch_or_404(request, key), RevokeForm(request.POST)
    if not covers_province(request.scope):
        raise Http404
    if not form.is_valid():
        return _batch_page(request, found, form, status=422)
    reason, actor = form.cleaned_data["reason"], request.user.username
    try:
        datasets.revoke_batch(batch=found, reason=reason, actor=actor, at=clock.now())
    except RuleViolation as refusal:
        form.add_error(None, str(refusal))
        return _batch_page(request, found, form, status=422)
    return redirect("operations:batch", found.pk)
