"""Writing plans and leading them through their legal life. Every step appends an event and audits it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tinhso import reference
from tinhso.core import audit, per_request
from tinhso.core.errors import RuleViolation, UnknownName
from tinhso.engine.errors import DefinitionError
from tinhso.organizations import api as organizations
from tinhso.plans.choices import PlanEventKind, PlanState
from tinhso.plans.models import PlanEvent, PlanVersion
from tinhso.plans.rules import life, texts
from tinhso.plans.rules.life import PlanStep
from tinhso.plans.rules.texts import PlanFile, PlanText
from tinhso.plans.selectors import plan_files, plans
from tinhso.plans.services import tasks
from tinhso.plans.services.tasks import Agency, Served, TaskText

REFERENCE = Path(reference.__file__).parent
SYSTEM = "system"


class PlanChanged(RuleViolation):
    """Somebody else has written meanwhile."""


class WrongPlanStep(RuleViolation):
    """The step is not possible in the plan's state."""


class BrokenPlan(RuleViolation):
    """The plan says something that cannot be; the text says what, and in which line of a file."""


class ActTaken(RuleViolation):
    """Another plan bears the number."""


class WrongDay(RuleViolation):
    """A day before another one that it must follow."""


@dataclass(frozen=True, slots=True)
class Act:
    """With which a plan is approved: number, day, signer, and version of the text."""

    number: str
    issued_on: dt.date
    signer: str
    version: str = "1"


@transaction.atomic
def adopt_reference(*, at: dt.datetime, province: str = "son-la") -> int:
    """Take the plans of the reference data that are not there yet, as issued (kế hoạch có sẵn); safe to repeat.

    The latest year's comes into force where no plan is; what is there is never changed.

    Returns:
        How many were taken.

    Raises:
        DefinitionError: file, line and reason of the first that is wrong.
    """
    folder = REFERENCE / province.replace("-", "_") / "plans"
    there = set(PlanVersion.objects.values_list("number", "version"))
    files = [plan_files.read(path) for path in sorted(folder.glob("*.yaml"))] if not _all_there(folder, there) else []
    made = [_adopted(file, at) for file in files if (file.number, file.version) not in there]
    latest = max(made, key=lambda row: (row.content["year"], row.issued_on or dt.date.min), default=None)
    if latest is not None:  # where a plan is in force already, its owner decides when this one takes its place
        is_first = not PlanVersion.objects.filter(state=PlanState.IN_FORCE).exists()
        latest.state = PlanState.IN_FORCE if is_first else PlanState.APPROVED
        latest.save(update_fields=["state"])
    per_request.forget()
    return len(made)


def _all_there(folder: Path, there: set[tuple[str, str]]) -> bool:
    """Whether every file's act is stored, told by the names of the files, so that starting costs nothing."""
    numbers = {number.replace("/", "-") for number, _version in there}
    return all(path.stem in numbers for path in folder.glob("*.yaml"))


def _adopted(file: PlanFile, at: dt.datetime) -> PlanVersion:
    if not (file.number and file.issued_on and file.signer):
        raise DefinitionError(file.number or file.title, 1, _("kế hoạch có sẵn phải có số, ngày ban hành và người ký"))
    row = PlanVersion.objects.create(
        number=file.number,
        version=file.version,
        state=PlanState.SUPERSEDED,
        content=file.text.model_dump(mode="json"),
        issued_on=file.issued_on,
        signer=file.signer,
        in_force_on=file.issued_on,
        supersedes=PlanVersion.objects.filter(number=file.supersedes).first() if file.supersedes else None,
        created_at=at,
    )
    _note(row, PlanEventKind.IMPORTED, actor=SYSTEM, at=at)
    return row


@transaction.atomic
def draft_plan(*, text: PlanText, actor: str, at: dt.datetime) -> PlanVersion:
    """Begin a plan (soạn dự thảo).

    Raises:
        BrokenPlan: it says something that cannot be.
    """
    _check(text)
    row = PlanVersion.objects.create(content=text.model_dump(mode="json"), created_at=at)
    _note(row, PlanEventKind.DRAFTED, actor=actor, at=at)
    return row


