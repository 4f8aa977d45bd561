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
    ONE_STOP_OFFICER = "one_stop_officer", _("Cán bộ Bộ phận Một cửa")
    CASE_OFFICER = "case_officer", _("Công chức thụ lý")
    COMMUNITY_TEAM = "community_team", _("Tổ công nghệ số cộng đồng")
    REGISTRAR = "registrar", _("Văn thư cơ quan")
    CLERK = "clerk", _("Công chức soạn thảo, xử lý văn bản")


class Action(StrEnum):
    """What may be asked for; `rules.ROLES_THAT_MAY` says of whom."""

    VIEW_FIGURES = "view_figures"
    VIEW_RECORDS = "view_records"
    IMPORT_DATA = "import_data"
    MANAGE_PLAN = "manage_plan"
    ASSIGN_TASKS = "assign_tasks"
    DO_TASKS = "do_tasks"
    MAKE_RELEASE = "make_release"
    REPORT_FIGURES = "report_figures"
    APPROVE_FIGURES = "approve_figures"
    CONFIRM_FIGURES = "confirm_figures"
    ADMINISTER = "administer"
    RECEIVE_DOSSIERS = "receive_dossiers"
    PROCESS_DOSSIERS = "process_dossiers"
    DECIDE_DOSSIERS = "decide_dossiers"
    ASSIST_PEOPLE = "assist_people"
    MANAGE_PROCEDURES = "manage_procedures"
    OVERSEE_SERVICES = "oversee_services"
    READ_DOCUMENTS = "read_documents"
    DRAFT_DOCUMENTS = "draft_documents"
    SIGN_DOCUMENTS = "sign_documents"
    REGISTER_DOCUMENTS = "register_documents"
    MANAGE_EXCHANGE = "manage_exchange"
