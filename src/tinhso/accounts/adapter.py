"""What allauth asks of us: who may have an account, its words in Vietnamese, secrets kept encrypted, and an
audit entry for whatever it does to an account."""

import base64
from typing import Any

from allauth.account import signals as account_signals
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa import signals as mfa_signals
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.encoding import force_bytes
from django.utils.translation import gettext_lazy as _

from tinhso.accounts import services
from tinhso.accounts.models import User
from tinhso.core import clock


class OfficialsOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are given by administrators; nobody signs up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Tài khoản đã bị khóa; hãy liên hệ quản trị viên của đơn vị."),
        "enter_current_password": _("Hãy nhập đúng mật khẩu hiện tại."),
        "incorrect_code": _("Mã không đúng; hãy nhập mã đang hiện trên ứng dụng."),
        "incorrect_password": _("Mật khẩu không đúng."),
        "rate_limited": _("Bạn thao tác quá nhanh; hãy đợi một lát rồi thử lại."),
        "too_many_login_attempts": _("Đăng nhập sai quá nhiều lần; hãy thử lại sau năm phút."),
        "username_password_mismatch": _("Tên đăng nhập hoặc mật khẩu không đúng."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page that follows says enough."""

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a failed sign-in, by account; what was typed for an unknown name may be a password, so it is not."""
        user = User.objects.filter(username__iexact=credentials.get("username", "")).first()
        services.note_sign_in(user=user, succeeded=False, at=clock.now())


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Second factors; their secrets lie encrypted in the database, under a key made of the secret key."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": OfficialsOnly.error_messages["incorrect_code"]
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    """Encrypts with the newest key and reads with any that the settings still name."""
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _fernet(key: str | bytes) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"tinhso second factor").derive(force_bytes(key))
    return Fernet(base64.urlsafe_b64encode(derived))


def note_signed_in(*, user: User, **_rest: object) -> None:
    services.note_sign_in(user=user, succeeded=True, at=clock.now())


def note_password_changed(*, user: User, **_rest: object) -> None:
    services.note_own_password(user=user, at=clock.now())


def note_factor_added(*, user: User, **_rest: object) -> None:
    services.note_second_factor(user=user, change="added", at=clock.now())


def note_factor_removed(*, user: User, **_rest: object) -> None:
    services.note_second_factor(user=user, change="removed", at=clock.now())


def note_factor_failed(*, user: User, **_rest: object) -> None:
    services.note_second_factor(user=user, change="failed", at=clock.now())


def listen() -> None:
    """Hear what allauth does to accounts."""
    account_signals.user_logged_in.connect(note_signed_in)
    account_signals.password_changed.connect(note_password_changed)
    mfa_signals.authenticator_added.connect(note_factor_added)
    mfa_signals.authenticator_reset.connect(note_factor_added)
    mfa_signals.authenticator_removed.connect(note_factor_removed)
    mfa_signals.authentication_failed.connect(note_factor_failed)
