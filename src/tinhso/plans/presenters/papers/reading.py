"""A plan read from Word, whose tables are those that `papers.plan` writes; what is wrong is told with table and row."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import pydantic
from django.utils.translation import gettext as _

from tinhso.core import media
from tinhso.core.words import plain
from tinhso.organizations import api as organizations
from tinhso.plans.presenters.papers import plan as layout
from tinhso.plans.rules import texts
from tinhso.plans.rules.texts import Objective, Place, PlanText
from tinhso.plans.selectors import plan_files
from tinhso.plans.services.plans import BrokenPlan

MOST_UNPACKED = 20_000_000  # bytes
HEADING = re.compile(r"^\d+\.\s*")
YEAR = re.compile(r"\bnăm (\d{4})\b", re.IGNORECASE)
LEAD = re.compile(r"^(.+?)" + layout.LEADS + ",")


def plan_from_word(content: bytes, *, province: str, today: dt.date) -> PlanText:
    """A plan from a .docx file.

    Args:
        content: of the file.
        province: code of the province whose plan it is.
        today: day whose units name the agencies, where the plan names no year of its own.

    Raises:
        BrokenPlan: it is no such file, or says something that cannot be; with table and row.
    """
    document = _opened(content)
    found = _Reading(province, today)
    for block in document.iter_inner_content():
        found.take(block)
    return found.text()


def _opened(content: bytes) -> Any:
    import docx

    unreadable = BrokenPlan(_("Tệp không phải Word (.docx) đọc được; hãy lưu lại thành .docx rồi gửi."))
    if media.detected(io.BytesIO(content)) != media.DOCX:
        raise unreadable
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                raise BrokenPlan(_("Tệp Word quá lớn khi giải nén; kế hoạch chỉ là chữ và bảng."))
        return docx.Document(io.BytesIO(content))
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise unreadable from None


class _Reading:
    """What has been read so far, in the order of the document."""

    def __init__(self, province: str, today: dt.date) -> None:
        self.province, self.today = province, today
        self.title = self.issuer = self.lead = ""
        self.objectives: dict[str, Objective] = {}
        self.targets: list[dict[str, Any]] = []
        self.tasks: list[dict[str, Any]] = []
        self.places: dict[Place, str] = {}
        self.heading, self.aim = "", ""
        self.tables = 0
        self.expects_title = False

    def take(self, block: Any) -> None:
        """The next paragraph or table."""
        if hasattr(block, "rows"):
            self._table([[cell.text.strip() for cell in row.cells] for row in block.rows])
            return
        said = block.text.strip()
        if not said:
            return
        if block.style is not None and str(block.style.name).startswith("Heading"):
            self.heading, self.aim = HEADING.sub("", said), ""
        elif self.expects_title:
            self.title, self.expects_title = layout.TITLE + said[:1].lower() + said[1:], False
        elif not self.title and said.upper() == layout.TITLE.strip().upper():
            self.expects_title = True
        elif found := LEAD.match(said):
            self.lead = found.group(1)
        elif self.heading and not self.aim:
            self.aim = said

    def _table(self, rows: list[list[str]]) -> None:
        headers = [plain(text) for text in rows[0]]
        if headers == [plain(text) for text in layout.TARGET_HEADERS]:
            self.tables += 1
            self._targets(rows[1:])
        elif headers == [plain(text) for text in layout.TASK_HEADERS]:
            self.tables += 1
            for number, row in enumerate(rows[1:], 1):
                self._place("tasks", len(self.tasks), number)
                self.tasks.append(_task(row, self._where(number)))
        elif not self.issuer and rows[0][0]:
            self.issuer = rows[0][0].splitlines()[0]

    def _targets(self, rows: list[list[str]]) -> None:
        for number, row in enumerate(rows, 1):
            self._place("targets", len(self.targets), number)
            target = _target(row, self._where(number))
            self.targets.append(target)
            code = target["indicator"].split(".")[0]
            self.objectives.setdefault(code, Objective(title=self.heading or code, aim=self.aim))

    def _where(self, number: int) -> str:
        return _("Bảng %(table)s, dòng %(row)s") % {"table": self.tables, "row": number}

    def _place(self, part: str, position: int, number: int) -> None:
        self.places[(part, position)] = self._where(number)

    def text(self) -> PlanText:
        """The plan that was read, agencies by their codes."""
        if not self.title:
            raise BrokenPlan(_("Không thấy tên kế hoạch sau dòng “KẾ HOẠCH”; hãy dùng mẫu Word của hệ thống."))
        year = YEAR.search(self.title)
        day = dt.date(int(year.group(1)), 12, 31) if year else self.today
        codes = _codes(day)
        for part, names in (("targets", ("owner",)), ("tasks", ("lead",))):
            for position, row in enumerate(getattr(self, part)):
                for name in names:
                    row[name] = self._code(row[name], codes, (part, position))
        for position, row in enumerate(self.tasks):
            row["supporting"] = [self._code(one, codes, ("tasks", position)) for one in row["supporting"]]
        owners = [row["owner"] for row in self.targets]
        lead = self._code(self.lead, codes, ()) if self.lead else max(owners, key=owners.count, default=self.province)
        try:
            made = PlanText(
                title=self.title,
                issuer=_issuer(self.issuer, self.province, day),
                year=day.year,
                province=self.province,
                lead=lead,
                objectives=self.objectives,
                targets=self.targets,
                tasks=self.tasks,
            )
        except pydantic.ValidationError as errors:
            place = errors.errors()[0]["loc"]
            raise BrokenPlan(self._said(tuple(place), _("có ô trống hoặc giá trị không đọc được"))) from None
        first = next(texts.problems(made, plan_files.known()), None)
        if first is not None:
            raise BrokenPlan(self._said(first.place, plan_files.sentence(first)))
        return made

    def _code(self, name: str, codes: Mapping[str, str], place: Place) -> str:
        code = codes.get(plain(name))
        if code is None:
            raise BrokenPlan(self._said(place, _("không có cơ quan “%(name)s” vào cuối năm kế hoạch") % {"name": name}))
        return code

    def _said(self, place: Place, reason: str) -> str:
        where = self.places.get(place[:2], "")
        said = f"{where}: {reason}" if where else f"{reason[:1].upper()}{reason[1:]}"
        return _("%(what)s. Kế hoạch chưa được nhập; hãy sửa tệp rồi gửi lại.") % {"what": said}


def _codes(day: dt.date) -> dict[str, str]:
    """Codes of agencies by their names; communes are named by scope, not one by one."""
    return {plain(row.name): row.code for row in organizations.units_on(day) if row.kind != "commune"}


def _issuer(said: str, province: str, day: dt.date) -> str:
    """The agency's name as it is written, from capital letters."""
    name = organizations.last_named(province, day).name
    committee = f"Ủy ban nhân dân {name[:1].lower()}{name[1:]}"
    return committee if not said or plain(said) == plain(committee) else said.capitalize()


