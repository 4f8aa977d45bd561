"""Payments and what providers told of them. How a payment stands is told by its moments, never stored."""

import uuid

from django.db import models
from django.db.models import Q

from tinhso.public_services.payments.choices import Refusal

APPEND_ONLY = {"public_services_paymentnotice": ("id",)}


class Payment(models.Model):
    """One attempt to pay the fees of a dossier (lần thanh toán): cash, or a transfer.

    `amount_vnd` is what was asked for, `received_vnd` what came (null before), `refunded_vnd` what went back. With a
    `receipt_number` (số biên lai) it was counted towards its fees; money that came without one waits for a person until
    `handled_at`. Holds personal data, sealed: the payer's name.
    """

    key = models.UUIDField("khóa", unique=True, default=uuid.uuid4)
    dossier = models.ForeignKey("public_services.Dossier", models.PROTECT, related_name="payments")
    charges = models.ManyToManyField("public_services.Charge", related_name="payments")
    provider = models.CharField("kênh thanh toán", max_length=20)
    reference = models.CharField("mã thanh toán", max_length=40, unique=True)
    amount_vnd = models.PositiveBigIntegerField("số tiền phải nộp")
    qr_text = models.CharField("nội dung mã VietQR", max_length=400, blank=True)
    requested_at = models.DateTimeField("tạo lúc")
    expires_at = models.DateTimeField("mã hết hạn lúc", null=True)
    paid_at = models.DateTimeField("trả lúc", null=True)
    received_vnd = models.PositiveBigIntegerField("số tiền đã nhận", null=True)
    failed_at = models.DateTimeField("không thành công lúc", null=True)
    refunded_at = models.DateTimeField("hoàn lúc", null=True)
    refunded_vnd = models.PositiveBigIntegerField("số tiền đã hoàn", default=0)
    provider_ref = models.CharField("mã giao dịch", max_length=80, blank=True)
    collected_by = models.CharField("người thu", max_length=150, blank=True)
    sealed = models.TextField("người nộp", blank=True)
    receipt_number = models.CharField("số biên lai", max_length=60, blank=True)
    handled_at = models.DateTimeField("xử lý lúc", null=True)
    handled_by = models.CharField("người xử lý", max_length=150, blank=True)

    class Meta:
        app_label = "public_services"
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_ref"],
                condition=~Q(provider_ref=""),
                name="public_services_payment_provider_ref",
            ),
            models.UniqueConstraint(
                fields=["receipt_number"], condition=~Q(receipt_number=""), name="public_services_payment_receipt"
            ),
            models.CheckConstraint(
                condition=Q(paid_at__isnull=True, received_vnd__isnull=True, receipt_number="")
                | Q(paid_at__isnull=False, received_vnd__isnull=False),
                name="public_services_payment_paid_whole",
            ),
            models.CheckConstraint(condition=Q(amount_vnd__gt=0), name="public_services_payment_amount"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def kept_vnd(self) -> int:
        """What came, less what went back."""
        return max(0, (self.received_vnd or 0) - self.refunded_vnd)


class PaymentNotice(models.Model):
    """A notice as a provider sent it, or somebody who pretends to be one. Appended only; the database refuses changes.

    `payment` is null where the code names none of ours. Holds personal data, sealed: the notice.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="notices", null=True)
    provider = models.CharField("kênh thanh toán", max_length=20)
    received_at = models.DateTimeField("nhận lúc")
    is_signature_ok = models.BooleanField("chữ ký đúng")
    refusal = models.CharField("lý do không làm theo", max_length=12, choices=Refusal, blank=True)
    sealed = models.TextField("nội dung")

    class Meta:
        app_label = "public_services"

    def __str__(self) -> str:
        return f"{self.pk} {self.provider}"
