"""Reporting figures for which no record exists, from the draft to the lock. Every step appends an event and audits it."""

import csv
import datetime as dt
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import audit, outbox
from tinhso.core.errors import RuleViolation
from tinhso.core.evidence import keep
from tinhso.datasets import api as datasets
from tinhso.datasets.api import Contract
from tinhso.indicators.choices import ReportEventKind, ReportState
from tinhso.indicators.models import Report, ReportEvent
from tinhso.indicators.rules import reports as rules
from tinhso.indicators.rules.reports import ReportStep
from tinhso.indicators.selectors import reports as selectors
from tinhso.organizations import api as organizations

REVISION = "lan_ghi"  # of no contract


class ReportChanged(RuleViolation):
    """Somebody else has written meanwhile."""


class WrongReportStep(RuleViolation):
    """The step is not possible in the report's state."""


class SelfApproval(RuleViolation):
    """Whoever reported a figure does not approve or confirm it."""


class BrokenReport(RuleViolation):
    """Numbers that cannot be, or a source that is missing."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The file a figure is from."""

    name: str
    content: BinaryIO
    size: int


@dataclass(frozen=True, slots=True)
class ReportText:
    """What a report says.

    Attributes:
        values: numbers by column of the dataset.
        document_number: of the document the figures are from; empty while it is a draft.
        file: None keeps the one that is there.
    """

    values: Mapping[str, Decimal]
    document_number: str = ""
    document_on: dt.date | None = None
    file: SourceFile | None = None


@transaction.atomic
def write_report(
    *, dataset: str, period: str, unit_id: int, revision: int, text: ReportText, actor: str, at: dt.datetime
) -> Report:
    """Write a report, or begin it (nhập số liệu báo cáo).

    Args:
        revision: that the writer has seen; 0 for one that was not begun.

    Raises:
        UnknownName: the dataset is not reported by form.
        ReportChanged: somebody else has written meanwhile.
        WrongReportStep: it has been sent; it is reopened first.
        BrokenReport: the period is not over, or numbers contradict one another.
        EvidenceRefused: the file is too large, empty or of another kind.
    """
    contract = selectors.reported_contract(dataset)
    day = selectors.last_day(period)
    if period not in selectors.period_choices(contract, at.date()):
        raise BrokenReport(_("Kỳ %(period)s chưa kết thúc hoặc đã quá cũ để báo cáo.") % {"period": period})
    _check(contract, text.values)
    report = (
        _begun(dataset, period, unit_id, actor)
        if revision == 0
        else _taken(_key(dataset, period, unit_id), revision, ReportStep.WRITE)
    )
    values = {name: str(value) for name, value in text.values.items()}
    changes = rules.changed(report.values, values)
    report.values, report.as_of, report.reported_by = values, day, actor
    report.document_number, report.document_on = text.document_number, text.document_on
    if text.file is not None:
        report.file, report.media_type = keep(
            content=text.file.content, name=text.file.name, size=text.file.size, at=at
        )
        report.file_name = text.file.name[-255:]
    _advance(report, ReportStep.WRITE, ReportEventKind.WRITTEN, actor=actor, at=at, changes=changes)
    return report


def _begun(dataset: str, period: str, unit_id: int, actor: str) -> Report:
    day = selectors.last_day(period)
    code = organizations.named_unit(unit_id, day).code
    report, is_new = Report.objects.get_or_create(
        dataset=dataset,
        period=period,
        org_unit_id=unit_id,
        defaults={"unit_code": code, "as_of": day, "reported_by": actor, "revision": 0},
    )
    if not is_new:
        raise ReportChanged(_meanwhile(report))
    return report


def _key(dataset: str, period: str, unit_id: int) -> int:
    return Report.objects.values_list("pk", flat=True).get(dataset=dataset, period=period, org_unit_id=unit_id)


