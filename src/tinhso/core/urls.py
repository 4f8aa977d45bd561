from django.urls import path

from tinhso.core import views

app_name = "core"
urlpatterns = [path("", views.gallery, name="gallery")]
