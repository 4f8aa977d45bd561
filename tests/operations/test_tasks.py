"""From a slipping figure to a task, in one step."""

import pytest

from tinhso.accounts.api import Role
from tinhso.plans.models import ServedIndicator, Task

URL = "/tasks/new/?indicator=gov.documents_signed&unit=SL-SNNPTNT"


def text(answer):
    return answer.content.decode()


def test_a_shortfall_opens_into_a_task_with_unit_indicator_gap_and_deadline(owner):
    page = text(owner.get("/targets/gov.documents_signed/?unit=SL-SNNPTNT"))
    assert URL.replace("&", "&amp;") in page

    page = text(owner.get(URL))

    assert "còn thiếu" in page
    assert "mục tiêu 100 %" in page.replace("\xa0", " ")
    assert 'value="20' in page


def test_the_task_shows_the_figure_before_and_after(owner):
    form = owner.get(URL).context["form"]
    said = {name: form.initial[name] for name in ("title", "product", "details", "lead", "starts_on", "due_on")}

    answer = owner.post(URL, said, follow=True)

    task, served = Task.objects.get(), ServedIndicator.objects.get()
    assert served.indicator == "gov.documents_signed"
    assert served.numerator < served.denominator
    assert "Chỉ tiêu trước và sau" in text(answer)
    assert f"/tasks/{task.number}/" in text(owner.get("/targets/gov.documents_signed/?unit=SL-SNNPTNT"))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DATA_OFFICER])
def test_whoever_gives_no_tasks_is_not_offered_it(computed, sign_in, role):
    page = text(sign_in(role).get("/targets/gov.documents_signed/?unit=SL-SNNPTNT"))

    assert "Giao nhiệm vụ" not in page


def test_a_target_that_is_met_offers_no_task(owner):
    page = text(owner.get("/targets/sec.antimalware_communes/"))

    assert ("Giao nhiệm vụ" in page) == ("còn thiếu" in page.lower())
