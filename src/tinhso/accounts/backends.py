"""How somebody who has signed in is known again with every request."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from tinhso.accounts.models import User
from tinhso.core.prepared import Prepared, Slot

_BY_KEY = Prepared(lambda: User.objects.filter(pk=Slot("key", User._meta.pk)))


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Signing in as allauth does it; the account is read by a statement that is made once."""

    def get_user(self, user_id: Any) -> User | None:
        """The account of a session; None when it is gone or locked."""
        found = _BY_KEY.first(key=user_id)
        return found if found is not None and self.user_can_authenticate(found) else None
