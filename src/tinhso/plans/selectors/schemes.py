"""Schemes of scoring and composite indices, as files."""

import functools
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso import reference
from tinhso.core.errors import UnknownName
from tinhso.engine import located
from tinhso.plans.rules import schemes as rules
from tinhso.plans.rules.schemes import Scheme
from tinhso.plans.rules.texts import Problem
from tinhso.plans.selectors import plan_files

REFERENCE = Path(reference.__file__).parent
_SENTENCES = {
    "groups_sum": gettext_lazy("điểm các nhóm cộng lại là %(sum)s, không phải %(points)s"),
    "no_group": gettext_lazy("không có nhóm “%(name)s”"),
    "indicator_and_full": gettext_lazy("tiêu chí %(name)s: chỉ tiêu và full_at_pct phải đi cùng nhau"),
    "criterion_twice": gettext_lazy("tiêu chí %(name)s được khai hai lần"),
    "group_overfull": gettext_lazy(
        "các tiêu chí của nhóm “%(name)s” cộng lại là %(sum)s, quá %(points)s điểm của nhóm"
    ),
}


def read(path: Path) -> Scheme:
    """A scheme from a file.

    Raises:
        DefinitionError: file, line and reason of the first thing that is wrong.
    """
    source = located.read(path)
    scheme = located.validated(source, Scheme)
    first = next(rules.problems(scheme, plan_files.known()), None)
    if first is not None:
        raise source.error(first.place, sentence(first))
    return scheme


def sentence(problem: Problem) -> str:
    """What is wrong, in one sentence."""
    if problem.code in _SENTENCES:
        return str(_SENTENCES[problem.code]) % problem.values
    return plan_files.sentence(problem)


@functools.lru_cache(maxsize=1)
def schemes() -> dict[tuple[str, str], Scheme]:
    """Every version of every scheme.

    Raises:
        DefinitionError: file, line and reason of the first that is wrong.
    """
    paths = sorted([*REFERENCE.glob("national/indices/*.yaml"), *REFERENCE.glob("*/scoring/*.yaml")])
    found = [read(path) for path in paths]
    return {(one.id, one.version): one for one in sorted(found, key=lambda one: (one.id, one.version))}


def scheme_for(name: str, year: int) -> Scheme:
    """The version of a scheme that is used for a year: the latest act of those in force.

    Raises:
        UnknownName: no scheme of this name is used in the year.
    """
    found = [one for one in schemes().values() if one.id == name and one.governs(year)]
    if not found:
        used = sorted({one.id for one in schemes().values() if one.governs(year)})
        raise UnknownName(_("bộ tiêu chí"), name, used)
    return max(found, key=lambda one: one.issued_on)


def used_in(year: int) -> list[Scheme]:
    """The schemes that are used for a year."""
    names = sorted({one.id for one in schemes().values() if one.governs(year)})
    return [scheme_for(name, year) for name in names]
