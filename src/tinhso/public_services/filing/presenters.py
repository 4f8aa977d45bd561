"""Drafts as pages show them: the way through the steps, papers with their files, two versions side by side."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Profile, User
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitKind, UnitRow
from tinhso.public_services.catalog.rules.content import Paper
from tinhso.public_services.dossiers.models import DraftFile, ResultDocument
from tinhso.public_services.filing.selectors.drafts import Filling
from tinhso.public_services.form_engine import presenters
from tinhso.public_services.form_engine.presenters import AnswerLine, ProblemLine
from tinhso.public_services.form_engine.rules import filling as filling_rules
from tinhso.public_services.form_engine.rules.answers import Problem
from tinhso.public_services.form_engine.rules.conditions import Answers
from tinhso.public_services.form_engine.rules.filling import Part
from tinhso.public_services.form_engine.rules.form import Page

AGENCY, PAPERS, REVIEW = "agency", "papers", "review"


# ---- the way ----


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the way to filing; `id` is the form's page, or one of ours with a colon before it."""

    id: str
    title: str
    url: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """All steps; `number` is the place of the one that is shown, from 1."""

    steps: Sequence[Step]
    number: int

    @property
    def total(self) -> int:
        return len(self.steps)

    @property
    def before(self) -> Step | None:
        return self.steps[self.number - 2] if self.number > 1 else None

    @property
    def after(self) -> Step:
        return self.steps[min(self.number, self.total - 1)]


def way(found: Filling, here: str = "") -> Way:
    """The steps that somebody with these answers goes through.

    Args:
        here: id of the step that is shown; one that is not on the way any more counts as the first.
    """
    pages = found.bundle.read_form.shown_pages(found.asked)
    wanted = [(page.id, page.title, page_url(found, page)) for page in pages]
    own = [(AGENCY, _("Nơi nộp")), (PAPERS, _("Giấy tờ")), (REVIEW, _("Xem lại và nộp"))]
    wanted += [(f":{name}", title, step_url(found, name)) for name, title in own if name != PAPERS or found.papers]
    ids = [id_ for id_, _title, _url in wanted]
    number = ids.index(here) + 1 if here in ids else 1
    steps = [Step(id_, title, url, place == number) for place, (id_, title, url) in enumerate(wanted, start=1)]
    return Way(steps, number)


def page_url(found: Filling, page: Page) -> str:
    return reverse("public_services:draft_page", args=[found.draft.key, page.id])


def step_url(found: Filling, name: str) -> str:
    """Where one of our own steps lies: `agency`, `papers` or `review`."""
    return reverse(f"public_services:draft_{name}", args=[found.draft.key])


def parts_of(found: Filling, page: Page, own: Part | None) -> list[Part]:
    """What one page of the form shows.

    Args:
        own: for whom the dossier is filed, asked on the first page; None where that is known.
    """
    form = found.bundle.read_form
    part = Part(form, page)
    return [own, part] if own is not None and page is form.pages[0] else [part]


# ---- agencies ----


@dataclass(frozen=True, slots=True)
class AgencyGroup:
    """Units of one level to choose from: (code, name)."""

    title: str
    units: Sequence[tuple[str, str]]


def agency_groups(rows: Iterable[UnitRow]) -> list[AgencyGroup]:
    labels = dict(UnitKind.choices)
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(str(labels.get(row.kind, row.kind)), []).append((row.code, row.name))
    return [AgencyGroup(title, units) for title, units in found.items()]


def agency_name(unit_id: int | None, on: dt.date) -> str:
    """What an agency is called on a day; empty for none."""
    return organizations.named_unit(unit_id, on).name if unit_id is not None else ""


# ---- papers ----


@dataclass(frozen=True, slots=True)
class PaperBlock:
    """A paper that is asked for, with the files there are and the results of ours that may stand for it."""

    paper: Paper
    files: Sequence[DraftFile]
    refusals: Sequence[str]
    results: Sequence[ResultDocument]
    error: str = ""
    is_handed_over: bool = False

    @property
    def id(self) -> str:
        return paper_id(self.paper.code)

    @property
    def has_room(self) -> bool:
        return len(self.files) < self.paper.max

    @property
    def how_many(self) -> str:
        return _("Nhiều nhất %(most)s tệp.") % {"most": self.paper.max}


def paper_id(code: str) -> str:
    return f"paper-{code}"


