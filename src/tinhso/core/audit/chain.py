"""How entries are tied together: the text of a link and its hash; and sealed rows as the database gives them.

Checking makes no objects of rows, since with millions of them that would take most of the time: the database quotes
what is text, and details that are stored in canonical form are hashed as they stand. A hash that fits so proves the
row, since no two different rows make the same text; one that does not is tried again with everything read and written
anew, so that the chain does not hang on how a database writes JSON.
"""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

from tinhso.core.models import AuditEntry, CanonicalJSON

GENESIS = "0" * 64
PAGE = 500
NOT_OURS = (TypeError, ValueError, LookupError, AttributeError, RecursionError)  # reading what we never wrote
BEFORE_ALL = -(2**63)  # so that a forged seal below the first is read as well

Row = tuple[int, str, str, str | None, str]
"""Number, hash; {action, actor, at} as JSON, details as JSON (null: the entry is gone), {id, number, object} as JSON."""

canonical = CanonicalJSON().encode
_SQLITE = """
    SELECT s.number, s.hash, json_object('action', e.action, 'actor', e.actor, 'at', e.at), e.details,
           json_object('id', s.entry_id, 'number', s.number, 'object', e.obj)
    FROM core_auditseal s LEFT JOIN core_auditentry e ON e.id = s.entry_id
    WHERE s.number > %s ORDER BY s.number LIMIT %s
"""
_POSTGRESQL = """
    SELECT s.number, s.hash, concat('{"action":', to_json(e.action), ',"actor":', to_json(e.actor), ',"at":"',
           to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), '"}'), e.details::text,
           concat('{"id":', s.entry_id, ',"number":', s.number, ',"object":', coalesce(to_json(e.obj), 'null'), '}')
    FROM core_auditseal s LEFT JOIN core_auditentry e ON e.id = s.entry_id
    WHERE s.number > %s ORDER BY s.number LIMIT %s
"""
_ROWS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
_UNREADABLE = """
    SELECT number, '', '', '', '{"id":' || entry_id || '}' FROM core_auditseal WHERE number > %s ORDER BY number LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal: worth noting outside the database, since everything up to it is fixed by it."""

    number: int
    hash: str


def link(number: int, before: str, entry: AuditEntry) -> str:
    """The hash that ties an entry to everything sealed before it."""
    content = {
        "number": number,
        "id": entry.pk,
        "at": entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "object": entry.obj,
        "details": entry.details,
    }
    return _hash(before, content)


def pages() -> Iterator[list[Row]]:
    """Every seal with the entry it speaks of, in order of the chain.

    Each page is a statement of its own: nothing is kept open or locked meanwhile.
    """
    after = BEFORE_ALL
    with connection.cursor() as cursor:
        while rows := _page(cursor, after, PAGE):
            yield rows
            after = rows[-1][0]


def fits(before: str, row: Row) -> bool:
    """Whether a row's hash is that of its content and of the hash before it."""
    _number, found, left, details, right = row
    try:
        if left[-18:-17] == " " and details is not None:  # a time with microseconds
            written = canonical(json.loads(details)) if '": ' in details else details
            text = f'{before}\n{left[:-18]}T{left[-17:-2]}+00:00","details":{written},{right[1:]}'
            if sha256(text.encode("utf-8", "surrogatepass")).hexdigest() == found:
                return True
        return _hash(before, content(row)) == found
    except NOT_OURS:
        return False


def content(row: Row) -> dict[str, Any]:
    """What a seal's hash covers besides the hash before it.

    Raises:
        NOT_OURS: the row is not one of ours any more.
    """
    _number, _found, left, details, right = row
    found = {**json.loads(left), "details": json.loads(details or ""), **json.loads(right)}
    return found | {"at": _moment(found["at"])}


def entry_id(row: Row) -> int:
    """The id of the entry that a seal speaks of."""
    found: int = json.loads(row[4])["id"]
    return found


def _page(cursor: CursorWrapper, after: int, size: int) -> list[Row]:
    """So many rows; fewer before one that the database cannot read, such as bytes where text belongs."""
    try:
        cursor.execute(_ROWS[connection.vendor], [after, size])
        return list(cursor.fetchall())
    except DatabaseError:
        if size > 1:
            return _page(cursor, after, size // 2)
        cursor.execute(_UNREADABLE, [after])
        return list(cursor.fetchall())


def _moment(at: str) -> str:
    """A time as links write it, of one as databases do."""
    return f"{at.replace(' ', 'T')}{'' if '.' in at else '.000000'}+00:00"


def _hash(before: str, content: dict[str, Any]) -> str:
    return sha256(f"{before}\n{canonical(content)}".encode("utf-8", "surrogatepass")).hexdigest()
