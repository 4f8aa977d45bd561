"""Who may do what, without any database."""

from tinhso.accounts.choices import Action, Role

ROLES_THAT_MAY: dict[Action, frozenset[Role]] = {
    Action.VIEW_FIGURES: frozenset(Role),
    Action.VIEW_RECORDS: frozenset({Role.DATA_OFFICER, Role.AGENCY_LEAD, Role.PLAN_OWNER}),
    Action.IMPORT_DATA: frozenset({Role.DATA_OFFICER, Role.PLAN_OWNER}),
    Action.MANAGE_PLAN: frozenset({Role.PLAN_OWNER}),
    Action.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
}
