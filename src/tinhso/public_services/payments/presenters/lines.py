"""Payments as lines of a page."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.core.badges import Badge
from tinhso.organizations import api as organizations
from tinhso.public_services.payments.choices import Attention, PaymentState
from tinhso.public_services.payments.models import Payment
from tinhso.public_services.payments.selectors import payments

BADGES = {
    PaymentState.WAITING: "running",
    PaymentState.EXPIRED: "none",
    PaymentState.FAILED: "bad",
    PaymentState.PAID: "good",
    PaymentState.REFUNDED: "old",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A payment.

    Attributes:
        when: the moment that tells its state.
        attention: what a person has to see to; empty for nothing.
        receipt_url: empty where there is no receipt.
    """

    key: str
    reference: str
    dossier: str
    dossier_url: str
    agency: str
    way: str
    asked_vnd: int
    received_vnd: int | None
    refunded_vnd: int
    badge: Badge
    when: dt.datetime
    attention: str
    receipt: str
    receipt_url: str
    handled_by: str


def lines(rows: Iterable[Payment], *, at: dt.datetime, receipt: str) -> list[Line]:
    """Payments for a table.

    Args:
        receipt: name of the address that serves receipts to this reader.
    """
    return [_line(row, at, receipt) for row in rows]


def _line(row: Payment, at: dt.datetime, receipt: str) -> Line:
    state = payments.state(row, at)
    found: Attention | None = payments.attention(row)
    return Line(
        key=str(row.key),
        reference=row.reference,
        dossier=row.dossier.number,
        dossier_url=reverse("public_services:cash", args=[row.dossier.key]),
        agency=organizations.named_unit(row.dossier.agency_id, at.date()).name,
        way=way(row.provider),
        asked_vnd=row.amount_vnd,
        received_vnd=row.received_vnd,
        refunded_vnd=row.refunded_vnd,
        badge=Badge(BADGES[state], str(state.label)),
        when=row.refunded_at or row.paid_at or row.failed_at or row.requested_at,
        attention=str(found.label) if found else "",
        receipt=row.receipt_number,
        receipt_url=reverse(receipt, args=[row.key]) if row.receipt_number else "",
        handled_by=row.handled_by,
    )


def columns() -> list[tuple[str, Any]]:
    """The table as a CSV file."""
    return [
        (_("Mã thanh toán"), lambda one: one.reference),
        (_("Hồ sơ"), lambda one: one.dossier),
        (_("Cơ quan"), lambda one: one.agency),
        (_("Hình thức"), lambda one: one.way),
        (_("Phải nộp (đồng)"), lambda one: one.asked_vnd),
        (_("Đã nhận (đồng)"), lambda one: one.received_vnd),
        (_("Đã hoàn (đồng)"), lambda one: one.refunded_vnd),
        (_("Tình trạng"), lambda one: one.badge.label),
        (_("Lúc"), lambda one: one.when),
        (_("Phải xử lý"), lambda one: one.attention),
        (_("Biên lai"), lambda one: one.receipt),
    ]


def way(provider: str) -> str:
    """How it is paid."""
    return {"cash": _("Tiền mặt"), "sandbox": _("Chuyển khoản (giả lập)")}.get(provider, _("Chuyển khoản"))


def qr_picture(payment: Payment) -> str:
    """The VietQR code as a picture inside the page."""
    return str(segno.make(payment.qr_text, error="m", micro=False).svg_data_uri(scale=4, border=1))


def account() -> dict[str, str]:
    """The account to which fees are transferred."""
    return {
        "bank": settings.PAYMENT_BANK_NAME,
        "number": settings.PAYMENT_ACCOUNT,
        "holder": settings.PAYMENT_HOLDER,
    }
