from django.urls import URLPattern, path

from tinhso.public_services.assistance.views import coverage, mine, sessions

urlpatterns: list[URLPattern] = [
    path("assist/", sessions.own, name="assist"),
    path("assist/new/", sessions.new, name="assist_new"),
    path("assist/mine/", mine.mine, name="assist_mine"),
    path("assist/mine/<uuid:key>/dispute/", mine.dispute, name="assist_dispute"),
    path("assist/ask/", mine.ask, name="assist_ask"),
    path("assist/coverage/", coverage.coverage, name="assist_coverage"),
    path("assist/<uuid:key>/", sessions.show, name="assist_session"),
    path("assist/<uuid:key>/take/", sessions.take, name="assist_take"),
    path("assist/<uuid:key>/person/", sessions.correct_person, name="assist_person"),
    path("assist/<uuid:key>/code/", sessions.send_code, name="assist_code"),
    path("assist/<uuid:key>/confirm/", sessions.confirm_code, name="assist_confirm"),
    path("assist/<uuid:key>/consent/<str:method>/", sessions.consent, name="assist_consent"),
    path("assist/<uuid:key>/file/", sessions.begin_filing, name="assist_file"),
    path("assist/<uuid:key>/end/", sessions.end, name="assist_end"),
]
