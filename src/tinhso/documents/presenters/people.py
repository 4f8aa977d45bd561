"""People as pages name them: by their names, not by those of their accounts."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from tinhso.accounts.api import User
from tinhso.documents.services.steps import SYSTEM


def names(accounts: Iterable[str]) -> dict[str, str]:
    """The names of people by their accounts; what is no account of ours, such as another agency, is its own name."""
    asked = set(accounts)
    found = dict(User.objects.filter(username__in=asked).values_list("username", "full_name"))
    return {each: found.get(each) or (_("Hệ thống") if each == SYSTEM else each) for each in asked}
