from django.db import models
from django.utils.translation import gettext_lazy as _


class Mandate(models.TextChoices):
    """On what ground somebody files for another (căn cứ đại diện)."""

    AUTHORIZED = "authorized", _("Được ủy quyền bằng văn bản")
    GUARDIAN = "guardian", _("Là người giám hộ")
    PARENT = "parent", _("Là cha, mẹ của người chưa thành niên")
    RELATIVE = "relative", _("Là người thân (vợ, chồng, con, anh, chị, em)")
