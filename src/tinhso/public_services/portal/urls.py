from django.urls import URLPattern, path

from tinhso.public_services.portal.views import files, mine, supplement, track

urlpatterns: list[URLPattern] = [
    path("mine/", mine.mine, name="mine"),
    path("mine/<uuid:key>/", mine.my_dossier, name="my_dossier"),
    path("mine/<uuid:key>/messages/", mine.write_message, name="write_message"),
    path("mine/<uuid:key>/withdraw/", mine.withdraw, name="withdraw"),
    path("mine/<uuid:key>/supplement/", supplement.supplement, name="supplement"),
    path("mine/<uuid:key>/papers/<int:seq>/<str:kind>/", files.my_paper, name="my_paper"),
    path("mine/results/<uuid:key>/", files.result_file, name="result_file"),
    path("files/<uuid:key>/", files.attachment, name="attachment"),
    path("track/", track.track, name="track"),
]
