"""A request for a supplement as its applicant answers it: only what is named, each with what the officer wrote."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from tinhso.public_services.catalog.rules.content import Paper
from tinhso.public_services.dossiers.rules.supplements import PAPER
from tinhso.public_services.form_engine import presenters as forms
from tinhso.public_services.form_engine.presenters import Field, ProblemLine
from tinhso.public_services.form_engine.rules.answers import Problem
from tinhso.public_services.form_engine.rules.form import Form, Item
from tinhso.public_services.portal.models import SupplementFile
from tinhso.public_services.portal.presenters.dossier import scan_note


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was asked again; `note` is the officer's, empty for what only a new answer brings."""

    note: str
    fields: Sequence[Field]


@dataclass(frozen=True, slots=True)
class KeptFile:
    key: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper that was asked for again.

    Attributes:
        input: name of its file field.
        before: names of the files in the dossier, which the new ones replace.
        may_add: it takes more files.
    """

    code: str
    input: str
    name: str
    help: str
    note: str
    error: str
    most: int
    before: list[str] = field(default_factory=list)
    files: list[KeptFile] = field(default_factory=list)

    @property
    def may_add(self) -> bool:
        return len(self.files) < self.most


def questions(fields: Iterable[Field], notes: Mapping[str, str]) -> list[Question]:
    """The questions with the officer's words."""
    return [Question(notes.get(f"/{one.name}", ""), [one]) for one in fields]


def field_name(code: str) -> str:
    return f"file-{code}"


def papers(
    asked: Iterable[Paper],
    *,
    notes: Mapping[str, str],
    problems: Mapping[str, str],
    before: Mapping[str, list[str]],
    kept: Iterable[SupplementFile],
) -> list[PaperView]:
    """The papers with the officer's words and the files so far.

    Args:
        problems: sentences by `paper:code`.
        before: names of files in the dossier by code.
    """
    by_paper: dict[str, list[KeptFile]] = {}
    for one in kept:
        by_paper.setdefault(one.paper, []).append(KeptFile(str(one.key), one.name, scan_note(one.scan)))
    return [
        PaperView(
            code=paper.code,
            input=field_name(paper.code),
            name=paper.name,
            help=paper.help,
            note=notes.get(f"{PAPER}{paper.code}", ""),
            error=problems.get(f"{PAPER}{paper.code}", ""),
            most=paper.max,
            before=before.get(paper.code, []),
            files=by_paper.get(paper.code, []),
        )
        for paper in asked
    ]


def paper_problems(problems: Iterable[Problem]) -> dict[str, str]:
    """What is to be mended at papers, in words."""
    return {one.pointer: _("Hãy gửi tệp của giấy tờ này.") for one in problems if one.pointer.startswith(PAPER)}


def problem_lines(
    form: Form,
    problems: Sequence[Problem],
    paper_names: Mapping[str, str],
    sentences: Mapping[str, str],
    shown: Iterable[Item],
) -> list[ProblemLine]:
    """The summary at the top; what lies outside of what may be changed is told, too, without a way to it.

    Args:
        paper_names: of papers by code.
        sentences: about papers, by `paper:code`.
        shown: questions on the page.
    """
    names = {item.name for item in shown}
    answers = [one for one in problems if not one.pointer.startswith(PAPER)]
    found = []
    for line, problem in zip(forms.problem_lines(form.items, answers), answers, strict=True):
        is_here = problem.pointer.split("/")[1:2] and problem.pointer.split("/")[1] in names
        hint = _("%(text)s Mục này không thuộc yêu cầu bổ sung; hãy nhắn cho cơ quan.") % {"text": line.text}
        found.append(line if is_here else ProblemLine("", line.label, hint))
    codes = [(pointer, pointer.removeprefix(PAPER)) for pointer in sentences]
    return found + [
        ProblemLine(f"#{field_name(code)}", paper_names.get(code, code), sentences[pointer]) for pointer, code in codes
    ]


def differences(form: Form, mine: Mapping[str, Any], saved: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was saved elsewhere and differs from what was typed here, as (question, answer)."""
    changed = [
        item for name, item in form.items.items() if mine.get(name) != saved.get(name) and name in {*mine, *saved}
    ]
    return [(item.label, forms.answer_text(item, saved.get(item.name)) or _("(để trống)")) for item in changed]
