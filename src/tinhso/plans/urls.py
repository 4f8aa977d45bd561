from django.urls import include, path

from tinhso.plans.views import board, evidence, manage, public, roadmap, scores, steps, task

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
plans = [
    path("", manage.plan_list, name="manage_plans"),
    path("new/", manage.new, name="new_plan"),
    path("<int:key>/", manage.show, name="manage_plan"),
    path("<int:key>/head/", manage.edit_head, name="edit_plan"),
    path("<int:key>/targets/", manage.edit_target, name="new_target"),
    path("<int:key>/targets/<int:number>/", manage.edit_target, name="edit_target"),
    path("<int:key>/tasks/", manage.edit_task, name="new_planned_task"),
    path("<int:key>/tasks/<int:number>/", manage.edit_task, name="edit_planned_task"),
    path("<int:key>/reissue/", manage.reissue, name="reissue_plan"),
    path("<int:key>/comment/", manage.comment, name="comment_plan"),
    path("<int:key>/steps/<str:name>/", manage.step, name="plan_step"),
    path("<int:key>/file.<str:form>", manage.download, name="plan_file"),
]
scoring = [
    path("", scores.ranking, name="scores"),
    path("files/<int:key>/", scores.evidence, name="score_file"),
    path("<str:name>/<int:year>/publish/", scores.publish, name="publish_scores"),
    path("<str:name>/<int:year>/<int:unit_id>/", scores.scorecard, name="scorecard"),
]
urlpatterns = [
    path("scores/", include(scoring)),
    path("tasks/", include(tasks)),
    path("plans/manage/", include(plans)),
    path("plans/", public.public_plan, name="public_plan"),
]
