"""The leader's page of one dossier: reading what will be signed, signing, correcting, revoking."""

import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tinhso.accounts.api import Action as Right
from tinhso.accounts.api import SignedInRequest, action_required, unit_or_404
from tinhso.core import clock, media
from tinhso.core.errors import RuleViolation
from tinhso.core.papers import Paper, pdf
from tinhso.public_services.dossiers.choices import Action, Outcome, Relation, State
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.rules import machine
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.looks import note_look
from tinhso.public_services.dossiers.services.refusals import StaleDossier
from tinhso.public_services.results.forms import (
    CorrectionForm,
    RefusalCorrectionForm,
    RefusalForm,
    ResultForm,
    RevokeForm,
)
from tinhso.public_services.results.presenters import lines
from tinhso.public_services.results.selectors import register
from tinhso.public_services.results.services import issue as services
from tinhso.public_services.results.services import papers, signers, wording
from tinhso.public_services.results.services.wording import Wording

KINDS = {"approve": Outcome.APPROVED, "refuse": Outcome.REJECTED}
PAGE = "public_services/results/decide.html"


@dataclass(frozen=True)
class Asked:
    """Who decides about what.

    Attributes:
        proposed: the text before anybody changed it.
        allowed: actions of the machine that the leader may take now.
    """

    dossier: Dossier
    actor: Actor
    proposed: Wording
    allowed: list[str]


def _asked_or_404(request: SignedInRequest, key: uuid.UUID) -> Asked:
    """A dossier of an agency that the reader leads; an own one, like a stranger's, is not there."""
    dossier = Dossier.objects.select_related("version").filter(key=key).first()
    if dossier is None:
        raise Http404
    unit_or_404(request, dossier.agency_id)
    now = clock.now()
    relations = standing.relations(request.user, dossier, on=now.date())
    if Relation.LEADER not in relations:
        raise Http404
    snapshot = replace(standing.snapshot(dossier, at=now), has_results=True)
    allowed = machine.available(snapshot, relations) if _step_signs(dossier) else []
    actor = Actor(request.user.username, relations, request.user)
    return Asked(dossier, actor, wording.proposed(dossier, on=now.date()), allowed)


def _step_signs(dossier: Dossier) -> bool:
    """Whether the present step is one at which something is signed; settled dossiers have none before them."""
    return dossier.state != State.IN_PROGRESS or standing.bundle_of(dossier).step(dossier.step).signs


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Right.DECIDE_DOSSIERS)
def decide(request: SignedInRequest, key: uuid.UUID) -> HttpResponse:
    """The page; a post shows the text again as it would be signed, hands out the draft, or signs."""
    asked = _asked_or_404(request, key)
    if request.method != "POST":
        return _page(request, asked)
    kind = request.POST.get("kind", "")
    form = _sent_form(asked, kind, request)
    if form is None:
        messages.error(request, _("Việc này không làm được ở tình trạng hiện nay của hồ sơ; hãy xem lại."))
        return _page(request, asked, status=422)
    if not form.is_valid():
        return _page(request, asked, bound={kind: form}, status=422)
    text = _text(asked, form)
    if request.POST.get("do") == "preview":
        return _page(request, asked, bound={kind: form}, shown=(kind, text))
    try:
        if request.POST.get("do") == "draft":
            return _draft(request, asked, kind, text)
        return _signed(request, asked, kind, form, text)
    except RuleViolation as refusal:
        form.add_error(None, str(refusal))
        status = 409 if isinstance(refusal, StaleDossier) else 422
        return _page(request, _asked_or_404(request, key), bound={kind: form}, status=status)


def _note_look(request: SignedInRequest, asked: Asked, what: str) -> None:
    note_look(dossier=asked.dossier, user=request.user, what=what, at=clock.now(), on=clock.today())


def _outcome(asked: Asked, kind: str) -> Outcome:
    """What comes out; a correction keeps what came out first."""
    return KINDS.get(kind) or Outcome(asked.dossier.outcome)


def _form(asked: Asked, kind: str) -> Any:
    """The empty form of a kind; None where the kind is not asked for now."""
    needed = {"approve": Action.RESOLVE, "refuse": Action.REJECT, "correct": Action.CORRECT_RESULT}[kind]
    is_fit = needed in asked.allowed and (kind != "correct" or bool(asked.dossier.outcome))
    return _made(asked, kind, None) if is_fit else None


def _sent_form(asked: Asked, kind: str, request: SignedInRequest) -> Any:
    """The form that was sent, whatever may be done now: a second click is answered as the first one was.

    None for what no page of this dossier sends.
    """
    if kind not in KINDS and not (kind == "correct" and asked.dossier.outcome):
        return None
    return _made(asked, kind, request.POST)


