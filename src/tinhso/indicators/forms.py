from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tinhso.datasets.api import Contract
from tinhso.indicators.models import Report
from tinhso.indicators.selectors import reports as selectors
from tinhso.indicators.services.reports import ReportText, SourceFile


class ReportForm(forms.Form):
    """The numbers of one unit for one dataset and period, and where they are from."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    document_number = forms.CharField(
        label=_("Văn bản nguồn: số, ký hiệu"), max_length=100, required=False, help_text=_("Cần có trước khi gửi.")
    )
    document_on = forms.DateField(
        label=_("Ngày văn bản nguồn"),
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    file = forms.FileField(
        label=_("Tệp minh chứng"),
        required=False,
        help_text=_("PDF, ảnh JPEG hoặc PNG, Word .docx, Excel .xlsx. Để trống là giữ tệp đã gửi."),
    )

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = selectors.figure_columns(contract)
        for name in self.columns:
            column = contract.columns[name]
            kind = forms.IntegerField if column.type == "integer" else forms.DecimalField
            self.fields[name] = kind(label=column.title, min_value=column.minimum, max_value=column.maximum)
        self.order_fields([*self.columns, "document_number", "document_on", "file", "revision"])

    @staticmethod
    def initial_of(report: Report | None) -> dict[str, Any]:
        """A report as the form shows it."""
        if report is None:
            return {"revision": 0}
        said = {"document_number": report.document_number, "document_on": report.document_on}
        return {**report.values, **said, "revision": report.revision}

    def text(self) -> ReportText:
        """What a valid form says."""
        said = self.cleaned_data
        file = said["file"]
        return ReportText(
            values={name: Decimal(said[name]) for name in self.columns},
            document_number=said["document_number"].strip(),
            document_on=said["document_on"],
            file=SourceFile(file.name, file, file.size) if file else None,
        )


class StepForm(forms.Form):
    """A step of a report."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class ReopenForm(StepForm):
    """Why a report is opened again."""

    reason = forms.CharField(
        label=_("Lý do mở lại"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Hãy ghi lý do mở lại.")},
    )
