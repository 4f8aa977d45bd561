from django.db import models
from django.db.models import F, Q

from tinhso.plans.choices import TaskEventKind, TaskState


class Task(models.Model):
    """Work given to an agency with a deadline and a product (nhiệm vụ).

    `revision` grows with every step, so that two people who write at once are told of one another.
    Holds personal data: user names of who handed in, in text.
    """

    number = models.PositiveIntegerField("số", unique=True)
    plan_number = models.CharField("kế hoạch", max_length=60)
    title = models.CharField("nhiệm vụ", max_length=500)
    product = models.CharField("sản phẩm dự kiến", max_length=500)
    details = models.TextField("nội dung", max_length=5000, blank=True)
    lead = models.ForeignKey("organizations.OrgUnit", models.PROTECT, related_name="+")
    assigned_by = models.ForeignKey("organizations.OrgUnit", models.PROTECT, related_name="+")
    supporting = models.ManyToManyField("organizations.OrgUnit", related_name="+", blank=True)
    starts_on = models.DateField("ngày bắt đầu")
    due_on = models.DateField("thời hạn")
    budget_line = models.CharField("nguồn kinh phí", max_length=200, blank=True)
    budget_vnd = models.BigIntegerField("kinh phí (đồng)", null=True, blank=True)
    people = models.CharField("nhân lực", max_length=300, blank=True)
    state = models.CharField("trạng thái", max_length=20, choices=TaskState, default=TaskState.ASSIGNED)
    revision = models.PositiveIntegerField("lần ghi", default=1)
    handed_in_on = models.DateField("ngày báo cáo hoàn thành", null=True)
    handed_in_by = models.CharField("người báo cáo hoàn thành", max_length=150, blank=True)
    reminder_level = models.PositiveSmallIntegerField("mức nhắc việc", null=True)  # highest that was sent
    created_at = models.DateTimeField("giao lúc")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(due_on__gte=F("starts_on")), name="plans_task_ends_after_start"),
            models.CheckConstraint(
                condition=Q(budget_vnd__isnull=True) | Q(budget_vnd__gte=0), name="plans_task_budget_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TaskState.HANDED_IN, TaskState.ACCEPTED])
                | (Q(handed_in_on__isnull=False) & ~Q(handed_in_by="")),
                name="plans_task_result_was_handed_in",
            ),
        ]
        indexes = [models.Index(fields=["lead", "state"], name="plans_task_lead_state")]

    def __str__(self) -> str:
        return str(self.number)


class ServedIndicator(models.Model):
    """A target that a task is to mend, with its figure when the task was given: "before" (chỉ tiêu phục vụ).

    Numerator and denominator are null where there was no figure. Holds no personal data.
    """

    task = models.ForeignKey(Task, models.CASCADE, related_name="indicators")
    indicator = models.CharField("chỉ tiêu", max_length=100)
    org_unit = models.ForeignKey("organizations.OrgUnit", models.PROTECT, related_name="+")
    period = models.CharField("kỳ", max_length=40)
    as_of = models.DateField("ngày tính đến", null=True)
    numerator = models.DecimalField("tử số", max_digits=38, decimal_places=4, null=True)
    denominator = models.DecimalField("mẫu số", max_digits=38, decimal_places=4, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "indicator", "org_unit"], name="plans_task_serves_once"),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True, denominator__isnull=True)
                | Q(numerator__isnull=False, denominator__isnull=False),
                name="plans_served_figure_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.indicator} {self.org_unit_id}"


class TaskEvent(models.Model):
    """One thing that happened to a task; appended only by services (diễn biến).

    `changes` has, by field, the text before and after. Holds personal data: user names in text.
    """

    task = models.ForeignKey(Task, models.CASCADE, related_name="events")
    revision = models.PositiveIntegerField("lần ghi")
    kind = models.CharField("việc", max_length=20, choices=TaskEventKind)
    at = models.DateTimeField("thời điểm")
    actor = models.CharField("người thực hiện", max_length=150)
    note = models.TextField("nội dung", max_length=5000, blank=True)
    progress_pct = models.PositiveSmallIntegerField("mức hoàn thành (%)", null=True)
    changes = models.JSONField("thay đổi", default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "revision"], name="plans_task_event_once"),
            models.CheckConstraint(
                condition=Q(progress_pct__isnull=True) | Q(progress_pct__lte=100), name="plans_progress_up_to_100"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.revision} {self.kind}"


class Evidence(models.Model):
    """A file that shows what was done, with the number and day of the document it is (minh chứng).

    May hold personal data, as its file says; it is served after the task's scope check, for download only.
    """

    event = models.ForeignKey(TaskEvent, models.CASCADE, related_name="evidence")
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    name = models.CharField("tên tệp", max_length=255)
    media_type = models.CharField("kiểu", max_length=100)
    document_number = models.CharField("số, ký hiệu văn bản", max_length=100, blank=True)
    document_on = models.DateField("ngày văn bản", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "file"], name="plans_evidence_once")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.name}"