@transaction.atomic
def import_draft(*, content: bytes, name: str, actor: str, at: dt.datetime) -> PlanVersion:
    """Begin a plan from a file (nhập kế hoạch từ tệp YAML); its act, where it names one, is left out, since acts are
    entered at approval.

    Raises:
        BrokenPlan: with the file's line and the reason; nothing is kept.
    """
    try:
        file = plan_files.parsed(content, name)
    except DefinitionError as error:
        raise BrokenPlan(_at_line(error.line, error.reason)) from None
    unknown = next(_unknown_agencies(file.text), None)
    if unknown is not None:
        place, reason = unknown
        raise BrokenPlan(_at_line(plan_files.line_of(content, name, place), reason))
    row = PlanVersion.objects.create(content=file.text.model_dump(mode="json"), created_at=at)
    _note(row, PlanEventKind.IMPORTED, actor=actor, at=at, note=name[-200:])
    return row


def _at_line(line: int, reason: str) -> str:
    return _("Dòng %(line)s: %(reason)s. Kế hoạch chưa được nhập; hãy sửa tệp rồi gửi lại.") % {
        "line": line,
        "reason": reason.rstrip("."),
    }


@transaction.atomic
def write_draft(
    *, plan_id: int, revision: int, text: PlanText, note: str = "", actor: str, at: dt.datetime
) -> PlanVersion:
    """Write a draft anew (sửa dự thảo); without a change nothing happens.

    Args:
        revision: that the writer has seen.
        note: what was changed, in a few words.

    Raises:
        PlanVersion.DoesNotExist: no such plan.
        PlanChanged: somebody else has written meanwhile.
        WrongPlanStep: the plan has been issued; it is re-issued, never edited.
        BrokenPlan: it says something that cannot be.
    """
    row = _taken(plan_id, revision, PlanStep.EDIT)
    _check(text)
    content = text.model_dump(mode="json")
    if content == row.content:
        return row
    row.content = content
    return _advance(row, PlanStep.EDIT, PlanEventKind.EDITED, actor=actor, at=at, note=note)


@transaction.atomic
def consult(*, plan_id: int, revision: int, note: str, actor: str, at: dt.datetime) -> PlanVersion:
    """Ask the agencies (gửi lấy ý kiến; Điều 7, khoản 3, điểm b).

    Raises:
        PlanVersion.DoesNotExist, PlanChanged, WrongPlanStep: as above.
        BrokenPlan: it has no target yet.
    """
    row = _taken(plan_id, revision, PlanStep.CONSULT)
    if not plans.text_of(row).targets:
        raise BrokenPlan(_("Dự thảo chưa có mục tiêu nào; hãy thêm ít nhất một mục tiêu trước khi lấy ý kiến."))
    return _advance(row, PlanStep.CONSULT, PlanEventKind.CONSULTED, actor=actor, at=at, note=note)


@transaction.atomic
def comment(*, plan_id: int, note: str, actor: str, at: dt.datetime) -> None:
    """Say what an agency thinks of the draft while it is asked (góp ý).

    Raises:
        PlanVersion.DoesNotExist: no such plan.
        WrongPlanStep: the plan is not under consultation.
    """
    row = PlanVersion.objects.select_for_update(of=("self",)).get(pk=plan_id)
    if row.state != PlanState.CONSULTATION:
        raise WrongPlanStep(_("Kế hoạch không còn lấy ý kiến; hãy tải lại trang."))
    _note(row, PlanEventKind.COMMENTED, actor=actor, at=at, note=note)


@transaction.atomic
def approve(*, plan_id: int, revision: int, act: Act, actor: str, at: dt.datetime) -> PlanVersion:
    """Note the chairman's approval (phê duyệt; Điều 7, khoản 3, điểm c); from here on the text stands.

    Raises:
        PlanVersion.DoesNotExist, PlanChanged, WrongPlanStep: as above.
        ActTaken: another plan bears this number and version.
        WrongDay: the act would be of a later day than today.
    """
    row = _taken(plan_id, revision, PlanStep.APPROVE)
    if act.issued_on > at.date():
        raise WrongDay(
            _("Ngày ban hành %(day)s ở tương lai; hãy ghi ngày trên văn bản đã ký.")
            % {"day": f"{act.issued_on:%d/%m/%Y}"}
        )
    row.number, row.version, row.issued_on, row.signer = act.number, act.version, act.issued_on, act.signer
    try:
        with transaction.atomic():
            row.save()
            return _advance(row, PlanStep.APPROVE, PlanEventKind.APPROVED, actor=actor, at=at, note=act.number)
    except IntegrityError:
        raise ActTaken(
            _("Số %(number)s đã là của một kế hoạch khác; hãy xem lại số, ký hiệu.") % {"number": act.number}
        ) from None


