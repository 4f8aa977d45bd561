import datetime as dt
from dataclasses import dataclass

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from tinhso.core import charts
from tinhso.core.charts import Point

A_YEAR = 365 * 24 * 3600
MEDIA_TYPES = {"svg": "image/svg+xml; charset=utf-8", "json": "application/json"}


@require_safe
@login_required
def chart(request: HttpRequest, name: str, look: str, kind: str) -> HttpResponse:
    """A drawing of a chart, or its specification; the name is as hard to guess as the figures are to see."""
    if kind not in MEDIA_TYPES:
        raise Http404
    try:
        content = charts.drawing(name, look) if kind == "svg" else charts.specification(name, look)
    except charts.NoSuchChart:
        raise Http404 from None
    answer = HttpResponse(content, content_type=MEDIA_TYPES[kind])
    answer.headers["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    return answer


@dataclass(frozen=True, slots=True)
class _Status:
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A tab or a sorting header with its way."""

    title: str
    url: str
    is_here: bool = False
    direction: str = ""


@dataclass(frozen=True, slots=True)
class _Pages:
    number: int
    last: int
    previous: str
    next: str


class _SampleForm(forms.Form):
    """Every kind of field that the pages use."""

    name = forms.CharField(label=_lazy("Tên đơn vị"), help_text=_lazy("Tên đầy đủ theo quyết định thành lập."))
    kind = forms.ChoiceField(
        label=_lazy("Loại đơn vị"),
        choices=[("commune", _lazy("Xã, phường, thị trấn")), ("district", _lazy("Huyện"))],
    )
    file = forms.FileField(
        label=_lazy("Tệp số liệu"), help_text=_lazy("CSV, Excel, Parquet hoặc JSON."), required=False
    )


def _statuses() -> list[_Status]:
    labels = {
        "met": _("Đạt"),
        "on_track": _("Đúng tiến độ"),
        "off_track": _("Chậm tiến độ"),
        "too_early": _("Chưa đến lúc đánh giá"),
        "not_met": _("Không đạt"),
        "no_occurrence": _("Không phát sinh"),
        "no_data": _("Chưa có số liệu"),
    }
    return [_Status(code, label) for code, label in labels.items()]


def _sample_chart() -> charts.Chart:
    values = [0.312, 0.338, 0.351, 0.377, 0.36, 0.389, 0.402, 0.41, 0.4146]
    points = [
        Point(_("T%(month)s") % {"month": month}, values[month - 1] if month <= len(values) else None, 0.5 * month / 12)
        for month in range(1, 13)
    ]
    return charts.trajectory(
        points, 0.5, title=_("Hồ sơ được xử lý trực tuyến (mẫu)"), words=_("Tháng 9 đạt 41,46 %; mục tiêu 50 %.")
    )


@require_safe
@login_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component of the pages, with sample content."""
    context = {
        "statuses": _statuses(),
        "counts": list(zip(_statuses(), (5, 8, 6, 0, 0, 1, 1), strict=True)),
        "trend": [0.2, 0.31, None, 0.4, 0.52, 0.58],
        "chart": _sample_chart(),
        "form": _SampleForm(),
        "wrong_form": _SampleForm({"name": "", "kind": "district"}, prefix="wrong"),
        "day": dt.date(2023, 7, 29),
        "tabs": [_Entry(_("Sở, ban, ngành"), "#tabs", is_here=True), _Entry(_("Huyện, thành phố"), "#tabs")],
        "columns": [_Entry(_("Đơn vị"), "#table"), _Entry(_("Giá trị"), "#table", direction="descending")],
        "pages": _Pages(3, 12, "#pages", "#pages"),
        "crumbs": [
            _Entry("Tỉnh Sơn La", "#crumbs"),
            _Entry("Huyện Mai Sơn", "#crumbs"),
            _Entry(_("Bản ghi"), ""),
        ],
    }
    return render(request, "core/gallery.html", context)