@transaction.atomic
def send_report(*, report_id: int, revision: int, actor: str, at: dt.datetime) -> Report:
    """Send a report (gửi): from now on it counts, as provisional. Sent again with other numbers it is a restatement.

    Raises:
        Report.DoesNotExist, ReportChanged, WrongReportStep: as above.
        BrokenReport: the document or the file it is from is missing.
    """
    report = _taken(report_id, revision, ReportStep.SEND)
    if not report.document_number or report.file_id is None:
        raise BrokenReport(_("Hãy ghi số văn bản nguồn và gửi kèm tệp trước khi gửi số liệu."))
    before = _last_sent(report)
    changes = rules.changed(before, report.values) if before is not None else {}
    kind = ReportEventKind.RESTATED if changes else ReportEventKind.SENT
    report.reported_by, report.is_published = actor, False
    _advance(report, ReportStep.SEND, kind, actor=actor, at=at, changes=changes)
    _publish(report, at)
    return report


def _last_sent(report: Report) -> dict[str, str] | None:
    """The numbers that were sent before, put together from the changes since; None when none were."""
    events = list(report.events.order_by("pk"))
    sent = [n for n, event in enumerate(events) if event.kind in (ReportEventKind.SENT, ReportEventKind.RESTATED)]
    if not sent:
        return None
    values = dict(report.values)
    for event in reversed(events[sent[-1] + 1 :]):
        if event.kind == ReportEventKind.WRITTEN:
            values |= {name: before for name, (before, _after) in event.changes.items()}
    return values


@transaction.atomic
def approve_report(*, report_id: int, revision: int, actor: str, at: dt.datetime) -> Report:
    """Approve for the unit (đơn vị duyệt).

    Raises:
        Report.DoesNotExist, ReportChanged, WrongReportStep: as above.
        SelfApproval: the actor has reported it.
    """
    report = _judged(report_id, revision, ReportStep.APPROVE, actor)
    report.approved_by = actor
    _advance(report, ReportStep.APPROVE, ReportEventKind.APPROVED, actor=actor, at=at)
    return report


@transaction.atomic
def confirm_report(*, report_id: int, revision: int, actor: str, at: dt.datetime) -> Report:
    """Confirm for the dataset's owner (cơ quan chủ trì xác nhận).

    Raises:
        Report.DoesNotExist, ReportChanged, WrongReportStep: as above.
        SelfApproval: the actor has reported it.
    """
    report = _judged(report_id, revision, ReportStep.CONFIRM, actor)
    report.confirmed_by = actor
    _advance(report, ReportStep.CONFIRM, ReportEventKind.CONFIRMED, actor=actor, at=at)
    return report


@transaction.atomic
def lock_period(*, dataset: str, period: str, actor: str, at: dt.datetime) -> int:
    """Lock every confirmed report of a period (khóa kỳ): its figures are official.

    Returns:
        How many were locked.
    """
    waiting = Report.objects.select_for_update(of=("self",)).filter(
        dataset=dataset, period=period, state=ReportState.CONFIRMED
    )
    locked = 0
    for report in waiting.order_by("pk"):
        report.locked_at = at
        _advance(report, ReportStep.LOCK, ReportEventKind.LOCKED, actor=actor, at=at)
        locked += 1
    return locked


@transaction.atomic
def reopen_report(*, report_id: int, revision: int, reason: str, actor: str, at: dt.datetime) -> Report:
    """Open a sent report again (mở lại); its numbers count until others are sent, which is a restatement.

    Raises:
        Report.DoesNotExist, ReportChanged, WrongReportStep: as above.
        BrokenReport: no reason is given.
    """
    if not reason.strip():
        raise BrokenReport(_("Hãy ghi lý do mở lại."))
    report = _taken(report_id, revision, ReportStep.REOPEN)
    report.approved_by = report.confirmed_by = ""
    report.locked_at = None
    _advance(report, ReportStep.REOPEN, ReportEventKind.REOPENED, actor=actor, at=at, note=reason.strip())
    return report


