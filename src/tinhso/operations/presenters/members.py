"""Members that are still missing, as their page lists them."""

from dataclasses import dataclass

from tinhso.core.words import without_tones
from tinhso.indicators.api import MissingMembers
from tinhso.operations.presenters.data import masked


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member; a personal code and its label are masked."""

    code: str
    label: str


def matching(found: MissingMembers, wanted: str) -> list[MemberRow]:
    """The members whose code or label holds a text; personal codes must be written in full, so that nobody finds
    them out letter by letter."""
    needle = without_tones(wanted)
    if found.personal:
        own = [one for one in found.members if not needle or needle == without_tones(one.code)]
        return [MemberRow(masked(one.code), masked(one.label) if one.label else "") for one in own]
    return [
        MemberRow(one.code, one.label)
        for one in found.members
        if needle in without_tones(one.code) or needle in without_tones(one.label)
    ]
