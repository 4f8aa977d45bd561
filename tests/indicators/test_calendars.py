"""Which reporting calendars there are, and which are computed ahead."""

import pytest
from django.utils import translation

from tinhso.core.errors import RuleViolation, UnknownName
from tinhso.core.per_request import remembering
from tinhso.indicators import api

OWN = """\
id: so-thong-ke
name: {vi: "lịch của Sở", en: "the department's calendar"}
month: {from_day: 20, of: same}
"""


@pytest.fixture
def own(home):
    """Write a calendar of the province."""

    def write(text, name="own.yaml"):
        (home / "calendars").mkdir(exist_ok=True)
        (home / "calendars" / name).write_text(text, encoding="utf-8")

    return write


def test_the_national_calendars_are_declared():
    assert set(api.calendars_declared()) == {"nd09", "ngay-25"}


def test_a_province_adds_its_own(own):
    own(OWN)

    assert api.parse_period("2023-12@so-thong-ke").ends_on.isoformat() == "2024-01-19"


def test_a_changed_file_is_read_again(own):
    own(OWN)
    before = api.parse_period("2023-01@so-thong-ke")

    own(OWN.replace("20", "10"))

    assert (before.starts_on.day, api.parse_period("2023-01@so-thong-ke").starts_on.day) == (20, 10)


def test_an_own_calendar_cannot_take_a_national_id(own):
    own(OWN.replace("so-thong-ke", "nd09"))

    with pytest.raises(api.BrokenCalendar, match=r"own.yaml:1: lịch “nd09” đã được khai trong .*nd09.yaml"):
        api.calendars_declared()


def test_without_the_setting_no_calendar_is_in_use_and_no_file_is_read(own):
    own("id: [")

    assert api.calendars_in_use() == {}


def test_the_setting_names_calendars_in_its_order(settings):
    settings.CALENDARS = ["ngay-25", "nd09", "ngay-25"]

    assert list(api.calendars_in_use()) == ["ngay-25", "nd09"]


def test_an_unknown_calendar_of_the_setting_is_one_sentence(settings):
    settings.CALENDARS = ["nd09", "nd9"]

    with pytest.raises(RuleViolation) as refused:
        api.calendars_in_use()

    assert str(refused.value) == "TINHSO_CALENDARS nêu lịch báo cáo “nd9”, nhưng chỉ có: nd09, ngay-25."


def test_a_broken_file_is_named_and_pages_offer_no_calendar(own, settings):
    settings.CALENDARS = ["nd09"]
    own(OWN.replace("20", "31"))

    with pytest.raises(api.BrokenCalendar, match=r"^Lịch báo cáo có lỗi: .*own.yaml:3: from_day phải từ 1 đến 28"):
        api.calendars_in_use()

    assert api.calendars_offered() == {}


def test_civil_periods_are_read_whatever_the_files_say(own):
    own("id: [")

    assert api.parse_period("2023-05").code == "2023-05"


def test_files_are_looked_at_once_in_a_request(own):
    with remembering():
        first = api.calendars_declared()
        own(OWN)

        assert api.calendars_declared() is first


@pytest.mark.parametrize(
    ("code", "nearest"),
    [
        ("2023-05@nd9", ["nd09"]),
        ("2023-05@", ["nd09", "ngay-25"]),
        ("2023-5@nd09", ["2023-05@nd09"]),
    ],
)
def test_a_code_that_names_nothing_is_answered_with_the_nearest(code, nearest):
    with pytest.raises(UnknownName) as refused:
        api.parse_period(code)

    assert refused.value.nearest[: len(nearest)] == nearest


def test_a_calendar_has_a_name_in_both_languages():
    period = api.parse_period("2023-05@nd09")

    assert api.calendar_name(period) == "Nghị định 09/2019/NĐ-CP"
    with translation.override("en"):
        assert api.calendar_name(period) == "Decree 09/2019/ND-CP"
