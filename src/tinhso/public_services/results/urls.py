from django.urls import URLPattern, path

from tinhso.public_services.results.views import decide, register

urlpatterns: list[URLPattern] = [
    path("desk/results/", register.show, name="desk_results"),
    path("desk/<uuid:key>/result/", decide.decide, name="desk_result"),
    path("desk/<uuid:key>/result/<uuid:result>/revoke/", decide.revoke, name="revoke_result"),
]
