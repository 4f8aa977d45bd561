from django.db import models


class StateSet(models.Model):
    """One complete computation: leaf states and cells as immutable files, switched in by this row (bộ số liệu).

    At most one is in force; readers take the cells it names, so a computation that is killed leaves the
    previous one whole. Holds no personal data.
    """

    fingerprint = models.CharField("dấu vân", max_length=64, unique=True)
    as_of = models.DateField("ngày tính đến")
    catalog_hash = models.CharField("dấu vân danh mục chỉ tiêu", max_length=64)
    tree_hash = models.CharField("dấu vân cây đơn vị", max_length=64)
    leaf_states = models.PositiveBigIntegerField("số trạng thái lá")
    cells = models.PositiveBigIntegerField("số ô số liệu")
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
