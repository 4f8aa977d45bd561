"""Who reads the desk's pages: with which duties, for which agencies."""

import datetime as dt
from dataclasses import dataclass

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action as Right
from tinhso.accounts.api import Scope, User
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow
from tinhso.public_services.dossiers.selectors import duties
from tinhso.public_services.dossiers.selectors.standing import STEP_RIGHTS

ONE_STOP, OFFICER, LEADER, APPLICANT, CONSULTED = "one_stop", "officer", "leader", "applicant", "consulted"
MESSAGES = "messages"
ANSWERING = (Right.PROCESS_DOSSIERS, Right.DECIDE_DOSSIERS)


@dataclass(frozen=True)
class Reader:
    """An official on a day.

    Attributes:
        scopes: agencies by desk, for desks where the person has a duty.
        seen: agencies whose dossiers the person may see.
    """

    user: User
    today: dt.date
    scopes: dict[str, Scope]
    seen: Scope

    @property
    def has_desk(self) -> bool:
        return bool(self.scopes)

    def desks(self, agency: int) -> list[str]:
        """The tabs of the inbox of an agency: its desks where the person has a duty, then what waits for others and
        for a word."""
        own = [desk for desk, scope in self.scopes.items() if scope.allows(agency)]
        answers = any(desk in own for desk in (OFFICER, LEADER))
        return [*own, APPLICANT, MESSAGES, *([CONSULTED] if answers else [])] if own else []

    def agencies(self) -> list[UnitRow]:
        """The agencies in whose inbox the person works, by name; the one where the person starts comes first."""
        allowed = frozenset[int]().union(*(scope.unit_ids for scope in self.scopes.values()))
        return self._named(allowed, self.start)

    def seen_agencies(self) -> list[UnitRow]:
        """The agencies whose dossiers the person may see, in the same order."""
        return self._named(self.seen.unit_ids, self.start or self.seen.top_unit_id)

    @property
    def start(self) -> int | None:
        """The unit that the person's own assignment names; None without a desk."""
        return next((scope.top_unit_id for scope in self.scopes.values()), None)

    def _named(self, allowed: frozenset[int], first: int | None) -> list[UnitRow]:
        rows = [row for row in organizations.units_on(self.today) if row.unit_id in allowed]
        return sorted(rows, key=lambda row: (row.unit_id != first, row.name))


def reader(user: User, *, on: dt.date) -> Reader:
    """An official with the duties of a day."""
    found = {desk: accounts.scope(user=user, action=right, on=on) for desk, right in STEP_RIGHTS.items()}
    scopes = {desk: scope for desk, scope in found.items() if not scope.is_empty}
    return Reader(user, on, scopes, duties.scope(user, on=on))
