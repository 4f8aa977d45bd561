"""The register of an agency, as page, table file and prescribed paper."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from tinhso.core import audit, clock
from tinhso.core.errors import RuleViolation
from tinhso.core.exports import csv_table, wanted_table
from tinhso.public_services.desk.presenters import register as presenters
from tinhso.public_services.desk.selectors import inbox, register
from tinhso.public_services.desk.views.asked import Asked, asked
from tinhso.public_services.desk.views.files import pdf_answer
from tinhso.public_services.desk.views.guard import DeskRequest, desk_required
from tinhso.public_services.dossiers.presenters import prescribed
from tinhso.public_services.dossiers.presenters.prescribed import RegisterLine

MOST_ON_PAPER = 2000  # rows that one PDF takes


@require_safe
@desk_required
def show(request: DeskRequest) -> HttpResponse:
    """The dossiers that came in, in their order; `?format=csv` and `?format=pdf` give files."""
    question = asked(request)
    rows = register.registered(agency=question.agency.unit_id, first=question.first, last=question.last)
    today = request.reader.today
    if wanted_table(request) is not None:
        _note(request, question, "csv")
        lines = (presenters.line(row, today) for row in register.every(rows))
        return csv_table(f"so-theo-doi-{question.agency.code}.csv", _columns(), lines)
    if request.GET.get("format") == "pdf":
        return _paper(request, question, [presenters.line(row, today) for row in rows[: MOST_ON_PAPER + 1]])
    found, after = register.page(rows, inbox.place(request.GET.get("after", "")))
    context = {
        "asked": question,
        "rows": [(row.key, presenters.line(row, today)) for row in found],
        "next": question.query(after=str(after)) if after else "",
        "first": question.query() if request.GET.get("after") else "",
        "csv": question.query(format="csv"),
        "pdf": question.query(format="pdf"),
    }
    return render(request, "public_services/desk/register.html", context)


def _paper(request: DeskRequest, question: Asked, lines: list[RegisterLine]) -> HttpResponse:
    if len(lines) > MOST_ON_PAPER:
        messages.error(
            request, _("Kỳ này nhiều hơn %(most)s hồ sơ; hãy in từng khoảng ngắn hơn.") % {"most": MOST_ON_PAPER}
        )
        return redirect(f"{request.path}{question.query()}")
    try:
        made = prescribed.make_register(
            lines, unit_id=question.agency.unit_id, first=question.first, last=question.last, on=request.reader.today
        )
    except RuleViolation as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{request.path}{question.query()}")
    _note(request, question, "pdf")
    return pdf_answer(made, f"so-theo-doi-{question.agency.code}.pdf")


def _note(request: DeskRequest, question: Asked, kind: str) -> None:
    """A file of many people's names leaves the house: the audit trail says who took it."""
    details = {"format": kind, "from": question.first.isoformat(), "to": question.last.isoformat()}
    audit.record(
        actor=request.user.username,
        action="public_services.register_exported",
        obj=f"unit:{question.agency.code}",
        details=details,
        at=clock.now(),
    )


def _columns() -> list[tuple[str, Callable[[RegisterLine], Any]]]:
    return [
        (_("Mã hồ sơ"), lambda line: line.number),
        (_("Tên thủ tục hành chính"), lambda line: line.procedure),
        (_("Tên cá nhân, tổ chức"), lambda line: line.owner),
        (_("Địa chỉ, số điện thoại"), lambda line: line.contact),
        (_("Cơ quan chủ trì giải quyết"), lambda line: line.agency),
        (_("Nhận hồ sơ"), lambda line: line.received),
        (_("Hẹn trả kết quả"), lambda line: line.due),
        (pgettext("moment", "Trả kết quả"), lambda line: line.delivered),
        (_("Phương thức nhận kết quả"), lambda line: line.way),
        (_("Ghi chú"), lambda line: line.note),
    ]
