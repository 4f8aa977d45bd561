from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskState(models.TextChoices):
    """Where a task stands (trạng thái nhiệm vụ)."""

    ASSIGNED = "assigned", _("Chưa thực hiện")
    IN_PROGRESS = "in_progress", _("Đang thực hiện")
    HANDED_IN = "handed_in", _("Chờ xem xét kết quả")
    RETURNED = "returned", _("Bị trả lại, chưa hoàn thành")
    ACCEPTED = "accepted", _("Hoàn thành")
    CANCELED = "canceled", _("Thôi giao")


class TaskTiming(models.TextChoices):
    """A task against its deadline (tiến độ so với thời hạn); the values are those of `rules.tasks.Timing`."""

    DONE_IN_TIME = "done_in_time", _("Hoàn thành đúng hạn")
    DONE_LATE = "done_late", _("Hoàn thành quá hạn")
    OVERDUE = "overdue", _("Quá hạn")
    DUE_SOON = "due_soon", _("Sắp đến hạn")
    IN_TIME = "in_time", _("Trong hạn")
    CANCELED = "canceled", _("Thôi giao")


class TaskEventKind(models.TextChoices):
    """What happened to a task."""

    ASSIGNED = "assigned", _("Giao nhiệm vụ")
    EDITED = "edited", _("Sửa nội dung giao")
    PROGRESS = "progress", _("Báo cáo tiến độ")
    HANDED_IN = "handed_in", _("Báo cáo hoàn thành")
    ACCEPTED = "accepted", _("Công nhận hoàn thành")
    RETURNED = "returned", _("Trả lại")
    CANCELED = "canceled", _("Thôi giao")
    REMINDED = "reminded", _("Nhắc việc quá hạn")
