"""Pages of tasks: what they show, to whom, and what they accept."""

import csv
import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.accounts.factories import person
from tests.conftest import AT
from tests.plans.factories import PDF, given, handed_in, text, unit
from tinhso.accounts.api import Role
from tinhso.core.models import AuditEntry
from tinhso.plans.models import Evidence, Task
from tinhso.plans.services import tasks

pytestmark = pytest.mark.usefixtures("province")
BACKEND = "tinhso.accounts.backends.Backend"


@pytest.fixture
def sign_in(client):
    def as_(role, code="14"):
        client.force_login(person(role, code), backend=BACKEND)
        return client

    return as_


def body(answer):
    return answer.content.decode()


def sent(**said):
    return {
        "title": "Khôi phục ký số",
        "product": "Văn bản được ký số",
        "lead": unit("SL-SYT"),
        "starts_on": "2024-01-15",
        "due_on": "2024-02-05",
    } | said


def test_a_task_is_given_from_the_form(sign_in):
    answer = sign_in(Role.PLAN_OWNER).post("/tasks/new/", sent(budget_vnd="5000000", supporting=[unit("SL-VPUB")]))

    task = Task.objects.get()
    assert answer.url == f"/tasks/{task.number}/"
    assert (task.lead_id, task.budget_vnd, task.assigned_by_id) == (unit("SL-SYT"), 5000000, unit("14"))


def test_wrong_dates_come_back_with_what_was_written(sign_in):
    answer = sign_in(Role.PLAN_OWNER).post("/tasks/new/", sent(due_on="2024-01-01"))

    assert answer.status_code == 422
    assert "sớm hơn ngày bắt đầu" in body(answer)
    assert "Khôi phục ký số" in body(answer)
    assert not Task.objects.exists()


def test_a_term_in_working_days_passes_over_days_off_and_tet(sign_in):
    client = sign_in(Role.PLAN_OWNER)

    client.post("/tasks/new/", sent(starts_on="2024-02-05", due_on="", term_days="5"))

    # 8 to 14 February 2024 is Tết; Saturday and Sunday do not count either
    assert Task.objects.get().due_on == dt.date(2024, 2, 19)


def test_a_task_needs_a_deadline_or_a_term(sign_in):
    answer = sign_in(Role.PLAN_OWNER).post("/tasks/new/", sent(due_on=""))

    assert answer.status_code == 422
    assert "hoặc số ngày làm việc" in body(answer)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DATA_OFFICER, Role.ADMINISTRATOR])
def test_others_do_not_give_tasks(sign_in, role):
    assert sign_in(role).get("/tasks/new/").status_code == 404


def test_an_agency_gives_tasks_to_its_own_units_only(sign_in):
    answer = sign_in(Role.AGENCY_LEAD, "SL-VPUB").post("/tasks/new/", sent())

    assert answer.status_code == 422
    assert not Task.objects.exists()


@pytest.mark.parametrize("url", ["/tasks/", "/tasks/waiting/", "/tasks/roadmap/"])
def test_without_tasks_pages_say_what_to_do(sign_in, url):
    page = body(sign_in(Role.PLAN_OWNER).get(url))

    assert "ts-empty" in page


@pytest.mark.parametrize("url", ["/tasks/", "/tasks/roadmap/", "/tasks/waiting/"])
def test_lists_ask_the_database_little(sign_in, url):
    browser = sign_in(Role.PLAN_OWNER)
    for _task in range(12):
        handed_in(given(supporting=(unit("SL-SYT"),)))
    browser.get(url)

    with CaptureQueriesContext(connection) as queries:
        page = body(browser.get(url))

    assert page.count("Khôi phục ký số văn bản") >= 12
    assert len(queries) <= 14


def test_the_board_puts_every_task_into_the_column_of_its_state(sign_in):
    given(title="Mới giao")
    handed_in(given(title="Đã nộp"))

    page = body(sign_in(Role.PLAN_OWNER).get("/tasks/"))

    assert page.index("Mới giao") < page.index("Chờ xem xét") < page.index("Đã nộp")


def test_the_board_is_a_file_too(sign_in):
    given()

    answer = sign_in(Role.PLAN_OWNER).get("/tasks/?format=csv")

    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[1][1] == "Khôi phục ký số văn bản"
    assert table[1][6] == "2024-02-05"


def test_strangers_find_no_task(sign_in):
    task = given()

    assert sign_in(Role.AGENCY_LEAD, "SL-SYT").get(f"/tasks/{task.number}/").status_code == 404


def test_the_agency_reports_and_hands_in_and_the_reviewer_accepts(client):
    task = given()
    client.force_login(person(Role.AGENCY_LEAD, "SL-SNNPTNT"), backend=BACKEND)
    file = SimpleUploadedFile("bao-cao.pdf", PDF, "application/pdf")
    client.post(f"/tasks/{task.number}/report/", {"revision": 1, "note": "Đã mua chứng thư", "progress_pct": "60"})

    answer = client.post(
        f"/tasks/{task.number}/hand-in/",
        {
            "revision": 2,
            "note": "Xong",
            "evidence_files": file,
            "document_number": "12/BC-SNN",
            "document_on": "2024-01-20",
        },
        follow=True,
    )

    assert "12/BC-SNN ngày 20/01/2024" in body(answer)
    assert "Chờ xem xét kết quả" in body(answer)
    client.force_login(person(Role.PLAN_OWNER), backend=BACKEND)
    answer = client.post(f"/tasks/{task.number}/accept/", {"revision": 3}, follow=True)
    assert "Hoàn thành" in body(answer)
    assert Task.objects.get().state == "accepted"


def test_a_report_that_is_refused_comes_back_with_its_words(sign_in):
    task = given()
    tasks.edit_task(task_id=task.pk, revision=1, text=text(product="Khác"), actor="chutri", at=AT)

    answer = sign_in(Role.AGENCY_LEAD, "SL-SNNPTNT").post(
        f"/tasks/{task.number}/report/", {"revision": 1, "note": "Viết mất công"}
    )

    assert answer.status_code == 422
    assert "Viết mất công" in body(answer)
    assert "nhiệm vụ đã thay đổi" in body(answer)
    assert 'name="revision" value="2"' in body(answer)


@pytest.mark.parametrize("step", ["accept", "return", "cancel", "edit"])
def test_the_lead_agency_does_not_review_its_own_work(sign_in, step):
    task = handed_in(given())

    answer = sign_in(Role.AGENCY_LEAD, "SL-SNNPTNT").post(f"/tasks/{task.number}/{step}/", {"revision": 2, "note": "x"})

    assert answer.status_code == 404


def test_evidence_is_a_download_within_the_scope(client):
    handed_in(given())
    key = Evidence.objects.get().pk
    client.force_login(person(Role.VIEWER, "SL-SNNPTNT"), backend=BACKEND)

    answer = client.get(f"/tasks/evidence/{key}/")

    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert AuditEntry.objects.filter(action="plans.evidence_read").exists()
    client.force_login(person(Role.VIEWER, "SL-SYT"), backend=BACKEND)
    assert client.get(f"/tasks/evidence/{key}/").status_code == 404
