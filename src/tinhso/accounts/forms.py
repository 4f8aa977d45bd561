import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from tinhso.accounts.choices import Role, UnitChoices

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """Sign-in with the words that officials know."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Tên đăng nhập")
        self.fields["password"].label = _("Mật khẩu")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


def _day(label: "str | _StrPromise", *, required: bool, help_text: "str | _StrPromise" = "") -> forms.DateField:
    picker = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(
        label=label, required=required, help_text=help_text, input_formats=DAY_FORMATS, widget=picker
    )


class RoleForm(forms.Form):
    """A role for one of the units that the administrator looks after."""

    role = forms.ChoiceField(label=_("Vai trò"), choices=Role.choices)
    unit = forms.TypedChoiceField(
        label=_("Đơn vị"), coerce=int, help_text=_("Vai trò có ở đơn vị này và mọi đơn vị trực thuộc.")
    )
    valid_from = _day(_("Từ ngày"), required=True)
    valid_to = _day(_("Đến hết ngày"), required=False, help_text=_("Để trống nếu không có thời hạn."))

    def __init__(self, data: Any = None, *, units: UnitChoices, today: dt.date) -> None:
        super().__init__(data, initial={"valid_from": today})
        field = cast(forms.TypedChoiceField, self.fields["unit"])
        field.choices = units


class PersonForm(RoleForm):
    """A new account with its first role."""

    username = forms.CharField(
        label=_("Tên đăng nhập"), max_length=150, help_text=_("Chữ không dấu, chữ số và dấu . _ -")
    )
    full_name = forms.CharField(label=_("Họ và tên"), max_length=150)
    email = forms.EmailField(label=_("Thư điện tử"), required=False, help_text=_("Không bắt buộc."))
    password = forms.CharField(
        label=_("Mật khẩu ban đầu"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Ít nhất 10 ký tự; người dùng phải đổi khi đăng nhập lần đầu."),
    )
    field_order = ["full_name", "username", "email", "password"]


class IdentityForm(forms.Form):
    """The identity number of an official."""

    identity_number = forms.CharField(
        label=_("Số định danh cá nhân"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Gồm 12 chữ số."),
    )


class PasswordForm(forms.Form):
    """A new password for somebody who forgot the old one."""

    password = forms.CharField(
        label=_("Mật khẩu mới"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Ít nhất 10 ký tự; người dùng phải đổi khi đăng nhập lần tới."),
    )
