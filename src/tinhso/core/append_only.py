"""Database triggers that make a table append-only, on SQLite and on PostgreSQL."""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("core_auditentry", "core_auditseal")
REFUSAL = "audit rows are append-only"


def install(connection: BaseDatabaseWrapper) -> None:
    """Refuse UPDATE and DELETE (and TRUNCATE) on the audit tables."""
    _run(connection, _postgres_install() if connection.vendor == "postgresql" else _sqlite_install())


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away; only migrations and the emptying of test databases do."""
    _run(connection, _postgres_remove() if connection.vendor == "postgresql" else _sqlite_remove())


def _run(connection: BaseDatabaseWrapper, statements: Iterator[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _sqlite_install() -> Iterator[str]:
    for table in TABLES:
        for event in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )


def _sqlite_remove() -> Iterator[str]:
    for table in TABLES:
        for event in ("update", "delete"):
            yield f"DROP TRIGGER IF EXISTS {table}_no_{event}"


def _postgres_install() -> Iterator[str]:
    yield (
        "CREATE OR REPLACE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for table in TABLES:
        yield f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"
        yield (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change()"
        )


def _postgres_remove() -> Iterator[str]:
    for table in TABLES:
        yield f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"
