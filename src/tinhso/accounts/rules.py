"""Who may do what, without any database."""

import re

from tinhso.accounts.choices import Action, Role

ROLES_THAT_MAY: dict[Action, frozenset[Role]] = {
    Action.VIEW_FIGURES: frozenset(Role),
    Action.VIEW_RECORDS: frozenset({Role.DATA_OFFICER, Role.AGENCY_LEAD, Role.PLAN_OWNER}),
    Action.IMPORT_DATA: frozenset({Role.DATA_OFFICER, Role.PLAN_OWNER}),
    Action.MANAGE_PLAN: frozenset({Role.PLAN_OWNER}),
    Action.ASSIGN_TASKS: frozenset({Role.AGENCY_LEAD, Role.PLAN_OWNER}),
    Action.DO_TASKS: frozenset({Role.DATA_OFFICER, Role.AGENCY_LEAD}),
    Action.MAKE_RELEASE: frozenset({Role.PLAN_OWNER, Role.ADMINISTRATOR}),
    Action.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
}

USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,148}[a-z0-9])?")


def is_username(text: str) -> bool:
    """Small letters without tone marks, digits, and . _ - between them: typed alike on every keyboard."""
    return USERNAME.fullmatch(text) is not None
