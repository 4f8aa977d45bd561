from django.urls import URLPattern, URLResolver, include, path

from tinhso.config.stand_in import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.people, name="people"),
    path("identity/o/authorize", views.authorization),  # before allauth's own
    path("", include("allauth.idp.urls")),
]
