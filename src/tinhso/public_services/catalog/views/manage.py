"""Managing the catalog: taking bundles in, looking at them, publishing and ending them. Of those who manage the
province's procedures only: the catalog is the same for every unit."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.errors import RuleViolation
from tinhso.core.exports import csv_table, wanted_table
from tinhso.core.paging import pages
from tinhso.organizations import api as organizations
from tinhso.public_services.catalog import services
from tinhso.public_services.catalog.choices import VersionState
from tinhso.public_services.catalog.forms import manage as forms
from tinhso.public_services.catalog.models import ProcedureVersion
from tinhso.public_services.catalog.presenters import manage as presenter
from tinhso.public_services.catalog.presenters import public
from tinhso.public_services.catalog.rules import content, diff, lint
from tinhso.public_services.catalog.selectors import managed, procedures
from tinhso.public_services.form_engine import presenters as form_presenters
from tinhso.public_services.form_engine.rules.filling import Part

P = ParamSpec("P")
MOST_LETTERS = 200  # of what is searched for
PER_PAGE = 50
FILES: dict[str, tuple[str, Callable[[content.Bundle], str]]] = {
    "yaml": ("application/yaml; charset=utf-8", content.written),
    "json": ("application/json", lambda bundle: json.dumps(bundle.content(), ensure_ascii=False, indent=1)),
}


def _manager_required(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponse],
) -> Callable[Concatenate[Any, P], HttpResponse]:
    """Let in who manages procedures for the whole province; a role in one of its units is not enough."""

    @action_required(Action.MANAGE_PROCEDURES)
    @wraps(view)
    def guarded(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        top = request.scope.top_unit_id
        kinds = {row.kind for row in organizations.units_on(clock.today()) if row.unit_id == top}
        if organizations.UnitKind.PROVINCE not in kinds:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _version_or_404(key: int) -> ProcedureVersion:
    found = ProcedureVersion.objects.select_related("procedure").filter(pk=key).first()
    if found is None:
        raise Http404
    return found


@require_safe
@_manager_required
def manage_list(request: SignedInRequest) -> HttpResponse:
    """Every procedure with where its versions stand, searched with or without tone marks."""
    today, query = clock.today(), request.GET.get("q", "")[:MOST_LETTERS].strip()
    found = managed.newest(query)
    if wanted_table(request) is not None:
        rows = presenter.rows(managed.procedures_on(today, found), today)
        return csv_table("quan-ly-thu-tuc.csv", presenter.columns(), rows)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "query": query,
        "rows": presenter.rows(managed.procedures_on(today, page), today),
        "count": page.paginator.count,
        "pages": pages(page, q=query),
        "csv_url": "?" + urlencode({"q": query, "format": "csv"} if query else {"format": "csv"}),
    }
    return render(request, "public_services/catalog/manage/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@_manager_required
def take_in(request: SignedInRequest) -> HttpResponse:
    """Take a bundle in as a draft."""
    form = forms.BundleForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        text = form.cleaned_data["file"].read(content.BUNDLE_BYTES + 1)
        try:
            draft = services.write_draft(text=text, actor=request.user.username, at=clock.now())
        except RuleViolation as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, _("Đã nhập bản soạn; hãy xem lại rồi công bố."))
            return redirect("public_services:manage_version", draft.pk)
    status = 422 if form.is_bound else 200
    return render(request, "public_services/catalog/manage/take_in.html", {"form": form}, status=status)


@require_safe
@_manager_required
def version(request: SignedInRequest, key: int) -> HttpResponse:
    """One version: what it says, what is doubtful, and what can be done with it."""
    return _page(request, _version_or_404(key))


def _page(
    request: SignedInRequest, row: ProcedureVersion, *, bound: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    today, bundle = clock.today(), procedures.bundle(row.pk)
    versions = procedures.versions(row.procedure.code)
    standing = managed.managed(versions, today)
    before = next((one for one in versions if one.number < row.number), None)
    is_draft = row.state == VersionState.DRAFT
    may_end = row == (standing.coming or standing.current) and standing.ended_on is None
    context = {
        "shown": presenter.version_row(row, today),
        "sheet": public.sheet(row, bundle, []),
        "findings": presenter.finding_lines(lint.findings(bundle)),
        "is_draft": is_draft,
        "before": before,
        "others": [presenter.version_row(one, today) for one in versions if one != row],
        "publish_form": forms.PublishForm(today=today, auto_id="publish_%s") if is_draft else None,
        "end_form": forms.EndForm(today=today, auto_id="end_%s") if may_end else None,
        "offered_by": presenter.words("offered_by", bundle.offered_by),
    } | (bound or {})
    return render(request, "public_services/catalog/manage/version.html", context, status=status)


@require_safe
@_manager_required
def preview(request: SignedInRequest, key: int) -> HttpResponse:
    """The pages of the form as an applicant sees them, with every question; nothing can be filled in."""
    row = _version_or_404(key)
    form = procedures.bundle(row.pk).read_form
    pages = [
        (when, form_presenters.part_views([Part(form, page)], {}, on=clock.today())[0])
        for when, page in presenter.whole_form(form)
    ]
    context = {"shown": presenter.version_row(row, clock.today()), "row": row, "pages": pages}
    return render(request, "public_services/catalog/manage/preview.html", context)


@require_safe
@_manager_required
def compare(request: SignedInRequest, key: int, other: int) -> HttpResponse:
    """What a version says otherwise than an earlier one of the same procedure."""
    after, before = _version_or_404(key), _version_or_404(other)
    if after.procedure_id != before.procedure_id:
        raise Http404
    found = diff.differences(procedures.bundle(before.pk), procedures.bundle(after.pk))
    context = {
        "before": presenter.version_row(before, clock.today()),
        "after": presenter.version_row(after, clock.today()),
        "row": after,
        "groups": presenter.difference_groups(found),
        "count": len(found),
    }
    return render(request, "public_services/catalog/manage/compare.html", context)


@require_safe
@_manager_required
def download(request: SignedInRequest, key: int, form: str) -> HttpResponse:
    """A version as one file, which can be taken in again."""
    row = _version_or_404(key)
    if form not in FILES:
        raise Http404
    media_type, written = FILES[form]
    answer = HttpResponse(written(procedures.bundle(row.pk)), content_type=media_type)
    name = f"thu-tuc-{row.procedure.code}-ban-{row.number}.{form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@_manager_required
def publish(request: SignedInRequest, key: int) -> HttpResponse:
    """Publish a draft."""
    row = _version_or_404(key)
    form = forms.PublishForm(request.POST, today=clock.today(), auto_id="publish_%s")

    def write() -> None:
        day = form.cleaned_data["valid_from"]
        services.publish(version=row, valid_from=day, actor=request.user.username, at=clock.now())

    return _done(request, row, "publish_form", form, write, _("Đã công bố."))


@require_POST
@_manager_required
def end(request: SignedInRequest, key: int) -> HttpResponse:
    """End a procedure."""
    row = _version_or_404(key)
    form = forms.EndForm(request.POST, today=clock.today(), auto_id="end_%s")

    def write() -> None:
        day = form.cleaned_data["last_day"]
        services.end_procedure(procedure=row.procedure, last_day=day, actor=request.user.username, at=clock.now())

    return _done(request, row, "end_form", form, write, _("Đã ghi ngày áp dụng cuối cùng."))


def _done(
    request: SignedInRequest, row: ProcedureVersion, name: str, form: Any, write: Callable[[], None], done: str
) -> HttpResponse:
    """Do one thing; refused, the page comes back with what was written."""
    if form.is_valid():
        try:
            write()
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("public_services:manage_version", row.pk)
    return _page(request, _version_or_404(row.pk), bound={name: form}, status=422)


@require_POST
@_manager_required
def discard(request: SignedInRequest, key: int) -> HttpResponse:
    """Drop a draft."""
    row = _version_or_404(key)
    if row.state != VersionState.DRAFT:
        raise Http404
    services.discard_draft(version=row, actor=request.user.username, at=clock.now())
    messages.success(request, _("Đã bỏ bản soạn."))
    return redirect("public_services:manage_procedures")
