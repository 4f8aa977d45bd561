"""Pages: what they show, to whom, and at what cost."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tinhso.accounts.api import Role
from tinhso.core import jobs
from tinhso.core.models import AuditEntry
from tinhso.datasets.models import Batch, Upload

MOST_QUERIES = 12


def text(answer):
    return answer.content.decode()


def rows(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_overview_shows_all_targets_with_figure_and_status(owner):
    page = text(owner.get("/"))

    assert page.count("data-indicator=") == 21
    assert "292/KH-UBND" in page
    assert "Chậm nhất và vì đâu" in page


@pytest.mark.parametrize("url", ["/", "/targets/gov.documents_signed/"])
def test_a_page_asks_the_database_little(owner, url):
    owner.get(url)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        owner.get(url)

    assert len(queries) <= MOST_QUERIES


def test_a_target_opens_into_its_units_and_says_which_rule_judged(owner):
    page = text(owner.get("/targets/gov.documents_signed/?level=department"))

    assert "Sở Nông nghiệp và Phát triển nông thôn" in page
    assert "đường thẳng từ" in page or "Đạt:" in page
    assert "30/2020/NĐ-CP" in page


def test_sectors_are_listed_with_the_smallest_first(owner):
    page = text(owner.get("/targets/econ.digital_value_added/?period=2022"))

    assert page.index("Nông, lâm nghiệp") < page.index("Thông tin, truyền thông")


def test_records_are_masked_counted_and_their_reading_is_audited(owner):
    page = text(owner.get("/targets/sec.awareness/records/?side=denominator"))

    assert "CB•••" in page
    assert "CB-MAU-0000" not in page
    assert AuditEntry.objects.filter(action="records.read").count() == 1


def test_the_records_are_as_many_as_the_figure_says(owner):
    listed = rows(owner.get("/?format=csv"))
    figure = {row[0]: row for row in listed}

    for indicator in ("gov.documents_signed", "soc.assistance", "sec.awareness", "sec.devices_protected"):
        for side, position in (("numerator", 2), ("denominator", 3)):
            found = rows(owner.get(f"/targets/{indicator}/records/?side={side}&format=csv"))
            assert len(found) - 1 == float(figure[indicator][position])


def test_a_csv_has_the_rows_of_the_table(owner):
    listed = rows(owner.get("/targets/gov.documents_signed/?level=district&format=csv"))

    assert listed[0][0] == "Mã đơn vị"
    assert len(listed) == 13


def test_a_unit_has_its_card_with_rank_and_history(owner):
    page = text(owner.get("/units/125/"))

    assert "Huyện Mai Sơn" in page
    assert "1681/NQ-UBTVQH15" in page


@pytest.mark.parametrize(
    "url",
    [
        "/?unit=14",
        "/?unit=03646",
        "/units/14/",
        "/targets/gov.documents_signed/?unit=14",
        "/targets/gov.documents_signed/records/?unit=14",
        "/?unit=99999",
        "/targets/x.y/",
        "/?period=2023-77",
        "/data/batches/1/",
    ],
)
def test_what_lies_outside_the_scope_or_does_not_exist_is_404(computed, sign_in, url):
    assert sign_in(Role.DATA_OFFICER, "125").get(url).status_code == 404


def test_viewers_see_figures_but_no_records(computed, sign_in):
    client = sign_in(Role.VIEWER)

    assert "xem bản ghi" not in text(client.get("/targets/gov.documents_signed/"))
    assert client.get("/targets/gov.documents_signed/records/").status_code == 404
    assert client.get("/data/upload/").status_code == 404


def test_strangers_are_asked_to_sign_in(province, client):
    answer = client.get("/")

    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/")


def test_before_any_data_the_page_says_what_to_do(province, sign_in):
    page = text(sign_in(Role.PLAN_OWNER).get("/"))

    assert "tinhso import" in page


CSV = (
    "request_id,commune_code,requested_at,requester,helped\nU1,03646,2023-05-30,citizen,1\nU2,03646,hôm qua,citizen,1\n"
)


def uploaded(client, content=CSV):
    file = SimpleUploadedFile("assistance.csv", content.encode())
    return client.post("/data/upload/", {"dataset": "assistance", "file": file})


@pytest.mark.django_db(transaction=True)  # the worker uses the connection as its own
def test_an_upload_is_checked_then_confirmed_then_imported(owner):
    answer = uploaded(owner)
    preview = text(owner.get(answer.url))
    before = Batch.objects.count()

    owner.post(f"{answer.url}confirm/")
    running = text(owner.get(answer.url, headers={"hx-request": "true"}))
    jobs.run_worker(once=True)

    assert "không phải thời điểm" in preview
    assert before == Batch.objects.count() - 1
    assert "<progress" in running
    assert "<html" not in running
    assert Upload.objects.get().state == Upload.State.DONE
    assert "Đã nhập xong" in text(owner.get(answer.url))


def test_a_useless_file_is_refused_with_its_reason(owner):
    answer = uploaded(owner, "a,b\n1,2\n")

    assert "không thấy dòng tiêu đề" in text(owner.get(answer.url))


def test_an_officer_imports_only_for_the_own_units(computed, sign_in):
    client = sign_in(Role.DATA_OFFICER, "125")

    page = text(client.get(uploaded(client).url))

    assert "ngoài phạm vi" in page


def test_somebody_elses_upload_does_not_exist(owner, sign_in):
    url = uploaded(owner).url

    assert sign_in(Role.DATA_OFFICER, "125").get(url).status_code == 404


def test_a_batch_is_revoked_with_a_reason_and_its_rows_can_be_mended(owner):
    batch = Batch.objects.get(dataset="dossiers")
    url = f"/data/batches/{batch.pk}/"

    refused = owner.post(f"{url}revoke/", {"reason": ""})
    owner.post(f"{url}revoke/", {"reason": "gửi nhầm tệp"})
    mended = rows(owner.get(f"{url}quarantine.csv"))

    assert refused.status_code == 422
    assert "gửi nhầm tệp" in text(owner.get(url))
    assert mended[0][-1] == "_reason"
    assert len(mended) == batch.quarantined + 1


@pytest.mark.parametrize(
    "url",
    [
        "/data/",
        "/data/dossiers/",
        "/data/upload/",
        "/units/?q=mai",
        "/indicators/",
        "/indicators/gov.documents_signed/",
        "/ui/",
        "/accounts/2fa/",
        "/targets/soc.smartphones/?unit=125&level=commune&sort=value",
    ],
)
def test_every_other_page_answers(owner, url):
    answer = owner.get(url)

    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Permissions-Policy"]


def test_vietnamese_is_the_language_whatever_the_browser_prefers(owner):
    assert 'lang="vi"' in text(owner.get("/", headers={"accept-language": "en"}))
