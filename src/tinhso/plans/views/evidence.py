from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from tinhso.accounts.api import Action, SignedInRequest, action_required
from tinhso.core import audit, clock
from tinhso.core import evidence as files
from tinhso.core.errors import UnknownName
from tinhso.plans.selectors import tasks


@require_safe
@action_required(Action.VIEW_FIGURES)
def download(request: SignedInRequest, key: int) -> HttpResponse:
    """A file of evidence."""
    try:
        found = tasks.evidence(key, request.scope)
    except UnknownName:
        raise Http404 from None
    answer = files.download(file=found.file, name=found.name, media_type=found.media_type)
    audit.record(
        actor=request.user.username,
        action="plans.evidence_read",
        obj=f"task:{found.event.task.number}",
        details={"evidence": found.pk},
        at=clock.now(),
    )
    return answer
