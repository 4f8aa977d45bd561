from django import forms
from django.utils.translation import gettext_lazy as _

from tinhso.accounts.choices import Role


class PersonForm(forms.Form):
    """A new account with its first role."""

    username = forms.CharField(label=_("Tên đăng nhập"), max_length=150)
    full_name = forms.CharField(label=_("Họ và tên"), max_length=150)
    password = forms.CharField(
        label=_("Mật khẩu ban đầu"), widget=forms.PasswordInput, help_text=_("Ít nhất 10 ký tự.")
    )
    role = forms.ChoiceField(label=_("Vai trò"), choices=Role.choices)
    unit_code = forms.CharField(label=_("Mã đơn vị"), max_length=40)
