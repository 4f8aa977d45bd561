from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from tinhso.accounts.choices import Role


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """Sign-in with the words that officials know."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Tên đăng nhập")
        self.fields["password"].label = _("Mật khẩu")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class PersonForm(forms.Form):
    """A new account with its first role."""

    username = forms.CharField(label=_("Tên đăng nhập"), max_length=150)
    full_name = forms.CharField(label=_("Họ và tên"), max_length=150)
    password = forms.CharField(
        label=_("Mật khẩu ban đầu"), widget=forms.PasswordInput, help_text=_("Ít nhất 10 ký tự.")
    )
    role = forms.ChoiceField(label=_("Vai trò"), choices=Role.choices)
    unit_code = forms.CharField(label=_("Mã đơn vị"), max_length=40)
