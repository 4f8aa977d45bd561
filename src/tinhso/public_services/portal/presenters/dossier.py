"""What a dossier holds, for its applicant: papers, results, fees, people, and who looked at it."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.core import sealed
from tinhso.core.numbers import number
from tinhso.public_services.catalog.rules.content import Bundle
from tinhso.public_services.dossiers.choices import PartyRole
from tinhso.public_services.dossiers.models import AccessLog, Attachment, Charge, Party, ResultDocument
from tinhso.public_services.dossiers.presenters.supplement import scan_note


@dataclass(frozen=True, slots=True)
class FileLink:
    """A file to download; `note` says what is to be known about it."""

    name: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PaperFiles:
    """A paper with the files handed in for it."""

    name: str
    files: list[FileLink]


@dataclass(frozen=True, slots=True)
class ResultLine:
    """A paper that came out; without an address it cannot be had, not yet or not any more, and `note` says why."""

    name: str
    number: str
    issued_on: dt.date
    expires_on: dt.date | None
    signed_by: str
    note: str
    url: str
    has_legal_value: bool


@dataclass(frozen=True, slots=True)
class PartyLine:
    role: str
    name: str
    mandate: str


@dataclass(frozen=True, slots=True)
class ChargeLine:
    name: str
    amount_vnd: int
    settled_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class LookLine:
    """That an official looked."""

    at: dt.datetime
    unit: str
    official: str
    what: str


def files(bundle: Bundle, attachments: Iterable[Attachment]) -> list[PaperFiles]:
    """The files handed in, by paper, in the order of the procedure."""
    by_paper: dict[str, list[FileLink]] = {}
    for one in attachments:
        url = reverse("public_services:attachment", args=[one.key])
        by_paper.setdefault(one.paper, []).append(FileLink(one.name, url, scan_note(one.scan)))
    names = {paper.code: paper.name for paper in bundle.papers}
    codes = [*names, *(code for code in by_paper if code not in names)]
    return [PaperFiles(names.get(code, code), by_paper[code]) for code in codes if code in by_paper]


def results(found: Iterable[ResultDocument], *, unpaid_vnd: int) -> list[ResultLine]:
    """The papers that came out, the newest first.

    Args:
        unpaid_vnd: what is still to be paid before they are handed over; 0 for nothing.
    """
    return [_result(one, unpaid_vnd) for one in found]


def _result(one: ResultDocument, unpaid_vnd: int) -> ResultLine:
    note = ""
    if one.revoked_at:
        note = _("Đã thu hồi ngày %(day)s: %(reason)s") % {
            "day": f"{one.revoked_at:%d/%m/%Y}",
            "reason": one.revoked_reason,
        }
    elif one.superseded_by_id:
        note = _("Đã được thay bằng bản đính chính")
    elif unpaid_vnd:
        note = waits_for_fee(unpaid_vnd)
    url = "" if note else reverse("public_services:result_file", args=[one.key])
    return ResultLine(
        one.name, one.number, one.issued_on, one.expires_on, one.signed_by, note, url, one.has_legal_value
    )


def waits_for_fee(unpaid_vnd: int) -> str:
    """Why a result is not handed over yet."""
    return _("Kết quả được trả sau khi nộp đủ phí, lệ phí; còn phải nộp %(amount)s đồng.") % {
        "amount": number(unpaid_vnd)
    }


def parties(found: Iterable[Party]) -> list[PartyLine]:
    """Whose dossier it is and who filed it, the owner first."""
    order = list(PartyRole)
    rows = sorted(found, key=lambda party: order.index(PartyRole(party.role)))
    return [
        PartyLine(str(PartyRole(row.role).label), sealed.opened_values(row.sealed).get("full_name", ""), row.mandate)
        for row in rows
    ]


def charges(found: Iterable[Charge]) -> list[ChargeLine]:
    """What was to be paid."""
    return [ChargeLine(one.name, one.amount_vnd, one.settled_at) for one in found]


def looks(found: Iterable[AccessLog], names: Mapping[str, str]) -> list[LookLine]:
    """Who looked at the dossier.

    Args:
        names: full names of officials by user name.
    """
    return [LookLine(one.at, one.unit, names.get(one.actor, one.actor), one.what) for one in found]


def look_columns() -> list[tuple[str, Callable[[LookLine], Any]]]:
    """Who looked, as a file."""
    return [
        (_("Thời điểm"), lambda one: one.at),
        (_("Cơ quan"), lambda one: one.unit),
        (_("Cán bộ"), lambda one: one.official),
        (_("Đã xem"), lambda one: one.what),
    ]
