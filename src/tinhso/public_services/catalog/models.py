"""Procedures and their versions. A published version never changes: another one follows it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tinhso.public_services.catalog.choices import OnlineLevel, VersionState


class Procedure(models.Model):
    """An administrative procedure (thủ tục hành chính) by its national code. Holds no personal data."""

    code = models.CharField(_("mã thủ tục"), max_length=20, unique=True)
    is_active = models.BooleanField("đang áp dụng", default=True)

    class Meta:
        app_label = "public_services"

    def __str__(self) -> str:
        return self.code


class ProcedureVersion(models.Model):
    """One version of a procedure: everything that a dossier filed under it depends on.

    `content` is the whole bundle; name, field and levels are copies for lists. `plain` is what searching looks
    through, without tone marks. A database trigger refuses changes of what has been published, but for the last
    day, which the next version sets. Holds no personal data.
    """

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("phiên bản")
    state = models.CharField("tình trạng", max_length=10, choices=VersionState, default=VersionState.DRAFT)
    name = models.CharField("tên", max_length=500)
    field = models.CharField("lĩnh vực", max_length=120)
    online_level = models.CharField("mức độ", max_length=10, choices=OnlineLevel)
    eligible_full = models.BooleanField("đủ điều kiện toàn trình")
    national_portal = models.BooleanField("tích hợp Cổng Dịch vụ công quốc gia")
    content = models.JSONField("nội dung")
    digest = models.CharField("dấu vân", max_length=64)
    plain = models.TextField("chữ để tìm")
    valid_from = models.DateField("hiệu lực từ", null=True)
    valid_to = models.DateField("hiệu lực đến", null=True, blank=True)
    written_by = models.CharField("người soạn", max_length=150)
    published_at = models.DateTimeField("công bố lúc", null=True)
    published_by = models.CharField("người công bố", max_length=150, blank=True)

    class Meta:
        app_label = "public_services"
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="public_services_version_number"),
            models.UniqueConstraint(
                fields=["procedure"], condition=Q(state="draft"), name="public_services_version_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at__isnull=True)
                | Q(state="published", published_at__isnull=False, valid_from__isnull=False),
                name="public_services_version_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="public_services_version_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["state", "valid_from"], name="public_services_version_state")]

    def __str__(self) -> str:
        return f"{self.procedure_id}/{self.number}"


class Offering(models.Model):
    """That units offer a procedure (dịch vụ công của cơ quan): one unit, or every unit of a kind, while it is so.

    Holds no personal data.
    """

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="offerings")
    unit_kind = models.CharField("cấp", max_length=20, blank=True)
    org_unit = models.ForeignKey("organizations.OrgUnit", models.PROTECT, related_name="+", null=True)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến ngày", null=True, blank=True)

    class Meta:
        app_label = "public_services"
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "unit_kind", "valid_from"],
                condition=Q(org_unit__isnull=True),
                name="public_services_offering_kind",
            ),
            models.UniqueConstraint(
                fields=["procedure", "org_unit", "valid_from"],
                condition=Q(org_unit__isnull=False),
                name="public_services_offering_unit",
            ),
            models.CheckConstraint(
                condition=Q(unit_kind="", org_unit__isnull=False) | (~Q(unit_kind="") & Q(org_unit__isnull=True)),
                name="public_services_offering_kind_or_unit",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="public_services_offering_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.unit_kind or self.org_unit_id}"
