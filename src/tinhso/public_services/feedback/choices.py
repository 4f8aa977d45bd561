from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(models.IntegerChoices):
    """How satisfied somebody is (mức độ hài lòng), the best first."""

    VERY_SATISFIED = 5, _("Rất hài lòng")
    SATISFIED = 4, _("Hài lòng")
    NEUTRAL = 3, pgettext_lazy("satisfaction", "Bình thường")
    DISSATISFIED = 2, _("Không hài lòng")
    VERY_DISSATISFIED = 1, _("Rất không hài lòng")


class Reason(models.TextChoices):
    """What a rating is about, the good and the bad side of the same things."""

    ON_TIME = "on_time", _("Trả kết quả đúng hẹn hoặc sớm")
    LATE = "late", _("Trả kết quả trễ hẹn")
    POLITE = "polite", _("Cán bộ lịch sự, tận tình")
    IMPOLITE = "impolite", _("Thái độ cán bộ chưa tốt")
    CLEAR = "clear", _("Hướng dẫn rõ ràng, đầy đủ")
    UNCLEAR = "unclear", _("Hướng dẫn không rõ, phải bổ sung nhiều")
    EASY = "easy", _("Nộp trực tuyến dễ dàng")
    HARD = "hard", _("Nộp trực tuyến khó, hay lỗi")
    EXTRA_PAPERS = "extra_papers", _("Bị yêu cầu giấy tờ ngoài quy định")
    EXTRA_MONEY = "extra_money", _("Bị yêu cầu khoản tiền ngoài quy định")


class ComplaintKind(models.TextChoices):
    """NĐ 20/2008/NĐ-CP: what is said of an agency's handling, or what is proposed to it."""

    REFLECTION = "reflection", _("Phản ánh")
    PROPOSAL = "proposal", _("Kiến nghị")
