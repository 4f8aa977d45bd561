"""Agencies as their list shows them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, User
from tinhso.core.exports import Column
from tinhso.documents.models import Agency


@dataclass(frozen=True, slots=True)
class Row:
    """One agency.

    Attributes:
        codes: identifiers that are valid, the newest first.
        is_provisional: it has a code of ours only.
    """

    name: str
    codes: tuple[str, ...]
    is_provisional: bool
    way: str


def rows(found: Sequence[Agency], today: dt.date) -> list[Row]:
    """The rows of the list."""
    return [_row(each, today) for each in found]


def columns() -> list[Column[Row]]:
    """The columns of the file."""
    return [
        (_("Cơ quan"), lambda row: row.name),
        (_("Mã định danh"), lambda row: "; ".join(row.codes)),
        (_("Mã tạm"), lambda row: _("có") if row.is_provisional else ""),
        (_("Kênh"), lambda row: row.way),
    ]


def may_manage(user: User, today: dt.date) -> bool:
    """Whether somebody looks after the exchange."""
    return not accounts.scope(user=user, action=Action.MANAGE_EXCHANGE, on=today).is_empty


def _row(agency: Agency, today: dt.date) -> Row:
    valid = [
        each
        for each in agency.codes.all()
        if each.valid_from <= today and (each.valid_to is None or each.valid_to >= today)
    ]
    valid.sort(key=lambda each: (each.is_provisional, -each.valid_from.toordinal()))
    way = agency.partner.name if agency.partner else _("trong hệ thống này")
    return Row(agency.name, tuple(each.code for each in valid), all(each.is_provisional for each in valid), way)
