"""Writing plans, and leading them through their legal life."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, Scope, SignedInRequest, action_required
from tinhso.core import clock, media
from tinhso.core.errors import RuleViolation
from tinhso.core.papers import pdf, word
from tinhso.organizations import api as organizations
from tinhso.plans.choices import PlanState
from tinhso.plans.forms import plans as forms
from tinhso.plans.models import PlanVersion
from tinhso.plans.presenters import manage as presenter
from tinhso.plans.presenters.papers import plan as papers
from tinhso.plans.presenters.papers import reading
from tinhso.plans.rules import life, texts
from tinhso.plans.rules.life import PlanStep
from tinhso.plans.rules.texts import PlanText
from tinhso.plans.selectors import plan_files, plans
from tinhso.plans.services import plans as services

NO_BAR = {0x110: "D", 0x111: "d"}  # the letters that `slugify` drops
PAPERS: dict[str, tuple[str, Callable[[PlanVersion], bytes]]] = {
    "docx": (media.DOCX, lambda row: word.document(papers.paper(row))),
    "pdf": (media.PDF, lambda row: pdf.document(papers.paper(row))),
    "yaml": ("application/yaml; charset=utf-8", lambda row: plan_files.written(_file_text(row)).encode()),
}
STEP_FORMS: dict[PlanStep, Any] = {
    PlanStep.CONSULT: forms.NoteForm,
    PlanStep.APPROVE: forms.ApproveForm,
    PlanStep.SEND: forms.SendForm,
    PlanStep.ENTER_FORCE: forms.ForceForm,
    PlanStep.CLOSE: forms.CloseForm,
    PlanStep.DISCARD: forms.NoteForm,
}


def _file_text(row: PlanVersion) -> PlanText:
    return plans.issued(row) if row.state in life.ISSUED else plans.text_of(row)


def _managing(request: SignedInRequest) -> Scope:
    """Provinces whose plans the reader writes."""
    return accounts.scope(user=request.user, action=Action.MANAGE_PLAN, on=clock.today())


def _province(row: PlanVersion) -> int:
    return organizations.last_named(row.content["province"], clock.today()).org_unit_id


def _manages(request: SignedInRequest, row: PlanVersion) -> bool:
    return _managing(request).allows(_province(row))


def _row_or_404(request: SignedInRequest, key: int) -> PlanVersion:
    """A plan that the reader may see: drafts are for those who write them."""
    row = PlanVersion.objects.select_related("supersedes").filter(pk=key).first()
    if row is None or (row.state in (PlanState.DRAFT, PlanState.DISCARDED) and not _manages(request, row)):
        raise Http404
    return row


def _own_row_or_404(request: SignedInRequest, key: int) -> PlanVersion:
    row = _row_or_404(request, key)
    if not _manages(request, row):
        raise Http404
    return row


@require_safe
@action_required(Action.VIEW_FIGURES)
def plan_list(request: SignedInRequest) -> HttpResponse:
    """Every plan with where it stands."""
    own = _managing(request)
    rows = [row for row in plans.versions() if row.state != PlanState.DRAFT or own.allows(_province(row))]
    context = {
        "rows": [presenter.plan_row(row, clock.today()) for row in rows],
        "may_write": not own.is_empty,
    }
    return render(request, "plans/manage/list.html", context)


@require_safe
@action_required(Action.VIEW_FIGURES)
def show(request: SignedInRequest, key: int) -> HttpResponse:
    """One plan: what it says, where it stands, and what can be done."""
    return _page(request, _row_or_404(request, key))


def _page(
    request: SignedInRequest, row: PlanVersion, *, bound: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    may = _manages(request, row)
    steps = life.steps_from(row.state, is_sent=row.sent_on is not None) if may else frozenset()
    text, today = plans.text_of(row), clock.today()
    step_forms = {
        step.value: STEP_FORMS[step](initial={"revision": row.revision}, auto_id=f"{step}_%s")
        for step in STEP_FORMS
        if step in steps
    }
    comments = row.state == PlanState.CONSULTATION and _may_comment(request)
    context = {
        "plan": presenter.plan_row(row, today),
        "text": text,
        "lead": organizations.last_named(text.lead, text.last_day).name,
        "objectives": list(text.objectives.values()),
        "targets": presenter.target_lines(text),
        "tasks": presenter.task_lines(text),
        "events": plans.events(row),
        "may_edit": PlanStep.EDIT in steps,
        "may_reissue": PlanStep.REISSUE in steps,
        "forms": step_forms | (bound or {}),
        "comment_form": (bound or {}).get("comment") or (forms.CommentForm(auto_id="comment_%s") if comments else None),
        "is_public": row.state in life.ISSUED,
        "revision": row.revision,
    }
    return render(request, "plans/manage/show.html", context, status=status)


def _may_comment(request: SignedInRequest) -> bool:
    """Whoever speaks for an agency."""
    actions = (Action.DO_TASKS, Action.ASSIGN_TASKS)
    return any(not accounts.scope(user=request.user, action=one, on=clock.today()).is_empty for one in actions)


@require_safe
@action_required(Action.VIEW_FIGURES)
def download(request: SignedInRequest, key: int, form: str) -> HttpResponse:
    """The plan as Word, PDF or YAML."""
    row = _row_or_404(request, key)
    if form not in PAPERS:
        raise Http404
    media_type, make = PAPERS[form]
    try:
        with translation.override("vi"):  # papers are Vietnamese, whoever reads the pages
            answer = HttpResponse(make(row), content_type=media_type)
    except pdf.PdfUnavailable as refusal:
        messages.error(request, str(refusal))
        return redirect("plans:manage_plan", row.pk)
    name = slugify(row.number.replace("/", "-").translate(NO_BAR)) or f"du-thao-{row.pk}"
    answer.headers["Content-Disposition"] = f'attachment; filename="ke-hoach-{name}.{form}"'
    return answer


# ---- writing ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.MANAGE_PLAN)
def new(request: SignedInRequest) -> HttpResponse:
    """Begin a plan, from nothing or from a file."""
    today = clock.today()
    is_file = request.method == "POST" and request.POST.get("from") == "file"
    head = _head_form(request, None, bound=request.method == "POST" and not is_file)
    file = forms.PlanFileForm(request.POST or None, request.FILES or None) if is_file else forms.PlanFileForm()
    if request.method == "POST":
        form = file if is_file else head
        if form.is_valid():
            try:
                made = _made(request, form)
            except RuleViolation as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Đã tạo dự thảo."))
                return redirect("plans:manage_plan", made.pk)
    context = {"form": head, "file": file, "refused": file if is_file else head, "year": today.year}
    is_refused = head.is_bound or file.is_bound
    return render(request, "plans/manage/new.html", context, status=422 if is_refused else 200)


def _made(request: SignedInRequest, form: Any) -> PlanVersion:
    said: dict[str, Any] = {"actor": request.user.username, "at": clock.now()}
    if isinstance(form, forms.PlanFileForm):
        given = form.cleaned_data["file"]
        content = given.read(plan_files.MOST_BYTES + 1)
        if given.name.lower().endswith(".docx"):
            text = reading.plan_from_word(content, province=_own_province(request), today=clock.today())
            row = services.draft_plan(text=text, **said)
        else:
            row = services.import_draft(content=content, name=given.name, **said)
    else:
        row = services.draft_plan(text=form.text(None, _own_province(request)), **said)
    return row


def _own_province(request: SignedInRequest) -> str:
    top = request.scope.top_unit_id
    if top is None:
        raise Http404
    return organizations.named_unit(top, clock.today()).code


def _head_form(request: SignedInRequest, text: PlanText | None, *, bound: bool, revision: int = 0) -> forms.HeadForm:
    on = text.last_day if text else clock.today()
    initial = forms.HeadForm.initial_of(text) | {"revision": revision} if text else {"year": on.year + 1}
    data = request.POST if bound else None
    return forms.HeadForm(data, units=presenter.agency_choices(on), pillars=presenter.pillars(), initial=initial)


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.MANAGE_PLAN)
def edit_head(request: SignedInRequest, key: int) -> HttpResponse:
    """Title, year, agencies and objectives."""
    row = _editable_or_404(request, key)
    text = plans.text_of(row)
    form = _head_form(request, text, bound=request.method == "POST", revision=row.revision)

    def write() -> PlanText:
        return form.text(text, text.province)

    return _edited(request, row, form, write, "plans/manage/head.html", {"note": _("phần đầu và nhóm mục tiêu")})


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.MANAGE_PLAN)
def edit_target(request: SignedInRequest, key: int, number: int | None = None) -> HttpResponse:
    """One target, a new one without its place; `remove` takes it out."""
    row = _editable_or_404(request, key)
    text = plans.text_of(row)
    before = _part_or_404(text.targets, number)
    initial = {"revision": row.revision, "operator": ">="} | (forms.TargetForm.initial_of(before) if before else {})
    form = forms.TargetForm(
        request.POST or None,
        initial=initial,
        indicators=presenter.indicator_choices(),
        units=presenter.agency_choices(text.last_day),
        levels=presenter.level_choices(),
    )
    if "remove" in request.POST and number is not None:
        return _removed(request, row, texts.without(text, "targets", number))

    def write() -> PlanText:
        return texts.with_row(text, "targets", number, form.target())

    return _edited(
        request, row, form, write, "plans/manage/target.html", {"is_new": before is None, "note": _("mục tiêu")}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.MANAGE_PLAN)
def edit_task(request: SignedInRequest, key: int, number: int | None = None) -> HttpResponse:
    """One task of the plan, a new one without its place; `remove` takes it out."""
    row = _editable_or_404(request, key)
    text = plans.text_of(row)
    before = _part_or_404(text.tasks, number)
    blank = {"starts_on": text.first_day, "due_on": text.last_day}
    initial = {"revision": row.revision} | (before.model_dump() if before else blank)
    form = forms.PlannedTaskForm(
        request.POST or None,
        initial=initial,
        units=presenter.agency_choices(text.last_day),
        targets=[(target.indicator, target.title) for target in text.targets],
    )
    if "remove" in request.POST and number is not None:
        return _removed(request, row, texts.without(text, "tasks", number))

    def write() -> PlanText:
        return texts.with_row(text, "tasks", number, form.task())

    return _edited(
        request, row, form, write, "plans/manage/task.html", {"is_new": before is None, "note": _("nhiệm vụ")}
    )


def _editable_or_404(request: SignedInRequest, key: int) -> PlanVersion:
    row = _own_row_or_404(request, key)
    if PlanStep.EDIT not in life.steps_from(row.state, is_sent=False):
        raise Http404
    return row


def _part_or_404(rows: Any, number: int | None) -> Any:
    if number is None:
        return None
    if number >= len(rows):
        raise Http404
    return rows[number]


def _edited(
    request: SignedInRequest,
    row: PlanVersion,
    form: Any,
    write: Callable[[], PlanText],
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Keep what a form says; refused, it comes back with what was written."""
    if form.is_bound and form.is_valid():
        try:
            services.write_draft(
                plan_id=row.pk,
                revision=_revision(request),
                text=write(),
                note=context["note"],
                actor=request.user.username,
                at=clock.now(),
            )
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
            form.data = form.data.copy()
            form.data["revision"] = str(PlanVersion.objects.get(pk=row.pk).revision)
        else:
            messages.success(request, _("Đã lưu dự thảo."))
            return redirect("plans:manage_plan", row.pk)
    context |= {"form": form, "plan": presenter.plan_row(row, clock.today())}
    return render(request, template, context, status=422 if form.is_bound else 200)


