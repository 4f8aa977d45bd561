from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    path("people/", include("tinhso.accounts.urls")),
    path("ui/", include("tinhso.core.urls")),
    path("indicators/", include("tinhso.indicators.urls")),
    path("", include("tinhso.operations.urls")),
]
