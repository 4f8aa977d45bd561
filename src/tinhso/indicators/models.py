from django.db import models
from django.db.models import Q

from tinhso.indicators.choices import ReportEventKind, ReportState


class StateSet(models.Model):
    """One complete computation: leaf states and cells as immutable files, switched in by this row (bộ số liệu).

    At most one is in force; readers take the cells it names, so a computation that is killed leaves the
    previous one whole. `manifest` names the files and what they were made from (`engine.incremental.Manifest`).
    Holds no personal data.
    """

    fingerprint = models.CharField("dấu vân", max_length=64, unique=True)
    as_of = models.DateField("ngày tính đến")
    catalog_hash = models.CharField("dấu vân danh mục chỉ tiêu", max_length=64)
    tree_hash = models.CharField("dấu vân cây đơn vị", max_length=200)
    leaf_states = models.PositiveBigIntegerField("số trạng thái lá")
    cells = models.PositiveBigIntegerField("số ô số liệu")
    manifest = models.JSONField("các tệp", default=dict)
    computed_at = models.DateTimeField("thời điểm tính")
    in_force = models.BooleanField("đang dùng", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["in_force"],
                condition=models.Q(in_force=True),
                name="indicators_one_state_set_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.as_of} {self.fingerprint[:12]}"


class Release(models.Model):
    """Figures frozen for an official report (bản chốt số liệu): data cut, catalog, plan and tree.

    The cells are those of the state set, which is never removed while a release quotes it. Plan number, version and
    content hash are text that the plan's module hands down. Holds no personal data beside the name of its maker.
    """

    number = models.PositiveIntegerField("số", unique=True)
    state_set = models.ForeignKey(StateSet, models.PROTECT, related_name="releases")
    plan_number = models.CharField("kế hoạch", max_length=60)
    plan_version = models.CharField("phiên bản kế hoạch", max_length=60)
    plan_hash = models.CharField("dấu vân kế hoạch", max_length=64)
    period = models.CharField("kỳ", max_length=40)
    note = models.CharField("ghi chú", max_length=500, blank=True)
    code_version = models.CharField("phiên bản phần mềm", max_length=60)
    cells_sha256 = models.CharField("SHA-256 của các ô số liệu", max_length=64)
    created_by = models.CharField("người chốt", max_length=150)
    created_at = models.DateTimeField("chốt lúc")

    def __str__(self) -> str:
        return f"{self.number} {self.plan_number} {self.period}"


class Report(models.Model):
    """What one unit reports for one dataset and period, where no record exists (phiếu báo cáo số liệu).

    `values` has, by column of the dataset, the numbers as text; `document` is where they are from. Its row came with
    `batch`, once sent; numbers equal to those that were there come with none. Holds personal data: user names of who reported, approved and confirmed.
    """

    dataset = models.CharField("bộ dữ liệu", max_length=60)
    org_unit = models.ForeignKey("organizations.OrgUnit", models.PROTECT, related_name="+")
    unit_code = models.CharField("mã đơn vị trong kỳ", max_length=40)
    period = models.CharField("kỳ", max_length=20)
    as_of = models.DateField("ngày số liệu")
    values = models.JSONField("số liệu", default=dict)
    document_number = models.CharField("văn bản nguồn", max_length=100, blank=True)
    document_on = models.DateField("ngày văn bản nguồn", null=True)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, related_name="+")
    file_name = models.CharField("tên tệp", max_length=255, blank=True)
    media_type = models.CharField("kiểu tệp", max_length=100, blank=True)
    state = models.CharField("trạng thái", max_length=20, choices=ReportState, default=ReportState.DRAFT)
    revision = models.PositiveIntegerField("lần ghi", default=1)
    reported_by = models.CharField("người báo cáo", max_length=150)
    approved_by = models.CharField("người duyệt", max_length=150, blank=True)
    confirmed_by = models.CharField("người xác nhận", max_length=150, blank=True)
    locked_at = models.DateTimeField("khóa lúc", null=True)
    is_published = models.BooleanField("đã vào số liệu", default=False)
    batch = models.ForeignKey("datasets.Batch", models.PROTECT, null=True, related_name="+")
    problem = models.CharField("vì sao chưa vào số liệu", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "org_unit", "period"], name="indicators_report_once"),
            models.CheckConstraint(
                condition=~Q(state__in=[ReportState.APPROVED, ReportState.CONFIRMED, ReportState.LOCKED])
                | (~Q(approved_by="") & ~Q(approved_by=models.F("reported_by"))),
                name="indicators_reporter_does_not_approve",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ReportState.CONFIRMED, ReportState.LOCKED])
                | (~Q(confirmed_by="") & ~Q(confirmed_by=models.F("reported_by"))),
                name="indicators_reporter_does_not_confirm",
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.LOCKED, locked_at__isnull=False)
                | (~Q(state=ReportState.LOCKED) & Q(locked_at__isnull=True)),
                name="indicators_report_locked_at",
            ),
        ]
        indexes = [models.Index(fields=["dataset", "period", "state"], name="indicators_report_state")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.unit_code} {self.period}"


class ReportEvent(models.Model):
    """One thing that happened to a report; appended only by services (diễn biến).

    `changes` has, by column, the number before and after. Holds personal data: user names in text.
    """

    report = models.ForeignKey(Report, models.PROTECT, related_name="events")
    revision = models.PositiveIntegerField("lần ghi")
    kind = models.CharField("việc", max_length=20, choices=ReportEventKind)
    at = models.DateTimeField("thời điểm")
    actor = models.CharField("người thực hiện", max_length=150)
    note = models.TextField("lý do", max_length=2000, blank=True)
    changes = models.JSONField("thay đổi", default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "revision"], name="indicators_report_event_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.revision} {self.kind}"
