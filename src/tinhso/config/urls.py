from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path

sign_in: list[URLPattern | URLResolver] = [
    # Of allauth's pages those that officials need: nobody signs up, and forgotten passwords are given anew by
    # administrators, since many accounts have no e-mail address.
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("2fa/", include("allauth.mfa.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include(sign_in)),
    path("people/", include("tinhso.accounts.urls")),
    path("ui/", include("tinhso.core.urls")),
    path("indicators/", include("tinhso.indicators.urls")),
    path("", include("tinhso.plans.urls")),
    path("", include("tinhso.operations.urls")),
]
