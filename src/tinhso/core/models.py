import json
from typing import Any

from django.db import models


class CanonicalJSON(json.JSONEncoder):
    """JSON in the one form that the audit chain hashes: sorted keys, no spaces, letters as they are."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options | {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":")})


class AuditEntry(models.Model):
    """One thing that was done, by whom, to what (nhật ký). Appended only; the database refuses changes.

    Actor and object are text, so that entries outlive what they describe. Holds personal data: who did what.
    """

    at = models.DateTimeField("thời điểm")
    actor = models.CharField("người thực hiện", max_length=150)
    action = models.CharField("hành động", max_length=80)
    obj = models.CharField("đối tượng", max_length=200)
    details = models.JSONField("chi tiết", default=dict, encoder=CanonicalJSON)

    def __str__(self) -> str:
        return f"{self.pk} {self.action} {self.obj}"


class AuditSeal(models.Model):
    """The link of one audit entry into the hash chain, made by the sealing job.

    Writers never wait for one another: entries are appended freely and sealed afterwards. Numbers run from 1
    without a gap, and being the key they keep two sealing jobs from both continuing the chain. Holds no
    personal data.
    """

    number = models.PositiveBigIntegerField("số thứ tự", primary_key=True)
    entry_id = models.BigIntegerField("bản ghi", unique=True)
    hash = models.CharField("dấu vân", max_length=64)

    def __str__(self) -> str:
        return f"{self.number} {self.hash[:12]}"


class AuditAnchor(models.Model):
    """What the chain was on one day (mốc neo): worth showing to somebody outside, who can say so later.

    Anchors follow one another without a gap, from the first seal on. The root is that of the Merkle tree over the
    seals from first to last, the head the hash of the last. Appended only; what others have confirmed of it are
    rows of `AuditWitness`. Holds no personal data.
    """

    last_number = models.PositiveBigIntegerField("mắt xích cuối", primary_key=True)
    first_number = models.PositiveBigIntegerField("mắt xích đầu", unique=True)
    root = models.CharField("gốc băm", max_length=64)
    head = models.CharField("dấu vân của mắt xích cuối", max_length=64)
    day = models.DateField("ngày", unique=True)
    made_at = models.DateTimeField("lập lúc")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first_number__gte=1, last_number__gte=models.F("first_number")),
                name="core_anchor_first_to_last",
            )
        ]

    def __str__(self) -> str:
        return f"{self.last_number} {self.root[:12]}"


class AuditWitness(models.Model):
    """What is known of an anchor outside this database (chứng thực mốc neo). Appended only, so that a token that
    comes late changes nothing that was written.

    `stamp`: a token of RFC 3161, in DER, by the authority. `late`: none came within four hours, which was told
    to the operators. `sent`: handed to an agency, under the document's key. `receipt`: that agency has confirmed it,
    in its own words. Holds no personal data.
    """

    class Kind(models.TextChoices):
        STAMP = "stamp"
        LATE = "late"
        SENT = "sent"
        RECEIPT = "receipt"

    anchor = models.ForeignKey(AuditAnchor, models.PROTECT, related_name="witnesses")
    kind = models.CharField("loại", max_length=10, choices=Kind)
    by = models.CharField("nơi chứng thực", max_length=300)
    at = models.DateTimeField("thời điểm")
    token = models.BinaryField("dấu thời gian", null=True)
    reference = models.CharField("văn bản", max_length=200, blank=True)
    text = models.TextField("lời chứng thực", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="stamp", token__isnull=False)
                | (~models.Q(kind="stamp") & models.Q(token__isnull=True)),
                name="core_witness_stamp_has_token",
            )
        ]

    def __str__(self) -> str:
        return f"{self.anchor_id} {self.kind}"


class OutboxMessage(models.Model):
    """News for other modules, written in the transaction that makes it true (hộp thư đi).

    Waiting: `delivered_at` null and `next_attempt_at` set. Given up for a person to look at: both null.
    Holds no personal data: payloads carry keys.
    """

    topic = models.CharField("chủ đề", max_length=80)
    payload = models.JSONField("nội dung")
    created_at = models.DateTimeField("tạo lúc")
    delivered_at = models.DateTimeField("giao lúc", null=True)
    next_attempt_at = models.DateTimeField("lần thử tới", null=True)
    attempts = models.PositiveIntegerField("số lần thử", default=0)
    last_error = models.CharField("lỗi gần nhất", max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(delivered_at__isnull=True),
                name="core_outbox_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.topic}"


class OutboxDelivery(models.Model):
    """That one handler has done its part for a message; written in the transaction of what the handler does.

    A message that comes twice finds the record and changes nothing. Holds no personal data.
    """

    message = models.ForeignKey(OutboxMessage, models.CASCADE, related_name="deliveries")
    handler = models.CharField("nơi nhận", max_length=200)
    delivered_at = models.DateTimeField("giao lúc")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "handler"], name="core_delivery_once")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.handler}"


class DailyWork(models.Model):
    """Work that is done once a day, and the last day it was (việc hằng ngày). Holds no personal data."""

    name = models.CharField("việc", max_length=80, unique=True)
    done_on = models.DateField("ngày đã làm", null=True)

    def __str__(self) -> str:
        return self.name


class Counter(models.Model):
    """The last number given in a series without gaps (bộ đếm). Holds no personal data."""

    name = models.CharField("dãy số", max_length=120, unique=True)
    last = models.PositiveBigIntegerField("số gần nhất")

    def __str__(self) -> str:
        return self.name


class StoredFile(models.Model):
    """Bytes kept under their SHA-256 (tệp lưu trữ); equal bytes are kept once.

    May hold personal data, as its owner module says; that module serves it after its own scope check.
    """

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    size = models.PositiveBigIntegerField("kích thước")
    name = models.CharField("tên tệp", max_length=255)
    media_type = models.CharField("kiểu", max_length=100)
    stored_at = models.DateTimeField("lưu lúc")

    def __str__(self) -> str:
        return self.sha256[:12]
