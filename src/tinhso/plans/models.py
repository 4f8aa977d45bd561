from django.db import models
from django.db.models import F, Q

from tinhso.plans.choices import PlanEventKind, PlanState, ScorecardState, TaskEventKind, TaskState


class PlanVersion(models.Model):
    """One version of a plan, from the draft to its end (phiên bản kế hoạch).

    `content` is what the plan says (`rules.texts.PlanText`); it is written while the plan is a draft or under
    consultation, never afterwards: a re-issued plan is another version that supersedes this one. Number, day and
    signer are those of the act. Holds personal data: the name of whoever signed, as the act publishes it.
    """

    number = models.CharField("số, ký hiệu", max_length=60, blank=True)
    version = models.CharField("phiên bản", max_length=20, default="1")
    state = models.CharField("trạng thái", max_length=20, choices=PlanState, default=PlanState.DRAFT)
    content = models.JSONField("nội dung")
    issued_on = models.DateField("ngày ban hành", null=True)
    signer = models.CharField("người ký", max_length=150, blank=True)
    sent_on = models.DateField("ngày gửi Bộ", null=True)
    sent_document = models.CharField("số văn bản gửi Bộ", max_length=60, blank=True)
    in_force_on = models.DateField("ngày có hiệu lực", null=True)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    closed_on = models.DateField("ngày kết thúc", null=True)
    report_number = models.CharField("số báo cáo kết thúc", max_length=60, blank=True)
    revision = models.PositiveIntegerField("lần ghi", default=1)
    created_at = models.DateTimeField("soạn lúc")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number", "version"], condition=~Q(number=""), name="plans_plan_number_and_version_once"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state=PlanState.IN_FORCE), name="plans_one_plan_in_force"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[PlanState.DRAFT, PlanState.CONSULTATION, PlanState.DISCARDED])
                | (Q(issued_on__isnull=False) & ~Q(number="") & ~Q(signer="")),
                name="plans_plan_issued_by_an_act",
            ),
            models.CheckConstraint(
                condition=~Q(state=PlanState.CLOSED) | (Q(closed_on__isnull=False) & ~Q(report_number="")),
                name="plans_plan_closed_by_a_report",
            ),
            models.CheckConstraint(
                condition=Q(sent_on__isnull=True, sent_document="") | (Q(sent_on__isnull=False) & ~Q(sent_document="")),
                name="plans_plan_sent_with_a_document",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"


class PlanEvent(models.Model):
    """One thing that happened to a plan; appended only by services (diễn biến). Holds personal data: user names."""

    plan = models.ForeignKey(PlanVersion, models.PROTECT, related_name="events")
    revision = models.PositiveIntegerField("lần ghi")
    kind = models.CharField("việc", max_length=20, choices=PlanEventKind)
    at = models.DateTimeField("thời điểm")
    actor = models.CharField("người thực hiện", max_length=150)
    note = models.TextField("nội dung", max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "revision"],
                condition=~Q(kind=PlanEventKind.COMMENTED),  # comments come while somebody writes
                name="plans_plan_event_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.revision} {self.kind}"


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


class TaskDocument(models.Model):
    """An official document that a task carries out (văn bản giao nhiệm vụ), by its identifier, as text.

    Holds no personal data.
    """

    task = models.ForeignKey(Task, models.CASCADE, related_name="documents")
    code = models.CharField("mã định danh văn bản", max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "code"], name="plans_task_document_once")]
        indexes = [models.Index(fields=["code"], name="plans_task_document_code")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.code}"


class Scorecard(models.Model):
    """A unit's scores by one version of a scheme in one year (phiếu chấm điểm). Holds personal data: user names."""

    scheme = models.CharField("bộ tiêu chí", max_length=60)
    version = models.CharField("phiên bản", max_length=20)
    year = models.PositiveSmallIntegerField("năm")
    org_unit = models.ForeignKey("organizations.OrgUnit", models.PROTECT, related_name="+")
    state = models.CharField("trạng thái", max_length=20, choices=ScorecardState, default=ScorecardState.SELF_SCORING)
    revision = models.PositiveIntegerField("lần ghi", default=1)
    scored_by = models.CharField("người tự chấm", max_length=150, blank=True)
    verified_by = models.CharField("người thẩm định", max_length=150, blank=True)
    published_at = models.DateTimeField("công bố lúc", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "version", "year", "org_unit"], name="plans_scorecard_once"),
            models.CheckConstraint(
                condition=~Q(state__in=[ScorecardState.VERIFIED, ScorecardState.PUBLISHED])
                | (~Q(verified_by="") & ~Q(verified_by=F("scored_by"))),
                name="plans_scorer_does_not_verify",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.year} {self.org_unit_id}"


class Score(models.Model):
    """One criterion of a scorecard: what the unit says, what was verified, what was published.

    `value` is the indicator's, a fraction, when it was published. May hold personal data, as its file says.
    """

    card = models.ForeignKey(Scorecard, models.CASCADE, related_name="scores")
    criterion = models.CharField("tiêu chí", max_length=60)
    self_points = models.DecimalField("điểm tự chấm", max_digits=8, decimal_places=2, null=True)
    self_note = models.TextField("giải trình", max_length=2000, blank=True)
    verified_points = models.DecimalField("điểm thẩm định", max_digits=8, decimal_places=2, null=True)
    verify_note = models.TextField("ý kiến thẩm định", max_length=2000, blank=True)
    points = models.DecimalField("điểm công bố", max_digits=8, decimal_places=2, null=True)
    value = models.FloatField("giá trị chỉ tiêu khi công bố", null=True)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, null=True, related_name="+")
    file_name = models.CharField("tên tệp", max_length=255, blank=True)
    media_type = models.CharField("kiểu tệp", max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card", "criterion"], name="plans_score_once")]

    def __str__(self) -> str:
        return f"{self.card_id} {self.criterion}"
