from django.urls import path

from tinhso.indicators.views import catalog, reports

app_name = "indicators"
urlpatterns = [
    path("", catalog.catalog, name="catalog"),
    path("reports/", reports.report_list, name="reports"),
    path("reports/<str:dataset>/<str:period>/lock/", reports.lock, name="lock_reports"),
    path("reports/<str:dataset>/<str:period>/<int:unit_id>/", reports.report, name="report"),
    path("reports/<str:dataset>/<str:period>/<int:unit_id>/file/", reports.source_file, name="report_file"),
    path("reports/<str:dataset>/<str:period>/<int:unit_id>/<str:name>/", reports.step, name="report_step"),
    path("<str:indicator>/", catalog.definition, name="definition"),
]
