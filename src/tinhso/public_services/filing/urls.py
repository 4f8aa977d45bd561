from django.urls import URLPattern, path

from tinhso.public_services.filing.views import begin, counter, pages, steps

urlpatterns: list[URLPattern] = [
    path("desk/new/", counter.new, name="counter"),
    path("desk/new/<uuid:key>/", counter.fill_in, name="counter_draft"),
    path("desk/new/<uuid:key>/discard/", counter.discard, name="counter_discard"),
    path("desk/received/<uuid:key>/", counter.received, name="received"),
    path("drafts/<uuid:key>/", begin.resume, name="draft"),
    path("drafts/agency/<uuid:key>/", steps.agency, name="draft_agency"),
    path("drafts/papers/<uuid:key>/", steps.papers, name="draft_papers"),
    path("drafts/review/<uuid:key>/", steps.review, name="draft_review"),
    path("drafts/submit/<uuid:key>/", steps.submit, name="draft_submit"),
    path("drafts/discard/<uuid:key>/", begin.discard, name="draft_discard"),
    path("drafts/filed/<uuid:key>/", steps.filed, name="filed"),
    path("drafts/<uuid:key>/<str:page_id>/", pages.page, name="draft_page"),
    path("<str:code>/begin/", begin.begin, name="begin"),
]
