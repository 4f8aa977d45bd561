"""The page of a document: what it says, its signatures, where it went, its whole history, and what may be done now."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock
from tinhso.core.exports import csv_table, wanted_table
from tinhso.core.slots import fragments
from tinhso.documents.choices import PAGE_SLOT, Direction, RequestState
from tinhso.documents.forms import AssignForm, DecideForm, OutcomeForm, ReasonForm, RemarkForm, UpdateForm
from tinhso.documents.models import Document, ReceivedRequest
from tinhso.documents.presenters import document as presenters
from tinhso.documents.rules.life import Step
from tinhso.documents.selectors import documents
from tinhso.documents.selectors.documents import Reader
from tinhso.documents.views import asked


@require_safe
@action_required(Action.READ_DOCUMENTS)
def show(request: SignedInRequest, key: int) -> HttpResponse:
    """The page of a document; its tables as files."""
    asker = asked.reader(request)
    found = asked.document(asker, key)
    table = wanted_table(request)
    if table is None:
        return page(request, asker, found)
    whole = presenters.whole(found, clock.now())
    if table == "deliveries":
        return csv_table("noi-nhan.csv", presenters.delivery_columns(), whole["deliveries"])
    if table == "signatures" and whole["check"]:
        return csv_table("chu-ky-so.csv", presenters.signature_columns(), whole["check"]["signatures"])
    raise Http404


def page(
    request: SignedInRequest,
    asker: Reader,
    found: Document,
    *,
    bound: dict[str, Any] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """A document's page, with the forms of what the reader may do now.

    Args:
        bound: forms that were sent and refused, by step. What was typed into one that has no place on the page any
            more, as somebody else was faster, is shown all the same.
        problem: why something was refused that has no form.
    """
    allowed = documents.steps_now(asker, found)
    whole = presenters.whole(found, clock.now())
    asks = [each for each in whole["requests"] if each.state == RequestState.WAITING]
    placed = {*allowed, "remark", *(f"decide-{each.pk}" for each in asks)}
    late = [form for name, form in (bound or {}).items() if name not in placed]
    context = whole | {
        "forms": _forms(asker, found, allowed, bound or {}),
        "asks": [(each, (bound or {}).get(f"decide-{each.pk}") or decide_form(each)) for each in asks],
        "kept": [text for form in late for text in _typed(form)],
        "may": {step.value: True for step in allowed},
        "is_signer": found.signer_id == asker.user.pk,
        "problem": problem or (_too_late(late[0]) if late else ""),
        "fragments": fragments(PAGE_SLOT, request, found.code or str(found.pk)) if found.code else [],
        "may_register": found.agency.org_unit_id in asker.registers,
        "may_answer": found.direction == Direction.IN and found.agency.org_unit_id in asker.drafts,
    }
    return render(request, "documents/document.html", context, status=status)


def decide_form(ask: ReceivedRequest) -> DecideForm:
    """The form by which a request is answered."""
    return DecideForm(auto_id=f"decide{ask.pk}_%s")


def form_of(step: str, asker: Reader, found: Document, data: Any = None) -> Any:
    """The form of a step; None for steps that are one button."""
    if step == Step.ASSIGN:
        people = accounts.people_at(unit_id=found.agency.org_unit_id or 0, action=Action.READ_DOCUMENTS, on=asker.today)
        return AssignForm(data, people=people, auto_id=f"{step}_%s")
    if step == Step.UPDATE:
        initial = {"subject": found.subject, "reply_due_on": found.reply_due_on}
        return UpdateForm(data, initial=initial, auto_id=f"{step}_%s")
    kinds: dict[str, Any] = {
        Step.RETURN: ReasonForm,
        Step.RECALL: ReasonForm,
        Step.REFUSE: ReasonForm,
        Step.FINISH: OutcomeForm,
        "remark": RemarkForm,
    }
    kind = kinds.get(step)
    return kind(data, auto_id=f"{step}_%s") if kind else None


def _forms(asker: Reader, found: Document, allowed: frozenset[Step], bound: dict[str, Any]) -> dict[str, Any]:
    shown = {step.value: form for step in allowed if (form := form_of(step.value, asker, found)) is not None}
    return shown | {"remark": form_of("remark", asker, found)} | bound


def _typed(form: Any) -> list[tuple[str, str]]:
    """What somebody wrote, field by field."""
    return [(str(each.label), each.value()) for each in form if isinstance(each.value(), str) and each.value().strip()]


def _too_late(form: Any) -> str:
    said = form.non_field_errors()
    return str(said[0]) if said else _("Văn bản vừa được người khác xử lý; hãy xem lại rồi làm tiếp.")
