"""Database triggers that make tables append-only, on SQLite and on PostgreSQL: the audit's, and others that ask for it.

SQLite's REPLACE removes the row in its way without running DELETE triggers, so there a third trigger refuses
to insert over a row that is there.
"""

from collections.abc import Iterator, Mapping, Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

Tables = Mapping[str, Sequence[str]]  # their keys by name
KEYS: Tables = {
    "core_auditentry": ("id",),
    "core_auditseal": ("number", "entry_id"),
    "core_auditanchor": ("last_number", "first_number", "day"),
    "core_auditwitness": ("id",),
}
REFUSAL = "audit rows are append-only"


def install(connection: BaseDatabaseWrapper, tables: Tables = KEYS) -> None:
    """Refuse UPDATE and DELETE (on PostgreSQL also TRUNCATE) on tables, the audit's unless others are named."""
    _run(connection, _postgres_install(tables) if connection.vendor == "postgresql" else _sqlite_install(tables))


def remove(connection: BaseDatabaseWrapper, tables: Tables = KEYS) -> None:
    """Take the triggers away; only migrations and the emptying of test databases do."""
    _run(connection, _postgres_remove(tables) if connection.vendor == "postgresql" else _sqlite_remove(tables))


def _run(connection: BaseDatabaseWrapper, statements: Iterator[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _sqlite_install(tables: Tables) -> Iterator[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for table, keys in tables.items():
        taken = " OR ".join(f"{key} = NEW.{key}" for key in keys)
        when = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})"
        yield f"CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} {refuse}"
        yield f"CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} {refuse}"
        yield f"CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table} {when} {refuse}"


def _sqlite_remove(tables: Tables) -> Iterator[str]:
    for table in tables:
        for event in ("update", "delete", "replace"):
            yield f"DROP TRIGGER IF EXISTS {table}_no_{event}"


def _postgres_install(tables: Tables) -> Iterator[str]:
    yield (
        "CREATE OR REPLACE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    for table in tables:
        yield f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"
        yield (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change()"
        )


def _postgres_remove(tables: Tables) -> Iterator[str]:
    for table in tables:
        yield f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"
