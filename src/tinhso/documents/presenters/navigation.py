"""Entries of the menu of whoever works with documents."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, User
from tinhso.core import clock
from tinhso.core.slots import Link
from tinhso.documents.presenters.agencies import may_manage


def links(request: HttpRequest) -> list[Link]:
    """The entries of a person's menu."""
    user = request.user
    if not isinstance(user, User):
        return []
    found = [
        (Action.SIGN_DOCUMENTS, "folder", _("Trình ký")),
        (Action.REGISTER_DOCUMENTS, "queue", _("Văn bản chờ gửi")),
    ]
    today = clock.today()
    entries = [
        Link(reverse(f"documents:{name}"), title)
        for right, name, title in found
        if accounts.posts(user=user, action=right, on=today)
    ]
    if may_manage(user, today):
        entries.append(Link(reverse("documents:agencies"), _("Cơ quan trao đổi văn bản")))
    return entries
