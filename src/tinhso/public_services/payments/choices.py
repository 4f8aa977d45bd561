from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PaymentState(models.TextChoices):
    """How a payment stands; told by its moments, never stored (`rules.standing`)."""

    WAITING = "waiting", _("Chờ chuyển khoản")
    EXPIRED = "expired", _("Mã đã hết hạn")
    FAILED = "failed", _("Không thành công")
    PAID = "paid", _("Đã nhận tiền")
    REFUNDED = "refunded", _("Đã hoàn tiền")


class NoticeKind(models.TextChoices):
    """What a provider tells of a payment."""

    PAID = "paid", pgettext_lazy("payment", "Đã trả")
    FAILED = "failed", _("Không trả được")
    REFUNDED = "refunded", _("Đã hoàn")


class Attention(models.TextChoices):
    """What a person has to see to."""

    SHORT = "short", pgettext_lazy("payment", "Nhận thiếu so với số phải nộp")
    SURPLUS = "surplus", pgettext_lazy("payment", "Nhận thừa, phải hoàn lại")
    REFUNDED = "refunded", pgettext_lazy("payment", "Đã hoàn tiền sau khi nộp đủ")


class Refusal(models.TextChoices):
    """Why a notice was kept and not followed."""

    SIGNATURE = "signature", _("Chữ ký sai")
    STALE = "stale", _("Dấu thời gian quá 10 phút")
    UNREADABLE = "unreadable", _("Nội dung không đọc được")
    UNKNOWN = "unknown", _("Không có khoản mang mã này")
    CONFLICT = "conflict", _("Giao dịch đã ghi cho khoản khác")
