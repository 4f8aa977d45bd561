"""The receipt of a fee (biên lai thu phí, lệ phí) as a paper, in Vietnamese whatever the reader's language."""

from django.utils.translation import override

from tinhso.accounts.api import User
from tinhso.core import sealed
from tinhso.core.clock import VIETNAM
from tinhso.core.papers import Letterhead, Paper, Signature, pdf
from tinhso.public_services.dossiers.selectors import issuers, standing
from tinhso.public_services.payments.models import Payment
from tinhso.public_services.payments.rules import spelled

CASH = "cash"


def document(payment: Payment) -> bytes:
    """The receipt of a payment that was counted towards its fees, as PDF/A.

    Raises:
        PdfUnavailable: the machine lacks Pango.
    """
    with override("vi"):
        return pdf.document(paper(payment))


def file_name(payment: Payment) -> str:
    """A name for the file; it names the receipt only."""
    return f"bien-lai-{payment.receipt_number.replace('/', '-')}.pdf"


def paper(payment: Payment) -> Paper:
    """The receipt as a paper."""
    dossier = payment.dossier
    on = (payment.paid_at or payment.requested_at).astimezone(VIETNAM).date()
    issuer = issuers.issuer(dossier.agency_id, on)
    number, _slash, symbol = payment.receipt_number.partition("/")
    head = Letterhead(
        superior=issuer.superior,
        issuer=issuer.name,
        symbol=symbol,
        number=number,
        place=issuer.place,
        issued_on=on,
        kind="Biên lai thu phí, lệ phí",
        subject=f"Mã hồ sơ {dossier.number}",
    )
    return Paper(
        head=head,
        opening=_lines(payment),
        sections=[],
        recipients=["Người nộp tiền", "Lưu: hồ sơ"],
        signature=Signature(["Người thu tiền"], collector(payment)),
        note=f"Mã thanh toán {payment.reference}. Biên lai lập tự động trên hệ thống; chỉ có giá trị khi có trong sổ thu của {issuer.name}.",
    )


def _lines(payment: Payment) -> list[str]:
    received = payment.received_vnd or 0
    counted = min(received, payment.amount_vnd)  # what is over is no fee: it goes back
    charges = [f"{charge.name}: {money(charge.amount_vnd)}" for charge in payment.charges.order_by("pk")]
    way = "tiền mặt" if payment.provider == CASH else f"chuyển khoản, giao dịch {payment.provider_ref}"
    lines = [
        f"Người nộp: {payer(payment)}",
        f"Thủ tục: {standing.bundle_of(payment.dossier).name}",
        *(f"Khoản thu: {line}" for line in charges),
        f"Số tiền: {money(counted)}",
        f"Bằng chữ: {spelled.amount(counted)}.",
        f"Hình thức: {way}",
    ]
    if received > counted:
        lines.append(f"Nhận thừa: {money(received - counted)}, không tính vào phí, lệ phí.")
    if payment.refunded_at:
        lines.append(f"Đã hoàn lại: {money(payment.refunded_vnd)}.")
    return lines


def money(vnd: int) -> str:
    """16000 as “16.000 đồng”."""
    return f"{vnd:,}".replace(",", ".") + " đồng"


def payer(payment: Payment) -> str:
    """Who paid: as written at the counter, else who filed."""
    written = sealed.opened_values(payment.sealed).get("payer", "")
    return str(written or standing.filer_name(payment.dossier))


def collector(payment: Payment) -> str:
    """The official who took cash, by full name; for transfers the system."""
    if not payment.collected_by:
        return "Thu qua tài khoản"
    found = User.objects.filter(username=payment.collected_by).values_list("full_name", flat=True).first()
    return str(found or payment.collected_by)
