"""The leader's signing folder: look through what waits, sign many at once."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import clock, signers
from tinhso.core.errors import RuleViolation
from tinhso.core.exports import csv_table, wanted_table
from tinhso.documents.models import Document
from tinhso.documents.presenters import lines
from tinhso.documents.rules import kinds
from tinhso.documents.selectors import documents
from tinhso.documents.selectors.documents import Reader
from tinhso.documents.services import signing
from tinhso.documents.views import asked

MOST = 100
MOST_ROWS = 5000


@require_http_methods(["GET", "HEAD", "POST"])
@action_required(Action.SIGN_DOCUMENTS)
def folder(request: SignedInRequest) -> HttpResponse:
    """What waits for the reader's signature; a post signs what is ticked, each by itself, and says what came of it."""
    asker = asked.reader(request)
    table = wanted_table(request) if request.method != "POST" else None
    if table is not None:
        found = documents.to_review(asker) if table == "reviews" else documents.to_sign(asker)
        rows = lines.lines(list(found[:MOST_ROWS]), {}, clock.now())
        return csv_table("du-thao-cho-duyet.csv" if table == "reviews" else "cho-ky.csv", lines.columns_out(), rows)
    results = _sign_all(request, asker) if request.method == "POST" else []
    found = documents.to_sign(asker)
    waiting = list(found.select_related("drafted_by")[:MOST])
    sent = set(request.POST.getlist("document"))
    context = {
        "rows": [
            {"document": each, "line": line, "is_ticked": f"{each.pk}:{each.revision}" in sent}
            for each, line in zip(waiting, lines.lines(waiting, {}, clock.now()), strict=True)
        ],
        "total": found.count(),
        "reviews": lines.lines(list(documents.to_review(asker)[:MOST]), {}, clock.now()),
        "signed": [label for label, problem in results if not problem],
        "refused": [(label, problem) for label, problem in results if problem],
        "nothing": request.method == "POST" and not results,
        "warning": signers.warning(),
    }
    return render(request, "documents/folder.html", context, status=422 if context["nothing"] else 200)


def _sign_all(request: SignedInRequest, asker: Reader) -> list[tuple[str, str]]:
    """Sign each ticked document in a transaction of its own, so that one that is refused stops none of the others."""
    return [_sign(found, revision, asker) for found, revision in _ticked(request, asker)]


def _ticked(request: SignedInRequest, asker: Reader) -> list[tuple[Document, int]]:
    """The ticked ones among what waits, each with the revision that the reader has seen: “key:revision”."""
    pairs = [text.split(":", 1) for text in request.POST.getlist("document") if text.count(":") == 1]
    seen = {int(key): int(revision) for key, revision in pairs if _is_short(key) and _is_short(revision)}
    return [(found, seen[found.pk]) for found in documents.to_sign(asker).filter(pk__in=list(seen)[:MOST])]


def _is_short(text: str) -> bool:
    return text.isdecimal() and len(text) < 12


def _sign(found: Document, revision: int, asker: Reader) -> tuple[str, str]:
    label = f"{kinds.shown_number(found.number, found.notation)}: {found.subject}"
    try:
        signing.sign(
            document_id=found.pk,
            revision=revision,
            signer=asker.user,
            acts_as=documents.acts_as(asker, found),
            at=clock.now(),
        )
    except RuleViolation as refusal:
        return label, str(refusal) or _("không ký được")
    return label, ""
