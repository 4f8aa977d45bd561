from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OnlineLevel(models.TextChoices):
    """How far a procedure can be done online (NĐ 42/2022/NĐ-CP, Điều 11)."""

    NONE = "none", _("Cung cấp thông tin trực tuyến")
    PARTIAL = "partial", _("Trực tuyến một phần")
    FULL = "full", _("Trực tuyến toàn trình")


class ApplicantKind(models.TextChoices):
    """Who may file."""

    CITIZEN = "citizen", _("Công dân")
    ENTERPRISE = "enterprise", _("Doanh nghiệp, hợp tác xã")
    HOUSEHOLD_BUSINESS = "household_business", _("Hộ kinh doanh")
    ORGANIZATION = "organization", _("Tổ chức khác")


class PaperKind(models.TextChoices):
    """In which form a paper is asked for (thành phần hồ sơ)."""

    ORIGINAL = "original", _("Bản chính")
    CERTIFIED_COPY = "certified_copy", _("Bản sao có chứng thực")
    ELECTRONIC = "electronic", _("Bản điện tử")


class FeeKind(models.TextChoices):
    """Luật Phí và lệ phí 2015, Điều 3."""

    PHI = "phi", _("Phí")
    LE_PHI = "le_phi", _("Lệ phí")


class FeeTime(models.TextChoices):
    """When a fee is collected."""

    RECEIVE = "receive", _("Khi tiếp nhận hồ sơ")
    SUPPLEMENT = "supplement", _("Khi bổ sung hồ sơ")
    DELIVER = "deliver", _("Khi trả kết quả")


class StepRole(models.TextChoices):
    """Whose desk a step lies on (quy trình nội bộ)."""

    ONE_STOP = "one_stop", _("Bộ phận Một cửa")
    OFFICER = "officer", _("Công chức thụ lý")
    LEADER = "leader", _("Lãnh đạo ký duyệt")


class VersionState(models.TextChoices):
    """Where a version of a procedure stands."""

    DRAFT = "draft", pgettext_lazy("procedure", "Đang soạn")
    PUBLISHED = "published", pgettext_lazy("procedure", "Đã công bố")
