"""Beginning, leading and ending a session; asking for help; saying that one did not ask."""

import re
from collections.abc import Sequence
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from tinhso.public_services.assistance.choices import CameBy, HelpKind, Outcome, Requester
from tinhso.public_services.assistance.rules import CODE_DIGITS, Person

IDENTITY = re.compile(r"[0-9]{12}")
PHONE = re.compile(r"(0|\+84)[0-9]{9,10}")
Choices = Sequence[tuple[Any, Any]]
ANSWERS: Choices = [("", _("chưa rõ")), ("true", _("có")), ("false", _("chưa"))]


def _digits(**options: Any) -> forms.CharField:
    field = forms.CharField(max_length=40, required=False, **options)
    field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
    return field


class PersonForm(forms.Form):
    """Who is helped."""

    requester = forms.ChoiceField(label=_("Đối tượng"), choices=Requester.choices)
    full_name = forms.CharField(
        label=_("Họ, chữ đệm, tên"), max_length=120, help_text=_("Doanh nghiệp: tên người đại diện.")
    )
    business_name = forms.CharField(label=_("Tên doanh nghiệp"), max_length=200, required=False)
    identity_number = _digits(
        label=_("Số định danh cá nhân"), help_text=_("Gồm 12 chữ số; phải có khi kê khai giúp, còn lại không bắt buộc.")
    )
    phone = _digits(label=_("Số điện thoại"))
    email = forms.EmailField(
        label=_("Thư điện tử"),
        required=False,
        help_text=_("Để gửi mã cho chính người này; không có thì để trống."),
    )

    def clean_identity_number(self) -> str:
        return _checked(self.cleaned_data["identity_number"], IDENTITY, _("Số định danh gồm 12 chữ số."))

    def clean_phone(self) -> str:
        return _checked(self.cleaned_data["phone"], PHONE, _("Số điện thoại bắt đầu bằng 0 và có 10 chữ số."))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("requester") == Requester.BUSINESS and not said.get("business_name"):
            self.add_error("business_name", _("Hãy ghi tên doanh nghiệp."))
        return said

    def person(self) -> Person:
        """Who a valid form speaks of."""
        said = self.cleaned_data
        return Person(**{name: said[name] for name in Person.__slots__})


class StartForm(PersonForm):
    """Somebody who is here, or has called."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    unit = forms.TypedChoiceField(label=_("Xã, phường"), coerce=int)
    kind = forms.ChoiceField(label=_("Việc cần hỗ trợ"), choices=HelpKind.choices)
    came_by = forms.ChoiceField(
        label=_("Cách yêu cầu"), choices=[one for one in CameBy.choices if one[0] != CameBy.ONLINE]
    )
    place = forms.CharField(
        label=_("Nơi hỗ trợ"), max_length=200, required=False, help_text=_("Ví dụ nhà văn hóa bản Mẫu.")
    )

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["unit"]).choices = units

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if (
            said.get("kind") == HelpKind.TYPE
            and not said.get("identity_number")
            and "identity_number" not in self.errors
        ):
            self.add_error("identity_number", _("Kê khai giúp thì phải có số định danh của người được hỗ trợ."))
        if said.get("came_by") == CameBy.PHONE and not said.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Hãy ghi số điện thoại để gọi lại."))
        return said


class AskForm(forms.Form):
    """A citizen asks for help."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    unit = forms.TypedChoiceField(label=_("Xã, phường nơi cần hỗ trợ"), coerce=int)
    kind = forms.ChoiceField(label=_("Việc cần hỗ trợ"), choices=HelpKind.choices)
    phone = _digits(label=_("Số điện thoại"), help_text=_("Để tổ công nghệ số gọi lại."))
    place = forms.CharField(
        label=_("Nơi hẹn gặp"), max_length=200, required=False, help_text=_("Ví dụ tại nhà, tại nhà văn hóa bản.")
    )
    business_name = forms.CharField(
        label=_("Tên doanh nghiệp"),
        max_length=200,
        required=False,
        help_text=_("Chỉ ghi khi làm việc của doanh nghiệp."),
    )

    def __init__(self, *args: Any, units: Choices, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        cast(forms.TypedChoiceField, self.fields["unit"]).choices = [("", _("– chọn –")), *units]
        self.fields["phone"].required = True

    def clean_phone(self) -> str:
        return _checked(self.cleaned_data["phone"], PHONE, _("Số điện thoại bắt đầu bằng 0 và có 10 chữ số."))


class CodeForm(forms.Form):
    """The code that the person has told."""

    code = forms.CharField(
        label=_("Mã người được hỗ trợ đọc"),
        max_length=20,
        help_text=_("Gồm %(digits)s chữ số, dùng được 15 phút.") % {"digits": CODE_DIGITS},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class EvidenceForm(forms.Form):
    """What shows that the person agreed, without a code."""

    evidence = forms.CharField(label=_("Số phiếu"), max_length=200)

    def __init__(self, *args: Any, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].label = label


class ProcedureForm(forms.Form):
    """Which procedure is filled in."""

    procedure = forms.ChoiceField(label=_("Thủ tục"))

    def __init__(self, *args: Any, procedures: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["procedure"]).choices = procedures


class EndForm(forms.Form):
    """How a session ended."""

    outcome = forms.ChoiceField(label=_("Kết quả"), choices=Outcome.choices)
    reason = forms.CharField(
        label=_("Lý do"),
        max_length=500,
        required=False,
        help_text=_("Phải ghi khi chưa hỗ trợ được hoặc đã giới thiệu nơi khác."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    could_do_alone = forms.TypedChoiceField(
        label=_("Lần sau tự làm được?"),
        choices=ANSWERS,
        required=False,
        coerce=lambda text: text == "true",
        empty_value=None,
    )
    minutes = forms.IntegerField(
        label=_("Số phút"),
        required=False,
        min_value=1,
        help_text=_("Để trống thì tính từ lúc bắt đầu đến bây giờ; sửa khi thực tế ngắn hơn."),
    )


class DisputeForm(forms.Form):
    """What a person says who did not ask for help."""

    text = forms.CharField(
        label=_("Ông, bà muốn nói thêm gì?"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class SpanForm(forms.Form):
    """Days of which figures are shown."""

    first = forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), label=_("Từ ngày"))
    last = forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), label=_("Đến ngày"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("first") and said.get("last") and said["first"] > said["last"]:
            self.add_error("last", _("Ngày cuối phải từ ngày đầu trở đi."))
        return said


def _checked(text: str, pattern: re.Pattern[str], problem: Any) -> str:
    plain = re.sub(r"[ .\-]", "", text)
    if plain and not pattern.fullmatch(plain):
        raise forms.ValidationError(problem)
    return plain
