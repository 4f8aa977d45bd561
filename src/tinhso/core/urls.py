from django.urls import path
from django.views.i18n import set_language

from tinhso.core import views

app_name = "core"
urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("language/", set_language, name="language"),
    path("charts/<str:name>.<str:look>.<str:kind>", views.chart, name="chart"),
]
