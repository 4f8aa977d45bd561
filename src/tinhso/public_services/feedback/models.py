"""Ratings and complaints, each kept apart from the dossier's own events."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tinhso.public_services.feedback.choices import ComplaintKind, Level


class Rating(models.Model):
    """How satisfied somebody is with a dossier that is settled (đánh giá sự hài lòng): given once.

    `reasons` are codes of `choices.Reason`. Holds personal data, sealed: the comment.
    """

    dossier = models.OneToOneField("public_services.Dossier", models.PROTECT, related_name="rating")
    score = models.PositiveSmallIntegerField("mức", choices=Level)
    reasons = models.JSONField("lý do", default=list)
    sealed = models.TextField("ý kiến", blank=True)
    at = models.DateTimeField("lúc")

    class Meta:
        app_label = "public_services"
        constraints = [
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="public_services_rating_five_levels")
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.score}"


class Complaint(models.Model):
    """What a citizen says or proposes about an agency's work (phản ánh, kiến nghị), answered once.

    `dossier` is null where it is about the agency as a whole. Holds personal data: who wrote it, and sealed what was
    said and answered.
    """

    key = models.UUIDField("khóa", unique=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    agency = models.ForeignKey("organizations.OrgUnit", models.PROTECT, related_name="+")
    dossier = models.ForeignKey("public_services.Dossier", models.PROTECT, null=True, related_name="complaints")
    kind = models.CharField("loại", max_length=10, choices=ComplaintKind)
    sealed = models.TextField("nội dung")
    at = models.DateTimeField("gửi lúc")
    due_at = models.DateTimeField("trả lời trước")
    sealed_answer = models.TextField("trả lời", blank=True)
    answered_at = models.DateTimeField("trả lời lúc", null=True)
    answered_by = models.CharField("người trả lời", max_length=150, blank=True)
    idempotency_key = models.CharField("khóa chống lặp", max_length=80)

    class Meta:
        app_label = "public_services"
        constraints = [
            models.UniqueConstraint(fields=["user", "idempotency_key"], name="public_services_complaint_once"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by="", sealed_answer="")
                | (Q(answered_at__gte=F("at")) & ~Q(answered_by="") & ~Q(sealed_answer="")),
                name="public_services_complaint_answered_whole",
            ),
        ]
        indexes = [models.Index(fields=["agency", "answered_at", "due_at"], name="public_services_complaints")]

    def __str__(self) -> str:
        return str(self.key)
