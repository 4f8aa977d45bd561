from django.db import models
from django.utils.translation import gettext_lazy as _


class Requester(models.TextChoices):
    """Who asks for help; the codes are those of the dataset `assistance`."""

    CITIZEN = "citizen", _("Người dân")
    BUSINESS = "business", _("Doanh nghiệp")


class HelpKind(models.TextChoices):
    """With what somebody is helped."""

    GUIDE = "guide", _("Hướng dẫn tự làm")
    TYPE = "type", _("Kê khai giúp")
    ACCOUNT = "account", _("Tạo, dùng tài khoản định danh")
    PAY = "pay", _("Thanh toán trực tuyến")
    COLLECT = "collect", _("Nhận kết quả")


class CameBy(models.TextChoices):
    """How somebody asked for help."""

    IN_PERSON = "in_person", _("Gặp trực tiếp")
    PHONE = "phone", _("Gọi điện")
    ONLINE = "online", _("Gửi trên Cổng dịch vụ công")


class ConsentMethod(models.TextChoices):
    """How the person agreed to be helped (đồng ý theo NĐ 13/2023/NĐ-CP, Điều 11)."""

    CODE = "code", _("Mã xác nhận")
    PAPER = "paper", _("Phiếu có chữ ký")
    VOICE = "voice", _("Nói miệng, có người chứng kiến")


class Outcome(models.TextChoices):
    """How a session ended."""

    HELPED = "helped", _("Đã hỗ trợ xong")
    NOT_HELPED = "not_helped", _("Chưa hỗ trợ được")
    REFERRED = "referred", _("Đã giới thiệu nơi khác")
