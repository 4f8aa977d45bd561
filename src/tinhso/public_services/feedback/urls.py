from django.urls import URLPattern, path

from tinhso.public_services.feedback import views

urlpatterns: list[URLPattern] = [
    path("mine/<uuid:key>/rate/", views.rate, name="rate"),
    path("complaints/", views.my_complaints, name="my_complaints"),
    path("complaints/new/", views.complain, name="complain"),
    path("complaints/<uuid:key>/", views.my_complaint, name="my_complaint"),
    path("feedback/", views.complaints, name="feedback"),
    path("feedback/ratings/", views.ratings, name="ratings"),
    path("feedback/<uuid:key>/", views.complaint, name="complaint"),
]
