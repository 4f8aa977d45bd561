from django.urls import path

from tinhso.indicators import views

app_name = "indicators"
urlpatterns = [
    path("", views.catalog, name="catalog"),
    path("<str:indicator>/", views.definition, name="definition"),
]
