from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class UnitKind(models.TextChoices):
    """Level of a unit; a figure's `level` is one of these."""

    PROVINCE = "province", _("Tỉnh")
    DEPARTMENT = "department", _("Sở, ban, ngành")
    DISTRICT = "district", _("Huyện, thành phố")
    COMMUNE = "commune", _("Xã, phường, thị trấn")


class EventKind(models.TextChoices):
    """What happened to units (NQ 1280/NQ-UBTVQH15, NQ 1681/NQ-UBTVQH15)."""

    CREATE = "create", _("Thành lập")
    RENAME = "rename", _("Đổi tên, đổi loại")
    RECODE = "recode", _("Đổi mã")
    MERGE = "merge", pgettext_lazy("units", "Nhập")
    SPLIT = "split", _("Chia, tách")
    TRANSFER = "transfer", _("Chuyển đơn vị cấp trên")
    ABOLISH = "abolish", _("Kết thúc hoạt động")


class Certainty(models.TextChoices):
    """How far a reference fact can be relied upon."""

    CERTAIN = "certain", _("Chắc chắn")
    START_OF_LIST = "start of list", _("Ngày đầu danh mục, không phải ngày thành lập")
    TO_BE_CONFIRMED = "to be confirmed", _("Cần đối chiếu với văn bản")


class DayKind(models.TextChoices):
    """Days that differ from the week's rule (Bộ luật Lao động 2019, Điều 111 và 112)."""

    HOLIDAY = "holiday", _("Ngày nghỉ")
    WORKING_DAY = "working_day", _("Ngày làm bù")
