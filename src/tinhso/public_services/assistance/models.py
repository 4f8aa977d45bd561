"""Sessions in which people are helped. `services` alone writes them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tinhso.public_services.assistance.choices import CameBy, ConsentMethod, HelpKind, Outcome, Requester


class AssistanceSession(models.Model):
    """One request for help with online services and what came of it (lượt hỗ trợ).

    It is a request until somebody takes it (`helper`, `started_at`); nothing is filled in before the person agreed
    (`consented_at`); it is over with `ended_at`. `minutes` and `could_do_alone` (could do it alone next time) are null
    while nobody has said. `revision` grows with what the dataset `assistance` tells of it; `published_revision` is
    what was published last. Holds personal data, sealed: who was helped, how the person agreed, the code to be told,
    reasons; and the keyed hash of the identity number, empty when it is not known.
    """

    key = models.UUIDField("khóa", unique=True, default=uuid.uuid4)
    unit = models.ForeignKey("organizations.OrgUnit", models.PROTECT, related_name="+")
    helper = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    place = models.CharField("nơi hỗ trợ", max_length=200, blank=True)
    came_by = models.CharField("cách yêu cầu", max_length=10, choices=CameBy)
    requester = models.CharField("đối tượng", max_length=10, choices=Requester)
    kind = models.CharField("việc cần hỗ trợ", max_length=10, choices=HelpKind)
    sealed = models.TextField("người được hỗ trợ")
    identity_hash = models.CharField("số định danh, băm", max_length=64, blank=True)
    requested_at = models.DateTimeField("yêu cầu lúc")
    started_at = models.DateTimeField("bắt đầu lúc", null=True)
    consent_method = models.CharField("cách đồng ý", max_length=10, choices=ConsentMethod, blank=True)
    consented_at = models.DateTimeField("đồng ý lúc", null=True)
    sealed_consent = models.TextField("căn cứ đồng ý", blank=True)
    sealed_code = models.TextField("mã xác nhận", blank=True)
    code_sent_at = models.DateTimeField("gửi mã lúc", null=True)
    code_tries = models.PositiveSmallIntegerField("số lần thử mã", default=0)
    codes_sent = models.PositiveSmallIntegerField("số mã đã gửi", default=0)
    draft_key = models.UUIDField("bản nháp", null=True)
    dossier = models.OneToOneField("public_services.Dossier", models.PROTECT, null=True, related_name="assistance")
    ended_at = models.DateTimeField("kết thúc lúc", null=True)
    outcome = models.CharField("kết quả", max_length=10, choices=Outcome, blank=True)
    sealed_reason = models.TextField("lý do", blank=True)
    minutes = models.PositiveIntegerField("số phút", null=True)
    could_do_alone = models.BooleanField("lần sau tự làm được", null=True)
    disputed_at = models.DateTimeField("người dân nói không nhờ lúc", null=True)
    sealed_dispute = models.TextField("lời người dân", blank=True)
    revision = models.PositiveIntegerField("phiên bản", default=1)
    published_revision = models.PositiveIntegerField("phiên bản đã công bố", default=0)

    class Meta:
        app_label = "public_services"
        constraints = [
            models.CheckConstraint(
                condition=Q(helper__isnull=True, started_at__isnull=True)
                | Q(helper__isnull=False, started_at__isnull=False),
                name="public_services_assistance_helper_and_start",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True) | Q(started_at__gte=F("requested_at")),
                name="public_services_assistance_starts_after_request",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | (Q(ended_at__gte=F("started_at")) & ~Q(outcome="")),
                name="public_services_assistance_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(consented_at__isnull=True, consent_method="")
                | (Q(consented_at__isnull=False) & ~Q(consent_method="")),
                name="public_services_assistance_consent_whole",
            ),
            models.CheckConstraint(
                condition=(~Q(outcome="helped") & Q(draft_key__isnull=True) & Q(dossier__isnull=True))
                | Q(consented_at__isnull=False),
                name="public_services_assistance_nothing_before_consent",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "requested_at"], condition=Q(helper__isnull=True), name="public_services_help_waiting"
            ),
            models.Index(fields=["helper", "-requested_at"], name="public_services_help_own"),
            models.Index(fields=["identity_hash"], name="public_services_help_identity"),
            models.Index(fields=["requested_at"], name="public_services_help_time"),
            models.Index(
                fields=["id"],
                condition=Q(revision__gt=F("published_revision")),
                name="public_services_help_news",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)
