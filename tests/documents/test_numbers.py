"""Numbers without gaps and twins, and tables to which nothing but rows is ever added."""

import datetime as dt
import json

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.core.conftest import elsewhere
from tests.documents import factories as make
from tests.documents import light
from tinhso.documents.choices import State
from tinhso.documents.models import APPEND_ONLY, Document, NumberBook, NumberTaken
from tinhso.documents.services import numbers, sending, signing

_ = elsewhere
CLERKS = 50
PROCESSES, EACH = 8, 12
BEGIN = """
    import json
    from django.db import transaction
    from tests.documents import factories as make, light
    from tinhso.documents.models import Document, NumberTaken
    from tinhso.documents.services import numbers
"""
TAKE = """
    document = Document.objects.get(pk={key})
    with transaction.atomic():
        given = numbers.take(agency=document.agency, series="KH", document=document, on=make.AT.date(), at=make.AT)
    print(given)
"""


@pytest.fixture
def justice(province):
    return make.office(make.JUSTICE)


TODAY = make.AT.date()


def take(document, series="KH", on=TODAY):
    return numbers.take(agency=document.agency, series=series, document=document, on=on, at=make.AT)


# ---- F14: many clerks at once -------------------------------------------------------------------------------------


def drafts(justice, count):
    return [make.draft(justice).pk for _one in range(count)]


@pytest.fixture
def clerks(province, transactional_db, home):
    """An agency with drafts, in a database that other processes see."""
    return make.office(make.JUSTICE)


def test_fifty_clerks_at_once_get_neither_twins_nor_gaps(clerks, request):
    keys = drafts(clerks, CLERKS)
    others = request.getfixturevalue("elsewhere")

    said = others.together(BEGIN, *[TAKE.format(key=key) for key in keys])

    assert sorted(int(number) for number in said) == list(range(1, CLERKS + 1))
    found = others.run(BEGIN + "\n    print(json.dumps(list(NumberTaken.objects.values_list('number', flat=True))))")
    assert sorted(json.loads(found)) == list(range(1, CLERKS + 1))


def test_processes_that_roll_some_back_leave_no_gap(clerks, request):
    keys = drafts(clerks, PROCESSES * EACH)
    others = request.getfixturevalue("elsewhere")
    program = """
    for place, key in enumerate({keys}):
        document = Document.objects.get(pk=key)
        try:
            with transaction.atomic():
                given = numbers.take(agency=document.agency, series="KH", document=document, on=make.AT.date(),
                                     at=make.AT)
                if place % 3 == 0:
                    raise RuntimeError
            print(given)
        except RuntimeError:
            pass
    """

    said = others.together(BEGIN, *[program.format(keys=keys[worker::PROCESSES]) for worker in range(PROCESSES)])

    assert sorted(int(number) for number in said) == list(range(1, PROCESSES * EACH * 2 // 3 + 1))


# ---- books --------------------------------------------------------------------------------------------------------


def test_a_rolled_back_number_is_given_to_the_next(justice):
    one, other = make.draft(justice), make.draft(justice)
    with pytest.raises(RuntimeError), transaction.atomic():
        assert take(one) == 1
        raise RuntimeError

    assert take(other) == 1
    assert NumberTaken.objects.get().document == other


def test_every_year_begins_with_one(justice):
    given = [take(make.draft(justice), on=dt.date(year, 6, 1)) for year in (2023, 2023, 2024, 2023)]

    assert given == [1, 2, 1, 3]


def test_agencies_have_books_of_their_own(justice):
    home_affairs = make.office(make.HOME)

    assert [take(make.draft(who)) for who in (justice, home_affairs, justice)] == [1, 1, 2]


def test_a_closed_book_gives_no_number(justice):
    document = make.draft(justice)
    NumberBook.objects.create(agency=justice.agency, year=2024, series="KH", is_closed=True)

    with pytest.raises(numbers.BookClosed, match="2024"):
        take(document)

    assert not NumberTaken.objects.exists()


@pytest.mark.parametrize(
    ("setting", "kind", "series"),
    [
        ("by_kind", "KH", "KH"),
        ("by_kind", "QD", "QD"),
        ("by_kind", "CV", "CV"),
        ("by_kind", "TCO", "CV"),
        ("together", "KH", "*"),
        ("together", "CV", "*"),
        ("together", "TCO", "*"),
        ("together", "NQ", "NQ"),
        ("together", "QD", "QD"),
        ("together", "QC", "QC"),
        ("together", "QyD", "QyD"),
    ],
)
def test_types_are_numbered_apart_or_together_as_the_head_has_set(settings, setting, kind, series):
    settings.DOCUMENT_NUMBERING = setting

    assert numbers.series_of(kind) == series


def test_letters_of_two_types_on_one_day_have_codes_of_their_own(justice):
    letters = [light.issued(justice, kind=kind) for kind in ("CV", "TCO")]

    assert [letter.code.rpartition(",")[2] for letter in letters] == ["01/STP", "02/STP"]


def test_a_recalled_document_keeps_its_number_and_the_next_gets_another(justice):
    document = light.issued(justice)

    sending.recall(
        document_id=document.pk,
        revision=document.revision,
        reason="Sai thẩm quyền",
        actor="x",
        acts_as=make.REGISTRAR,
        at=make.AT,
    )

    document.refresh_from_db()
    assert (document.state, document.number) == (State.RECALLED, 1)
    assert light.issued(justice).number == 2


def test_papers_and_electronic_documents_share_a_series(justice):
    light.issued(justice)

    paper = signing.register_paper(
        agency=justice.agency,
        text=make.text(justice),
        issued_on=make.AT.date(),
        actor=justice.registrar,
        at=make.AT,
    )

    assert (paper.number, paper.state, paper.medium) == (2, State.ISSUED, "paper")
    assert light.issued(justice).number == 3


def test_what_is_issued_has_a_number(justice):
    document = make.draft(justice)

    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(state=State.ISSUED)


def test_one_number_is_not_given_twice_in_a_book(justice):
    one, other = make.draft(justice), make.draft(justice)
    take(one)

    with pytest.raises(IntegrityError), transaction.atomic():
        NumberTaken.objects.create(book=NumberBook.objects.get(), number=1, document=other, taken_at=make.AT)


# ---- what is never changed ----------------------------------------------------------------------------------------


@pytest.fixture
def something_everywhere(justice):
    """A row in each table that is appended only."""
    light.sent(justice, make.office(make.HOME))
    make.exchange()


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {table} SET id = id", "DELETE FROM {table}"])
def test_the_database_refuses_to_change_or_remove(something_everywhere, table, statement):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        (before,) = cursor.fetchone()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table))

    assert before > 0


def test_the_migration_and_the_models_name_the_same_tables():
    from importlib import import_module

    assert import_module("tinhso.documents.migrations.0002_append_only").TABLES == APPEND_ONLY
