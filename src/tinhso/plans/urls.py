from django.urls import include, path

from tinhso.plans.views import board, evidence, public, roadmap, steps, task

app_name = "plans"
tasks = [
    path("", board.board, name="tasks"),
    path("waiting/", board.waiting, name="waiting"),
    path("roadmap/", roadmap.roadmap, name="roadmap"),
    path("new/", task.new, name="new_task"),
    path("<int:number>/", task.show, name="task"),
    path("<int:number>/edit/", task.edit, name="edit_task"),
    path("<int:number>/report/", steps.report, name="report"),
    path("<int:number>/hand-in/", steps.hand_in, name="hand_in"),
    path("<int:number>/accept/", steps.accept, name="accept"),
    path("<int:number>/return/", steps.return_, name="return"),
    path("<int:number>/cancel/", steps.cancel, name="cancel"),
    path("evidence/<int:key>/", evidence.download, name="evidence"),
]
urlpatterns = [
    path("tasks/", include(tasks)),
    path("plans/", public.public_plan, name="public_plan"),
]
