"""Agencies to which a document can be sent, as its page offers them: by level, then by partner; found by their names."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tinhso.core.words import without_tones
from tinhso.documents.models import Agency, Document
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitKind

FEW = 30  # choices of a group that is shown open


@dataclass(frozen=True, slots=True)
class Choice:
    """One agency.

    Attributes:
        found_by: its name in small letters without tone marks.
        is_seen: what is looked for stands in its name.
    """

    key: int
    name: str
    found_by: str
    is_ticked: bool
    is_seen: bool


@dataclass(frozen=True)
class Group:
    """The agencies of a level, or of a partner.

    Attributes:
        key: by which a page asks to tick all of it.
    """

    key: str
    title: str
    choices: list[Choice]
    is_searched: bool

    @property
    def ticked(self) -> int:
        """How many are ticked."""
        return sum(each.is_ticked for each in self.choices)

    @property
    def is_seen(self) -> bool:
        """Whether anything of it is in sight."""
        return any(each.is_seen or each.is_ticked for each in self.choices)

    @property
    def is_open(self) -> bool:
        """Whether its choices are shown at once: few, some of them ticked, or just looked for."""
        return self.is_searched or self.ticked > 0 or len(self.choices) <= FEW


def groups(
    found: Sequence[Agency], *, ticked: frozenset[int], text: str, today: dt.date, whole: str = ""
) -> list[Group]:
    """The agencies in groups; those that are ticked stay in sight, whatever is looked for.

    Args:
        text: words that must stand in a name, with or without tone marks.
        whole: key of a group all of whose agencies in sight are ticked, too.
    """
    words = without_tones(text.lower()).split()
    kinds = {row.unit_id: row.kind for row in organizations.units_on(today)}
    parts: dict[str, tuple[str, list[Choice]]] = {str(kind): (str(kind.label), []) for kind in UnitKind}
    for agency in found:
        key, title = _place(agency, kinds)
        by = without_tones(agency.name.lower())
        is_seen = all(word in by for word in words)
        is_ticked = agency.pk in ticked or (is_seen and key == whole)
        choice = Choice(agency.pk, agency.name, by, is_ticked, is_seen)
        parts.setdefault(key, (title, []))[1].append(choice)
    return [Group(key, title, choices, bool(words)) for key, (title, choices) in parts.items() if choices]


def named(document: Document, found: Iterable[Agency]) -> frozenset[int]:
    """The agencies that the document itself names as recipients, and whose document it answers."""
    lines = {_bare(line) for line in document.places_to}
    answered = document.answers.issuer_id if document.answers else None
    return frozenset(each.pk for each in found if _bare(each.name) in lines or each.pk == answered)


def _place(agency: Agency, kinds: dict[int, str]) -> tuple[str, str]:
    if agency.partner is not None:
        return f"partner-{agency.partner_id}", agency.partner.name
    kind = kinds.get(agency.org_unit_id or 0)
    return (str(kind), "") if kind else ("other", _("Cơ quan khác"))


def _bare(text: str) -> str:
    return " ".join(text.casefold().replace(";", " ").split()).strip(" .-")
