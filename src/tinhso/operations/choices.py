from django.db import models
from django.utils.translation import gettext_lazy as _


class AlertKind(models.TextChoices):
    """What an alert is about (loại cảnh báo)."""

    DEADLINE = "deadline", _("Sắp đến hạn")
    LEVEL = "level", _("Chậm tiến độ")
    CHANGE = "change", _("Giảm bất thường")
    FORECAST = "forecast", _("Khó đạt cuối năm")
    COMPLETENESS = "completeness", _("Thiếu đơn vị báo cáo")
    SILENCE = "silence", _("Nguồn im lặng")


class AlertHandling(models.TextChoices):
    """What somebody did about an alert (xử lý)."""

    TASK = "task", _("Đã giao nhiệm vụ")
    EXPLAINED = "explained", _("Đã giải trình")
