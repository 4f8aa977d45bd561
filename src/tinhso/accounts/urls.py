from django.urls import path

from tinhso.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.people, name="people"),
    path("new/", views.add, name="add"),
    path("<int:user_id>/", views.person, name="person"),
    path("<int:user_id>/disable/", views.disable, name="disable"),
    path("<int:user_id>/enable/", views.enable, name="enable"),
    path("<int:user_id>/identity/", views.identity, name="identity"),
    path("<int:user_id>/identity/remove/", views.remove_identity, name="remove_identity"),
    path("<int:user_id>/password/", views.password, name="password"),
    path("<int:user_id>/second-factor/remove/", views.remove_second_factor, name="remove_second_factor"),
    path("roles/<int:assignment_id>/end/", views.end, name="end"),
]
