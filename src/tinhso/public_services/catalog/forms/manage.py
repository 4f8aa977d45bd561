"""Taking in, publishing and ending procedures."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, help_text=help_text, input_formats=["%Y-%m-%d", "%d/%m/%Y"], widget=picker)


class BundleForm(forms.Form):
    """A procedure as a file."""

    file = forms.FileField(
        label=_("Tệp bộ thủ tục (YAML hoặc JSON)"),
        help_text=_(
            "Tệp được kiểm tra trước; sai ở đâu thì nêu dòng và lý do, và chưa có gì được ghi. "
            "Nhập xong là bản soạn, chưa ai nộp theo được cho đến khi công bố."
        ),
    )


class PublishForm(forms.Form):
    """From when a version is followed."""

    valid_from = _day(
        _("Áp dụng từ ngày"), _("Hôm nay hoặc một ngày sau; phiên bản trước hết hiệu lực ngày liền trước.")
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        kwargs["initial"] = {"valid_from": today}
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_valid_from(self) -> dt.date:
        return _not_past(self.cleaned_data["valid_from"], self.today)


class EndForm(forms.Form):
    """The last day on which a procedure is filed."""

    last_day = _day(_("Ngày áp dụng cuối cùng"), _("Hồ sơ đã nộp vẫn được giải quyết tiếp."))

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_last_day(self) -> dt.date:
        return _not_past(self.cleaned_data["last_day"], self.today)


def _not_past(day: dt.date, today: dt.date) -> dt.date:
    if day < today:
        raise forms.ValidationError(_("Hãy chọn hôm nay hoặc một ngày sau; không đổi được những ngày đã qua."))
    return day
