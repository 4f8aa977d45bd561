"""Forms of official documents."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso.accounts.api import User
from tinhso.documents.choices import DocumentKind, Steering, Urgency
from tinhso.documents.models import Agency, Document
from tinhso.documents.services.drafting import Text

DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
YEARS = (2000, 2100)


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, picked or typed."""
    picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, input_formats=DAY_FORMATS, widget=picker, **options)


def lines_field(label: Any, **options: Any) -> forms.CharField:
    """Several lines of text."""
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3}), **options)


class DraftForm(forms.Form):
    """What a drafter writes. There is no choice of secrecy: secret documents are not written here."""

    kind = forms.ChoiceField(label=gettext_lazy("Tên loại văn bản"), choices=DocumentKind.choices)
    subject = forms.CharField(label=gettext_lazy("Trích yếu"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    body = forms.CharField(
        label=gettext_lazy("Nội dung"),
        max_length=200_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=gettext_lazy(
            "Mỗi đoạn một dòng. “I. …” là đề mục, “Điều 1. …” là điều, “- …” là gạch đầu dòng, dòng chữ hoa được căn giữa. Để trống nếu sẽ nộp tệp."
        ),
    )
    urgency = forms.TypedChoiceField(label=gettext_lazy("Mức độ khẩn"), choices=Urgency.choices, coerce=int)
    steering = forms.TypedChoiceField(label=gettext_lazy("Tính chất"), choices=Steering.choices, coerce=int)
    drafting_unit = forms.CharField(label=gettext_lazy("Đơn vị soạn thảo"), max_length=200, required=False)
    unit = forms.CharField(
        label=gettext_lazy("Chữ viết tắt đơn vị soạn thảo"),
        max_length=12,
        required=False,
        help_text=gettext_lazy("Có trong ký hiệu của công văn, ví dụ KGVX."),
    )
    signer_id = forms.TypedChoiceField(label=gettext_lazy("Người ký"), coerce=int)
    signer_authority = forms.CharField(
        label=gettext_lazy("Quyền hạn ký"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Ví dụ TM. ỦY BAN NHÂN DÂN, KT. GIÁM ĐỐC; để trống nếu ký trực tiếp."),
    )
    signer_position = forms.CharField(label=gettext_lazy("Chức vụ người ký"), max_length=100)
    reply_due_on = day_field(gettext_lazy("Hạn trả lời"), required=False)
    places_to = lines_field(
        gettext_lazy("Nơi nhận"), required=False, max_length=4000, help_text=gettext_lazy("Mỗi nơi nhận một dòng.")
    )

    def __init__(self, *args: Any, signers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._names = {user.pk: user.full_name or user.username for user in signers}
        self.fields["signer_id"].choices = list(self._names.items())  # type: ignore[attr-defined]  # a choice field

    def text(self) -> Text:
        """What was written, once it is valid."""
        given = dict(self.cleaned_data)
        places = tuple(line.strip() for line in given.pop("places_to").splitlines() if line.strip())
        signer: int = given["signer_id"]
        return Text(**given, signer_name=self._names[signer], places_to=places)


def draft_initial(document: Document) -> dict[str, Any]:
    """A draft as its form shows it."""
    return {
        "kind": document.kind,
        "subject": document.subject,
        "body": document.body.get("text", ""),
        "urgency": document.urgency,
        "steering": document.steering,
        "drafting_unit": document.drafting_unit,
        "unit": document.body.get("unit", ""),
        "signer_id": document.signer_id,
        "signer_authority": document.signer_authority,
        "signer_position": document.signer_position,
        "reply_due_on": document.reply_due_on,
        "places_to": "\n".join(document.places_to),
    }


class PaperForm(forms.Form):
    """A document that was issued on paper, for the register."""

    kind = forms.ChoiceField(label=gettext_lazy("Tên loại văn bản"), choices=DocumentKind.choices)
    subject = forms.CharField(label=gettext_lazy("Trích yếu"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    unit = forms.CharField(label=gettext_lazy("Chữ viết tắt đơn vị soạn thảo"), max_length=12, required=False)
    issued_on = day_field(gettext_lazy("Ngày ban hành"))
    signer_position = forms.CharField(label=gettext_lazy("Chức vụ người ký"), max_length=100)
    signer_name = forms.CharField(label=gettext_lazy("Họ tên người ký"), max_length=150)
    places_to = lines_field(gettext_lazy("Nơi nhận"), required=False, max_length=4000)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean_issued_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["issued_on"]
        if day > self._today or day.year != self._today.year:
            raise forms.ValidationError(
                _("Ngày ban hành phải trong năm nay và không sau hôm nay; sổ của năm trước đã kết thúc.")
            )
        return day

    def text(self) -> Text:
        """What was written, once it is valid."""
        given = dict(self.cleaned_data)
        given.pop("issued_on")
        places = tuple(line.strip() for line in given.pop("places_to").splitlines() if line.strip())
        return Text(**given, places_to=places)


class SendForm(forms.Form):
    """To whom a document is sent; the page shows the choices in groups."""

    recipients = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Nơi nhận điện tử"),
        queryset=Agency.objects.none(),
        error_messages={"required": gettext_lazy("Hãy chọn ít nhất một nơi nhận.")},
    )

    def __init__(self, *args: Any, choices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipients"].queryset = choices  # type: ignore[attr-defined]  # a model choice field


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = lines_field(gettext_lazy("Lý do"), max_length=500)


class DecideForm(forms.Form):
    """The answer to a sender's request; whoever declines says why, as the sender is told."""

    reason = lines_field(gettext_lazy("Lý do, nếu từ chối"), required=False, max_length=500)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "agree" not in self.data and "reason" in given and not given["reason"]:
            self.add_error("reason", _("Hãy ghi lý do từ chối để nơi gửi biết."))
        return given


class AssignForm(forms.Form):
    """Who handles a document in, and by when."""

    to = forms.TypedChoiceField(label=gettext_lazy("Người xử lý"), coerce=int)
    opinion = lines_field(gettext_lazy("Ý kiến phân phối, chỉ đạo"), required=False, max_length=2000)
    due_on = day_field(gettext_lazy("Thời hạn giải quyết"), required=False)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(user.pk, user.full_name or user.username) for user in people]
        self.fields["to"].choices = names  # type: ignore[attr-defined]  # a choice field


class OutcomeForm(forms.Form):
    """How a document in was settled."""

    reason = lines_field(gettext_lazy("Kết quả giải quyết"), max_length=2000)


class UpdateForm(forms.Form):
    """What the register says of an issued document, mended at all who have it."""

    subject = forms.CharField(label=gettext_lazy("Trích yếu"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    reply_due_on = day_field(gettext_lazy("Hạn trả lời"), required=False)
    reason = lines_field(gettext_lazy("Lý do"), max_length=500)


class RemarkForm(forms.Form):
    """An opinion."""

    text = lines_field(gettext_lazy("Ý kiến"), max_length=4000)


class FileForm(forms.Form):
    """One file."""

    file = forms.FileField(label=gettext_lazy("Tệp"))


class SecretCountForm(forms.Form):
    """How many secret documents were issued in a year, and nothing else of them."""

    agency = forms.TypedChoiceField(label=gettext_lazy("Cơ quan"), coerce=int)
    year = forms.IntegerField(label=gettext_lazy("Năm"), min_value=YEARS[0], max_value=YEARS[1])
    count = forms.IntegerField(label=gettext_lazy("Số lượng văn bản mật đã ban hành"), min_value=0, max_value=100_000)

    def __init__(self, *args: Any, agencies: list[Agency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = [(each.pk, each.name) for each in agencies]  # type: ignore[attr-defined]
