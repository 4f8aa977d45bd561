"""Who asks, for which agency, and which document."""

from django.http import Http404

from tinhso.accounts.api import SignedInRequest
from tinhso.core import clock
from tinhso.documents.forms import YEARS
from tinhso.documents.models import Agency, Document
from tinhso.documents.rules.life import By
from tinhso.documents.selectors import documents
from tinhso.documents.selectors.documents import Reader


def reader(request: SignedInRequest) -> Reader:
    """The person who asks, as a reader of documents.

    Raises:
        Http404: the person serves at no agency that has documents.
    """
    found = documents.reader(request.user, clock.today())
    if not found.reads:
        raise Http404
    return found


def agency(request: SignedInRequest, asker: Reader) -> Agency:
    """The agency of a list: the one asked for, else the person's first.

    Raises:
        Http404: another's agency, or none.
    """
    serving = asker.agencies
    asked = request.GET.get("agency", "") or request.POST.get("agency", "")
    found = next((each for each in serving if str(each.pk) == asked), None) if asked else next(iter(serving), None)
    if found is None:
        raise Http404
    return found


def document(asker: Reader, key: int) -> Document:
    """A document that the person may see.

    Raises:
        Http404: there is none, or it is another agency's.
    """
    found = (
        documents.visible(asker).select_related("signer", "drafted_by", "answers", "replaces").filter(pk=key).first()
    )
    if found is None:
        raise Http404
    return found


def document_as(asker: Reader, key: int) -> tuple[Document, frozenset[By]]:
    """A document and what the person is to it."""
    found = document(asker, key)
    return found, documents.acts_as(asker, found)


def revision(request: SignedInRequest) -> int:
    """The revision that the person has seen; 0, which none is, for nonsense."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def year(text: str) -> int | None:
    """A year that was asked for; None for nonsense."""
    found = int(text) if text.isdecimal() and len(text) == 4 else 0
    return found if YEARS[0] <= found <= YEARS[1] else None