def _target(row: list[str], where: str) -> dict[str, Any]:
    _number, title, indicator, value, scope, interim, owner = row
    return {
        "title": title,
        "indicator": indicator,
        "operator": "<=" if value.startswith("≤") else ">=",
        "value_pct": _percent(value, where),
        "scope": list(_kinds(scope, where)),
        "interim": [
            {"due_on": _day(day, where), "value_pct": _percent(amount, where)}
            for day, _colon, amount in (one.partition(":") for one in _listed(interim))
        ],
        "owner": owner,
    }


def _task(row: list[str], where: str) -> dict[str, Any]:
    _number, title, product, lead, supporting, term, resources, serves = row
    begin, _dash, end = term.partition("–")
    task: dict[str, Any] = {
        "title": title,
        "product": product,
        "lead": lead,
        "supporting": _listed(supporting),
        "starts_on": _day(begin, where),
        "due_on": _day(end, where),
        "indicators": _listed(serves),
    }
    for one in _listed(resources):
        if one.startswith(layout.MONEY):
            task["budget_vnd"] = int(_decimal(one.removeprefix(layout.MONEY), where))
        elif one.startswith(layout.LINE):
            task["budget_line"] = one.removeprefix(layout.LINE).strip()
        elif one.startswith(layout.PEOPLE):
            task["people"] = one.removeprefix(layout.PEOPLE).strip()
    return task


def _listed(cell: str) -> list[str]:
    """The parts of a cell; none for a dash."""
    parts = [part.strip() for part in cell.split(layout.BETWEEN.strip())]
    return [part for part in parts if part and part != layout.NOTHING]


def _kinds(cell: str, where: str) -> Iterator[str]:
    names = {plain(name): kind for kind, name in layout.KINDS.items()}
    for one in _listed(cell):
        if plain(one) == plain(layout.EVERYWHERE):
            continue
        if plain(one) not in names:
            raise BrokenPlan(_("%(where)s: không có cấp “%(name)s”.") % {"where": where, "name": one})
        yield names[plain(one)]


def _percent(cell: str, where: str) -> float:
    return float(_decimal(cell.replace("≤", "").replace("≥", "").replace("%", ""), where))


def _decimal(cell: str, where: str) -> float:
    """1.234,5 as offices write it."""
    text = cell.replace("\N{NO-BREAK SPACE}", " ").strip().replace(".", "").replace(",", ".")
    try:
        return float(text)
    except ValueError:
        raise BrokenPlan(
            _("%(where)s: “%(text)s” không phải một số.") % {"where": where, "text": cell.strip()}
        ) from None


def _day(cell: str, where: str) -> dt.date:
    try:
        day, month, year = (int(part) for part in cell.strip().split("/"))
        return dt.date(year, month, day)
    except ValueError:
        raise BrokenPlan(
            _("%(where)s: “%(text)s” không phải ngày dạng 31/12/2027.") % {"where": where, "text": cell.strip()}
        ) from None
