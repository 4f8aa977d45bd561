from collections.abc import Callable

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from tinhso.accounts import views as accounts
from tinhso.accounts.api import not_for_citizens


def _officials(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    """One of allauth's pages that citizens have no use for: they have no password here, and no second factor."""
    return path(route, not_for_citizens(view), name=name)


sign_in: list[URLPattern | URLResolver] = [
    # Of allauth's pages those that officials need: nobody signs up, and forgotten passwords are given anew by
    # administrators, since many accounts have no e-mail address.
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    _officials("reauthenticate/", account.reauthenticate, "account_reauthenticate"),
    _officials("password/change/", account.password_change, "account_change_password"),
    _officials("2fa/", mfa.index, "mfa_index"),
    _officials("2fa/authenticate/", mfa.authenticate, "mfa_authenticate"),
    _officials("2fa/reauthenticate/", mfa.reauthenticate, "mfa_reauthenticate"),
    _officials("2fa/totp/activate/", totp.activate_totp, "mfa_activate_totp"),
    _officials("2fa/totp/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp"),
    _officials("2fa/recovery-codes/", recovery_codes.view_recovery_codes, "mfa_view_recovery_codes"),
    _officials("2fa/recovery-codes/generate/", recovery_codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    _officials("2fa/recovery-codes/download/", recovery_codes.download_recovery_codes, "mfa_download_recovery_codes"),
    # The second way, for citizens; allauth knows it by these names.
    path("citizens/login/", accounts.citizen_sign_in, {"provider_id": "citizens"}, name="openid_connect_login"),
    path(
        "citizens/login/callback/", accounts.citizen_back, {"provider_id": "citizens"}, name="openid_connect_callback"
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include(sign_in)),
    path("people/", include("tinhso.accounts.urls")),
    path("ui/", include("tinhso.core.urls")),
    path("indicators/", include("tinhso.indicators.urls")),
    path("services/", include("tinhso.public_services.urls")),
    path("documents/", include("tinhso.documents.urls")),
    path("", include("tinhso.plans.urls")),
    path("", include("tinhso.operations.urls")),
]
