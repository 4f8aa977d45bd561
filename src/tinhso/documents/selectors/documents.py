"""Documents as somebody may see them: lists, one with its whole history, search, and what the reader may do."""

import datetime as dt
import unicodedata
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, User
from tinhso.core.words import without_tones
from tinhso.documents.choices import Direction, State, Verdict
from tinhso.documents.models import Agency, Arrival, Document, Verification
from tinhso.documents.rules import life
from tinhso.documents.rules.life import By, Step
from tinhso.documents.selectors import agencies

WORDS = 8  # of a search that are looked for


@dataclass(frozen=True)
class Reader:
    """Somebody who works with documents, and at which agencies as what.

    Attributes:
        reads: units whose documents the person sees; likewise the others.
    """

    user: User
    today: dt.date
    reads: frozenset[int]
    drafts: frozenset[int]
    signs: frozenset[int]
    registers: frozenset[int]

    @property
    def agencies(self) -> list[Agency]:
        """The agencies at which the person serves, by name."""
        return list(agencies.ours(self.reads))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of documents is narrowed to.

    Attributes:
        text: words looked for in all fields and in the text, with or without tone marks.
        state: one of `State`; empty for all.
        kind: type; empty for all.
        year: of issue, or of arrival; None for all.
    """

    text: str = ""
    state: str = ""
    kind: str = ""
    year: int | None = None


def reader(user: User, today: dt.date) -> Reader:
    """What somebody may do with documents."""

    def at(action: Action) -> frozenset[int]:
        return accounts.posts(user=user, action=action, on=today)

    return Reader(
        user=user,
        today=today,
        reads=at(Action.READ_DOCUMENTS),
        drafts=at(Action.DRAFT_DOCUMENTS),
        signs=at(Action.SIGN_DOCUMENTS),
        registers=at(Action.REGISTER_DOCUMENTS),
    )


def visible(asker: Reader) -> QuerySet[Document]:
    """The documents of the agencies at which somebody serves."""
    return Document.objects.filter(agency__org_unit__in=asker.reads).select_related("agency", "issuer")


def acts_as(asker: Reader, document: Document) -> frozenset[By]:
    """What somebody is to a document."""
    unit = document.agency.org_unit_id
    found: set[By] = set()
    if unit in asker.drafts and document.drafted_by_id in (asker.user.pk, None):
        found.add(By.DRAFTER)
    if unit in asker.signs:
        found.add(By.LEADER)
    if unit in asker.registers:
        found.add(By.REGISTRAR)
    if document.direction == Direction.IN and is_handler(asker, document):
        found.add(By.HANDLER)
    return frozenset(found)


def is_handler(asker: Reader, document: Document) -> bool:
    """Whether a document in was given to somebody; one that was given to nobody is the registrar's."""
    arrival = Arrival.objects.filter(document=document).only("assigned_to").first()
    if arrival is None:
        return False
    if arrival.assigned_to_id is None:
        return document.agency.org_unit_id in asker.registers
    return arrival.assigned_to_id == asker.user.pk


def steps_now(asker: Reader, document: Document) -> frozenset[Step]:
    """What somebody may do with a document now."""
    return life.allowed(document.state, acts_as(asker, document))


def listed(asker: Reader, direction: str, agency: Agency, wanted: Wanted) -> QuerySet[Document]:
    """A list of one agency's documents, newest first."""
    found = visible(asker).filter(direction=direction, agency=agency)
    found = found.select_related("agency", "issuer", "arrival", "arrival__assigned_to")
    if wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.year:
        found = found.filter(_in_year(direction, wanted.year))
    return matching(found, wanted.text).order_by("-pk")


def matching(found: QuerySet[Document], text: str) -> QuerySet[Document]:
    """The documents in which every word stands: as written when it bears tone marks, else with any."""
    for word in unicodedata.normalize("NFC", text).lower().split()[:WORDS]:
        bare = without_tones(word)
        if word == bare:
            found = found.filter(Q(found_by__contains=word) | Q(text__toneless__contains=word))
        else:
            found = found.filter(Q(found_by__contains=word) | Q(text__plain__contains=word))
    return found


def to_sign(asker: Reader) -> QuerySet[Document]:
    """The signing folder: what waits for somebody's own signature, most urgent first."""
    mine = visible(asker).filter(state=State.TO_SIGN, signer=asker.user, agency__org_unit__in=asker.signs)
    return mine.order_by("-urgency", "pk")


def to_review(asker: Reader) -> QuerySet[Document]:
    """Drafts laid before the leaders of an agency."""
    laid = visible(asker).filter(state=State.IN_REVIEW, agency__org_unit__in=asker.signs)
    return laid.order_by("-urgency", "pk")


def twins(document: Document) -> QuerySet[Document]:
    """Other entries of what looks like the same document (Phụ lục VI: cảnh báo trùng): same identifier, or same number,
    notation and issuer, in the same register."""
    same = Q(code=document.code) & ~Q(code="") | Q(
        number=document.number,
        notation=document.notation,
        issuer=document.issuer,
        issued_on=document.issued_on,
        number__isnull=False,
    )
    return (
        Document.objects.filter(same, agency=document.agency, direction=document.direction)
        .exclude(pk=document.pk)
        .exclude(state=State.REFUSED)
    )


def verification(document: Document, expected: str) -> Verification | None:
    """The newest check of a document's newest file; None while there is none."""
    newest = document.versions.order_by("-number").first()
    if newest is None:
        return None
    return Verification.objects.filter(file=newest.file_id, expected=expected).order_by("-at").first()


def verdicts(documents: list[Document]) -> dict[int, str]:
    """The verdict on the newest file of each document, by key."""
    newest: dict[int, int] = {}
    rows = Document.objects.filter(pk__in=[each.pk for each in documents]).values_list(
        "pk", "versions__file", "versions__number"
    )
    for key, file, _number in sorted((row for row in rows if row[1]), key=lambda row: row[2]):
        newest[key] = file
    found = dict(Verification.objects.filter(file__in=newest.values()).order_by("at").values_list("file", "verdict"))
    return {key: Verdict(found[file]) for key, file in newest.items() if file in found}


def _in_year(direction: str, year: int) -> Q:
    if direction == Direction.IN:
        return Q(arrival__arrived_at__year=year)
    return Q(issued_on__year=year) | Q(issued_on__isnull=True, created_at__year=year)
