"""What real exports get wrong, a little of each kind: every row spoiled here must end in the quarantine,
be counted as a duplicate, or be read rightly in spite of its form."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa

Row = dict[str, str]
Spoil = Callable[[Row], Row]
PART = 0.004  # of all rows


def unknown_unit(row: Row) -> Row:
    return row | {"agency_code": "99999"}


def impossible_date(row: Row) -> Row:
    return row | {"received_at": "31/02/" + row["received_at"][6:]}


def finished_before(row: Row) -> Row:
    return row | {"finished_at": "01/01/2001 08:00:00", "returned_at": ""}


def missing_required(row: Row) -> Row:
    return row | {"procedure_code": ""}


def letters_in_number(row: Row) -> Row:
    return row | {"fee_vnd": "mười nghìn"}


def unknown_channel(row: Row) -> Row:
    return row | {"channel": "7"}


def in_the_future(row: Row) -> Row:
    return row | {"received_at": "15/06/2099 08:00:00"}


def no_version(row: Row) -> Row:
    return row | {"procedure_code": "8.999999"}


def stray_spaces(row: Row) -> Row:
    return row | {"dossier_code": f"  {row['dossier_code']} ", "agency_code": f" {row['agency_code']}"}


def wrong_case(row: Row) -> Row:
    return row | {"agency_code": row["agency_code"].lower()}


def thousands(row: Row) -> Row:
    return row | {"fee_vnd": "15.000"}


def zero_lost(row: Row) -> Row:
    return row | {"commune_code": row["commune_code"].lstrip("0")}


QUARANTINED: tuple[Spoil, ...] = (
    unknown_unit,
    impossible_date,
    finished_before,
    missing_required,
    letters_in_number,
    unknown_channel,
    in_the_future,
)
READ_RIGHTLY: tuple[Spoil, ...] = (no_version, stray_spaces, wrong_case, thousands, zero_lost)


def spoil_dossiers(table: pa.Table, draw: np.random.Generator) -> pa.Table:
    """Spoil a few rows and repeat a few lines; at least one of each kind where there are rows enough."""
    kinds = [*QUARANTINED, *READ_RIGHTLY]
    each = max(1, round(table.num_rows * PART / len(kinds)))
    if table.num_rows < len(kinds) * each * 3:
        return table
    chosen = draw.choice(table.num_rows, len(kinds) * each + each, replace=False)
    columns = {name: np.array(table[name].to_pylist(), dtype=object) for name in table.column_names}
    for position, number in enumerate(chosen[: len(kinds) * each]):
        row = kinds[position % len(kinds)]({name: columns[name][number] for name in columns})
        for name, value in row.items():
            columns[name][number] = value
    spoiled = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return pa.concat_tables([spoiled, spoiled.take(pa.array(np.sort(chosen[len(kinds) * each :])))])
