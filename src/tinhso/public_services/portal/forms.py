"""What citizens write outside of the procedures' own forms."""

from django import forms
from django.utils.translation import gettext_lazy as _

from tinhso.public_services.dossiers.services.messages import MOST_LETTERS


class MessageForm(forms.Form):
    """A message to the agency."""

    text = forms.CharField(
        label=_("Nội dung"),
        max_length=MOST_LETTERS,
        help_text=_("Cơ quan đang giữ hồ sơ sẽ đọc và trả lời ở đây."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WithdrawForm(forms.Form):
    """A wish to withdraw, with what the page has seen."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Lý do rút hồ sơ"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TrackForm(forms.Form):
    """Number and look-up code, as the receipt has them."""

    number = forms.CharField(
        label=_("Mã số hồ sơ"),
        max_length=60,
        help_text=_("In ở đầu giấy tiếp nhận, ví dụ 03646-231027-0361."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("Mã tra cứu"),
        max_length=40,
        help_text=_("16 chữ và số, in cạnh mã QR; viết liền hay có gạch đều được."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
