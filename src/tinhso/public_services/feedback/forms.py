"""Rating, complaining, answering."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tinhso.public_services.feedback.choices import ComplaintKind, Level, Reason
from tinhso.public_services.feedback.services import MOST_COMMENT, MOST_TEXT

GroupedUnits = list[tuple[str, list[tuple[int, str]]]]


class RatingForm(forms.Form):
    """Level, reasons, and own words."""

    level = forms.TypedChoiceField(
        label=_("Ông, bà hài lòng đến mức nào?"),
        choices=Level.choices,
        coerce=lambda text: Level(int(text)),
        widget=forms.RadioSelect,
    )
    reasons = forms.MultipleChoiceField(
        label=_("Vì sao (chọn một hay nhiều)"),
        choices=Reason.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    comment = forms.CharField(
        label=_("Ý kiến thêm"),
        max_length=MOST_COMMENT,
        required=False,
        help_text=_("Lãnh đạo cơ quan đọc ý kiến mà không thấy tên ông, bà."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ComplaintForm(forms.Form):
    """What is said about which agency; about a dossier it is the dossier's agency."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    kind = forms.ChoiceField(
        label=_("Loại"), choices=ComplaintKind.choices, initial=ComplaintKind.REFLECTION, widget=forms.RadioSelect
    )
    agency = forms.TypedChoiceField(label=_("Cơ quan"), coerce=int)
    text = forms.CharField(
        label=_("Nội dung"),
        max_length=MOST_TEXT,
        help_text=_("Nêu rõ việc gì, khi nào, ở đâu; cơ quan trả lời ở trang này."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, units: GroupedUnits | None, **kwargs: Any) -> None:
        """Args: units: to choose from; None where a dossier names the agency."""
        super().__init__(*args, **kwargs)
        if units is None:
            del self.fields["agency"]
        else:
            self.fields["agency"].choices = [("", gettext("– chọn –")), *units]  # type: ignore[attr-defined]  # a choice field


class AnswerForm(forms.Form):
    """An answer to a complaint."""

    text = forms.CharField(
        label=_("Nội dung trả lời"),
        max_length=MOST_TEXT,
        help_text=_("Gửi rồi không sửa được; người gửi đọc ngay ở trang của họ."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class DaysForm(forms.Form):
    """The days over which ratings are counted."""

    first = forms.DateField(label=_("Từ ngày"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=_("Đến ngày"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def days(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """The days asked for; this year up to today where none or impossible ones are."""
        whole = (dt.date(today.year, 1, 1), today)
        if not self.is_valid():
            return whole
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return (first, last) if first <= last else whole
