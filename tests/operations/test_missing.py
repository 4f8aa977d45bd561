"""The page of those who are still missing: whom it names, to whom, and what is written down of it."""

import pytest

from tests.operations.test_pages import rows, text
from tinhso.accounts.api import Role
from tinhso.core.models import AuditEntry
from tinhso.datasets import api as datasets

PROCEDURES = "/targets/gov.services_with_online_dossiers/"
STAFF = "/targets/sec.awareness/"


def shortfall(client, indicator, query=""):
    listed = rows(client.get(f"/?format=csv{query}"))
    return next(int(float(row[3]) - float(row[2])) for row in listed if row[0] == indicator)


@pytest.mark.parametrize("query", ["", "&view=as-is", "&view=as-is&unit=03646", "&unit=125&period=2023-Q1"])
def test_as_many_are_named_as_the_figure_lacks(owner, query):
    listed = rows(owner.get(f"{PROCEDURES}missing/?format=csv{query}"))

    assert listed[0] == ["Thủ tục hành chính", "Tên gọi"]
    assert len(listed) - 1 == shortfall(owner, "gov.services_with_online_dossiers", query)


def test_the_target_leads_to_them_from_its_numerator(owner):
    page = text(owner.get(f"{STAFF}?unit=125"))

    assert f"còn thiếu {shortfall(owner, 'sec.awareness', '&unit=125')}</a>" in page
    assert "/targets/sec.awareness/missing/?unit=125" in page


def test_codes_and_labels_are_searched(owner):
    code, label = rows(owner.get(f"{PROCEDURES}missing/?format=csv"))[1]

    for wanted in (code[-4:], label.upper()):
        found = text(owner.get(f"{PROCEDURES}missing/", {"q": wanted}))
        assert code in found
    assert "0 khớp với" in text(owner.get(f"{PROCEDURES}missing/?q=khongco"))


def test_personal_codes_are_masked_and_found_only_when_written_in_full(owner):
    page = text(owner.get(f"{STAFF}missing/"))

    assert "CB•••" in page
    assert "CB-MAU-0" not in page
    assert "0 khớp với" in text(owner.get(f"{STAFF}missing/?q=CB-MAU-0"))
    assert all("•••" in line[0] for line in rows(owner.get(f"{STAFF}missing/?format=csv"))[1:])


def test_a_full_personal_code_is_found(owner):
    from tinhso.indicators import api as indicators
    from tinhso.organizations import api as organizations

    period = indicators.parse_period("2023-05/ytd")
    province = organizations.resolve("14", period.ends_on).org_unit_id
    members = indicators.missing_members(indicator="sec.awareness", unit_id=province, period=period).members

    assert "1 khớp với" in text(owner.get(f"{STAFF}missing/", {"q": members[0].code.lower()}))


def test_reading_is_written_down_without_codes(owner):
    owner.get(f"{STAFF}missing/?unit=125")

    entry = AuditEntry.objects.get(action="records.read")
    assert (entry.details["side"], entry.details["unit"], entry.details["indicator"]) == (
        "missing",
        "125",
        "sec.awareness",
    )
    assert "CB" not in str(entry.details)


def test_the_list_is_paged_and_keeps_what_was_asked(owner):
    page = text(owner.get(f"{STAFF}missing/?view=as-is"))

    assert page.count("<tr>") == 51
    assert "view=as-is&amp;page=2" in page


@pytest.mark.parametrize("indicator", ["gov.documents_signed", "soc.assistance", "x.y"])
def test_other_indicators_have_no_such_page(owner, indicator):
    assert owner.get(f"/targets/{indicator}/missing/").status_code == 404
    if indicator != "x.y":
        assert "/missing/" not in text(owner.get(f"/targets/{indicator}/"))


@pytest.mark.parametrize(("role", "code", "url"), [
    (Role.VIEWER, "14", f"{STAFF}missing/"),
    (Role.DATA_OFFICER, "125", f"{STAFF}missing/?unit=14"),
    (Role.DATA_OFFICER, "125", f"{STAFF}missing/?unit=03646"),
])  # fmt: skip
def test_whoever_sees_no_records_sees_no_members(computed, sign_in, role, code, url):
    client = sign_in(role, code)

    assert client.get(url).status_code == 404
    assert "/missing/" not in text(client.get(f"{STAFF}?unit={code}")) or role != Role.VIEWER


def test_a_period_without_figures_says_so(owner):
    assert "Chưa có danh sách" in text(owner.get(f"{PROCEDURES}missing/?period=2023-12"))


def test_what_a_revoked_batch_held_is_still_missing_in_the_release_before(released):
    client, _first = released

    assert client.get(f"{STAFF}missing/?release=1").status_code == 200
    assert datasets.contracts()
