"""Pages on which plans are written and followed."""

import datetime as dt
import io

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx.oxml.ns import qn

from tests.accounts.factories import person
from tests.plans.test_plan_texts import FILE
from tinhso.accounts.api import Role
from tinhso.plans import api
from tinhso.plans.models import PlanVersion
from tinhso.plans.selectors import plan_files
from tinhso.plans.selectors import plans as selectors

pytestmark = pytest.mark.usefixtures("province")
BACKEND = "tinhso.accounts.backends.Backend"
TARGET = {
    "indicator": "soc.assistance",
    "title": "Người dân được hỗ trợ",
    "operator": ">=",
    "value_pct": "90",
    "owner": "SL-STTTT",
    "scope": ["commune"],
    "day_1": "2024-06-30",
    "value_1": "50",
}


@pytest.fixture
def owner(client):
    client.force_login(person(Role.PLAN_OWNER), backend=BACKEND)
    return client


@pytest.fixture
def sign_in(client):
    def as_(role, code="14"):
        client.force_login(person(role, code), backend=BACKEND)
        return client

    return as_


def text(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def upload(client, content=FILE):
    file = SimpleUploadedFile("ke-hoach.yaml", content.encode(), "application/yaml")
    return client.post("/plans/manage/new/", {"file": file, "from": "file"})


def imported(client):
    upload(client)
    return PlanVersion.objects.get(state="draft")


def step(client, row, name, **said):
    revision = PlanVersion.objects.get(pk=row.pk).revision
    return client.post(f"/plans/manage/{row.pk}/steps/{name}/", {"revision": revision, **said})


def test_a_plan_goes_from_a_file_into_force(owner):
    row = imported(owner)
    step(owner, row, "consult", note="Gửi các sở")
    step(owner, row, "approve", number="12/QĐ-UBND", issued_on="2024-01-05", signer="Người Ký Mẫu")
    step(owner, row, "enter_force", on="2024-01-10")

    page = text(owner.get(f"/plans/manage/{row.pk}/"))

    assert "Đang có hiệu lực" in page
    assert "12/QĐ-UBND ngày 05/01/2024, người ký: Người Ký Mẫu" in page
    assert "văn bản ban hành trước 01/7/2026 không phải gửi" in page
    assert api.plan().number == "12/QĐ-UBND"


def test_an_act_of_today_must_be_sent_within_five_working_days(owner):
    row = imported(owner)
    step(owner, row, "consult", note="")
    PlanVersion.objects.filter(pk=row.pk).update(
        state="approved", number="9/QĐ-UBND", signer="A", issued_on=dt.date(2026, 7, 3)
    )

    page = text(owner.get(f"/plans/manage/{row.pk}/"))

    assert "phải gửi Bộ trước hết ngày 10/07/2026" in page
    assert "NĐ 224/2026/NĐ-CP, Điều 7, khoản 3, điểm d" in page


def test_a_wrong_file_is_refused_with_its_line(owner):
    answer = upload(owner, FILE.replace("value_pct: 100", "value_pct: 120"))

    assert answer.status_code == 422
    assert "Dòng 12: giá trị 120 nằm ngoài khoảng của chỉ tiêu, từ 0 đến 100" in text(answer)
    assert not PlanVersion.objects.filter(state="draft").exists()


def test_a_form_without_a_file_asks_for_one(owner):
    answer = owner.post("/plans/manage/new/", {"from": "file"})

    assert answer.status_code == 422
    assert "Tệp kế hoạch (YAML, hoặc Word theo mẫu)" in text(answer)


def test_targets_are_added_changed_and_taken_out(owner):
    row = imported(owner)
    head = {"title": "Kế hoạch thử", "year": "2024", "issuer": "UBND", "lead": "SL-STTTT", "revision": "1"}
    owner.post(f"/plans/manage/{row.pk}/head/", head | {"gov_title": "Chính quyền số", "soc_title": "Xã hội số"})
    owner.post(f"/plans/manage/{row.pk}/targets/", TARGET | {"revision": "2"})
    (added,) = [one for one in fresh(row).targets if one.indicator == "soc.assistance"]
    assert (added.value_pct, added.scope, added.interim[0].value_pct) == (90, ["commune"], 50)

    owner.post(f"/plans/manage/{row.pk}/targets/1/", TARGET | {"revision": "3", "value_pct": "95"})
    assert fresh(row).targets[1].value_pct == 95
    owner.post(f"/plans/manage/{row.pk}/targets/1/", {"revision": "4", "remove": "1"})
    assert len(fresh(row).targets) == 1


def fresh(row):
    return selectors.text_of(PlanVersion.objects.get(pk=row.pk))


def test_a_target_out_of_bounds_comes_back_with_what_was_written(owner):
    row = imported(owner)

    answer = owner.post(f"/plans/manage/{row.pk}/targets/0/", TARGET | {"indicator": "gov.documents_signed", "revision": "1", "value_pct": "120"})  # fmt: skip

    assert answer.status_code == 422
    assert "giá trị 120 nằm ngoài khoảng" in text(answer)
    assert 'value="120"' in text(answer)


def test_a_task_that_ends_before_it_begins_is_refused(owner):
    row = imported(owner)
    said = {"title": "A", "product": "B", "lead": "SL-SYT", "starts_on": "2024-05-01", "due_on": "2024-04-30"}

    answer = owner.post(f"/plans/manage/{row.pk}/tasks/", said | {"revision": "1"})

    assert answer.status_code == 422
    assert "thời hạn 30/04/2024 sớm hơn ngày bắt đầu 01/05/2024" in text(answer)
    assert len(fresh(row).tasks) == 1


def test_the_second_of_two_writers_is_told_and_keeps_what_was_written(owner):
    row = imported(owner)
    said = {"title": "A", "product": "B", "lead": "SL-SYT", "starts_on": "2024-05-01", "due_on": "2024-05-30"}
    owner.post(f"/plans/manage/{row.pk}/tasks/", said | {"revision": "1"})

    answer = owner.post(f"/plans/manage/{row.pk}/tasks/", said | {"revision": "1", "title": "Việc thứ hai"})

    assert answer.status_code == 422
    assert "đã ghi kế hoạch này" in text(answer)
    assert "Việc thứ hai" in text(answer)
    assert 'name="revision" value="2"' in text(answer)


def test_word_has_the_tables_and_yaml_is_read_again(owner):
    row = imported(owner)

    word = owner.get(f"/plans/manage/{row.pk}/file.docx")
    said = " ".join(one.text or "" for one in docx.Document(io.BytesIO(word.content)).element.body.iter(qn("w:t")))
    again = owner.get(f"/plans/manage/{row.pk}/file.yaml").content

    assert "KẾ HOẠCH" in said
    assert "Văn bản ký số" in said
    assert "30/06/2024: 60 %" in said
    assert "15/01/2024 – 30/06/2024" in said
    assert plan_files.parsed(again, "x.yaml").text == fresh(row)


def upload_word(client, content):
    file = SimpleUploadedFile("ke-hoach.docx", content)
    return client.post("/plans/manage/new/", {"file": file, "from": "file"})


def changed(content, before, after):
    """A Word file in which one text of a cell is another."""
    document = docx.Document(io.BytesIO(content))
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells if cell.text == before]
    assert cells
    cells[0].paragraphs[0].runs[0].text = after
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


