from django.db import models


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
