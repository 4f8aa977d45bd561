"""The exchange: packets as they go out, deliveries, what came in, receipts."""

from django.db import models
from django.db.models import Q

from tinhso.documents.choices import Business, RequestState, StatusCode
from tinhso.documents.models.agencies import Agency, Partner
from tinhso.documents.models.documents import Document, Version


class Packet(models.Model):
    """The bytes of a message, kept before the first try; every try sends the same (gói tin edXML).

    Holds personal data as far as the document does.
    """

    message_id = models.UUIDField("mã gói tin", unique=True)
    kind = models.CharField("loại", max_length=10, choices=[("edoc", "văn bản"), ("status", "trạng thái")])
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField("kích thước")
    content = models.BinaryField("nội dung")
    made_at = models.DateTimeField("tạo lúc")

    def __str__(self) -> str:
        return str(self.message_id)


class Delivery(models.Model):
    """A document on its way to one recipient (lượt gửi). State is the fold of its receipts; the columns are a cache.

    Holds no personal data.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="deliveries")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    send_by = models.DateTimeField("hạn gửi")
    made_at = models.DateTimeField("tạo lúc")
    standing = models.CharField("trạng thái", max_length=12, default="waiting")
    recall = models.CharField("thu hồi, cập nhật", max_length=10, default="none")
    asked_at = models.DateTimeField("yêu cầu thu hồi, cập nhật gần nhất", null=True)
    arrived_at = models.DateTimeField("đến nơi lúc", null=True)
    refusal = models.CharField("lý do từ chối", max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "version", "recipient"], name="documents_delivery_once")
        ]

    def __str__(self) -> str:
        return f"{self.document_id}>{self.recipient_id}"


class Dispatch(models.Model):
    """A packet that is to reach one agency (việc gửi). Waiting: `done_at` and `parked_at` null.

    It is tried until the recipient's system has taken it, or a person stops it: `parked_at` says that it waits for a
    person, `stopped_at` that one has given it up. Holds no personal data.
    """

    packet = models.ForeignKey(Packet, models.PROTECT, related_name="dispatches")
    recipient = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    sender = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="dispatches")
    made_at = models.DateTimeField("tạo lúc")
    next_at = models.DateTimeField("lần thử tới", null=True)
    tries = models.PositiveIntegerField("số lần thử", default=0)
    last_code = models.CharField("mã lỗi gần nhất", max_length=30, blank=True)
    last_error = models.CharField("lỗi gần nhất", max_length=300, blank=True)
    done_at = models.DateTimeField("đến hệ thống nhận lúc", null=True)
    parked_at = models.DateTimeField("chờ người xem xét từ", null=True)
    stopped_at = models.DateTimeField("dừng hẳn lúc", null=True)
    told_at = models.DateTimeField("đã báo người lúc", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["packet", "recipient"], name="documents_dispatch_once")]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(done_at__isnull=True, parked_at__isnull=True, stopped_at__isnull=True),
                name="documents_dispatch_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.packet_id}>{self.recipient_id}"


class Attempt(models.Model):
    """One try of a dispatch that failed (lần thử). Holds no personal data."""

    dispatch = models.ForeignKey(Dispatch, models.CASCADE, related_name="attempts")
    at = models.DateTimeField("lúc")
    code = models.CharField("mã", max_length=30)
    error = models.CharField("lỗi", max_length=300)

    def __str__(self) -> str:
        return f"{self.dispatch_id} {self.code}"


class Inbound(models.Model):
    """A message that came, with the receipt that was given for it (gói tin đến).

    The same message again is answered with the same receipt; the same name with other bytes is refused. Committed
    together with what it made. The content proves what came; it goes when the sender takes the document back. Holds
    personal data as far as the document does.
    """

    message_id = models.CharField("mã gói tin", max_length=64)
    recipient = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    sender = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="+")
    kind = models.CharField("loại", max_length=10)
    sha256 = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField("nội dung", null=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="inbound")
    receipt = models.TextField("biên nhận")
    received_at = models.DateTimeField("nhận lúc")
    warnings = models.JSONField("điều lạ trong gói tin", default=list)
    packet_signature = models.CharField("chữ ký gói tin", max_length=10, blank=True)  # own, valid, weak, unknown, none
    is_opened = models.BooleanField("đã mở", default=True)  # False while its files are not stored

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message_id", "recipient"], name="documents_inbound_once")]
        indexes = [
            models.Index(fields=["id"], condition=Q(is_opened=False), name="documents_inbound_unopened"),
        ]

    def __str__(self) -> str:
        return self.message_id


class Receipt(models.Model):
    """What a recipient said of a delivery (biên nhận, trạng thái); appended only. Holds no personal data."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="receipts")
    code = models.CharField("mã", max_length=2, choices=StatusCode)
    at_remote = models.DateTimeField("lúc, theo nơi nhận")
    digest = models.CharField("dấu vân", max_length=64)
    raw = models.TextField("nguyên văn")
    is_signed = models.BooleanField("có chữ ký đúng")
    description = models.CharField("nội dung", max_length=500, blank=True)
    got_at = models.DateTimeField("nhận lúc")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "code", "at_remote"], name="documents_receipt_once"),
            models.CheckConstraint(condition=Q(code__in=StatusCode.values), name="documents_receipt_known_code"),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.code}"


class ReceivedRequest(models.Model):
    """A sender's request to recall, update or replace a document (yêu cầu thu hồi, cập nhật, thay thế).

    `document` is null while what it speaks of has not come. Holds personal data: reasons in text.
    """

    inbound = models.OneToOneField(Inbound, models.PROTECT, related_name="request")
    recipient = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    sender = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    code = models.CharField("mã định danh văn bản", max_length=120)
    business = models.PositiveSmallIntegerField("việc", choices=Business)
    reason = models.CharField("lý do", max_length=500, blank=True)
    changes = models.JSONField("nội dung cập nhật", default=dict)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="requests")
    successor = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    state = models.CharField("trạng thái", max_length=10, choices=RequestState)
    asked_at = models.DateTimeField("đến lúc")
    answered_at = models.DateTimeField("trả lời lúc", null=True)
    answered_by = models.CharField("người trả lời", max_length=150, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[RequestState.AGREED, RequestState.DECLINED]) | Q(answered_at__isnull=False),
                name="documents_request_answered_at",
            )
        ]
        indexes = [models.Index(fields=["code", "recipient"], name="documents_request_code")]

    def __str__(self) -> str:
        return f"{self.business} {self.code}"
