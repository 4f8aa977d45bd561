from typing import cast

from django.http import FileResponse, Http404, HttpResponse
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import audit, clock, files
from tinhso.core.errors import UnknownName
from tinhso.plans.selectors import tasks


@require_safe
@action_required(Action.VIEW_FIGURES)
def download(request: SignedInRequest, key: int) -> HttpResponse:
    """A file of evidence, always as a download: a browser never opens or runs it in our name."""
    try:
        found = tasks.evidence(key, request.scope)
        content = files.open_stored(found.file.sha256)
    except (UnknownName, FileNotFoundError):
        raise Http404 from None
    audit.record(
        actor=request.user.username,
        action="plans.evidence_read",
        obj=f"task:{found.event.task.number}",
        details={"evidence": found.pk},
        at=clock.now(),
    )
    answer = FileResponse(content, as_attachment=True, filename=found.name, content_type=found.media_type)
    answer.headers["Content-Security-Policy"] = "sandbox"
    return cast(HttpResponse, answer)