@pytest.mark.parametrize("number", ["", "292/KH-UBND"])
def test_a_plan_goes_out_as_word_and_comes_back_the_same(owner, number):
    row = PlanVersion.objects.get(number=number) if number else imported(owner)
    if not number:
        task = fresh(row).tasks[0].model_copy(update={"budget_vnd": 5_000_000, "people": "2 người", "supporting": ["SL-SYT"]})  # fmt: skip
        content = fresh(row).model_copy(update={"tasks": [task], "title": "Kế hoạch thử năm 2024"})
        PlanVersion.objects.filter(pk=row.pk).update(content=content.model_dump(mode="json"))

    upload_word(owner, owner.get(f"/plans/manage/{row.pk}/file.docx").content)

    made = PlanVersion.objects.order_by("-pk").first()
    assert made.pk != row.pk
    assert fresh(made) == fresh(row)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("gov.documents_signed", "gov.documents_sign", "Bảng 1, dòng 1: không có chỉ tiêu gov.documents_sign"),
        ("100\N{NO-BREAK SPACE}%", "120 %", "Bảng 1, dòng 1: giá trị 120 nằm ngoài khoảng"),
        ("Sở Thông tin và Truyền thông", "Sở Không Có", "Bảng 1, dòng 1: không có cơ quan “Sở Không Có”"),
        ("15/01/2024 – 30/06/2024", "15/01/2024 – 30/13/2024", "Bảng 2, dòng 1: “30/13/2024” không phải ngày"),
        ("15/01/2024 – 30/06/2024", "15/01/2024 – 14/01/2024", "thời hạn 14/01/2024 sớm hơn ngày bắt đầu"),
    ],
)
def test_a_wrong_word_file_is_refused_with_table_and_row(owner, before, after, sentence):
    row = imported(owner)
    content = fresh(row).model_copy(update={"title": "Kế hoạch thử năm 2024"}).model_dump(mode="json")
    PlanVersion.objects.filter(pk=row.pk).update(content=content)
    word = owner.get(f"/plans/manage/{row.pk}/file.docx").content
    before = before.replace("100\N{NO-BREAK SPACE}%", _shown(word))

    answer = upload_word(owner, changed(word, before, after))

    assert answer.status_code == 422
    assert sentence in text(answer)
    assert PlanVersion.objects.filter(state="draft").count() == 1


