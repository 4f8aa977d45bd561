"""Statements that the ORM writes once and that are run often: for the few on every page, and for filing.

Making the SQL of a small query costs Django several times what the database needs to answer it. Here a queryset, with
slots where values will stand, is turned into SQL at the first use; after that only the values are put in, and PostgreSQL
keeps the plan (TINHSO_DATABASE_PLANS). What is asked stays written as a queryset, and nothing that was read is kept
(ADR 0037).
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.sql import InsertQuery
from django.db.models.sql.compiler import SQLCompiler, SQLInsertCompiler

M = TypeVar("M", bound=Model)
T = TypeVar("T")
Parts = list[Any]


class Slot(Expression):
    """The place of a value that is given when the statement is run.

    Args:
        name: by which the value is given.
        field: of what kind it is.
    """

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, _compiler: SQLCompiler, _connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """A placeholder, with this slot where its value will be."""
        return "%s", [self]


class _OncePerConnection(Generic[T]):
    """Something that is made at the first use with each connection, of which a thread has one, and goes with it."""

    def __init__(self, make: Callable[[BaseDatabaseWrapper], T]) -> None:
        self._make = make

    def of(self, connection: BaseDatabaseWrapper) -> T:
        made: dict[_OncePerConnection[T], T] = vars(connection).setdefault("tinhso_prepared", {})
        if self not in made:
            made[self] = self._make(connection)
        return made[self]


class _Reading:
    """SQL that answers with rows, and how the database's values become Python's."""

    def __init__(self, sql: str, parts: Parts, compiler: SQLCompiler, columns: list[Any]) -> None:
        self.sql, self.parts, self._compiler = sql, parts, compiler
        self._converters = compiler.get_converters(columns)

    def rows(self, connection: BaseDatabaseWrapper, parameters: Parts) -> list[tuple[Any, ...]]:
        with _cursor(connection) as sending:
            sending.execute(self.sql, parameters)
            found: list[tuple[Any, ...]] = sending.fetchall()
        if not self._converters:
            return found
        return [tuple(row) for row in self._compiler.apply_converters(found, self._converters)]


class Prepared(Generic[M]):
    """A query.

    Args:
        make: the queryset, made at the first use: of whole objects of one table, or of `values_list`.
    """

    def __init__(self, make: "Callable[[], QuerySet[M, Any]]") -> None:
        self._make = make
        self._statements = _OncePerConnection(self._statement)

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """What is found, each row as a tuple of its columns."""
        connection = connections[DEFAULT_DB_ALIAS]
        reading, _model, _names = self._statements.of(connection)
        return reading.rows(connection, [_filled(part, values, connection) for part in reading.parts])

    def all(self, **values: Any) -> list[M]:
        """The objects found."""
        found = self.rows(**values)
        _reading, model, names = self._statements.of(connections[DEFAULT_DB_ALIAS])
        return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in found]

    def first(self, **values: Any) -> M | None:
        """The first object found; None when there is none."""
        return next(iter(self.all(**values)), None)

    def get(self, **values: Any) -> M:
        """The object found.

        Raises:
            Model.DoesNotExist: there is none.
        """
        found = self.first(**values)
        if found is None:
            _reading, model, _names = self._statements.of(connections[DEFAULT_DB_ALIAS])
            raise model.DoesNotExist  # type: ignore[attr-defined]
        return found

    def _statement(self, connection: BaseDatabaseWrapper) -> tuple[_Reading, type[M], list[str]]:
        query = self._make()
        compiler = query.query.get_compiler(connection=connection)
        sql, parts = compiler.as_sql()
        columns = [column for column, _sql, _alias in compiler.select]
        names = [column.target.attname for column in columns if hasattr(column, "target")]
        return _Reading(sql, list(parts), compiler, columns), query.model, names


class Taking(Generic[M]):
    """Rows that are taken out of a table: whoever comes second waits, and finds nothing.

    Args:
        by: column by whose value the rows are found.
    """

    def __init__(self, model: type[M], by: str) -> None:
        self._model, self._by = model, by
        self._names = [field.attname for field in model._meta.concrete_fields]
        self._statements = _OncePerConnection(self._statement)

    def rows(self, value: Any) -> list[M]:
        """The objects that were there, in no order."""
        connection = connections[DEFAULT_DB_ALIAS]
        found = self._statements.of(connection).rows(connection, [value])
        return [self._model.from_db(DEFAULT_DB_ALIAS, self._names, row) for row in found]

    def _statement(self, connection: BaseDatabaseWrapper) -> _Reading:
        table, quote = self._model._meta.db_table, connection.ops.quote_name
        fields = self._model._meta.concrete_fields
        names = ", ".join(quote(str(field.column)) for field in fields)
        sql = f"DELETE FROM {quote(table)} WHERE {quote(self._by)} = %s RETURNING {names}"  # noqa: S608 - our own table
        compiler = self._model._base_manager.all().query.get_compiler(connection=connection)
        return _Reading(sql, [], compiler, [field.get_col(table) for field in fields])


def cursor() -> "CursorWrapper":
    """A cursor for statements of constant SQL: values travel apart from it, so that PostgreSQL knows it again."""
    return _cursor(connections[DEFAULT_DB_ALIAS])


def _cursor(connection: BaseDatabaseWrapper) -> "CursorWrapper":
    if connection.vendor != "postgresql":
        return connection.cursor()
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    bound = ServerBindingCursor(connection.connection)  # type: ignore[call-arg]
    found: CursorWrapper = connection._prepare_cursor(bound)  # type: ignore[attr-defined]
    return found


def insert(row: M) -> M:
    """Insert a new object of one table, and give it its key: what `save` does, without signals.

    Values are plain ones, not expressions of the database; the key is the database's.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    statements = _INSERTS.of(connection)
    if type(row) not in statements:
        statements[type(row)] = _insert_statement(row, connection)
    sql, fields = statements[type(row)]
    with _cursor(connection) as sending:
        sending.execute(sql, [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
        (row.pk,) = sending.fetchone()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return row


def update(row: M, *names: str) -> M:
    """Write some columns of an object that is there: what `save(update_fields=…)` does, without signals.

    Args:
        names: attributes; values are plain ones, not expressions of the database.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    statements = _UPDATES.of(connection)
    key = (type(row), names)
    if key not in statements:
        statements[key] = _update_statement(row, names, connection)
    sql, fields = statements[key]
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with _cursor(connection) as sending:
        sending.execute(sql, [*values, row.pk])
    return row


_UPDATES: _OncePerConnection[dict[tuple[type[Model], tuple[str, ...]], tuple[str, Parts]]] = _OncePerConnection(
    lambda _connection: {}
)


def _update_statement(row: Model, names: tuple[str, ...], connection: BaseDatabaseWrapper) -> tuple[str, Parts]:
    quote, key = connection.ops.quote_name, row._meta.pk
    assert key is not None  # noqa: S101 - every table has one
    fields = [row._meta.get_field(name) for name in names]
    given = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)  # type: ignore[union-attr]
    sql = f"UPDATE {quote(row._meta.db_table)} SET {given} WHERE {quote(str(key.column))} = %s"  # noqa: S608
    return sql, fields


_INSERTS: _OncePerConnection[dict[type[Model], tuple[str, Parts]]] = _OncePerConnection(lambda _connection: {})


def _insert_statement(row: Model, connection: BaseDatabaseWrapper) -> tuple[str, Parts]:
    key = row._meta.pk
    fields = [field for field in row._meta.local_concrete_fields if field is not key]
    query = InsertQuery(type(row))
    query.insert_values(fields, [row])
    compiler: SQLInsertCompiler = query.get_compiler(connection=connection)
    compiler.returning_fields = [key]
    ((sql, _values),) = compiler.as_sql()
    return sql, fields


def _filled(part: Any, values: dict[str, Any], connection: BaseDatabaseWrapper) -> Any:
    """What is sent to the database: a slot's value as it keeps it."""
    if isinstance(part, Slot):
        return part.output_field.get_db_prep_value(values[part.name], connection)
    return part
