"""The legal life of a plan: draft, consultation, approval, sending, force, re-issue, end."""

import datetime as dt
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from tests.conftest import AT
from tests.plans.factories import unit
from tests.plans.test_plan_texts import FILE
from tinhso.accounts.api import Scope
from tinhso.core.errors import ImpossibleRequest
from tinhso.core.models import AuditEntry
from tinhso.plans import api
from tinhso.plans.models import PlanEvent, PlanVersion, Task
from tinhso.plans.selectors import plans as selectors
from tinhso.plans.selectors import tasks
from tinhso.plans.services import plans
from tinhso.plans.services.plans import Act

pytestmark = pytest.mark.usefixtures("province")
ACT = Act("12/QĐ-UBND", dt.date(2024, 1, 5), "Người Ký Mẫu")
LATER = dt.datetime(2024, 12, 1, 9, tzinfo=dt.UTC)
BY = {"actor": "chutri", "at": LATER}


def drafted():
    return plans.import_draft(content=FILE.encode(), name="ke-hoach.yaml", **BY)


def seen(row):
    return {"plan_id": row.pk, "revision": PlanVersion.objects.get(pk=row.pk).revision}


def approved():
    row = drafted()
    plans.consult(**seen(row), note="Gửi 20 sở", **BY)
    return plans.approve(**seen(row), act=ACT, **BY)


def in_force():
    row = approved()
    return plans.enter_force(**seen(row), on=dt.date(2024, 1, 10), assigned_by=unit("14"), **BY)


def test_the_plan_of_the_reference_data_is_in_force_from_the_start():
    found = api.plan()

    assert (found.number, found.state, found.signer) == ("292/KH-UBND", "in_force", "Hoàng Quốc Khánh")
    assert len(found.targets) == 21
    assert plans.adopt_reference(at=AT) == 0


def test_objectives_stand_in_the_order_of_the_act():
    assert list(api.plan().objectives) == ["gov", "econ", "soc", "sec"]


def test_the_content_hash_is_that_of_what_the_plan_says(province):
    before = api.plan().content_hash
    PlanVersion.objects.update(state="closed", closed_on=dt.date(2024, 1, 31), report_number="9/BC-UBND")

    assert api.plan("292/KH-UBND").content_hash == before


def test_a_draft_is_no_plan_yet():
    drafted()

    assert list(api.plans()) == ["292/KH-UBND"]


def test_a_plan_that_comes_into_force_supersedes_the_one_before_and_gives_its_tasks():
    row = in_force()

    assert api.plan().number == "12/QĐ-UBND"
    assert api.plan().supersedes == "292/KH-UBND"
    assert api.plan("292/KH-UBND").state == "superseded"
    assert api.plan("292/KH-UBND").closed_on == dt.date(2024, 1, 10)
    task = Task.objects.get()
    assert (task.plan_number, task.lead_id) == ("12/QĐ-UBND", unit("SL-STTTT"))
    assert [one.indicator for one in task.indicators.all()] == ["gov.documents_signed"]
    assert [event.kind for event in row.events.order_by("pk")] == ["imported", "consult", "approve", "enter_force"]
    assert AuditEntry.objects.filter(obj=f"plan:{row.pk}").count() == 4


def test_an_approved_text_is_never_edited():
    row = approved()

    with pytest.raises(plans.WrongPlanStep, match="Đã phê duyệt"):
        plans.write_draft(**seen(row), text=selectors.text_of(row), **BY)


def test_a_reissued_plan_is_a_new_version_with_the_same_text():
    before = in_force()

    row = plans.reissue(plan_id=before.pk, **BY)

    assert row.supersedes == before
    assert row.content["targets"] == before.content["targets"]
    assert row.content["tasks"] == []
    assert api.plan().number == "12/QĐ-UBND"


def test_two_who_write_one_draft_are_told_of_one_another():
    row = drafted()
    text = selectors.text_of(row)
    plans.write_draft(plan_id=row.pk, revision=1, text=text.model_copy(update={"title": "Bản A"}), **BY)

    with pytest.raises(plans.PlanChanged, match="chutri"):
        plans.write_draft(plan_id=row.pk, revision=1, text=text.model_copy(update={"title": "Bản B"}), **BY)

    assert PlanVersion.objects.get(pk=row.pk).content["title"] == "Bản A"


