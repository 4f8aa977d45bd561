from django import forms
from django.utils.translation import gettext_lazy as _


class CashForm(forms.Form):
    """Cash that is taken at the counter; the hidden fields say what the official saw."""

    payer = forms.CharField(
        label=_("Người nộp tiền"),
        max_length=200,
        error_messages={"required": _("Hãy ghi họ và tên người nộp tiền.")},
        help_text=_("Ghi trên biên lai."),
    )
    amount_vnd = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)
