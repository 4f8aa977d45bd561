from django.urls import URLPattern, path

from tinhso.public_services.catalog.views import manage, public

urlpatterns: list[URLPattern] = [
    path("", public.public_catalog, name="catalog"),
    path("manage/", manage.manage_list, name="manage_procedures"),
    path("manage/import/", manage.take_in, name="manage_import"),
    path("manage/versions/<int:key>/", manage.version, name="manage_version"),
    path("manage/versions/<int:key>/preview/", manage.preview, name="manage_preview"),
    path("manage/versions/<int:key>/compare/<int:other>/", manage.compare, name="manage_compare"),
    path("manage/versions/<int:key>/file.<str:form>", manage.download, name="manage_file"),
    path("manage/versions/<int:key>/publish/", manage.publish, name="manage_publish"),
    path("manage/versions/<int:key>/end/", manage.end, name="manage_end"),
    path("manage/versions/<int:key>/discard/", manage.discard, name="manage_discard"),
    path("<str:code>/", public.public_procedure, name="procedure"),
]
