"""People with a role."""

import datetime as dt

from tests.conftest import AT
from tinhso.accounts import api
from tinhso.organizations import api as organizations

FIRST = dt.date(2023, 1, 1)
PASSWORD = "mat-khau-thu-2023"


def person(role=api.Role.VIEWER, code="14", username=""):
    """Somebody with one role for a unit."""
    user = api.create_user(
        username=username or f"{role}-{code}", full_name="Người dùng mẫu", password=PASSWORD, actor="test", at=AT
    )
    api.assign(
        user=user,
        role=role,
        unit_id=organizations.resolve(code, FIRST).org_unit_id,
        valid_from=FIRST,
        actor="test",
        at=AT,
    )
    return user
