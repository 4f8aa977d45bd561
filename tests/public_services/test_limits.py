"""How often somebody may do something within a minute: one statement counts, whatever else goes on."""

import datetime as dt

import pytest

from tests.public_services import factories as make
from tinhso.public_services.dossiers.models import ActCount
from tinhso.public_services.dossiers.services import limits
from tinhso.public_services.dossiers.services.limits import TooOften


def count(at=make.AT, *, most=3, what="submit", user_id=7, times=1):
    limits.count(what=what, user_id=user_id, most=most, at=at, times=times)


@pytest.mark.django_db
def test_the_limit_is_the_last_that_may_be():
    for _time in range(3):
        count()

    with pytest.raises(TooOften):
        count()


@pytest.mark.django_db
def test_everybody_and_everything_is_counted_apart():
    for _time in range(3):
        count()

    count(user_id=8)
    count(what="upload")


@pytest.mark.django_db
def test_the_next_minute_begins_anew():
    count(times=3)

    count(make.later(minutes=1), times=3)

    with pytest.raises(TooOften):
        count(make.later(minutes=1))


@pytest.mark.django_db
def test_a_clock_that_is_behind_does_not_begin_anew():
    """Processes on two machines are not of one mind where a minute ends."""
    count(make.later(minutes=1), times=3)

    with pytest.raises(TooOften):
        count()


@pytest.mark.django_db
def test_several_at_once_count_as_several():
    with pytest.raises(TooOften):
        count(times=4)


@pytest.mark.django_db
def test_counting_is_one_statement_the_first_time_and_later(django_assert_num_queries):
    for _time in range(2):
        with django_assert_num_queries(1):
            count()


@pytest.mark.django_db
def test_the_cache_has_nothing_to_do_with_it(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

    with pytest.raises(TooOften):
        for _time in range(4):
            count()


@pytest.mark.django_db
def test_counts_of_yesterday_go():
    count()
    count(make.later(days=1), user_id=8)

    gone = limits.forget(at=make.later(days=1) + dt.timedelta(minutes=1))

    assert gone == 1
    assert ActCount.objects.get().user_id == 8
