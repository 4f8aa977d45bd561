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
