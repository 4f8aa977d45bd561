"""A task from its giving to its end."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tests.conftest import AT
from tests.plans.factories import evidence, given, handed_in, text, unit
from tinhso.accounts.api import Scope
from tinhso.core.models import AuditEntry, OutboxMessage, StoredFile
from tinhso.plans.models import Evidence, Task
from tinhso.plans.rules.tasks import Step, Timing
from tinhso.plans.selectors import tasks as selectors
from tinhso.plans.services import tasks

pytestmark = pytest.mark.usefixtures("province")


def kinds(task):
    return list(task.events.order_by("revision").values_list("kind", flat=True))


def scope(*codes):
    return Scope(frozenset(unit(code) for code in codes), unit(codes[0]) if codes else None)


def test_tasks_are_numbered_without_gaps():
    first, second = given(), given()

    assert (first.number, second.number) == (1, 2)
    assert kinds(first) == ["assigned"]


def test_every_step_is_audited_and_told():
    task = handed_in(given())

    tasks.accept(task_id=task.pk, revision=task.revision, actor="chutri", at=AT)

    actions = AuditEntry.objects.filter(obj=f"task:{task.number}").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["plans.task_assigned", "plans.task_handed_in", "plans.task_accepted"]
    assert OutboxMessage.objects.filter(topic="plans.task_event").count() == 3


def test_a_task_that_ends_before_it_begins_is_refused():
    with pytest.raises(tasks.WrongDates, match="05/01/2024 sớm hơn ngày bắt đầu 15/01/2024"):
        given(due_on=dt.date(2024, 1, 5))

    assert not Task.objects.exists()


def test_the_database_keeps_the_order_of_dates():
    task = given()

    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(due_on=dt.date(2024, 1, 1))


def test_the_lead_agency_does_not_support_itself():
    with pytest.raises(tasks.WrongSupport):
        given(supporting=(unit("SL-SNNPTNT"),))


def test_a_result_needs_evidence():
    task = given()

    with pytest.raises(tasks.EvidenceRefused, match="ít nhất một tệp"):
        tasks.hand_in(task_id=task.pk, revision=1, note="Đã xong", actor="lanhdao.nn", at=AT)

    task.refresh_from_db()
    assert (task.state, task.handed_in_on) == ("assigned", None)


def test_evidence_sent_with_a_report_serves_the_result():
    task = given()
    tasks.report_progress(
        task_id=task.pk, revision=1, note="Một nửa", progress_pct=50, evidence=[evidence()], actor="a", at=AT
    )

    tasks.hand_in(task_id=task.pk, revision=2, note="Đã xong", actor="a", at=AT)

    assert kinds(task) == ["assigned", "progress", "handed_in"]


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "bao-cao.pdf", "rỗng"),
        (b"<html><script>alert(1)</script></html>", "bao-cao.pdf", "không phải PDF"),
        (b"MZ" + bytes(200), "bao-cao.pdf", "không phải PDF"),
    ],
)
def test_a_file_that_is_no_document_is_refused_and_nothing_is_lost(content, name, why):
    task = given()

    with pytest.raises(tasks.EvidenceRefused, match=why):
        tasks.hand_in(task_id=task.pk, revision=1, note="Đã xong", evidence=[evidence(content, name)], actor="a", at=AT)

    task.refresh_from_db()
    assert task.state == "assigned"
    assert not Evidence.objects.exists()


def test_a_file_that_is_too_large_is_refused(settings):
    settings.EVIDENCE_MAX_MB = 1

    with pytest.raises(tasks.EvidenceRefused, match="lớn hơn 1 MB"):
        tasks.hand_in(
            task_id=given().pk,
            revision=1,
            note="x",
            evidence=[evidence(b"%PDF-1.7\n" + bytes(1024 * 1024))],
            actor="a",
            at=AT,
        )


def test_the_same_file_is_stored_once():
    handed_in(given())
    handed_in(given())

    assert StoredFile.objects.count() == 1
    assert Evidence.objects.count() == 2


def test_nobody_reviews_what_they_handed_in():
    task = handed_in(given(), actor="chutri")

    for review in (tasks.accept, tasks.return_task):
        said = {"reason": "x"} if review is tasks.return_task else {}
        with pytest.raises(tasks.SelfReview):
            review(task_id=task.pk, revision=task.revision, actor="chutri", at=AT, **said)


def test_a_returned_task_is_not_done_and_can_be_handed_in_again():
    task = handed_in(given())
    task = tasks.return_task(task_id=task.pk, revision=task.revision, reason="Thiếu số", actor="chutri", at=AT)
    (row,) = selectors.rows([task], dt.date(2024, 2, 6))

    assert (row.timing, row.is_done) == (Timing.OVERDUE, False)
    again = handed_in(task)
    done = tasks.accept(task_id=task.pk, revision=again.revision, actor="chutri", at=AT)
    assert done.state == "accepted"


def test_the_second_of_two_writers_sees_what_the_first_has_changed():
    task = given()
    tasks.edit_task(task_id=task.pk, revision=1, text=text(product="Báo cáo"), actor="chutri", at=AT)

    with pytest.raises(tasks.TaskChanged, match=r"chutri: sửa nội dung giao lúc 09:00 15/01/2024"):
        tasks.edit_task(task_id=task.pk, revision=1, text=text(title="Khác"), actor="quantri", at=AT)

    task.refresh_from_db()
    assert (task.product, task.title) == ("Báo cáo", "Khôi phục ký số văn bản")


def test_an_edit_keeps_what_was_before():
    task = given()

    tasks.edit_task(
        task_id=task.pk,
        revision=1,
        text=text(due_on=dt.date(2024, 3, 1), supporting=(unit("SL-STTTT"),)),
        actor="chutri",
        at=AT,
    )

    changes = task.events.get(kind="edited").changes
    assert changes["due_on"] == ["05/02/2024", "01/03/2024"]
    assert changes["supporting"] == ["", "Sở Thông tin và Truyền thông"]


def test_an_edit_without_a_change_leaves_no_trace():
    task = given(supporting=(unit("SL-STTTT"), unit("SL-SYT")))

    tasks.edit_task(
        task_id=task.pk,
        revision=1,
        text=text(supporting=(unit("SL-SYT"), unit("SL-STTTT"))),
        actor="chutri",
        at=AT,
    )

    assert kinds(task) == ["assigned"]


def test_an_overdue_task_goes_up_level_by_level_and_is_told_once_each():
    task = given()  # due on Monday, 5 February 2024
    days = [dt.date(2024, 2, day) for day in (5, 6, 6, 7, 16)]  # Tết from 8 to 14 February

    made = [tasks.remind_of_overdue(today=day, at=AT) for day in days]

    assert made == [0, 1, 0, 1, 1]
    levels = [event.changes["level"] for event in task.events.filter(kind="reminded").order_by("revision")]
    assert levels == [["0"], ["1"], ["2"]]


def test_a_result_that_waits_for_its_reviewer_is_not_reminded_of():
    handed_in(given())

    assert tasks.remind_of_overdue(today=dt.date(2024, 3, 1), at=AT) == 0


def test_tasks_are_seen_by_those_who_give_lead_or_support_them():
    task = given(supporting=(unit("SL-STTTT"),))

    for codes in (["14"], ["SL-SNNPTNT"], ["SL-STTTT"]):
        assert selectors.visible(scope(*codes)).get() == task
    assert not selectors.visible(scope("SL-SYT")).exists()
    assert not selectors.visible(scope()).exists()


@pytest.mark.parametrize(
    ("doing", "assigning", "expected"),
    [
        (["SL-SNNPTNT"], [], {Step.REPORT, Step.HAND_IN}),
        (["SL-STTTT"], [], {Step.REPORT}),
        ([], ["14"], {Step.EDIT, Step.CANCEL}),
        (["SL-SYT"], ["SL-SYT"], set()),
        ([], ["SL-SNNPTNT"], set()),
    ],
)
def test_who_may_do_what_with_an_open_task(doing, assigning, expected):
    task = given(supporting=(unit("SL-STTTT"),))

    found = selectors.rights(task, username="x", doing=scope(*doing), assigning=scope(*assigning))

    assert found.steps == expected


def test_what_waits_are_own_tasks_and_results_to_review():
    mine, review = given(), handed_in(given(lead=unit("SL-SYT")))
    given(lead=unit("SL-SYT"))

    found = selectors.waiting(doing=scope("SL-SNNPTNT"), assigning=scope("14"))

    assert list(found) == [mine, review]
