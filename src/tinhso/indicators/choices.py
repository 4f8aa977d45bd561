from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportState(models.TextChoices):
    """Where a reported figure stands (trạng thái số liệu báo cáo)."""

    DRAFT = "draft", _("Đang nhập")
    SENT = "sent", _("Đã gửi, chờ duyệt")
    APPROVED = "approved", _("Đơn vị đã duyệt")
    CONFIRMED = "confirmed", _("Cơ quan chủ trì đã xác nhận")
    LOCKED = "locked", _("Đã khóa, chính thức")


class ReportEventKind(models.TextChoices):
    """What happened to a reported figure."""

    WRITTEN = "written", _("Nhập số")
    SENT = "sent", _("Gửi")
    RESTATED = "restated", _("Gửi lại với số khác")
    APPROVED = "approved", _("Duyệt")
    CONFIRMED = "confirmed", _("Xác nhận")
    LOCKED = "locked", _("Khóa")
    REOPENED = "reopened", _("Mở lại")