def _made(asked: Asked, kind: str, data: Any) -> Any:
    text, outcome = asked.proposed, _outcome(asked, kind)
    initial = {"key": uuid.uuid4().hex, "revision": asked.dossier.revision, "titles": "\n".join(text.titles)}
    common: dict[str, Any] = {"data": data, "initial": initial, "auto_id": f"{kind}_%s"}
    if kind != "correct":
        return ResultForm(**common) if outcome == Outcome.APPROVED else RefusalForm(**common)
    if outcome == Outcome.REJECTED:
        return RefusalCorrectionForm(lines=(), **common)
    return CorrectionForm(lines=text.lines, **common)


def _text(asked: Asked, form: Any) -> Wording:
    said = form.cleaned_data
    more = {name: said[name].strip() for name in ("reason", "basis", "correction") if name in said}
    shown = form.lines() if isinstance(form, CorrectionForm) else asked.proposed.lines
    found: Wording = form.wording(shown, **more)
    return found


def _draft(request: SignedInRequest, asked: Asked, kind: str, text: Wording) -> HttpResponse:
    """The paper as it would be signed, as a download."""
    _note_look(request, asked, _("dự thảo kết quả"))
    made = services.draft(
        dossier=asked.dossier, outcome=_outcome(asked, kind), wording=text, user=request.user, at=clock.now()
    )
    answer = HttpResponse(made, content_type=media.PDF)
    answer.headers["Content-Disposition"] = f'attachment; filename="du-thao-{asked.dossier.number}.pdf"'
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer


def _signed(request: SignedInRequest, asked: Asked, kind: str, form: Any, text: Wording) -> HttpResponse:
    common: dict[str, Any] = {
        "dossier_id": asked.dossier.pk,
        "wording": text,
        "actor": asked.actor,
        "key": form.cleaned_data["key"],
        "at": clock.now(),
        "expected": form.cleaned_data["revision"],
    }
    issued = services.correct(**common) if kind == "correct" else services.issue(outcome=KINDS[kind], **common)
    said = {"name": issued.result.name, "number": issued.result.number}
    messages.success(request, _("Đã ký %(name)s số %(number)s.") % said)
    return redirect("public_services:desk_result", asked.dossier.key)


@require_POST
@action_required(Right.DECIDE_DOSSIERS)
def revoke(request: SignedInRequest, key: uuid.UUID, result: uuid.UUID) -> HttpResponse:
    """Revoke a result of the dossier."""
    asked = _asked_or_404(request, key)
    row = next((one for one in register.of_dossier(asked.dossier) if one.key == result), None)
    if row is None:
        raise Http404
    form = RevokeForm(request.POST, auto_id=f"revoke-{result}_%s")
    if form.is_valid():
        try:
            services.revoke(result_id=row.pk, reason=form.cleaned_data["reason"], actor=asked.actor, at=clock.now())
        except RuleViolation as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Đã thu hồi %(name)s số %(number)s.") % {"name": row.name, "number": row.number}
            )
            return redirect("public_services:desk_result", key)
    return _page(request, asked, revoking={str(result): form}, status=422)


def _page(
    request: SignedInRequest,
    asked: Asked,
    *,
    bound: dict[str, Any] | None = None,
    revoking: dict[str, Any] | None = None,
    shown: tuple[str, Wording] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with the forms of what may be done now.

    Args:
        bound: the form that was sent, to be shown as it was; it gets the revision of now.
        revoking: the form of a revocation that was refused, by the key of its result.
        shown: kind and text of the paper to be shown; the first that may be signed unless somebody asks.
    """
    _note_look(request, asked, _("trang ký kết quả"))
    forms = {kind: _form(asked, kind) for kind in ("approve", "refuse", "correct")}
    for kind, form in (bound or {}).items():
        form.data = form.data.copy()
        form.data["revision"] = str(asked.dossier.revision)
        forms[kind] = form
    open_kind = next(iter(bound or {}), "")
    kind, text = shown or (("approve", asked.proposed) if forms["approve"] else ("", None))
    rows = lines.lines(register.of_dossier(asked.dossier), today=clock.today())
    refused = revoking or {}
    context = {
        "dossier": asked.dossier,
        "procedure": asked.dossier.version.name,
        "forms": forms,
        "open_kind": open_kind,
        "signature_warning": signers.warning(),
        "sheet": _sheet(request, asked, kind, text) if text else None,
        "results": [(row, refused.get(row.key) or RevokeForm(auto_id=f"revoke-{row.key}_%s")) for row in rows],
    }
    return render(request, PAGE, context, status=status)


def _sheet(request: SignedInRequest, asked: Asked, kind: str, text: Wording) -> dict[str, Any]:
    """The paper as the page shows it: the same data from which the PDF is made."""
    replaces = register.current(asked.dossier) if kind == "correct" else None
    paper: Paper = papers.paper(
        asked.dossier,
        text,
        _outcome(asked, kind),
        signer_name=request.user.full_name,
        replaces=replaces,
        on=clock.today(),
    )
    return pdf.context(paper)
