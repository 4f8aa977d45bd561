"""Sessions as Django keeps them in the database, read by a statement that is made once."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session

from tinhso.core import clock
from tinhso.core.prepared import Prepared, Slot

_OPEN = Prepared(
    lambda: Session.objects.filter(
        session_key=Slot("key", Session._meta.get_field("session_key")),
        expire_date__gt=Slot("now", Session._meta.get_field("expire_date")),
    )
)


class SessionStore(DatabaseStore):
    """The session of a request."""

    def _get_session_from_db(self) -> Session | None:
        if not self.session_key:
            return None
        found = _OPEN.first(key=self.session_key, now=clock.now())
        if found is None:
            self._session_key = None
        return found
