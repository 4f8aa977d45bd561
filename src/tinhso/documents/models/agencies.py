"""Who sends and receives documents, under which codes, and by which way."""

from django.db import models
from django.db.models import F, Q

from tinhso.documents.choices import ChannelKind


class Partner(models.Model):
    """Another installation, or a gateway, through which agencies are reached (hệ thống đối tác).

    `certificate` (PEM) is the one by which it is known: of its TLS, its packets and its receipts. What is parked
    waits for a person, with the reason. Holds no personal data.
    """

    name = models.CharField("tên", max_length=200, unique=True)
    channel = models.CharField("kênh", max_length=10, choices=ChannelKind)
    address = models.CharField("địa chỉ", max_length=300)
    certificate = models.TextField("chứng thư (PEM)", blank=True)
    fingerprint = models.CharField("dấu vân chứng thư", max_length=64, blank=True)
    account = models.CharField("mã hệ thống được cấp", max_length=100, blank=True)
    sealed_secret = models.TextField("khóa đã mã hóa", blank=True)
    status_wrapper = models.CharField("phần tử bọc trạng thái", max_length=20, default="MessageHeader")
    is_active = models.BooleanField("đang dùng", default=True)
    parked_reason = models.CharField("lý do tạm dừng", max_length=300, blank=True)
    asked_at = models.DateTimeField("hỏi gói tin mới lúc", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fingerprint"], condition=~Q(fingerprint=""), name="documents_partner_key"),
            models.CheckConstraint(
                condition=Q(status_wrapper__in=("MessageHeader", "Status")), name="documents_partner_wrapper"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Agency(models.Model):
    """An agency that sends or receives documents (cơ quan, tổ chức): a unit of ours, or one that a partner reaches.

    Holds no personal data.
    """

    name = models.CharField("tên", max_length=200)
    org_unit = models.OneToOneField("organizations.OrgUnit", models.PROTECT, null=True, related_name="+")
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="agencies")
    notation = models.CharField("chữ viết tắt trong ký hiệu", max_length=20, blank=True)
    superior = models.CharField("cơ quan chủ quản", max_length=200, blank=True)
    place = models.CharField("địa danh", max_length=150, blank=True)
    is_active = models.BooleanField("đang dùng", default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(org_unit__isnull=True) | Q(partner__isnull=True), name="documents_agency_here_or_there"
            )
        ]

    def __str__(self) -> str:
        return self.name


class AgencyCode(models.Model):
    """An identifier of an agency while it is valid (mã định danh; QĐ 20/2020/QĐ-TTg, TT 10/2016/TT-BTTTT).

    Old and new codes of one agency are different rows; neither is ever computed from the other. A provisional code is
    ours, until the province is given one. Holds no personal data.
    """

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="codes")
    scheme = models.CharField("hệ mã", max_length=20)
    code = models.CharField("mã", max_length=35)
    valid_from = models.DateField("hiệu lực từ")
    valid_to = models.DateField("hiệu lực đến", null=True)
    is_provisional = models.BooleanField("mã tạm", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="documents_agency_code_from"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="documents_agency_code_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.code
