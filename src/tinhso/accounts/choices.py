from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

UnitChoices = list[tuple[str, list[tuple[int, str]]]]  # levels, each with (primary key, name) of its units


class Role(models.TextChoices):
    """What a person does for a unit and everything under it."""

    VIEWER = "viewer", _("Người xem")
    DATA_OFFICER = "data_officer", _("Cán bộ dữ liệu")
    AGENCY_LEAD = "agency_lead", _("Lãnh đạo cơ quan")
    PLAN_OWNER = "plan_owner", _("Cơ quan chủ trì kế hoạch")
    ADMINISTRATOR = "administrator", _("Quản trị")


class Action(StrEnum):
    """What may be asked for; `rules.ROLES_THAT_MAY` says of whom."""

    VIEW_FIGURES = "view_figures"
    VIEW_RECORDS = "view_records"
    IMPORT_DATA = "import_data"
    MANAGE_PLAN = "manage_plan"
    ASSIGN_TASKS = "assign_tasks"
    DO_TASKS = "do_tasks"
    MAKE_RELEASE = "make_release"
    ADMINISTER = "administer"
