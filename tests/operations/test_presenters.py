import datetime as dt

import pytest
from django.utils import translation

from tinhso.datasets import api as datasets
from tinhso.indicators import api as indicators
from tinhso.operations.presenters import common, data


def test_wrong_rows_of_an_upload_name_columns_in_vietnamese_and_hide_personal_values():
    problem = {"line": 2, "column": "staff_code", "value": "CB-000123", "reason": "không đúng dạng mã"}

    shown = data.problems({"problems": [problem]}, datasets.contract("staff"))

    assert [(one.column, one.value) for one in shown] == [("Mã cán bộ", "CB•••23")]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("2023-05", "tháng 5/2023"),
        ("2023-Q2", "quý II/2023"),
        ("2023-H1", "6 tháng đầu năm 2023"),
        ("2023-9M", "9 tháng đầu năm 2023"),
        ("2023", "cả năm 2023"),
        ("2023-05/ytd", "từ đầu năm đến hết tháng 5/2023"),
        ("2023-05@nd09", "tháng 5/2023 (15/4 – 14/5/2023, theo Nghị định 09/2019/NĐ-CP)"),
        ("2023-Q1@nd09", "quý I/2023 (15/12/2022 – 14/3/2023, theo Nghị định 09/2019/NĐ-CP)"),
        ("2023-H2@nd09", "6 tháng cuối năm 2023 (15/6 – 14/12/2023, theo Nghị định 09/2019/NĐ-CP)"),
        ("2023@nd09", "cả năm 2023 (15/12/2022 – 14/12/2023, theo Nghị định 09/2019/NĐ-CP)"),
        ("2023-01/ytd@ngay-25", "từ đầu năm đến hết tháng 1/2023 (1/1 – 25/1/2023, theo lịch chốt ngày 25)"),
    ],
)
def test_a_period_in_words(code, words):
    assert common.period_in_words(indicators.parse_period(code)) == words


def test_a_period_that_ends_in_the_next_year_keeps_its_name(home):
    (home / "calendars").mkdir()
    text = 'id: own\nname: {vi: "lịch của tỉnh", en: "own"}\nmonth: {from_day: 20, of: same}\n'
    (home / "calendars" / "own.yaml").write_text(text, encoding="utf-8")

    words = common.period_in_words(indicators.parse_period("2023-H2@own"))

    assert words == "6 tháng cuối năm 2023 (20/7/2023 – 19/1/2024, theo lịch của tỉnh)"


def test_a_period_of_a_calendar_in_english():
    with translation.override("en"):
        words = common.period_in_words(indicators.parse_period("2023-05@nd09"))

    assert words.endswith("(15/4 – 14/5/2023, by Decree 09/2019/ND-CP)")


def test_a_year_to_date_has_begun_when_its_last_month_has():
    code = "2023-05/ytd@nd09"

    begun = [common.has_begun(indicators.parse_period(code), dt.date(2023, 4, day)) for day in (14, 15)]

    assert begun == [False, True]


def test_periods_of_calendars_follow_the_civil_ones():
    civil = common.period_options(2023, dt.date(2023, 2, 20), "2023-02")

    groups = common.period_options(
        2023, dt.date(2023, 2, 20), "2023-03@nd09", {"nd09": indicators.calendars_declared()["nd09"]}
    )

    assert [group.title for group in groups[: len(civil)]] == [group.title for group in civil]
    own = {group.title: group.options for group in groups[len(civil) :]}
    months = own["Tháng, theo Nghị định 09/2019/NĐ-CP"]
    assert [(one.code, one.title, one.is_chosen) for one in months] == [
        ("2023-03@nd09", "Tháng 3/2023 (15/2 – 14/3/2023)", True),
        ("2023-02@nd09", "Tháng 2/2023 (15/1 – 14/2/2023)", False),
        ("2023-01@nd09", "Tháng 1/2023 (15/12/2022 – 14/1/2023)", False),
    ]
    latest = own["Từ đầu năm, theo Nghị định 09/2019/NĐ-CP"][0]
    assert latest.title == "Từ đầu năm đến T3/2023 (15/12/2022 – 14/3/2023)"