def _shown(word):
    """How the file writes 100 percent."""
    return next(
        cell.text for table in docx.Document(io.BytesIO(word)).tables for row in table.rows for cell in row.cells
        if cell.text.startswith("100")
    )  # fmt: skip


@pytest.mark.parametrize("content", [b"khong phai word", b"PK\x03\x04 hong", b""])
def test_a_file_that_is_no_word_is_refused(owner, content):
    answer = upload_word(owner, content)

    assert answer.status_code == 422
    assert not PlanVersion.objects.filter(state="draft").exists()


def test_the_issued_plan_is_exported_with_its_act(owner):
    row = PlanVersion.objects.get(number="292/KH-UBND")

    found = plan_files.parsed(owner.get(f"/plans/manage/{row.pk}/file.yaml").content, "x.yaml")

    assert (found.number, found.issued_on, len(found.targets)) == ("292/KH-UBND", dt.date(2022, 12, 13), 21)


def test_drafts_are_seen_by_those_who_write_and_under_consultation_by_all(owner, sign_in):
    row = imported(owner)
    lead = sign_in(Role.AGENCY_LEAD, "SL-SYT")
    assert lead.get(f"/plans/manage/{row.pk}/").status_code == 404
    assert lead.get(f"/plans/manage/{row.pk}/file.yaml").status_code == 404
    assert "Kế hoạch thử" not in text(lead.get("/plans/manage/"))
    PlanVersion.objects.filter(pk=row.pk).update(state="consultation")

    page = text(lead.get(f"/plans/manage/{row.pk}/"))
    assert "Ý kiến góp ý" in page
    assert "Ghi phê duyệt" not in page
    done = lead.post(f"/plans/manage/{row.pk}/comment/", {"note": "Đề nghị 90 %"}, follow=True)

    assert "Góp ý: Đề nghị 90 %" in text(done)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENCY_LEAD, Role.DATA_OFFICER, Role.ADMINISTRATOR])
def test_only_the_plans_owner_writes(owner, sign_in, role):
    row = imported(owner)
    other = sign_in(role)

    assert other.get("/plans/manage/new/").status_code == 404
    assert other.get(f"/plans/manage/{row.pk}/targets/").status_code == 404
    assert step(other, row, "consult", note="").status_code == 404
    assert other.post(f"/plans/manage/{row.pk}/reissue/").status_code == 404


def test_an_issued_plan_has_no_way_to_be_edited(owner):
    row = PlanVersion.objects.get(number="292/KH-UBND")

    page = text(owner.get(f"/plans/manage/{row.pk}/"))

    assert "Sửa phần đầu" not in page
    assert owner.get(f"/plans/manage/{row.pk}/head/").status_code == 404
    assert "Soạn bản thay thế" in page
    owner.post(f"/plans/manage/{row.pk}/reissue/")
    assert PlanVersion.objects.get(state="draft").supersedes == row


def test_a_refused_step_comes_back_open_with_its_reason(owner):
    row = imported(owner)
    step(owner, row, "consult", note="")

    answer = step(owner, row, "approve", number="292/KH-UBND", issued_on="2024-01-05", signer="A")

    assert answer.status_code == 422
    assert "Số 292/KH-UBND đã là của một kế hoạch khác" in text(answer)
