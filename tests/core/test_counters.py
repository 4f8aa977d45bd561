"""Numbers without gaps and without twins."""

import pytest
from django.db import transaction

from tinhso.core import counters


@pytest.mark.django_db
def test_a_series_counts_from_one():
    with transaction.atomic():
        assert [counters.next_number("a"), counters.next_number("a"), counters.next_number("b")] == [1, 2, 1]


@pytest.mark.django_db
def test_a_number_that_is_rolled_back_is_given_again():
    with transaction.atomic():
        counters.next_number("a")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        counters.next_number("a")
        raise ZeroDivisionError

    with transaction.atomic():
        assert counters.next_number("a") == 2


def test_processes_that_ask_at_once_get_different_numbers(elsewhere):
    ask = """
        from django.db import transaction
        from tinhso.core import counters
        for _time in range(10):
            with transaction.atomic():
                print(counters.next_number("a"))
    """

    found = [int(word) for word in elsewhere.together("", *[ask] * 2)]

    assert sorted(found) == list(range(1, 21))
