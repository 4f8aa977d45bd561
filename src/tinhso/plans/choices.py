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


class PlanState(models.TextChoices):
    """Where a plan stands in its legal life (NĐ 224/2026/NĐ-CP, Điều 7)."""

    DRAFT = "draft", _("Dự thảo")
    CONSULTATION = "consultation", _("Đang lấy ý kiến")
    APPROVED = "approved", _("Đã phê duyệt, chưa có hiệu lực")
    IN_FORCE = "in_force", _("Đang có hiệu lực")
    SUPERSEDED = "superseded", _("Đã được thay thế")
    CLOSED = "closed", _("Đã kết thúc")
    DISCARDED = "discarded", _("Đã bỏ")


class PlanEventKind(models.TextChoices):
    """What happened to a plan."""

    DRAFTED = "drafted", _("Soạn dự thảo")
    IMPORTED = "imported", _("Nhập từ tệp")
    EDITED = "edited", _("Sửa dự thảo")
    CONSULTED = "consult", _("Gửi lấy ý kiến")
    COMMENTED = "commented", _("Góp ý")
    APPROVED = "approve", _("Phê duyệt")
    SENT = "send", _("Gửi Bộ Khoa học và Công nghệ")
    ENTERED_FORCE = "enter_force", _("Có hiệu lực")
    SUPERSEDED = "superseded", _("Được thay thế")
    CLOSED = "close", _("Kết thúc bằng báo cáo")
    DISCARDED = "discard", _("Bỏ dự thảo")


class ScorecardState(models.TextChoices):
    """Where a unit's scorecard stands (phiếu chấm điểm)."""

    SELF_SCORING = "self_scoring", _("Đang tự chấm")
    SUBMITTED = "submitted", _("Chờ thẩm định")
    VERIFIED = "verified", _("Đã thẩm định")
    PUBLISHED = "published", _("Đã công bố")


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
