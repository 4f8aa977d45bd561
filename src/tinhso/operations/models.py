from django.db import models
from django.db.models import Q

from tinhso.operations.choices import AlertHandling, AlertKind


class Alert(models.Model):
    """Something that somebody should look at, at one unit (cảnh báo); open until it is over.

    `indicator` is empty for the silence of a source, `dataset` for everything else. `facts` has the figures of the
    sentence: shares as fractions, days, counts. Holds personal data: the user name of whoever handled it, in text.
    """

    kind = models.CharField("loại", max_length=20, choices=AlertKind)
    plan_number = models.CharField("kế hoạch", max_length=60)
    indicator = models.CharField("chỉ tiêu", max_length=100, blank=True)
    dataset = models.CharField("bộ dữ liệu", max_length=60, blank=True)
    org_unit = models.ForeignKey("organizations.OrgUnit", models.PROTECT, related_name="+")
    period = models.CharField("kỳ", max_length=40)
    as_of = models.DateField("số liệu đến ngày")
    facts = models.JSONField("số liệu của câu", default=dict)
    raised_at = models.DateTimeField("nêu lúc")
    seen_at = models.DateTimeField("còn thấy lúc")
    cleared_at = models.DateTimeField("hết lúc", null=True)
    told_at = models.DateTimeField("báo lúc", null=True)
    escalation = models.PositiveSmallIntegerField("mức báo lên", default=0)
    handling = models.CharField("xử lý", max_length=20, choices=AlertHandling, blank=True)
    handled_at = models.DateTimeField("xử lý lúc", null=True)
    handled_by = models.CharField("người xử lý", max_length=150, blank=True)
    note = models.TextField("giải trình", max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "plan_number", "indicator", "dataset", "org_unit"],
                condition=Q(cleared_at__isnull=True),
                name="operations_alert_open_once",
            ),
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True, handling="", handled_by="")
                | (Q(handled_at__isnull=False) & ~Q(handling="") & ~Q(handled_by="")),
                name="operations_alert_handled_whole",
            ),
            models.CheckConstraint(
                condition=Q(indicator="") ^ Q(dataset=""), name="operations_alert_of_target_or_source"
            ),
        ]
        indexes = [models.Index(fields=["cleared_at", "org_unit"], name="operations_alert_open")]

    def __str__(self) -> str:
        return f"{self.kind} {self.indicator or self.dataset} {self.org_unit_id}"
