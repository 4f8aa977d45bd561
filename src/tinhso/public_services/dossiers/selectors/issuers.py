"""An agency as it heads the papers that it issues (NĐ 30/2020/NĐ-CP, Phụ lục I, mục II.2 và II.7)."""

import datetime as dt
from dataclasses import dataclass

from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow

COMMITTEES = ("province", "district", "commune")


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues a paper, as its head and its signature name it.

    Attributes:
        superior: agency above; empty for people's committees, which write none.
        name: such as “Ủy ban nhân dân Xã Mẫu”.
        place: where papers are issued, such as “Xã Mẫu” or “Sơn La”.
        titles: whose signature it is, one line each; the signer may write others.
    """

    superior: str
    name: str
    place: str
    titles: tuple[str, ...]


def issuer(agency_id: int, on: dt.date) -> Issuer:
    """The agency on a day, or as it was called last before."""
    rows = {row.unit_id: row for row in organizations.units_on(on)}
    row = rows.get(agency_id)
    if row is None:
        name = organizations.named_unit(agency_id, on).name
        return Issuer("", name, name, ("Thủ trưởng cơ quan",))
    if row.kind in COMMITTEES:
        place = row.name.removeprefix("Tỉnh ")
        return Issuer("", committee(row.name), place, ("TM. Ủy ban nhân dân", "Chủ tịch"))
    return _department(row, rows)


def _department(row: UnitRow, rows: dict[int, UnitRow]) -> Issuer:
    above = rows.get(row.parent_id or 0)
    superior = committee(above.name) if above else ""
    place = above.name.removeprefix("Tỉnh ") if above else row.name
    title = "Giám đốc" if row.name.startswith("Sở ") else "Thủ trưởng cơ quan"
    return Issuer(superior, row.name, place, (title,))


def committee(name: str) -> str:
    """“Xã Mẫu” as “Ủy ban nhân dân xã Mẫu”."""
    return f"Ủy ban nhân dân {name[:1].lower()}{name[1:]}"
