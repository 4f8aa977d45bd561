from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tinhso.datasets import api as datasets


def _choices() -> list[tuple[str, str]]:
    return [(name, f"{contract.title} ({name})") for name, contract in datasets.contracts().items()]


class UploadForm(forms.Form):
    """A file for one dataset."""

    dataset = forms.ChoiceField(label=_("Bộ dữ liệu"), choices=_choices)
    file = forms.FileField(
        label=_("Tệp"),
        help_text=_("CSV (UTF-8), Excel .xlsx, Parquet hoặc JSON; tiêu đề cột tiếng Việt hoặc tên cột của quy ước."),
        error_messages={"required": _("Hãy chọn một tệp."), "empty": _("Tệp rỗng; hãy chọn tệp khác.")},
    )


class ReleaseForm(forms.Form):
    """The period that a report is about, and why figures are frozen."""

    period = forms.ChoiceField(label=_("Kỳ báo cáo"))
    note = forms.CharField(
        label=_("Ghi chú"),
        max_length=500,
        help_text=_("Báo cáo nào dùng số liệu này, theo yêu cầu của ai."),
        error_messages={"required": _("Hãy ghi báo cáo nào dùng số liệu này.")},
    )

    def __init__(self, *args: Any, periods: Sequence[tuple[str, list[tuple[str, str]]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = periods  # type: ignore[attr-defined]  # a ChoiceField


class RevokeForm(forms.Form):
    """Why a batch is taken back."""

    reason = forms.CharField(
        label=_("Lý do thu hồi"), max_length=300, error_messages={"required": _("Hãy ghi lý do thu hồi.")}
    )


class ExplanationForm(forms.Form):
    """Why an alert needs no task."""

    note = forms.CharField(
        label=_("Vì sao không cần giao nhiệm vụ"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Hãy ghi lý do.")},
    )


class AnalysisForm(forms.Form):
    """What an analysis is asked about; every field has a default."""

    before = forms.ChoiceField(label=_("So với kỳ"), required=False)
    published = forms.ChoiceField(label=_("Số đã công bố theo"), required=False)
    count = forms.IntegerField(label=_("Số đơn vị thấp nhất"), min_value=1, max_value=500, required=False)
    to_pct = forms.FloatField(
        label=_("Đạt mức (%)"), min_value=0, max_value=100, required=False, help_text=_("Để trống là mức trung vị.")
    )
    per_task = forms.FloatField(label=_("Chi cho mỗi nhiệm vụ"), min_value=0, max_value=1e9, required=False)
    per_item = forms.FloatField(label=_("Chi cho mỗi phần thêm được"), min_value=0, max_value=1e9, required=False)
    budget = forms.FloatField(
        label=_("Tổng chi tối đa"),
        min_value=0,
        max_value=1e12,
        required=False,
        help_text=_("Để trống là không hạn chế."),
    )
    DEFAULTS = {"per_task": 10.0, "per_item": 0.1}

    def __init__(
        self, *args: Any, periods: list[tuple[str, str]], releases: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["before"].choices = [("", _("tháng trước")), *periods]  # type: ignore[attr-defined]  # choice fields
        self.fields["published"].choices = [("", _("số hiện nay của kỳ đó")), *releases]  # type: ignore[attr-defined]
        for name, value in self.DEFAULTS.items():
            self.fields[name].initial = value

    def asked(self) -> dict[str, Any]:
        """What is asked for; defaults where nothing, or nothing that can be, is said."""
        self.is_valid()
        said = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        return {**self.DEFAULTS, **said}