def publish(*, dataset: str, period: str, at: dt.datetime) -> None:
    """Bring what was sent since the last time into the lake as one batch (đưa vào số liệu); safe to repeat.

    A row that was sent before is replaced by the later one, as by any correction. Rows carry the report's revision,
    a column that the import leaves out, so that numbers which come back after others are no file seen before.
    """
    contract = selectors.reported_contract(dataset)
    waiting = Report.objects.filter(dataset=dataset, period=period, is_published=False, state__in=rules.COUNTED)
    sent = list(waiting.order_by("unit_code"))
    if not sent:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{dataset}-{period}-bao-cao.csv"
        _write_rows(path, contract, sent)
        result = datasets.import_files(dataset=dataset, paths=[path], actor="reports", at=at)
    refused = {problem.line: problem.reason for problem in result.problems}
    with transaction.atomic():
        for line, report in enumerate(sent, 2):
            own = Report.objects.filter(pk=report.pk, revision=report.revision)  # not one that was sent meanwhile
            if line in refused:
                own.update(is_published=True, problem=refused[line][:300])
            else:
                own.update(is_published=True, problem="", batch_id=result.batch or report.batch_id)


def _write_rows(path: Path, contract: Contract, sent: list[Report]) -> None:
    """The reports as a file of the dataset."""
    names = selectors.figure_columns(contract)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([contract.unit, contract.time, *names, REVISION])
        for report in sent:
            numbers = [report.values.get(name, "") for name in names]
            writer.writerow([report.unit_code, report.as_of.isoformat(), *numbers, report.revision])


# ---- pieces -----------------------------------------------------------------------------------------------------


def _check(contract: Contract, values: Mapping[str, Decimal]) -> None:
    for name in selectors.figure_columns(contract):
        column, value = contract.columns[name], values.get(name)
        if value is None:
            raise BrokenReport(_("Hãy nhập “%(column)s”.") % {"column": column.title})
        if column.minimum is not None and value < column.minimum:
            raise BrokenReport(
                _("“%(column)s” không được nhỏ hơn %(least)s.") % {"column": column.title, "least": column.minimum}
            )
    checks = [(check.left, str(check.operator), check.right) for check in contract.checks]
    for position in rules.broken(values, checks):
        reason = contract.checks[position].reason
        raise BrokenReport(
            _("%(reason)s; hãy xem lại hai số này.") % {"reason": f"{reason[:1].upper()}{reason[1:]}".rstrip(".")}
        )


def _judged(report_id: int, revision: int, step: ReportStep, actor: str) -> Report:
    report = _taken(report_id, revision, step)
    if not rules.may_judge(judge=actor, reporter=report.reported_by):
        raise SelfApproval(_("Người báo cáo không được tự duyệt số liệu của mình; hãy để người khác duyệt."))
    return report


def _taken(report_id: int, revision: int, step: ReportStep) -> Report:
    """A report locked for one step."""
    report = Report.objects.select_for_update(of=("self",)).get(pk=report_id)
    if report.revision != revision:
        raise ReportChanged(_meanwhile(report))
    if step not in rules.steps_from(report.state):
        raise WrongReportStep(
            _("Số liệu đang ở trạng thái “%(state)s” nên không làm được việc này; hãy tải lại trang.")
            % {"state": ReportState(report.state).label}
        )
    return report


def _meanwhile(report: Report) -> str:
    last = report.events.order_by("-pk").first()
    return _("Trong lúc bạn nhập, %(actor)s đã ghi số liệu này (%(what)s); hãy xem lại rồi gửi lần nữa.") % {
        "actor": last.actor if last else report.reported_by,
        "what": ReportEventKind(last.kind).label.lower() if last else "",
    }


def _advance(
    report: Report,
    step: ReportStep,
    kind: ReportEventKind,
    *,
    actor: str,
    at: dt.datetime,
    note: str = "",
    changes: dict[str, list[str]] | None = None,
) -> None:
    report.state = rules.state_after(report.state, step)
    report.revision += 1
    report.save()
    ReportEvent.objects.create(
        report=report, revision=report.revision, kind=kind, at=at, actor=actor, note=note, changes=changes or {}
    )
    details = {"dataset": report.dataset, "period": report.period, "unit": report.org_unit_id, "state": report.state}
    audit.record(actor=actor, action=f"indicators.report_{kind}", obj=f"report:{report.pk}", details=details, at=at)


def _publish(report: Report, at: dt.datetime) -> None:
    payload = {"dataset": report.dataset, "period": report.period}
    outbox.publish(topic="indicators.report_sent", payload=payload, at=at)
