"""Statements made once say what the ORM's own say."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import CharField, DateTimeField, Q
from django.test.utils import CaptureQueriesContext

from tinhso.core import prepared
from tinhso.core.models import Counter, OutboxMessage
from tinhso.core.prepared import Prepared, Slot, Taking

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 1, 2, 8, 0, 0, 123456, tzinfo=dt.UTC)
DUE = Prepared(
    lambda: OutboxMessage.objects.filter(
        Q(topic=Slot("topic", CharField())) | Q(topic="always"), next_attempt_at__lte=Slot("at", DateTimeField())
    ).order_by("pk")
)
TOPICS = Prepared(lambda: OutboxMessage.objects.order_by("-pk").values_list("payload", "created_at")[:1])


def message(topic, **values):
    given = {"payload": {"số": [1, None, "é"]}, "created_at": AT, "next_attempt_at": AT}
    return OutboxMessage(topic=topic, **(given | values))


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_what_is_inserted_is_what_saving_would_have_kept():
    inserted = prepared.insert(message("a", last_error="lỗi"))
    saved = message("a", last_error="lỗi")
    saved.save()

    kept = values(OutboxMessage.objects.get(pk=inserted.pk))
    assert kept == values(OutboxMessage.objects.get(pk=saved.pk)) | {"id": inserted.pk}


def test_what_was_inserted_is_changed_by_saving_it_again():
    row = prepared.insert(message("a"))
    row.topic = "b"
    row.save()

    assert list(OutboxMessage.objects.values_list("pk", "topic")) == [(row.pk, "b")]


def test_defaults_and_empty_values_are_kept():
    row = prepared.insert(OutboxMessage(topic="a", payload={}, created_at=AT))

    assert values(OutboxMessage.objects.get(pk=row.pk)) == values(row)
    assert row.next_attempt_at is None


@pytest.mark.parametrize("times", range(4))  # more often than PostgreSQL waits before it keeps a plan
def test_a_query_finds_what_the_queryset_finds(times):
    for topic, at in (("a", AT), ("b", AT), ("always", AT), ("a", AT + dt.timedelta(days=1))):
        message(topic, next_attempt_at=at).save()

    for topic in ("a", "b", "a' OR '1'='1", "%s"):
        wanted = OutboxMessage.objects.filter(Q(topic=topic) | Q(topic="always"), next_attempt_at__lte=AT).order_by(
            "pk"
        )
        assert values(DUE.first(topic=topic, at=AT)) == values(wanted[0])
        assert [row.pk for row in DUE.all(topic=topic, at=AT)] == [row.pk for row in wanted]


def test_columns_come_as_the_queryset_gives_them():
    message("a").save()

    assert TOPICS.rows() == list(OutboxMessage.objects.order_by("-pk").values_list("payload", "created_at")[:1])
    assert TOPICS.rows() == [({"số": [1, None, "é"]}, AT)]


def test_nothing_found_is_none_or_an_error():
    assert DUE.first(topic="a", at=AT) is None
    assert DUE.rows(topic="a", at=AT) == []
    with pytest.raises(OutboxMessage.DoesNotExist):
        DUE.get(topic="a", at=AT)


def test_what_is_taken_is_gone_and_complete():
    first, second = prepared.insert(message("a")), prepared.insert(message("b"))
    take = Taking(OutboxMessage, "topic")

    assert [values(row) for row in take.rows("a")] == [values(first)]
    assert take.rows("a") == []
    assert list(OutboxMessage.objects.all()) == [second]


def test_errors_of_the_database_are_those_of_the_orm():
    prepared.insert(Counter(name="a", last=1))

    with pytest.raises(IntegrityError), transaction.atomic():
        prepared.insert(Counter(name="a", last=1))


def test_statements_are_counted_like_any_other():
    with CaptureQueriesContext(
        connection,
    ) as found:
        DUE.rows(topic="a", at=AT)
        prepared.insert(message("a"))

    assert len(found) == 2
