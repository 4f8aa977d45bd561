"""What real exports get wrong, a little of each kind: every row spoiled here must end in the quarantine,
be counted as a duplicate, or be read rightly in spite of its form."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

Row = dict[str, str]
Spoil = Callable[[Row], Row]
PART = 0.004  # of all rows


def put(**cells: str) -> Spoil:
    """Other cells instead of the right ones."""
    return lambda row: row | cells


def change(column: str, how: Callable[[str], str]) -> Spoil:
    """The right cell in another form."""
    return lambda row: row | {column: how(row[column])}


def grouped(number: str) -> str:
    """15000 as 15.000."""
    return f"{int(number):,}".replace(",", ".")


@dataclass(frozen=True)
class Dirt:
    """The mistakes of one dataset's exports.

    Attributes:
        refused: rows that must be kept back.
        accepted: rows that are odd, but say clearly what is meant.
        added: lines that are no records at all, made of a row; kept back, too.
        repeats: whether some lines come twice.
    """

    refused: tuple[Spoil, ...]
    accepted: tuple[Spoil, ...] = ()
    added: tuple[Spoil, ...] = ()
    repeats: bool = False


KINDS: dict[str, Dirt] = {
    "dossiers": Dirt(
        refused=(
            put(agency_code="99999"),
            change("received_at", lambda text: "31/02/" + text[6:]),
            put(finished_at="01/01/2001 08:00:00", returned_at=""),
            put(procedure_code=""),
            put(fee_vnd="mười nghìn"),
            put(channel="7"),
            put(received_at="15/06/2099 08:00:00"),
        ),
        accepted=(
            put(procedure_code="8.999999"),  # no version of such a procedure: told beside the figure
            lambda row: row | {"dossier_code": f"  {row['dossier_code']} ", "agency_code": f" {row['agency_code']}"},
            change("agency_code", str.lower),
            put(fee_vnd="15.000"),
            change("commune_code", lambda code: code.lstrip("0")),
        ),
        repeats=True,
    ),
    "enterprises": Dirt(
        refused=(put(tax_code=""), put(size="rất lớn"), put(operating="?"), put(commune_code="Bản Mẫu")),
        accepted=(change("commune_code", lambda code: code.lstrip("0")), change("size", str.upper)),
    ),
    "households": Dirt(
        refused=(put(fiber_households="9999999"),),
        accepted=(change("households", grouped),),
        added=(
            put(commune_code="Tổng cộng"),
            put(
                commune_code="Người lập biểu",
                households="",
                fiber_households="",
                digital_address_households="",
                as_of="",
            ),
        ),
    ),
    "schools": Dirt(
        refused=(put(commune_code="125"), put(as_of="30/13/2023")),
        accepted=(change("digital_teaching", str.upper),),
    ),
    "devices": Dirt(
        refused=(put(protected="chờ kiểm tra"), put(agency_code="SL-KHONGCO"), put(tier="")),
        accepted=(put(protected="Không rõ"),),
        repeats=True,
    ),
    "trainings": Dirt(
        refused=(put(kind="hội thảo"), put(completed_on="quý II")),
        accepted=(put(staff_code="CB-MAU-KHONGCO"),),  # nobody of that code is in post: counts nowhere
        repeats=True,
    ),
}


def spoil(dataset: str, table: pa.Table, draw: np.random.Generator) -> pa.Table:
    """Spoil a few rows and repeat a few lines; at least one of each kind where there are rows enough.

    Args:
        dataset: whose mistakes.
        table: text columns.
        draw: which rows are hit.
    """
    dirt = KINDS[dataset]
    kinds = [*dirt.refused, *dirt.accepted]
    each = max(1, round(table.num_rows * PART / len(kinds)))
    if table.num_rows < len(kinds) * each * 3:
        return table
    chosen = draw.choice(table.num_rows, len(kinds) * each + each, replace=False)
    hit, repeated = chosen[: len(kinds) * each], np.sort(chosen[len(kinds) * each :])
    spoiled = [kinds[position % len(kinds)](_row(table, number)) for position, number in enumerate(hit)]
    extra = [make(_row(table, table.num_rows - 1)) for make in dirt.added]
    order = np.arange(table.num_rows)
    order[hit] = table.num_rows + np.arange(len(hit))
    if dirt.repeats:
        order = np.concatenate([order, order[repeated]])
    order = np.concatenate([order, table.num_rows + len(hit) + np.arange(len(extra))])
    return pa.concat_tables([table, pa.Table.from_pylist([*spoiled, *extra], schema=table.schema)]).take(order)


def _row(table: pa.Table, number: int) -> Row:
    return {name: str(table[name][int(number)].as_py()) for name in table.column_names}
