from django.urls import URLPattern, path

from tinhso.public_services.desk.views import amend, dossier, files, inbox, register, report, supplement

urlpatterns: list[URLPattern] = [
    path("desk/", inbox.show, name="desk"),
    path("desk/batch/", inbox.act_on_several, name="desk_batch"),
    path("desk/amendments/", amend.amendments_page, name="amendments"),
    path("desk/amendments/<int:key>/", amend.decide, name="amendment"),
    path("desk/register/", register.show, name="desk_register"),
    path("desk/report/", report.show, name="desk_report"),
    path("desk/report/dossiers/", report.listed, name="desk_report_dossiers"),
    path("desk/files/<uuid:key>/", files.attachment, name="desk_file"),
    path("desk/results/<uuid:key>/", files.result, name="desk_result_file"),
    path("desk/<uuid:key>/", dossier.show, name="desk_dossier"),
    path("desk/<uuid:key>/identity/", dossier.identity, name="desk_identity"),
    path("desk/<uuid:key>/claim/", dossier.claim, name="desk_claim"),
    path("desk/<uuid:key>/release/", dossier.release, name="desk_release"),
    path("desk/<uuid:key>/messages/", dossier.write_message, name="desk_message"),
    path("desk/<uuid:key>/supplement/", supplement.take_in, name="desk_supplement"),
    path("desk/<uuid:key>/supplement/<int:seq>/", supplement.taken_in, name="desk_supplied"),
    path("desk/<uuid:key>/messages/settle/", dossier.settle_messages, name="desk_messages_settled"),
    path("desk/<uuid:key>/do/<str:action>/", dossier.act, name="desk_act"),
    path("desk/<uuid:key>/papers/<str:form>.pdf", files.paper, name="paper"),
]