def test_without_a_change_nothing_is_written():
    row = drafted()

    plans.write_draft(**seen(row), text=selectors.text_of(row), **BY)

    assert PlanEvent.objects.filter(plan=row).count() == 1


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("value_pct: 100", "value_pct: 120", "Dòng 12: giá trị 120 nằm ngoài khoảng"),
        ("    owner: SL-STTTT", "    owner: SL-STTTTT", "Dòng 13: Không có đơn vị “SL-STTTTT”"),
        ("due_on: 2024-06-30\n", "due_on: 2024-01-14\n", "Dòng 21: thời hạn 14/01/2024 sớm hơn"),
    ],
)
def test_a_wrong_file_is_refused_whole(before, after, sentence):
    with pytest.raises(plans.BrokenPlan, match=sentence):
        plans.import_draft(content=FILE.replace(before, after, 1).encode(), name="a.yaml", **BY)

    assert PlanVersion.objects.count() == 1


def test_a_plan_without_targets_is_not_sent_around():
    row = plans.draft_plan(text=selectors.text_of(drafted()).model_copy(update={"targets": [], "tasks": []}), **BY)

    with pytest.raises(plans.BrokenPlan, match="chưa có mục tiêu"):
        plans.consult(**seen(row), note="", **BY)


def test_an_act_is_of_one_plan():
    row = drafted()
    plans.consult(**seen(row), note="", **BY)

    with pytest.raises(plans.ActTaken, match="292/KH-UBND"):
        plans.approve(**seen(row), act=Act("292/KH-UBND", dt.date(2024, 1, 5), "A"), **BY)

    assert PlanVersion.objects.get(pk=row.pk).state == "consultation"


def test_days_follow_one_another():
    row = approved()

    with pytest.raises(plans.WrongDay):
        plans.enter_force(**seen(row), on=dt.date(2024, 1, 4), assigned_by=unit("14"), **BY)
    with pytest.raises(plans.WrongDay):
        plans.send(**seen(row), sent_on=dt.date(2024, 1, 4), document="1/UBND", **BY)


def test_a_plan_is_sent_once():
    row = approved()
    plans.send(**seen(row), sent_on=dt.date(2024, 1, 8), document="45/UBND-KT", **BY)

    with pytest.raises(plans.WrongPlanStep):
        plans.send(**seen(row), sent_on=dt.date(2024, 1, 9), document="46/UBND-KT", **BY)


def test_tasks_go_on_when_a_plan_is_reissued_within_its_year():
    before = in_force()
    row = plans.reissue(plan_id=before.pk, **BY)
    plans.consult(**seen(row), note="", **BY)
    plans.approve(**seen(row), act=Act("30/QĐ-UBND", dt.date(2024, 8, 1), "Người Ký Mẫu"), **BY)
    plans.enter_force(**seen(row), on=dt.date(2024, 8, 5), assigned_by=unit("14"), **BY)
    everybody = Scope(frozenset({unit("14"), unit("SL-STTTT")}), unit("14"))

    board = tasks.of_plan(everybody, api.plan().number)

    assert api.plan().number == "30/QĐ-UBND"
    assert [task.plan_number for task in board] == ["12/QĐ-UBND"]
    assert api.is_in_hand("30/QĐ-UBND", "gov.documents_signed", unit("SL-STTTT"))
    assert selectors.lineage("30/QĐ-UBND") == ("30/QĐ-UBND", "12/QĐ-UBND")  # 292/KH-UBND is of another year


def test_a_plan_ends_with_a_report():
    row = in_force()

    plans.close(**seen(row), on=dt.date(2024, 11, 30), report="77/BC-UBND", **BY)

    assert api.plan("12/QĐ-UBND").state == "closed"
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanVersion.objects.filter(pk=row.pk).update(report_number="")


def test_the_database_knows_one_plan_in_force():
    row = approved()

    with pytest.raises(IntegrityError), transaction.atomic():
        PlanVersion.objects.filter(pk=row.pk).update(state="in_force")


def test_comments_do_not_stop_whoever_writes():
    row = drafted()
    plans.consult(**seen(row), note="", **BY)
    held = seen(row)

    plans.comment(plan_id=row.pk, note="Đề nghị hạ xuống 90 %", actor="lanhdao.nn", at=LATER)
    text = selectors.text_of(row).model_copy(update={"title": "Đã sửa"})
    plans.write_draft(**held, text=text, **BY)

    assert [event.note for event in row.events.filter(kind="commented")] == ["Đề nghị hạ xuống 90 %"]


def test_without_any_plan_one_sentence_says_what_to_do(province):
    PlanEvent.objects.all().delete()
    PlanVersion.objects.all().delete()

    with pytest.raises(ImpossibleRequest, match="tinhso init"):
        api.plan()


def test_the_reference_files_are_named_by_their_numbers():
    from tinhso import reference

    for path in (Path(reference.__file__).parent).glob("*/plans/*.yaml"):
        assert f"number: {path.stem.replace('-', '/', 1)}" in path.read_text(encoding="utf-8")
