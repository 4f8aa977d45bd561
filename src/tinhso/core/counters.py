"""Numbers without gaps and without twins: the counter's row is held until the transaction that uses it ends."""

from tinhso.core import prepared
from tinhso.core.models import Counter

_TABLE = Counter._meta.db_table
_NEXT = (
    f'INSERT INTO {_TABLE} AS counter (name, "last") VALUES (%s, 1) '  # noqa: S608 - the table is our own
    'ON CONFLICT (name) DO UPDATE SET "last" = counter."last" + 1 RETURNING "last"'
)


def next_number(name: str) -> int:
    """The next number of a series, from 1, in the caller's transaction; one that is rolled back gives its number back.

    One statement begins a series or goes on in it, so whoever comes second at the same moment waits for the first.

    Args:
        name: of the series, such as `plans.task`.
    """
    with prepared.cursor() as cursor:
        cursor.execute(_NEXT, [name])
        number: int = cursor.fetchone()[0]
    return number
