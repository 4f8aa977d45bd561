from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Batch(models.Model):
    """One import of one dataset (lô dữ liệu); its state is the commit point of the lake.

    PENDING: files are being written, nobody reads them. IN_FORCE: rows count. REVOKED: rows no longer count
    and those they had replaced are back. Holds no personal data.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("đang ghi")
        IN_FORCE = "in_force", pgettext_lazy("batch", "đang dùng")
        REVOKED = "revoked", _("đã thu hồi")

    dataset = models.CharField("bộ dữ liệu", max_length=60)
    state = models.CharField("tình trạng", max_length=10, choices=State, default=State.PENDING)
    actor = models.CharField("người nhập", max_length=150)
    created_at = models.DateTimeField("nhập lúc")
    read = models.PositiveBigIntegerField("dòng đã đọc", default=0)
    accepted = models.PositiveBigIntegerField("dòng được nhận", default=0)
    quarantined = models.PositiveBigIntegerField("dòng bị giữ lại", default=0)
    duplicate = models.PositiveBigIntegerField("dòng trùng", default=0)
    refused = models.PositiveBigIntegerField("dòng bị từ chối", default=0)
    repeats = models.PositiveBigIntegerField("khóa lặp lại", default=0)
    first_day = models.DateField("ngày đầu", null=True)
    last_day = models.DateField("ngày cuối", null=True)
    lake_version = models.PositiveBigIntegerField("phiên bản hồ dữ liệu", null=True)
    revoked_at = models.DateTimeField("thu hồi lúc", null=True)
    revoked_by = models.CharField("người thu hồi", max_length=150, blank=True)
    revoke_reason = models.CharField("lý do thu hồi", max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["dataset", "state"], name="datasets_batch_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    read=models.F("accepted") + models.F("quarantined") + models.F("duplicate") + models.F("refused")
                ),
                name="datasets_batch_counts_add_up",
            ),
            models.CheckConstraint(
                condition=models.Q(state="revoked", revoked_at__isnull=False)
                | ~models.Q(state="revoked") & models.Q(revoked_at__isnull=True),
                name="datasets_batch_revoked_with_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset}#{self.pk}"


class BatchFile(models.Model):
    """One source file of a batch, by the hash of its bytes. Holds no personal data."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="files")
    position = models.PositiveIntegerField("thứ tự")
    name = models.CharField("tên tệp", max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("kích thước")
    read = models.PositiveBigIntegerField("dòng đã đọc", default=0)
    quarantined = models.PositiveBigIntegerField("dòng bị giữ lại", default=0)
    refused = models.PositiveBigIntegerField("dòng bị từ chối", default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "position"], name="datasets_file_position")]
        indexes = [models.Index(fields=["sha256"], name="datasets_file_sha256")]

    def __str__(self) -> str:
        return self.name


class RefusedCount(models.Model):
    """How many rows were refused, by agency and year: all that is kept of state-secret documents.

    Holds no personal data.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="refused_counts")
    agency_code = models.CharField("mã cơ quan", max_length=60, blank=True)
    year = models.PositiveIntegerField("năm", null=True)
    rows = models.PositiveBigIntegerField("số dòng")

    def __str__(self) -> str:
        return f"{self.agency_code} {self.year}"


class Upload(models.Model):
    """A file sent through the data page, waiting for preview, confirmation and import (tệp tải lên).

    The bytes lie in the upload folder until the import has ended and are then removed. Holds personal data
    while it waits: the file's content.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("chờ xác nhận")
        RUNNING = "running", _("đang nhập")
        DONE = "done", _("đã xong")
        FAILED = "failed", _("không nhập được")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    dataset = models.CharField("bộ dữ liệu", max_length=60)
    name = models.CharField("tên tệp", max_length=255)
    state = models.CharField("tình trạng", max_length=10, choices=State, default=State.WAITING)
    step = models.CharField("bước", max_length=60, blank=True)
    preview = models.JSONField("xem trước", null=True)
    problem = models.CharField("lý do", max_length=500, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("tải lên lúc")

    def __str__(self) -> str:
        return f"{self.pk} {self.name}"