def _removed(request: SignedInRequest, row: PlanVersion, text: PlanText) -> HttpResponse:
    try:
        services.write_draft(
            plan_id=row.pk,
            revision=_revision(request),
            text=text,
            note=_("bỏ một dòng"),
            actor=request.user.username,
            at=clock.now(),
        )
    except RuleViolation as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Đã lưu dự thảo."))
    return redirect("plans:manage_plan", row.pk)


def _revision(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


# ---- the legal life ---------------------------------------------------------------------------------------------


@require_POST
@action_required(Action.MANAGE_PLAN)
def step(request: SignedInRequest, key: int, name: str) -> HttpResponse:
    """One step of a plan's legal life."""
    row = _own_row_or_404(request, key)
    if name not in {one.value for one in STEP_FORMS}:
        raise Http404
    asked = PlanStep(name)
    form = STEP_FORMS[asked](request.POST, auto_id=f"{asked}_%s")
    if form.is_valid():
        try:
            _take(request, row, asked, form.cleaned_data)
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã ghi."))
            return (
                redirect("plans:manage_plans") if asked is PlanStep.DISCARD else redirect("plans:manage_plan", row.pk)
            )
    fresh = _own_row_or_404(request, key)
    form.data = form.data.copy()
    form.data["revision"] = str(fresh.revision)
    return _page(request, fresh, bound={name: form}, status=422)


def _take(request: SignedInRequest, row: PlanVersion, asked: PlanStep, said: dict[str, Any]) -> None:
    by = {"plan_id": row.pk, "revision": said.pop("revision"), "actor": request.user.username, "at": clock.now()}
    match asked:
        case PlanStep.CONSULT:
            services.consult(**said, **by)
        case PlanStep.APPROVE:
            services.approve(act=services.Act(**said), **by)
        case PlanStep.SEND:
            services.send(**said, **by)
        case PlanStep.ENTER_FORCE:
            services.enter_force(**said, assigned_by=_province(row), **by)
        case PlanStep.CLOSE:
            services.close(**said, **by)
        case PlanStep.DISCARD:
            services.discard(**said, **by)


@require_POST
@action_required(Action.MANAGE_PLAN)
def reissue(request: SignedInRequest, key: int) -> HttpResponse:
    """Begin the plan that will supersede this one."""
    row = _own_row_or_404(request, key)
    try:
        made = services.reissue(plan_id=row.pk, actor=request.user.username, at=clock.now())
    except RuleViolation as refusal:
        messages.error(request, str(refusal))
        return redirect("plans:manage_plan", row.pk)
    messages.success(request, _("Đã tạo dự thảo thay thế; kế hoạch cũ giữ nguyên tới khi bản mới có hiệu lực."))
    return redirect("plans:manage_plan", made.pk)


@require_POST
@action_required(Action.VIEW_FIGURES)
def comment(request: SignedInRequest, key: int) -> HttpResponse:
    """What an agency thinks of a draft under consultation."""
    row = _row_or_404(request, key)
    if not _may_comment(request):
        raise Http404
    form = forms.CommentForm(request.POST, auto_id="comment_%s")
    if form.is_valid():
        try:
            services.comment(
                plan_id=row.pk, note=form.cleaned_data["note"], actor=request.user.username, at=clock.now()
            )
        except RuleViolation as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Đã ghi ý kiến."))
        return redirect("plans:manage_plan", row.pk)
    return _page(request, row, bound={"comment": form}, status=422)
