"""Results as lines of a table."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.accounts.api import User
from tinhso.core.badges import Badge
from tinhso.organizations import api as organizations
from tinhso.public_services.dossiers.models import ResultDocument


@dataclass(frozen=True, slots=True)
class Line:
    """A result.

    Attributes:
        expires_on: None where it has no end.
        note: what it replaces, what replaces it, or why it was revoked.
        is_sample: the signature has no legal value.
    """

    key: str
    number: str
    name: str
    dossier: str
    dossier_key: str
    agency: str
    issued_on: dt.date
    expires_on: dt.date | None
    signed_by: str
    badge: Badge
    note: str
    is_sample: bool
    file_url: str
    may_revoke: bool


def lines(rows: Iterable[ResultDocument], *, today: dt.date) -> list[Line]:
    """Results for a table, each with the full name of who signed it."""
    found = list(rows)
    wanted = {row.signed_by for row in found}
    names = dict(User.objects.filter(username__in=wanted).values_list("username", "full_name"))
    return [_line(row, names.get(row.signed_by) or row.signed_by, today) for row in found]


def _line(row: ResultDocument, signed_by: str, today: dt.date) -> Line:
    return Line(
        key=str(row.key),
        number=row.number,
        name=row.name,
        dossier=row.dossier.number,
        dossier_key=str(row.dossier.key),
        agency=organizations.named_unit(row.dossier.agency_id, row.issued_on).name,
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        signed_by=signed_by,
        badge=_badge(row, today),
        note=_note(row),
        is_sample=not row.has_legal_value,
        file_url=reverse("public_services:desk_result_file", args=[row.key]),
        may_revoke=row.superseded_by_id is None and row.revoked_at is None,
    )


def _badge(row: ResultDocument, today: dt.date) -> Badge:
    if row.revoked_at is not None:
        return Badge("bad", _("Đã thu hồi"))
    if row.superseded_by_id is not None:
        return Badge("none", _("Đã thay thế"))
    if row.expires_on is not None and row.expires_on < today:
        return Badge("old", _("Hết hạn"))
    return Badge("good", _("Còn hiệu lực"))


def _note(row: ResultDocument) -> str:
    told = []
    if row.superseded_by is not None:
        told.append(_("thay bằng số %(number)s") % {"number": row.superseded_by.number})
    before = getattr(row, "supersedes", None)
    if before is not None:
        told.append(_("thay số %(number)s") % {"number": before.number})
    if row.revoked_at is not None:
        told.append(
            _("thu hồi %(day)s: %(reason)s") % {"day": f"{row.revoked_at:%d/%m/%Y}", "reason": row.revoked_reason}
        )
    return "; ".join(told)


def columns() -> list[tuple[str, Any]]:
    """The register as a CSV file."""
    return [
        (_("Số, ký hiệu"), lambda one: one.number),
        (_("Loại"), lambda one: one.name),
        (_("Hồ sơ"), lambda one: one.dossier),
        (_("Cơ quan"), lambda one: one.agency),
        (_("Ngày ký"), lambda one: one.issued_on),
        (_("Hiệu lực đến"), lambda one: one.expires_on),
        (_("Người ký"), lambda one: one.signed_by),
        (_("Tình trạng"), lambda one: one.badge.label),
        (_("Ghi chú"), lambda one: one.note),
        (_("Chữ ký có giá trị pháp lý"), lambda one: _("không") if one.is_sample else _("có")),
    ]
