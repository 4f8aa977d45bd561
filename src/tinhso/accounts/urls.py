from django.urls import path

from tinhso.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.people, name="people"),
    path("roles/<int:assignment_id>/end/", views.end, name="end"),
    path("<int:user_id>/disable/", views.disable, name="disable"),
]
