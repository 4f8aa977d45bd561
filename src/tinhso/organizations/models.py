"""Units of the state over time. Every fact is dated: no row is ever rewritten by a reform."""

from django.db import models
from django.db.models import F, Q

from tinhso.organizations.choices import Certainty, DayKind, EventKind, UnitKind


def _ends_after_start(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name=name)


class OrgUnit(models.Model):
    """Identity of a unit (đơn vị) through renamings; what it is called lies in its versions.

    Holds no personal data.
    """

    key = models.SlugField("khóa", max_length=60, unique=True)

    def __str__(self) -> str:
        return self.key


class OrgUnitVersion(models.Model):
    """Code, name and kind of a unit while they were so. `valid_to` is the inclusive last day; null is open.

    Codes return: 75 of Sơn La's 75 communes of July 2025 carry a code that meant another commune before, so
    only (code, day) names a unit. Holds no personal data.
    """

    org_unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="versions")
    code = models.CharField("mã", max_length=40)
    name = models.CharField("tên", max_length=200)
    kind = models.CharField("cấp", max_length=20, choices=UnitKind)
    type_name = models.CharField("loại", max_length=40)
    valid_from = models.DateField("hiệu lực từ")
    valid_to = models.DateField("hiệu lực đến", null=True, blank=True)
    act = models.CharField("văn bản", max_length=120)
    certainty = models.CharField("độ chắc chắn", max_length=20, choices=Certainty, default=Certainty.CERTAIN)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["org_unit", "valid_from"], name="organizations_version_unit_from"),
            models.UniqueConstraint(fields=["code", "valid_from"], name="organizations_version_code_from"),
            _ends_after_start("organizations_version_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.code}@{self.valid_from}"


class Edge(models.Model):
    """Which unit a unit answers to, and when (đơn vị cấp trên trực tiếp). Holds no personal data."""

    parent = models.ForeignKey(OrgUnit, models.PROTECT, related_name="child_edges")
    child = models.ForeignKey(OrgUnit, models.PROTECT, related_name="parent_edges")
    valid_from = models.DateField("hiệu lực từ")
    valid_to = models.DateField("hiệu lực đến", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["child", "valid_from"], name="organizations_edge_child_from"),
            models.CheckConstraint(condition=~Q(parent=F("child")), name="organizations_edge_not_to_itself"),
            _ends_after_start("organizations_edge_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.child_id}<{self.parent_id}@{self.valid_from}"


class UnitEvent(models.Model):
    """What an act did to units on a day. Holds no personal data."""

    kind = models.CharField("loại", max_length=20, choices=EventKind)
    happened_on = models.DateField("ngày")
    act = models.CharField("văn bản", max_length=120)
    sources = models.ManyToManyField(OrgUnit, related_name="events_as_source")
    results = models.ManyToManyField(OrgUnit, related_name="events_as_result")
    certainty = models.CharField("độ chắc chắn", max_length=20, choices=Certainty)
    note = models.CharField("ghi chú", max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.kind}@{self.happened_on}"


class Crosswalk(models.Model):
    """Which share of an old unit lies in a new one; the shares of an old unit sum to 1.

    Holds no personal data.
    """

    old_unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="successors")
    new_unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="predecessors")
    happened_on = models.DateField("ngày")
    share = models.DecimalField("tỷ lệ", max_digits=9, decimal_places=8)
    basis = models.CharField("căn cứ chia", max_length=40)
    certainty = models.CharField("độ chắc chắn", max_length=20, choices=Certainty)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["old_unit", "new_unit", "happened_on"], name="organizations_crosswalk_pair"
            ),
            models.CheckConstraint(condition=Q(share__gt=0, share__lte=1), name="organizations_crosswalk_share"),
        ]

    def __str__(self) -> str:
        return f"{self.old_unit_id}>{self.new_unit_id}"


class UnitCode(models.Model):
    """Another code of a unit: QĐ 20/2020/QĐ-TTg, TT 10/2016/TT-BTTTT or a vendor's. Holds no personal data."""

    scheme = models.CharField("hệ mã", max_length=40)
    code = models.CharField("mã", max_length=60)
    org_unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="codes")
    valid_from = models.DateField("hiệu lực từ")
    valid_to = models.DateField("hiệu lực đến", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code", "valid_from"], name="organizations_code_from"),
            _ends_after_start("organizations_code_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}:{self.code}"


class CalendarVersion(models.Model):
    """One issue of the working calendar (lịch làm việc); the latest by number is in force.

    A change of holidays is a new version, so that a deadline can be explained by the calendar it was
    computed with. Holds no personal data.
    """

    number = models.PositiveIntegerField("phiên bản", unique=True)
    issued_on = models.DateField("ngày ban hành")
    basis = models.CharField("căn cứ", max_length=300)
    first_day = models.DateField("từ ngày")
    last_day = models.DateField("đến ngày")
    content_hash = models.CharField("dấu vân", max_length=64, unique=True)

    def __str__(self) -> str:
        return str(self.number)


class CalendarDay(models.Model):
    """A day that differs from Monday to Friday. Holds no personal data."""

    calendar = models.ForeignKey(CalendarVersion, models.PROTECT, related_name="days")
    day = models.DateField("ngày")
    kind = models.CharField("loại", max_length=20, choices=DayKind)
    name = models.CharField("tên", max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="organizations_calendar_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class TreeState(models.Model):
    """The one row that says which content units, edges and codes now have; caches go by it.

    `placement_fingerprint` changes with these, too, and with the crosswalk and the events besides.
    Holds no personal data.
    """

    fingerprint = models.CharField("dấu vân", max_length=64)
    placement_fingerprint = models.CharField("dấu vân của phép quy đổi", max_length=64, default="")
    loaded_at = models.DateTimeField("thời điểm nạp")

    def __str__(self) -> str:
        return self.fingerprint[:12]
