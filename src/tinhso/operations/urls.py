from django.urls import path

from tinhso.operations.views import data, figures

app_name = "operations"
urlpatterns = [
    path("", figures.overview, name="overview"),
    path("targets/<str:indicator>/", figures.target, name="target"),
    path("targets/<str:indicator>/records/", figures.records, name="records"),
    path("units/", figures.units, name="units"),
    path("units/<str:code>/", figures.unit, name="unit"),
    path("data/", data.data, name="data"),
    path("data/upload/", data.upload, name="upload"),
    path("data/upload/<int:key>/", data.upload_status, name="upload_status"),
    path("data/upload/<int:key>/confirm/", data.confirm, name="confirm"),
    path("data/batches/<int:key>/", data.batch, name="batch"),
    path("data/batches/<int:key>/quarantine.csv", data.quarantine_file, name="quarantine_file"),
    path("data/batches/<int:key>/revoke/", data.revoke, name="revoke"),
    path("data/<str:name>/", data.dataset, name="dataset"),
]