@transaction.atomic
def send(*, plan_id: int, revision: int, sent_on: dt.date, document: str, actor: str, at: dt.datetime) -> PlanVersion:
    """Note that the plan was sent to the ministry (gửi Bộ Khoa học và Công nghệ; Điều 7, khoản 3, điểm d).

    Raises:
        PlanVersion.DoesNotExist, PlanChanged, WrongPlanStep: as above.
        WrongDay: before the act, or in the future.
    """
    row = _taken(plan_id, revision, PlanStep.SEND)
    if row.issued_on is None or not row.issued_on <= sent_on <= at.date():
        raise WrongDay(_("Ngày gửi phải từ ngày ban hành đến hôm nay."))
    row.sent_on, row.sent_document = sent_on, document
    return _advance(row, PlanStep.SEND, PlanEventKind.SENT, actor=actor, at=at, note=document)


@transaction.atomic
def enter_force(
    *, plan_id: int, revision: int, on: dt.date, assigned_by: int, actor: str, at: dt.datetime
) -> PlanVersion:
    """The plan is followed from now on (có hiệu lực): the one before is superseded, its own tasks are given.

    Args:
        on: first day on which it is followed.
        assigned_by: unit in whose name the tasks are given.

    Raises:
        PlanVersion.DoesNotExist, PlanChanged, WrongPlanStep: as above.
        WrongDay: before the act.
    """
    row = _taken(plan_id, revision, PlanStep.ENTER_FORCE)
    if row.issued_on is None or on < row.issued_on:
        raise WrongDay(_("Kế hoạch không thể có hiệu lực trước ngày ban hành; hãy sửa ngày."))
    for before in PlanVersion.objects.select_for_update(of=("self",)).filter(state=PlanState.IN_FORCE):
        before.state, before.closed_on = PlanState.SUPERSEDED, on
        before.revision += 1
        before.save()
        _note(before, PlanEventKind.SUPERSEDED, actor=actor, at=at, note=row.number)
        row.supersedes = row.supersedes or before
    row.in_force_on = on
    _advance(row, PlanStep.ENTER_FORCE, PlanEventKind.ENTERED_FORCE, actor=actor, at=at)
    _give_tasks(row, assigned_by, actor, at)
    return row


def _give_tasks(row: PlanVersion, assigned_by: int, actor: str, at: dt.datetime) -> None:
    """The plan's own tasks, each serving its targets at the lead agency."""
    text = plans.text_of(row)
    for task in text.tasks:
        on = row.in_force_on or at.date()
        lead = organizations.last_named(task.lead, on).org_unit_id
        said = TaskText(
            title=task.title,
            product=task.product,
            lead=Agency(lead),
            starts_on=task.starts_on,
            due_on=task.due_on,
            supporting=tuple(Agency(organizations.last_named(code, on).org_unit_id) for code in task.supporting),
            budget_line=task.budget_line,
            budget_vnd=task.budget_vnd,
            people=task.people,
        )
        serves = [Served(indicator=name, unit_id=lead, period=str(text.year)) for name in task.indicators]
        tasks.assign_task(plan_number=row.number, text=said, serves=serves, assigned_by=assigned_by, actor=actor, at=at)


@transaction.atomic
def reissue(*, plan_id: int, actor: str, at: dt.datetime) -> PlanVersion:
    """Begin the plan that will supersede the one in force, with its text (ban hành lại); tasks that were given stay
    with the plan they were given under.

    Raises:
        PlanVersion.DoesNotExist: no such plan.
        WrongPlanStep: it is not in force.
    """
    before = PlanVersion.objects.select_for_update(of=("self",)).get(pk=plan_id)
    _allow(before, PlanStep.REISSUE)
    content = before.content | {"tasks": []}
    row = PlanVersion.objects.create(content=content, supersedes=before, created_at=at)
    _note(row, PlanEventKind.DRAFTED, actor=actor, at=at, note=before.number)
    return row


