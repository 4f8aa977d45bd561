"""What stands at the top of the pages for whom: citizens, officials with a desk, those who help people file."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, User
from tinhso.core import clock
from tinhso.core.per_request import once_per_request
from tinhso.core.slots import Entry, Link

RIGHTS = {  # entries for whom they are; the others are everybody's
    "public_services:desk": (Action.RECEIVE_DOSSIERS, Action.PROCESS_DOSSIERS, Action.DECIDE_DOSSIERS),
    "documents:desk": (Action.READ_DOCUMENTS,),
}
CITIZENS: tuple[Entry, ...] = (
    ("public_services:catalog", gettext_lazy("Dịch vụ công")),
    ("public_services:mine", gettext_lazy("Hồ sơ của tôi")),
    ("public_services:track", gettext_lazy("Tra cứu hồ sơ")),
)
HELPERS: tuple[Entry, ...] = (
    ("public_services:assist", gettext_lazy("Hỗ trợ người dân")),
    ("public_services:catalog", gettext_lazy("Dịch vụ công")),
)


def entries(request: HttpRequest) -> tuple[Entry, ...] | None:
    """The entries at the top for one reader; None leaves them to the settings."""
    user = getattr(request, "user", None)  # a request that is refused by its address is nobody's yet
    if not isinstance(user, User):
        return (CITIZENS[0], CITIZENS[2]) if request.path.startswith("/services/") else None
    if accounts.is_citizen(user):
        return CITIZENS
    if not _may(user, Action.VIEW_FIGURES):
        return HELPERS if _may(user, Action.ASSIST_PEOPLE) else None
    return tuple(entry for entry in settings.NAVIGATION if _is_for(user, entry[0]))


def _is_for(user: User, name: str) -> bool:
    rights = RIGHTS.get(name)
    return rights is None or any(_may(user, right) for right in rights)


def links(request: HttpRequest) -> list[Link]:
    """The entries of a person's menu."""
    user = request.user
    if not isinstance(user, User):
        return []
    if accounts.is_citizen(user):
        return [
            Link(reverse("public_services:my_complaints"), _("Phản ánh, kiến nghị của tôi")),
            Link(reverse("public_services:assist_mine"), _("Lượt hỗ trợ của tôi")),
        ]
    found = [
        (Action.ASSIST_PEOPLE, "assist", _("Hỗ trợ người dân")),
        (Action.VIEW_FIGURES, "assist_coverage", _("Kết quả hỗ trợ người dân")),
        (Action.OVERSEE_SERVICES, "desk_register", _("Sổ theo dõi hồ sơ")),
        (Action.OVERSEE_SERVICES, "feedback", _("Phản ánh, kiến nghị")),
        (Action.OVERSEE_SERVICES, "ratings", _("Đánh giá sự hài lòng")),
        (Action.ADMINISTER, "amendments", _("Sửa hồ sơ")),
        (Action.MANAGE_PROCEDURES, "manage_procedures", _("Quản lý thủ tục")),
    ]
    return [Link(reverse(f"public_services:{name}"), title) for right, name, title in found if _may(user, right)]


@once_per_request
def _may(user: User, right: Action) -> bool:
    return not accounts.scope(user=user, action=right, on=clock.today()).is_empty
