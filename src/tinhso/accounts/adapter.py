"""What allauth asks of us: who may have an account and who may come as a citizen, its words in Vietnamese, secrets
kept encrypted, and an audit entry for whatever it does to an account."""

import base64
import dataclasses
import logging
from typing import Any

from allauth.account import signals as account_signals
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import perform_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa import signals as mfa_signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthError
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.encoding import force_bytes
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tinhso.accounts import rules, services
from tinhso.accounts.choices import Action
from tinhso.accounts.models import User
from tinhso.accounts.selectors import is_citizen, scope
from tinhso.core import clock

log = logging.getLogger(__name__)


class OfficialsOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Accounts are given by administrators; nobody signs up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Tài khoản đã bị khóa; hãy liên hệ quản trị viên của đơn vị."),
        "enter_current_password": _("Hãy nhập đúng mật khẩu hiện tại."),
        "incorrect_code": _("Mã không đúng; hãy nhập mã đang hiện trên ứng dụng."),
        "incorrect_password": _("Mật khẩu không đúng."),
        "rate_limited": _("Thao tác quá nhanh; hãy đợi một lát rồi thử lại."),
        "too_many_login_attempts": _("Đăng nhập sai quá nhiều lần; hãy thử lại sau năm phút."),
        "username_password_mismatch": _("Tên đăng nhập hoặc mật khẩu không đúng."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        if is_citizen(request.user):
            return resolve_url(settings.CITIZENS_HOME_URL)
        figures = scope(user=request.user, action=Action.VIEW_FIGURES, on=clock.today())
        return resolve_url(settings.HELPERS_HOME_URL if figures.is_empty else settings.LOGIN_REDIRECT_URL)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page that follows says enough."""

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note a failed sign-in, by account; what was typed for an unknown name may be a password, so it is not."""
        user = User.objects.filter(username__iexact=credentials.get("username", "")).first()
        services.note_sign_in(user=user, succeeded=False, at=clock.now())


class IdentityProvider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth has no types
    """Where citizens prove who they are; a nonce ties its answer to the session that asked."""

    def get_pkce_params(self) -> dict[str, str]:
        parameters: dict[str, str] = super().get_pkce_params()
        return parameters | {"nonce": rules.nonce_of(parameters["code_verifier"])}

    def extract_uid(self, data: dict[str, Any]) -> str:
        return str(data.get("id_token", {}).get("sub", ""))


class Citizens(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Lets in whom the identity provider names by a personal identity number, and nobody else.

    The flow ends here, before allauth looks for accounts to link, opens one or shows a form: so officials are never
    signed in this way, and no claim or token is kept in its tables.
    """

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        try:
            profile, assurance = _described(sociallogin)
        except rules.UnfitClaims as unfit:
            services.note_citizen_refused(reason=str(unfit), at=clock.now())
            raise ImmediateHttpResponse(refusal(request, _refused_for(unfit))) from None
        user = services.make_citizen(**_fields(profile), assurance=assurance, at=clock.now())
        answer = perform_login(
            request,
            user,
            redirect_url=sociallogin.get_redirect_url(request),
            signal_kwargs={"assurance": assurance},
        )
        if request.user == user:  # not so when the account has been closed
            request.session["assurance"] = assurance
        raise ImmediateHttpResponse(answer)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        if error == AuthError.CANCELLED:
            said = gettext("Việc đăng nhập đã dừng; hãy đăng nhập lại khi cần.")
        else:
            log.warning("A citizen's sign-in failed: %s", type(exception).__name__)
            said = gettext("Lần đăng nhập này không hợp lệ hoặc đã quá hạn; hãy đăng nhập lại từ đầu.")
        raise ImmediateHttpResponse(refusal(request, said))


def refusal(request: HttpRequest, sentence: str, status: int = 403) -> HttpResponse:
    """The page that says why a citizen could not sign in."""
    return render(request, "accounts/citizen_refused.html", {"sentence": sentence}, status=status)


def _described(sociallogin: Any) -> tuple[rules.Profile, int]:
    """Who signs in, and how surely; the level is read from the ID token, which is meant for us alone."""
    told = sociallogin.account.extra_data
    id_token, userinfo = told.get("id_token") or {}, told.get("userinfo") or {}
    verifier = sociallogin.state.get("pkce_code_verifier") or ""
    rules.require_same_sign_in(id_token=id_token, userinfo=userinfo, code_verifier=verifier)
    return rules.profile_of({**id_token, **userinfo}), rules.assurance_of(id_token.get("acr"))


def _fields(profile: rules.Profile) -> dict[str, Any]:
    return {field.name: getattr(profile, field.name) for field in dataclasses.fields(profile)}


def _refused_for(unfit: rules.UnfitClaims) -> str:
    if str(unfit) in {"identity_number", "full_name"}:
        return gettext(
            "%(name)s chưa cho biết họ tên và số định danh cá nhân 12 chữ số của ông, bà; hãy dùng tài khoản đã định danh."
        ) % {"name": settings.OIDC_NAME}
    return gettext("Lần đăng nhập này không hợp lệ hoặc đã quá hạn; hãy đăng nhập lại từ đầu.")


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


def note_signed_in(*, user: User, assurance: int | None = None, **_rest: object) -> None:
    """Note a sign-in; only a citizen's has a level."""
    if assurance is None:
        services.note_sign_in(user=user, succeeded=True, at=clock.now())
    else:
        services.note_citizen_sign_in(user=user, assurance=assurance, at=clock.now())


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