@transaction.atomic
def close(*, plan_id: int, revision: int, on: dt.date, report: str, actor: str, at: dt.datetime) -> PlanVersion:
    """End the plan with the report on it (kết thúc bằng báo cáo).

    Args:
        on: day of the report.
        report: its number.

    Raises:
        PlanVersion.DoesNotExist, PlanChanged, WrongPlanStep: as above.
        WrongDay: before the plan came into force, or in the future.
    """
    row = _taken(plan_id, revision, PlanStep.CLOSE)
    if row.in_force_on is None or not row.in_force_on <= on <= at.date():
        raise WrongDay(_("Ngày báo cáo phải từ ngày có hiệu lực đến hôm nay."))
    row.closed_on, row.report_number = on, report
    return _advance(row, PlanStep.CLOSE, PlanEventKind.CLOSED, actor=actor, at=at, note=report)


@transaction.atomic
def discard(*, plan_id: int, revision: int, note: str, actor: str, at: dt.datetime) -> PlanVersion:
    """Give a draft up (bỏ dự thảo); it stays in the record.

    Raises:
        PlanVersion.DoesNotExist, PlanChanged, WrongPlanStep: as above.
    """
    row = _taken(plan_id, revision, PlanStep.DISCARD)
    return _advance(row, PlanStep.DISCARD, PlanEventKind.DISCARDED, actor=actor, at=at, note=note)


# ---- pieces -----------------------------------------------------------------------------------------------------


def _check(text: PlanText) -> None:
    first = next(texts.problems(text, plan_files.known()), None)
    if first is not None:
        raise BrokenPlan(_sentence_about(text, first.place, plan_files.sentence(first)))
    unknown = next(_unknown_agencies(text), None)
    if unknown is not None:
        raise BrokenPlan(_sentence_about(text, *unknown))


def _sentence_about(text: PlanText, place: texts.Place, reason: str) -> str:
    """Which target or task it is about, and what is wrong."""
    match place:
        case (("targets" | "tasks") as part, int(position), *_rest):
            title = getattr(text, part)[position].title
            return f"“{title}”: {reason}."
    return f"{reason[:1].upper()}{reason[1:]}."


def _unknown_agencies(text: PlanText) -> Iterator[tuple[texts.Place, str]]:
    """Codes of no unit, looked up on the last day of the plan's year."""
    for place, code in texts.agencies(text):
        try:
            organizations.last_named(code, text.last_day)
        except UnknownName as error:
            yield place, str(error).rstrip(".")
        except organizations.AmbiguousUnit:
            continue


def _taken(plan_id: int, revision: int, step: PlanStep) -> PlanVersion:
    """A plan locked for one step."""
    row = PlanVersion.objects.select_for_update(of=("self",)).get(pk=plan_id)
    if row.revision != revision:
        last = row.events.order_by("-pk").first()
        raise PlanChanged(
            _(
                "Trong lúc bạn viết, %(actor)s đã ghi kế hoạch này (%(what)s). Nội dung bạn nhập còn trong biểu mẫu; hãy xem lại rồi gửi lần nữa."
            )
            % {
                "actor": last.actor if last else "",
                "what": PlanEventKind(last.kind).label.lower() if last else "",
            }
        )
    _allow(row, step)
    return row


def _allow(row: PlanVersion, step: PlanStep) -> None:
    if step not in life.steps_from(row.state, is_sent=row.sent_on is not None):
        raise WrongPlanStep(
            _("Kế hoạch đang ở trạng thái “%(state)s” nên không làm được việc này; hãy tải lại trang.")
            % {"state": PlanState(row.state).label}
        )


def _advance(
    row: PlanVersion, step: PlanStep, kind: PlanEventKind, *, actor: str, at: dt.datetime, note: str = ""
) -> PlanVersion:
    row.state = life.state_after(row.state, step)
    row.revision += 1
    row.save()
    _note(row, kind, actor=actor, at=at, note=note)
    per_request.forget()
    return row


def _note(row: PlanVersion, kind: PlanEventKind, *, actor: str, at: dt.datetime, note: str = "") -> None:
    """Append the event and the audit row, in the transaction of the step."""
    PlanEvent.objects.create(plan=row, revision=row.revision, kind=kind, at=at, actor=actor, note=note)
    details: dict[str, Any] = {"revision": row.revision, "state": row.state, "number": row.number}
    audit.record(actor=actor, action=f"plans.plan_{kind}", obj=f"plan:{row.pk}", details=details, at=at)
