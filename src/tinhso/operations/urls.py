from django.urls import path

from tinhso.operations.views import (
    data,
    history,
    maps,
    missing,
    overview,
    records,
    releases,
    target,
    today,
    units,
    uploads,
    wall,
)

app_name = "operations"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("today/", today.today, name="today"),
    path("map/", maps.map_, name="map"),
    path("wall/", wall.wall, name="wall"),
    path("targets/<str:indicator>/", target.target, name="target"),
    path("targets/<str:indicator>/records/", records.records, name="records"),
    path("targets/<str:indicator>/missing/", missing.missing, name="missing"),
    path("units/", units.unit_list, name="units"),
    path("units/<str:code>/", units.unit, name="unit"),
    path("units/<str:code>/history/", history.unit_history, name="unit_history"),
    path("releases/", releases.release_list, name="releases"),
    path("releases/asked/<uuid:key>/", releases.asked_release, name="asked_release"),
    path("releases/<int:number>/", releases.release, name="release"),
    path("releases/<int:before>/diff/<str:after>/", releases.diff, name="release_diff"),
    path("data/", data.data, name="data"),
    path("data/upload/", uploads.upload, name="upload"),
    path("data/upload/<int:key>/", uploads.upload_status, name="upload_status"),
    path("data/upload/<int:key>/confirm/", uploads.confirm, name="confirm"),
    path("data/batches/<int:key>/", data.batch, name="batch"),
    path("data/batches/<int:key>/quarantine.csv", data.quarantine_file, name="quarantine_file"),
    path("data/batches/<int:key>/revoke/", data.revoke, name="revoke"),
    path("data/<str:name>/", data.dataset, name="dataset"),
]
