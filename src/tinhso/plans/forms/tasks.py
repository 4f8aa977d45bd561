import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tinhso.organizations import api as organizations
from tinhso.plans.services.tasks import Agency, EvidenceFile, TaskText

DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
UnitChoices = Sequence[tuple[str, list[tuple[int, str]]]]  # levels, each with (primary key, name) of its units


def day_field(label: Any, **options: Any) -> forms.DateField:
    picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, input_formats=DAY_FORMATS, widget=picker, **options)


class TaskForm(forms.Form):
    """What a task says."""

    title = forms.CharField(
        label=_("Nhiệm vụ"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Phải làm việc gì.")
    )
    product = forms.CharField(
        label=_("Sản phẩm dự kiến"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Cái gì cho thấy việc đã xong: văn bản, hệ thống, con số."),
    )
    details = forms.CharField(
        label=_("Nội dung"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    lead = forms.TypedChoiceField(label=_("Cơ quan chủ trì"), coerce=int)
    supporting = forms.TypedMultipleChoiceField(
        label=_("Cơ quan phối hợp"),
        coerce=int,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("Giữ phím Ctrl để chọn nhiều cơ quan; để trống nếu không có."),
    )
    starts_on = day_field(_("Ngày bắt đầu"))
    due_on = day_field(_("Thời hạn"), required=False, help_text=_("Ngày cuối cùng; trong ngày này vẫn là đúng hạn."))
    term_days = forms.IntegerField(
        label=_("Hoặc trong bao nhiêu ngày làm việc"),
        min_value=1,
        max_value=500,
        required=False,
        help_text=_("Kể từ ngày bắt đầu, trừ ngày nghỉ, lễ, Tết; có số này thì không dùng ô thời hạn."),
    )
    budget_line = forms.CharField(label=_("Nguồn kinh phí"), max_length=200, required=False)
    budget_vnd = forms.IntegerField(label=_("Kinh phí (đồng)"), min_value=0, max_value=10**15, required=False)
    people = forms.CharField(label=_("Nhân lực"), max_length=300, required=False)

    def __init__(self, *args: Any, units: UnitChoices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("lead", "supporting"):
            self.fields[name].choices = units  # type: ignore[attr-defined]  # both are choice fields

    def clean(self) -> dict[str, Any]:
        """The deadline, from its day or from working days after the begin."""
        said = super().clean() or {}
        days, begin = said.get("term_days"), said.get("starts_on")
        if days and begin:
            try:
                said["due_on"] = organizations.add_working_days(begin, days, organizations.working_calendar())
            except organizations.OutsideCalendar:
                self.add_error("term_days", _("Chưa có lịch nghỉ lễ cho những ngày đó; hãy ghi thời hạn theo ngày."))
        elif not said.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Hãy ghi thời hạn, hoặc số ngày làm việc."))
        return said

    def text(self) -> TaskText:
        """What a valid form says."""
        said = self.cleaned_data
        return TaskText(
            title=said["title"].strip(),
            product=said["product"].strip(),
            lead=Agency(said["lead"]),
            starts_on=said["starts_on"],
            due_on=said["due_on"],
            details=said["details"].strip(),
            supporting=tuple(Agency(unit) for unit in said["supporting"]),
            budget_line=said["budget_line"].strip(),
            budget_vnd=said["budget_vnd"],
            people=said["people"].strip(),
        )


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if not given and self.required:
            return [super().clean(None, initial)]
        return [super(FilesField, self).clean(one, initial) for one in given]


class StepForm(forms.Form):
    """What every step of a task carries along: the revision that its writer has seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class ReportForm(StepForm):
    """How a task is getting on, or its result, with evidence."""

    note = forms.CharField(
        label=_("Đã làm được gì"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Ngắn gọn, có số liệu."),
    )
    progress_pct = forms.IntegerField(
        label=_("Mức hoàn thành (%)"), min_value=0, max_value=100, required=False, help_text=_("Từ 0 đến 100.")
    )
    evidence_files = FilesField(
        label=_("Tệp minh chứng"),
        required=False,
        help_text=_("PDF, ảnh JPEG hoặc PNG, Word .docx, Excel .xlsx; chọn được nhiều tệp."),
    )
    document_number = forms.CharField(label=_("Số, ký hiệu văn bản"), max_length=100, required=False)
    document_on = day_field(_("Ngày văn bản"), required=False)

    def evidence(self) -> list[EvidenceFile]:
        """The files of a valid form."""
        said = self.cleaned_data
        return [
            EvidenceFile(file.name, file, file.size, said["document_number"].strip(), said["document_on"])
            for file in said["evidence_files"]
        ]


class ReasonForm(StepForm):
    """Why a result is given back or a task is taken back."""

    note = forms.CharField(
        label=_("Lý do"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Hãy ghi lý do.")},
    )


class AcceptForm(StepForm):
    """That a result is accepted."""

    note = forms.CharField(
        label=_("Nhận xét"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


def deadline_after(start: dt.date, last: dt.date, proposed: dt.date) -> dt.date:
    """A deadline to propose: the proposed day, but not after the plan's last day while that lies ahead."""
    return min(proposed, last) if last > start else proposed
