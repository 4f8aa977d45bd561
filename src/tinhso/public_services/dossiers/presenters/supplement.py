"""A request for a supplement as it is answered: only what is named, each with what the officer wrote."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tinhso.core import sealed
from tinhso.public_services.catalog.rules.content import Bundle, Paper
from tinhso.public_services.dossiers.models import DossierEvent, SupplementFile
from tinhso.public_services.dossiers.rules import supplements
from tinhso.public_services.dossiers.rules.supplements import PAPER
from tinhso.public_services.form_engine import presenters as forms
from tinhso.public_services.form_engine.presenters import Field, ProblemLine
from tinhso.public_services.form_engine.rules.answers import Problem
from tinhso.public_services.form_engine.rules.form import Form, Item


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
        is_original: it was ticked as handed over on paper.
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
    is_original: bool = False

    @property
    def may_add(self) -> bool:
        return len(self.files) < self.most


def questions(fields: Iterable[Field], notes: Mapping[str, str]) -> list[Question]:
    """The questions with the officer's words."""
    return [Question(notes.get(f"/{one.name}", ""), [one]) for one in fields]


def scan_note(scan: str) -> str:
    """What the scan for malware says, where it says something the sender should know."""
    return _("đang chờ quét mã độc") if scan == "pending" else ""


def field_name(code: str) -> str:
    return f"file-{code}"


def papers(
    asked: Iterable[Paper],
    *,
    notes: Mapping[str, str],
    problems: Mapping[str, str],
    before: Mapping[str, list[str]],
    kept: Iterable[SupplementFile],
    originals: Collection[str] = (),
) -> list[PaperView]:
    """The papers with the officer's words and the files so far.

    Args:
        problems: sentences by `paper:code`.
        before: names of files in the dossier by code.
        originals: codes of those that came on paper.
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
            is_original=paper.code in originals,
        )
        for paper in asked
    ]


def paper_problems(problems: Iterable[Problem], *, at_counter: bool) -> dict[str, str]:
    """What is to be mended at papers, in words; at the counter they may come on paper."""
    online, there = _("Hãy gửi tệp của giấy tờ này."), _("Hãy quét giấy tờ này, hoặc đánh dấu đã nhận bản giấy.")
    return {one.pointer: there if at_counter else online for one in problems if one.pointer.startswith(PAPER)}


def giver(event: DossierEvent) -> str:
    """Who brought a supplement to the counter; empty where it came online."""
    return str(sealed.opened_values(event.sealed).get("giver", ""))


def given(event: DossierEvent, bundle: Bundle) -> list[str]:
    """What came with a supplement: questions by their labels, then papers with how they came."""
    names, said = supplements.nameable(bundle), event.payload
    files, originals = said.get("files", {}), said.get("originals", ())
    found = [names.get(f"/{name}", name) for name in said.get("answers", ())]
    for paper in [*files, *(code for code in originals if code not in files)]:
        how = [_files(len(files[paper]))] if paper in files else []
        how += [_("bản giấy")] if paper in originals else []
        found.append(f"{names.get(f'{PAPER}{paper}', paper)} ({', '.join(how)})")
    return found


def _files(count: int) -> str:
    return ngettext("%(count)s tệp", "%(count)s tệp", count) % {"count": count}


def problem_lines(
    form: Form,
    problems: Sequence[Problem],
    paper_names: Mapping[str, str],
    sentences: Mapping[str, str],
    shown: Iterable[Item],
    *,
    at_counter: bool,
) -> list[ProblemLine]:
    """The summary at the top; what lies outside of what may be changed is told, too, without a way to it.

    Args:
        paper_names: of papers by code.
        sentences: about papers, by `paper:code`.
        shown: questions on the page.
    """
    names = {item.name for item in shown}
    answers = [one for one in problems if not one.pointer.startswith(PAPER)]
    hint = _("%(text)s Mục này không thuộc yêu cầu bổ sung; hãy nhắn cho cơ quan.")
    if at_counter:
        hint = _("%(text)s Mục này không thuộc yêu cầu bổ sung nên không sửa được ở đây.")
    found = []
    for line, problem in zip(forms.problem_lines(form.items, answers), answers, strict=True):
        is_here = problem.pointer.split("/")[1:2] and problem.pointer.split("/")[1] in names
        found.append(line if is_here else ProblemLine("", line.label, hint % {"text": line.text}))
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