def paper_blocks(
    found: Filling,
    *,
    refusals: Mapping[str, Sequence[str]] | None = None,
    results: Mapping[str, Sequence[ResultDocument]] | None = None,
    problems: Iterable[Problem] = (),
    originals: Sequence[str] = (),
) -> list[PaperBlock]:
    """The papers that the answers call for."""
    errors = {problem.pointer: paper_sentence(problem) for problem in problems}
    there = {file.file_id for file in found.files}
    return [
        PaperBlock(
            paper=paper,
            files=[file for file in found.files if file.paper == paper.code],
            refusals=(refusals or {}).get(paper.code, ()),
            results=[one for one in (results or {}).get(paper.code, ()) if one.file_id not in there],
            error=errors.get(f"paper:{paper.code}", ""),
            is_handed_over=paper.code in originals,
        )
        for paper in found.papers
    ]


def paper_sentence(problem: Problem) -> str:
    """What to do about a paper."""
    if problem.kind == "infected":
        return presenters.sentence(problem)
    return _("Hãy gửi ít nhất %(least)s tệp.") % {"least": problem.limit or 1}


def paper_problems(found: Filling, problems: Iterable[Problem], url: str = "") -> list[ProblemLine]:
    """Lines of the summary for papers."""
    names = {f"paper:{paper.code}": paper for paper in found.papers}
    return [
        ProblemLine(f"{url}#{paper_id(names[one.pointer].code)}", names[one.pointer].name, paper_sentence(one))
        for one in problems
        if one.pointer in names
    ]


# ---- two versions of one page ----


class Difference(NamedTuple):
    """One question in two versions."""

    label: str
    mine: str
    saved: str
    differs: bool


def differences(parts: Sequence[Part], mine: Answers, saved: Answers, on: dt.date) -> list[Difference]:
    """What a page says in the version just sent and in the saved one, question by question."""
    found = []
    for part in parts:
        for item in part.page.items:
            ours, theirs = (presenters.answer_text(item, one.get(item.name), one, on) for one in (mine, saved))
            if ours or theirs:
                found.append(Difference(item.label, ours, theirs, ours != theirs))
    return found


def hidden_fields(parts: Sequence[Part], answers: Answers, shown: Sequence[str]) -> list[tuple[str, str]]:
    """A page's answers as hidden fields, so that they can be sent again."""
    pairs = [(filling_rules.SHOWN, name) for name in shown]
    for part in parts:
        for name, values in filling_rules.written(part.page, answers).items():
            pairs += [(name, value) for value in values]
    return pairs


# ---- reviewing ----


@dataclass(frozen=True, slots=True)
class Section:
    """One step as it is read before filing, with the way back to it."""

    title: str
    url: str
    lines: Sequence[AnswerLine]


def review(found: Filling, own: Part | None, on: dt.date) -> list[Section]:
    """Every answer, step by step; for whom it is filed stands with the first."""
    form = found.bundle.read_form
    first = presenters.page_lines(own.page, found.answers) if own is not None else []
    sections = []
    for page, read in zip(form.shown_pages(found.asked), presenters.answer_lines(form, found.asked, on), strict=True):
        lines = [*first, *read.lines] if page is form.pages[0] else read.lines
        sections.append(Section(read.title, page_url(found, page), lines))
    return sections


def review_problems(found: Filling, own: Part | None, problems: Sequence[Problem]) -> list[ProblemLine]:
    """What keeps a draft from being filed, each line leading to the page where it is mended."""
    form = found.bundle.read_form
    lines = []
    for page in form.pages:
        parts = parts_of(found, page, own)
        on_page = [one for one in filling_rules.problems(parts, found.answers) if one.pointer]
        lines += presenters.problem_lines(presenters.items_of(parts), on_page, page_url(found, page))
    lines += paper_problems(found, problems, step_url(found, PAPERS))
    if any(one.pointer == "" for one in problems):
        unknown = presenters.sentence(Problem("", "unknown"))
        lines.append(ProblemLine(page_url(found, form.pages[0]), _("Biểu mẫu"), unknown))
    return lines


# ---- people ----


def known_of(profile: Profile) -> dict[str, str | dt.date | None]:
    """What a form may take from a citizen's profile."""
    return {
        "full_name": profile.full_name,
        "identity_number": profile.identity_number,
        "phone": profile.phone,
        "email": profile.email,
        "address": profile.address,
        "born_on": profile.born_on,
    }


def own_number(user: User) -> str:
    """The identity number of a citizen; empty for officials."""
    profile = accounts.citizen_of(user)
    return profile.identity_number if profile else ""
