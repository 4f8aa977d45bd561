"""Plans as YAML files: what is wrong is told with line and reason; nothing of a wrong file is taken."""

import difflib
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tinhso.engine import located
from tinhso.engine.errors import DefinitionError
from tinhso.indicators import api as indicators
from tinhso.plans.rules import texts
from tinhso.plans.rules.texts import Bounds, PlanFile, PlanText, Problem

MOST_BYTES = 1_000_000
_SENTENCES = {
    "unknown_indicator": gettext_lazy("không có chỉ tiêu %(name)s; gần nhất: %(near)s"),
    "twice": gettext_lazy("chỉ tiêu %(name)s đã có một mục tiêu khác trong kế hoạch"),
    "no_objective": gettext_lazy("không có nhóm mục tiêu “%(objective)s” cho chỉ tiêu %(name)s"),
    "out_of_bounds": gettext_lazy("giá trị %(value)s nằm ngoài khoảng của chỉ tiêu, từ %(low)s đến %(high)s"),
    "interim_outside": gettext_lazy("mốc ngày %(day)s không thuộc năm %(year)s của kế hoạch"),
    "ends_before_start": gettext_lazy("thời hạn %(due)s sớm hơn ngày bắt đầu %(start)s"),
    "supports_itself": gettext_lazy("cơ quan chủ trì %(agency)s không đồng thời là cơ quan phối hợp"),
    "serves_no_target": gettext_lazy("nhiệm vụ phục vụ chỉ tiêu %(name)s, nhưng kế hoạch không có mục tiêu đó"),
}


def known() -> dict[str, Bounds]:
    """Every indicator of the catalog with what its values may be."""
    return {one.id: Bounds() for one in indicators.definitions()}  # all are measured in percent


def sentence(problem: Problem) -> str:
    """What is wrong, in one sentence."""
    values = dict(problem.values)
    if problem.code == "unknown_indicator":
        names = known()
        values["near"] = ", ".join(difflib.get_close_matches(values["name"], names, n=3) or list(names)[:3])
    return str(_SENTENCES[problem.code]) % values


def parsed(content: bytes, name: str) -> PlanFile:
    """A plan from a file.

    Args:
        content: YAML in UTF-8.
        name: of the file, for the reader of an error.

    Raises:
        DefinitionError: file, line and reason of the first thing that is wrong.
    """
    if len(content) > MOST_BYTES:
        raise DefinitionError(name, 1, _("tệp lớn quá 1 MB; kế hoạch chỉ là một tệp chữ"))
    source = located.Located(Path(name), located.decoded(Path(name), content))
    found = located.validated(source, PlanFile)
    first = next(texts.problems(found.text, known()), None)
    if first is not None:
        raise source.error(first.place, sentence(first))
    return found


def read(path: Path) -> PlanFile:
    """A plan of the reference data.

    Raises:
        DefinitionError: file, line and reason of the first thing that is wrong.
    """
    return parsed(path.read_bytes(), str(path))


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their key, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def written(text: PlanText) -> str:
    """A plan as a file that `parsed` reads again; what is empty or usual is left out."""
    content: dict[str, Any] = text.model_dump(exclude_defaults=True, exclude={"state", "closed_on"})
    order = ["number", "version", "title", "issued_on", "issuer", "signer", "year", "province", "lead", "supersedes"]
    first = {key: content.pop(key) for key in order if key in content}
    return str(yaml.dump(first | content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=118))


def line_of(content: bytes, name: str, place: texts.Place) -> int:
    """The line of an entry of a file that has been parsed."""
    return located.Located(Path(name), located.decoded(Path(name), content)).line(place)
