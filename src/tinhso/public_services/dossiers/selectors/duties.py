"""For which agencies an official works with dossiers."""

import datetime as dt

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action as Right
from tinhso.accounts.api import Scope, User
from tinhso.public_services.dossiers.selectors.standing import STEP_RIGHTS


def scope(user: User, *, on: dt.date) -> Scope:
    """The agencies whose dossiers somebody may see by duty: all that `standing.may_see` lets in."""
    rights = (*STEP_RIGHTS.values(), Right.OVERSEE_SERVICES)
    scopes = [accounts.scope(user=user, action=right, on=on) for right in rights]
    units = frozenset[int]().union(*(one.unit_ids for one in scopes))
    return Scope(units, next((one.top_unit_id for one in scopes if one.top_unit_id is not None), None))
