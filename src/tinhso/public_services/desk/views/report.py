"""Report 06a of an agency: every number leads to the dossiers that make it."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from tinhso.core import clock
from tinhso.core.exports import csv_answer, csv_table, wanted_table
from tinhso.public_services.desk.presenters import badges
from tinhso.public_services.desk.selectors import figures, inbox
from tinhso.public_services.desk.selectors.figures import COLUMNS, FieldFigures
from tinhso.public_services.desk.views.asked import Asked, asked
from tinhso.public_services.desk.views.guard import DeskRequest, desk_required
from tinhso.public_services.dossiers.models import Dossier


@require_safe
@desk_required
def show(request: DeskRequest) -> HttpResponse:
    """The figures by field, with their sum."""
    question = asked(request)
    lines = figures.by_field(agency=question.agency.unit_id, first=question.first, last=question.last, at=clock.now())
    total = FieldFigures(_("Cộng"), {name: sum(line.figures[name] for line in lines) for name in COLUMNS})
    titles = column_titles()
    if wanted_table(request) is not None:
        headers = [_("Lĩnh vực"), *(titles[name] for name in COLUMNS)]
        rows = [[line.name, *(line.figures[name] for name in COLUMNS)] for line in [*lines, total]]
        return csv_answer(f"bieu-06a-{question.agency.code}.csv", headers, rows)
    context = {
        "asked": question,
        "columns": [(name, titles[name]) for name in COLUMNS],
        "rows": [(line.name, _cells(question, line, line.name)) for line in lines],
        "total": _cells(question, total, ""),
        "csv": question.query(format="csv"),
    }
    return render(request, "public_services/desk/report.html", context)


def _cells(question: Asked, line: FieldFigures, field_name: str) -> list[tuple[str, int, str]]:
    """(title, number, address of the dossiers that make it; empty for none)."""
    address, titles = reverse("public_services:desk_report_dossiers"), column_titles()
    more = {"field": field_name} if field_name else {}
    return [
        (
            titles[name],
            line.figures[name],
            f"{address}{question.query(column=name, **more)}" if line.figures[name] else "",
        )
        for name in COLUMNS
    ]


def column_titles() -> dict[str, str]:
    """The columns as the form heads them."""
    return {
        "received": _("Tiếp nhận: tổng số"),
        "received_online": _("Tiếp nhận trong kỳ: trực tuyến"),
        "received_direct": _("Tiếp nhận trong kỳ: trực tiếp, bưu chính"),
        "carried_over": _("Tiếp nhận: từ kỳ trước"),
        "resolved": _("Đã giải quyết: tổng số"),
        "resolved_early": _("Đã giải quyết: trước hạn"),
        "resolved_on_time": _("Đã giải quyết: đúng hạn"),
        "resolved_late": _("Đã giải quyết: quá hạn"),
        "pending": _("Đang giải quyết: tổng số"),
        "pending_in_time": _("Đang giải quyết: trong hạn"),
        "pending_late": _("Đang giải quyết: quá hạn"),
    }


@require_safe
@desk_required
def listed(request: DeskRequest) -> HttpResponse:
    """The dossiers that make one number of the report."""
    question, column = asked(request), request.GET.get("column", "")
    if column not in COLUMNS:
        raise Http404
    field_name = request.GET.get("field", "")
    rows = figures.dossiers_of(
        agency=question.agency.unit_id,
        first=question.first,
        last=question.last,
        at=clock.now(),
        column=column,
        field_name=field_name,
    )
    rows = rows.select_related("version").defer("sealed", "version__content").order_by("accepted_at", "id")
    if wanted_table(request) is not None:
        return csv_table(f"bieu-06a-{question.agency.code}-{column}.csv", _columns(), rows.iterator(500))
    shown = list(rows[: inbox.PAGE + 1])
    owners = inbox.owners([row.pk for row in shown[: inbox.PAGE]])
    more = {"column": column} | ({"field": field_name} if field_name else {})
    context = {
        "asked": question,
        "title": column_titles()[column],
        "field_name": field_name,
        "rows": [(row, badges.state(row.state), owners.get(row.pk, "")) for row in shown[: inbox.PAGE]],
        "is_cut": len(shown) > inbox.PAGE,
        "shown": inbox.PAGE,
        "csv": question.query(format="csv", **more),
        "report": reverse("public_services:desk_report") + question.query(),
    }
    return render(request, "public_services/desk/report_dossiers.html", context)


def _columns() -> list[tuple[str, Callable[[Dossier], Any]]]:
    return [
        (_("Mã số hồ sơ"), lambda row: row.number),
        (_("Thủ tục"), lambda row: row.version.name),
        (_("Lĩnh vực"), lambda row: row.version.field),
        (_("Kênh"), lambda row: row.get_channel_display()),
        (_("Trạng thái"), lambda row: row.get_state_display()),
        (pgettext("moment", "Tiếp nhận"), lambda row: row.accepted_at),
        (_("Hẹn trả"), lambda row: row.due_at),
        (_("Xử lý xong"), lambda row: row.resolved_at),
    ]
