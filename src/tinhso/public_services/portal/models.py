"""What a citizen has filled in for a supplement and not sent yet, and tries of looking up without signing in."""

import uuid

from django.db import models


class SupplementDraft(models.Model):
    """What somebody has filled in so far in answer to a request for a supplement (bản bổ sung đang soạn).

    It is dropped when it is sent or the request is settled otherwise. Holds personal data, sealed: the answers.
    """

    supplement = models.OneToOneField("public_services.Supplement", models.PROTECT, related_name="draft")
    sealed = models.TextField("câu trả lời", blank=True)
    revision = models.PositiveIntegerField("lần lưu", default=0)
    updated_at = models.DateTimeField("lưu lúc")

    class Meta:
        app_label = "public_services"

    def __str__(self) -> str:
        return str(self.supplement_id)


class SupplementFile(models.Model):
    """A file put to a paper that was asked for again. Holds personal data: the file."""

    key = models.UUIDField("khóa", unique=True, default=uuid.uuid4)
    draft = models.ForeignKey(SupplementDraft, models.CASCADE, related_name="files")
    paper = models.CharField("thành phần hồ sơ", max_length=60)
    file = models.ForeignKey("core.StoredFile", models.PROTECT, related_name="+")
    name = models.CharField("tên tệp", max_length=255)
    scan = models.CharField("quét mã độc", max_length=10)

    class Meta:
        app_label = "public_services"

    def __str__(self) -> str:
        return f"{self.draft_id} {self.paper}"


class LookUpTries(models.Model):
    """Failed tries of looking a dossier up, of one address or for one number (số lần tra cứu sai).

    Holds personal data for a day at most: the keyed hash of an address on the network or of a dossier's number.
    """

    subject = models.CharField("đối tượng, băm", max_length=64, unique=True)
    moments = models.JSONField("các lần thử", default=list)  # ISO 8601, the oldest first
    last_at = models.DateTimeField("lần cuối")

    class Meta:
        app_label = "public_services"
        indexes = [models.Index(fields=["last_at"], name="public_services_tries_last")]

    def __str__(self) -> str:
        return self.subject[:8]
