"""What the readers share: the described source, refusals, and the matching of headers."""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from tinhso.core.errors import RuleViolation
from tinhso.core.words import plain
from tinhso.datasets.contracts import Contract


class UnreadableFile(RuleViolation):
    """A file that is refused as a whole, with its name and the reason."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path.name}: {reason}.")
        self.path, self.reason = path, reason


@dataclass(frozen=True)
class Source:
    """One readable file.

    Attributes:
        path: the file.
        sql: a SELECT of text columns named by the contract, and `_line`, `_broken`.
        columns: contract column to the header found for it; columns not in the file are absent.
        ignored: headers that mean no column.
        breakages: every reason that `_broken` can give.
    """

    path: Path
    sql: str
    columns: dict[str, str]
    ignored: list[str]
    breakages: tuple[str, ...] = ()


def matched(path: Path, contract: Contract, headers: list[str]) -> tuple[dict[str, int], list[str]]:
    """Which header is which column, by name or alias.

    Returns:
        Column name to header position, and the headers that mean nothing.

    Raises:
        UnreadableFile: a required column has no header, or a column has two.
    """
    found: dict[str, int] = {}
    ignored: list[str] = []
    for position, header in enumerate(headers):
        column = contract.headers.get(plain(header))
        if column is None:
            if header.strip():
                ignored.append(header.strip())
        elif column in found:
            raise UnreadableFile(path, _("cột “%(column)s” có hai lần") % {"column": header.strip()})
        else:
            found[column] = position
    missing = [name for name, column in contract.columns.items() if column.required and name not in found]
    if missing:
        raise UnreadableFile(path, _missing(contract, missing, ignored))
    return found, [header for header in ignored if not header.startswith("_")]


def header_score(contract: Contract, cells: list[str]) -> int:
    """How many cells of a row are headers of the contract."""
    return len({contract.headers[plain(cell)] for cell in cells if plain(cell) in contract.headers})


def exact_number(text: str) -> str:
    """A number of a typed cell as text that cannot be taken for one with thousands marks: 12.125 is 12.1250."""
    return re.sub(r"(\.[0-9]{3})$", r"\g<1>0", re.sub(r"\.0+$", "", text))


def number_sql(text: str) -> str:
    """`exact_number` in SQL."""
    return f"regexp_replace(regexp_replace({text}, '[.]0+$', ''), '([.][0-9]{{3}})$', '\\10')"


def damaged(path: Path, error: duckdb.Error) -> UnreadableFile:
    """What DuckDB found wrong in a file, in one sentence; faults that are not the file's propagate.

    Raises:
        duckdb.Error: the error itself, when it says nothing about the file.
    """
    faults = (duckdb.InvalidInputException, duckdb.IOException, duckdb.DataError, duckdb.SerializationException)
    message = str(error)
    if not (isinstance(error, faults) or type(error) is duckdb.Error) or "No space left" in message:
        raise error
    line = "".join(c for c in message.split("on Line:")[1][:12] if c.isdigit()) if "on Line:" in message else ""
    where = _("dòng %(line)s ") % {"line": line} if line else ""
    if "invalid unicode" in message.lower() or "not utf-8 encoded" in message.lower():
        return UnreadableFile(path, _("%(where)skhông phải UTF-8; hãy lưu lại thành “CSV UTF-8”") % {"where": where})
    if "maximum line size" in message.lower():
        return UnreadableFile(path, _("%(where)squá dài") % {"where": where})
    if "CSV Error" in message:
        reason = _("%(where)skhông đọc được theo dạng CSV (dấu ngoặc kép hoặc số cột sai)") % {"where": where}
        return UnreadableFile(path, reason)
    return UnreadableFile(path, _("tệp bị hỏng, không đọc hết được"))


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _missing(contract: Contract, missing: list[str], ignored: list[str]) -> str:
    names = ", ".join(f"{name} ({contract.columns[name].title})" for name in missing[:5])
    more = _(" và %(count)s cột khác") % {"count": len(missing) - 5} if len(missing) > 5 else ""
    titles = [plain(contract.columns[name].title) for name in missing]
    near = [h for h in ignored if difflib.get_close_matches(plain(h), [*titles, *missing], n=1, cutoff=0.6)]
    hint = _("; có cột gần giống: %(near)s") % {"near": ", ".join(near[:3])} if near else ""
    return _("thiếu cột bắt buộc của bộ dữ liệu %(dataset)s: %(names)s%(more)s%(hint)s") % {
        "dataset": contract.name,
        "names": names,
        "more": more,
        "hint": hint,
    }
