"""The tasks that carry out a document, shown on the document's page, which knows nothing of tasks."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action
from tinhso.core import clock
from tinhso.plans.presenters import tasks as presenters
from tinhso.plans.selectors import tasks


def fragment(request: HttpRequest, code: str) -> str:
    """The tasks that carry out a document, and the way to give one; empty for whoever may neither see nor give any.

    Args:
        code: identifier of the document.
    """
    today = clock.today()
    seeing = accounts.scope(user=request.user, action=Action.VIEW_FIGURES, on=today)
    may_assign = not accounts.scope(user=request.user, action=Action.ASSIGN_TASKS, on=today).is_empty
    found = list(tasks.of_document(seeing, code))
    if not found and not may_assign:
        return ""
    cards = presenters.cards(tasks.rows(found, today), tasks.latest_progress(found), {}, today)
    return render_to_string("plans/_document.html", {"cards": cards, "code": code, "may_assign": may_assign}, request)
