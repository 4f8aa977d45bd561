from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tinhso.public_services.results.services.wording import Wording

KEY_LETTERS = 80


class _Carried(forms.Form):
    """What every form of the page carries along: the key made when it was shown and the revision that was seen."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=KEY_LETTERS)
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class _TextForm(_Carried):
    """The part of a result that the signer writes."""

    paragraphs = forms.CharField(
        label=_("Nội dung ghi thêm"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Mỗi dòng là một đoạn; để trống nếu không cần."),
    )
    conclusion = forms.CharField(
        label=_("Câu kết"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    titles = forms.CharField(
        label=_("Quyền hạn, chức vụ của người ký"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Mỗi dòng một phần, như “TM. Ủy ban nhân dân” rồi “Chủ tịch”."),
    )

    def wording(self, lines: tuple[tuple[str, str], ...], **more: str) -> Wording:
        """What a valid form says, with the lines of the answers."""
        said = self.cleaned_data
        titles = tuple(text.strip() for text in said["titles"].splitlines() if text.strip())
        return Wording(lines, said["paragraphs"].strip(), said["conclusion"].strip(), titles, **more)


class ResultForm(_TextForm):
    """The text of a result."""


class RefusalForm(_TextForm):
    """The letter of a refusal."""

    reason = forms.CharField(
        label=_("Lý do từ chối"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Hãy ghi rõ lý do từ chối.")},
    )
    basis = forms.CharField(
        label=_("Căn cứ pháp luật"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Hãy ghi tên văn bản, điều, khoản.")},
        help_text=_("Tên văn bản, điều, khoản."),
    )
    field_order: Sequence[str] = ("reason", "basis", "paragraphs", "conclusion", "titles")


class CorrectionForm(_TextForm):
    """A result anew: every line may be put right, and the reason is part of the paper."""

    correction = forms.CharField(
        label=_("Lý do đính chính"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Hãy ghi rõ lý do đính chính.")},
    )
    field_order: Sequence[str] = ("correction",)

    def __init__(self, *args: Any, lines: tuple[tuple[str, str], ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels = [label for label, _value in lines]
        for place, (label, value) in enumerate(lines):
            self.fields[f"line_{place}"] = forms.CharField(label=label, required=False, max_length=2000, initial=value)

    def lines(self) -> tuple[tuple[str, str], ...]:
        """The lines of a valid form."""
        said = (self.cleaned_data[f"line_{place}"].strip() for place in range(len(self.labels)))
        return tuple(zip(self.labels, said, strict=True))


class RefusalCorrectionForm(CorrectionForm, RefusalForm):
    """The letter of a refusal anew."""

    field_order: Sequence[str] = ("correction", "reason", "basis")


class RevokeForm(forms.Form):
    """Why a result is revoked."""

    reason = forms.CharField(
        label=_("Lý do, căn cứ thu hồi"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Hãy ghi rõ lý do và căn cứ thu hồi.")},
    )
