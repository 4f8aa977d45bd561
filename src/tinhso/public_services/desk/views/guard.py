"""Who may open the desk's pages, and the dossier that a page is about. Strangers get 404, whatever they ask for."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from tinhso.accounts.api import SignedInRequest, sign_in_required
from tinhso.core import clock
from tinhso.public_services.desk.selectors import opened as opening
from tinhso.public_services.desk.selectors.opened import Opened
from tinhso.public_services.desk.selectors.reader import Reader, reader
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.selectors import standing

P = ParamSpec("P")


class DeskRequest(SignedInRequest):
    """A request of an official who has to do with dossiers."""

    reader: Reader


class OwnDossier(Exception):
    """The official is owner or applicant of the dossier, and is no official to it."""


View = Callable[Concatenate[DeskRequest, P], HttpResponse]


def desk_required(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let in officials who receive, process, decide or oversee dossiers somewhere."""

    def guarded(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        known = cast(DeskRequest, request)
        known.reader = reader(request.user, on=clock.today())
        if known.reader.seen.is_empty:
            raise Http404
        return view(known, *args, **kwargs)

    update_wrapper(guarded, view)
    return sign_in_required(guarded)


def dossier_or_404(request: DeskRequest, key: UUID) -> Dossier:
    """A dossier that the reader may see as an official.

    Raises:
        Http404: there is none, or none for this reader.
        OwnDossier: it is the reader's own.
    """
    rows = Dossier.objects.select_related("claimed_by", "version").defer("version__content")
    found = rows.filter(key=key).first()
    if found is None or not standing.may_see(request.user, found, on=request.reader.today):
        raise Http404
    if standing.is_applicant(request.user, found):
        raise OwnDossier
    return found


def opened_or_404(request: DeskRequest, key: UUID) -> Opened:
    """The same with what may be done to it; the reader's own is not found.

    Raises:
        Http404: there is none, or none for this reader.
    """
    try:
        found = dossier_or_404(request, key)
    except OwnDossier:
        raise Http404 from None
    return opened_again(request, found)


def opened_again(request: DeskRequest, dossier: Dossier) -> Opened:
    """A dossier as it stands now."""
    snapshot = standing.snapshot(dossier, at=clock.now(), lawful_again=True)
    return opening.opened(dossier, request.reader, snapshot=snapshot)
