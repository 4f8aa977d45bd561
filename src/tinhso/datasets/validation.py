"""One statement per file that types, checks and resolves every row, vectorized in DuckDB.

The statement's columns: the contract's columns typed, `_unit`, `_file`, `_line` and `_problem` (0 for a
good row, else a number of `Checks.problems`). Rows of a refused kind (state secrets) never leave the scan.

Millions of cells are as registers write them, so every type has a cheap test for that form and falls back to
trimming and reading the other forms; inside CASE, DuckDB evaluates the rest for the rest only.
"""

import datetime as dt
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from tinhso.datasets.contracts import ColumnContract, Contract
from tinhso.datasets.reading import Source
from tinhso.engine.duck import literal
from tinhso.engine.schema import SQL_TYPES

EARLIEST = dt.date(1990, 1, 1)
NBSP = "\N{NO-BREAK SPACE}"
BLANKS = f"E' \\t\\r\\n{NBSP}'"
TRUE_WORDS, FALSE_WORDS = ("true", "1", "có"), ("false", "0", "không")
DAY_FIRST, YEAR_FIRST = "'^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})'", r"'\3-\2-\1'"
CODES = "unit_codes"
ALLOWED = "allowed_units"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is kept back: the column and one reason; `hides` leaves the row's content out."""

    column: str
    reason: str
    hides: bool = False


@dataclass
class Checks:
    """The checks of one file, in the order in which the first one that fails is named.

    Attributes:
        contract: the dataset's contract.
        source: the file, which tells which columns are there.
        crossed: boolean columns that hold nothing but x and blank.
        today: import day; events cannot lie after it.
        limited: whether units are limited to the table `allowed_units`.
    """

    contract: Contract
    source: Source
    crossed: frozenset[str]
    today: dt.date
    limited: bool
    problems: list[Problem] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)  # one of them holds where a condition does; cheap on all rows

    def statement(self, file_number: int) -> str:
        """The SELECT over one file, without its refused rows."""
        contract = self.contract
        self._collect()
        cases = " ".join(f"WHEN {condition} THEN {number}" for number, condition in enumerate(self.conditions, start=1))
        columns = ", ".join(self._kept(name) for name in contract.columns)
        unit = f"u_{contract.unit}_version" if contract.unit else "NULL::INTEGER"
        where = f" WHERE t_{contract.refuse} IS DISTINCT FROM TRUE" if contract.refuse else ""
        return (
            f"SELECT {columns}, {unit} AS _unit, {file_number}::INTEGER AS _file, _line::BIGINT AS _line, "
            f"CAST(CASE WHEN _suspect THEN CASE {cases} ELSE 0 END ELSE 0 END AS SMALLINT) AS _problem "
            f"FROM (SELECT *, {' OR '.join(self.signs)} AS _suspect FROM ({self._resolved()})){where}"
        )

    def refused(self) -> str:
        """Rows of the refused kind by resolved agency code and year; nothing else of them."""
        contract = self.contract
        return (
            f"SELECT coalesce(u_{contract.unit}_code, '') AS agency_code, year(_day) AS year, count(*) AS rows "
            f"FROM ({self._resolved()}) WHERE t_{contract.refuse} GROUP BY ALL"
        )

    def kept_back(self, bad: str) -> str:
        """Rows with a problem as they were: `_file`, `_line`, `_problem`, and `raw`, JSON of the cells.

        Args:
            bad: a relation of `_file`, `_line` and `_problem`; what a problem hides is left out.
        """
        raw = ", ".join(f"{literal(name)}: {_clean('s.' + name)}" for name in self.source.columns)
        hidden = ", ".join(str(number) for number, problem in enumerate(self.problems, start=1) if problem.hides)
        shown = (
            f"CASE WHEN b._problem NOT IN ({hidden}) THEN to_json({{{raw}}}) END" if hidden else f"to_json({{{raw}}})"
        )
        return f"SELECT b.*, {shown} AS raw FROM ({self.source.sql}) AS s JOIN {bad} AS b USING (_line)"

    # ---- typing -----------------------------------------------------------------------------------------

    def _typed(self) -> str:
        """Raw and typed value of every column, and the day of the row; what cannot be typed is null."""
        names = list(self.source.columns)
        raw = ", ".join(f"{name} AS r_{name}" for name in names)
        typed = []
        for name, column in self.contract.columns.items():
            kind = SQL_TYPES[column.type]
            typed.append(f"{self._value(name, column) if name in names else f'NULL::{kind}'} AS t_{name}")
        first = next(name for name in names if self.contract.columns[name].required)
        anything = ", ".join(_clean(f"r_{name}") for name in names)
        is_row = (
            f"CASE WHEN {_begins_plainly(f'r_{first}')} THEN TRUE ELSE coalesce({anything}, _broken) IS NOT NULL END"
        )
        rows = f"SELECT {raw}, _line, _broken FROM ({self.source.sql})"
        return f"SELECT *, {self._day()} AS _day FROM (SELECT *, {', '.join(typed)} FROM ({rows}) WHERE {is_row})"

    def _value(self, name: str, column: ColumnContract) -> str:
        raw, clean = f"r_{name}", _clean(f"r_{name}")
        if column.values:
            return _either(raw, *_words(raw, clean, column))
        if column.unit_kinds:
            return _either(raw, *_codes(raw, clean, column.unit_kinds))
        match column.type:
            case "boolean":
                return f"{clean} IS NOT NULL" if name in self.crossed else _either(raw, *_booleans(raw, clean))
            case "integer" | "year":
                return _either(raw, *_integers(raw, clean, SQL_TYPES[column.type]))
            case "decimal":
                return _either(raw, "NULL", _decimal(clean))
            case "date":
                return _either(raw, *_dates(raw, clean))
            case "timestamp":
                return _either(raw, *_moments(raw, clean))
            case _:
                return _either(raw, f"CASE WHEN {_is_plain(raw)} THEN {raw} END", clean)

    def _kept(self, name: str) -> str:
        """The value that goes to the lake: unit codes as the register writes them."""
        kept = f"coalesce(u_{name}_code, t_{name})" if self.contract.columns[name].unit_kinds else f"t_{name}"
        if self.contract.refuse and name != self.contract.refuse:  # what may be secret is not even staged
            kept = f"CASE WHEN _broken IS NULL AND NOT t_{self.contract.refuse} THEN {kept} END"
        return f"{kept} AS {name}"

    # ---- units ------------------------------------------------------------------------------------------

    def _day(self) -> str:
        """The day by which a row's unit codes are resolved."""
        time = f"CAST(t_{self.contract.time} AS DATE)"
        fallback = self.contract.time_fallback
        return f"coalesce({time}, CAST(t_{fallback} AS DATE))" if fallback else time

    def _resolved(self) -> str:
        """The typed rows with the unit versions that their codes name on their day."""
        selected, joins = ["t.*"], ""
        for name in self._unit_columns():
            on = f"u_{name}.code = t.t_{name} AND t._day BETWEEN u_{name}.valid_from AND u_{name}.valid_to"
            joins += f" LEFT JOIN {CODES} AS u_{name} ON {on}"
            selected += [f"u_{name}.{column} AS u_{name}_{column}" for column in ("code", "kind", "unit")]
            selected.append(f"u_{name}.unit_version AS u_{name}_version")
        if self.limited and self.contract.unit:
            joins += f" LEFT JOIN {ALLOWED} AS allowed ON allowed.unit = u_{self.contract.unit}.unit"
            selected.append("allowed.unit AS _allowed")
        return f"SELECT {', '.join(selected)} FROM ({self._typed()}) AS t{joins}"

    def _unit_columns(self) -> list[str]:
        return [name for name, column in self.contract.columns.items() if column.unit_kinds]

    # ---- problems ---------------------------------------------------------------------------------------

    def _add(self, condition: str, column: str, reason: str, *, sign: str = "", hides: bool = False) -> None:
        """Add a check; the sign, where the condition is dear, holds at least wherever the condition does."""
        self.conditions.append(condition)
        self.signs.append(f"({sign or condition})")
        self.problems.append(Problem(column, reason, hides))

    def _collect(self) -> None:
        self.problems.clear()
        self.conditions.clear()
        self.signs.clear()
        refuse = self.contract.refuse
        if refuse:
            self._add(
                f"t_{refuse} IS NULL",
                refuse,
                _("không rõ có phải văn bản mật không; nội dung không được giữ"),
                hides=True,
            )
        for reason in self.source.breakages:
            self._add(f"_broken = {literal(reason)}", "", reason, hides=bool(refuse))
        for name, column in self.contract.columns.items():
            if name != refuse:
                self._check_column(name, column)
        for name in self._unit_columns():
            self._check_unit(name)
        for check in self.contract.checks:
            opposite = ">" if check.operator == "<=" else "<"
            self._add(f"t_{check.left} {opposite} t_{check.right}", check.left, check.reason)

    def _check_column(self, name: str, column: ColumnContract) -> None:
        present = name in self.source.columns
        missing = f"t_{name} IS NULL AND {_clean(f'r_{name}')} IS NULL" if present else "TRUE"
        if name in self.crossed:
            return
        if column.required:
            self._add(missing, name, _("bắt buộc nhưng để trống"), sign=f"t_{name} IS NULL")
        if column.required_unless:
            unless = column.required_unless
            values = ", ".join(map(str, unless.values))
            reason = _("bắt buộc với trạng thái này nhưng để trống")
            is_due = f"coalesce(t_{unless.column} NOT IN ({values}), TRUE)"
            self._add(f"{missing} AND {is_due}", name, reason, sign=f"t_{name} IS NULL")
        if present:
            self._check_value(name, column)

    def _check_value(self, name: str, column: ColumnContract) -> None:
        sign = f"t_{name} IS NULL AND r_{name} IS NOT NULL"
        unreadable = f"{sign} AND {_clean(f'r_{name}')} IS NOT NULL"
        if column.values:
            reason = _("không thuộc các giá trị được phép: ") + ", ".join(column.values)
            self._add(unreadable, name, reason, sign=sign)
        elif column.type != "string":
            self._add(unreadable, name, _UNREADABLE[column.type](), sign=sign)
        if column.minimum is not None:
            self._add(f"t_{name} < {column.minimum}", name, _("nhỏ hơn %(least)s") % {"least": column.minimum})
        if column.maximum is not None:
            self._add(f"t_{name} > {column.maximum}", name, _("lớn hơn %(most)s") % {"most": column.maximum})
        if column.pattern:
            self._add(f"NOT regexp_full_match(t_{name}, {literal(column.pattern)})", name, _("không đúng dạng mã"))
        if column.past:
            self._add(f"t_{name} >= DATE '{self.today + dt.timedelta(days=1)}'", name, _("nằm ở tương lai"))
        if column.type in ("date", "timestamp"):
            self._add(f"t_{name} < DATE '{EARLIEST}'", name, _("trước năm %(year)s") % {"year": EARLIEST.year})

    def _check_unit(self, name: str) -> None:
        kinds = self.contract.columns[name].unit_kinds
        reason = _("không có đơn vị nào mang mã này vào ngày của dòng")
        self._add(f"u_{name}_unit IS NULL AND t_{name} IS NOT NULL AND _day IS NOT NULL", name, reason)
        if kinds == ["commune"]:
            self._add(f"u_{name}_kind <> 'commune'", name, _("không phải mã xã, phường, thị trấn"))
        if self.limited and name == self.contract.unit:
            reason = _("đơn vị ngoài phạm vi được giao")
            self._add(f"u_{name}_unit IS NOT NULL AND _allowed IS NULL", name, reason)


_UNREADABLE = {
    "integer": lambda: _("không phải số nguyên"),
    "year": lambda: _("không phải năm"),
    "decimal": lambda: _("không phải số"),
    "boolean": lambda: _("không phải có/không (true/false, 1/0, có/không)"),
    "date": lambda: _("không phải ngày (yyyy-mm-dd hoặc dd/mm/yyyy)"),
    "timestamp": lambda: _("không phải thời điểm (yyyy-mm-dd HH:MM hoặc dd/mm/yyyy HH:MM)"),
}


def _clean(raw: str) -> str:
    """A cell without the blanks around it; null when nothing is left."""
    return f"nullif(trim({raw}, {BLANKS}), '')"


def _begins_plainly(raw: str) -> str:
    """Whether a cell begins with an ASCII letter, digit or mark, and so is not blank."""
    return f"({raw} >= '!' AND {raw} < '~')"


def _is_plain(raw: str) -> str:
    """Whether a cell certainly has no blanks around it."""
    ends = " OR ".join(f"ends_with({raw}, {blank})" for blank in ("' '", "E'\\t'", "E'\\r'", "E'\\n'", f"'{NBSP}'"))
    return f"({_begins_plainly(raw)} AND NOT ({ends}))"


def _either(raw: str, plain: str, other: str) -> str:
    """A cell's value in the form registers write, else in any other form; null where there is no cell."""
    return f"CASE WHEN {raw} IS NOT NULL THEN coalesce({plain}, {other}) END"


def _words(raw: str, clean: str, column: ColumnContract) -> tuple[str, str]:
    words = {word.lower(): value for value, aliases in column.values.items() for word in (value, *aliases)}
    cases = " ".join(f"WHEN {literal(word)} THEN {literal(value)}" for word, value in words.items())
    return f"CASE {raw} {cases} END", f"CASE lower(nfc_normalize({clean})) {cases} END"


def _booleans(raw: str, clean: str) -> tuple[str, str]:
    yes = ", ".join(literal(word) for word in TRUE_WORDS)
    no = ", ".join(literal(word) for word in FALSE_WORDS)

    def read(word: str) -> str:
        return f"CASE WHEN {word} IN ({yes}) THEN TRUE WHEN {word} IN ({no}) THEN FALSE END"

    return read(raw), read(f"lower(nfc_normalize({clean}))")


def _integers(raw: str, clean: str, kind: str) -> tuple[str, str]:
    """Digits; a point or comma before exactly three digits marks thousands; `12.0` is 12."""
    plain = f"CASE WHEN regexp_full_match({raw}, '[0-9]{{1,18}}') THEN try_cast({raw} AS {kind}) END"
    signed = f"regexp_full_match({clean}, '[+-]?[0-9]+')"
    grouped = f"regexp_full_match({clean}, '[+-]?[0-9]{{1,3}}([.,][0-9]{{3}})+')"
    zeros = f"regexp_full_match({clean}, '[+-]?[0-9]+[.,]0{{1,2}}')"
    return plain, (
        f"CASE WHEN {signed} THEN try_cast({clean} AS {kind}) "
        f"WHEN {grouped} THEN try_cast(regexp_replace({clean}, '[.,]', '', 'g') AS {kind}) "
        f"WHEN {zeros} THEN try_cast(regexp_replace({clean}, '[.,]0+$', '') AS {kind}) END"
    )


def _decimal(raw: str) -> str:
    """Decimal comma or point; with both, or with one of them repeated, the others mark thousands."""
    kind = SQL_TYPES["decimal"]
    simple = f"regexp_full_match({raw}, '[+-]?[0-9]+([.,][0-9]+)?')"
    points = f"regexp_full_match({raw}, '[+-]?[0-9]{{1,3}}([.][0-9]{{3}})+(,[0-9]+)?')"
    commas = f"regexp_full_match({raw}, '[+-]?[0-9]{{1,3}}(,[0-9]{{3}})+([.][0-9]+)?')"
    exponent = f"regexp_full_match({raw}, '[+-]?[0-9]+([.][0-9]+)?[eE][+-]?[0-9]+')"
    return (
        f"CASE WHEN {simple} THEN try_cast(replace({raw}, ',', '.') AS {kind}) "
        f"WHEN {points} THEN try_cast(replace(replace({raw}, '.', ''), ',', '.') AS {kind}) "
        f"WHEN {commas} THEN try_cast(replace({raw}, ',', '') AS {kind}) "
        f"WHEN {exponent} THEN try_cast(try_cast({raw} AS DOUBLE) AS {kind}) END"
    )


def _moment(raw: str) -> str:
    """A local moment (UTC+7): a time given with another zone is converted, without a zone it is local."""
    text = f"CASE WHEN contains({raw}, '/') THEN regexp_replace({raw}, {DAY_FIRST}, {YEAR_FIRST}) ELSE {raw} END"
    zone = f"regexp_extract({raw}, '(Z|z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$', 1)"
    zoned = f"length({raw}) > 10 AND (right({raw}, 1) IN ('Z', 'z') OR regexp_matches(substr({raw}, 12), '[+-]'))"
    hours = f"CASE WHEN upper({zone}) = 'Z' THEN 0 ELSE try_cast(left({zone}, 3) AS INTEGER) END"
    minutes = f"CASE WHEN length({zone}) > 3 THEN try_cast(left({zone}, 1) || right({zone}, 2) AS INTEGER) ELSE 0 END"
    bare = f"try_cast(left({text}, length({text}) - length({zone})) AS TIMESTAMP)"
    return (
        f"CASE WHEN NOT regexp_matches({text}, '^[0-9]{{4}}-') THEN NULL "
        f"WHEN {zoned} THEN {bare} + to_hours(7 - ({hours})) - to_minutes({minutes}) "
        f"ELSE try_cast({text} AS TIMESTAMP) END"
    )


def _moments(raw: str, clean: str) -> tuple[str, str]:
    plain = (
        f"CASE WHEN {raw} LIKE '____-__-__ __:__:__' OR {raw} LIKE '____-__-__' THEN try_cast({raw} AS TIMESTAMP) "
        f"WHEN {raw} LIKE '__/__/____ __:__:__' THEN try_strptime({raw}, '%d/%m/%Y %H:%M:%S') "
        f"WHEN {raw} LIKE '__/__/____ __:__' THEN try_strptime({raw}, '%d/%m/%Y %H:%M') "
        f"WHEN {raw} LIKE '__/__/____' THEN try_strptime({raw}, '%d/%m/%Y') END"
    )
    return plain, _moment(clean)


def _dates(raw: str, clean: str) -> tuple[str, str]:
    """A day, alone or as a moment at midnight."""
    plain = (
        f"CASE WHEN {raw} LIKE '____-__-__' THEN try_cast({raw} AS DATE) "
        f"WHEN {raw} LIKE '__/__/____' THEN CAST(try_strptime({raw}, '%d/%m/%Y') AS DATE) END"
    )
    moment = _moment(clean)
    return plain, f"CASE WHEN {moment} = date_trunc('day', {moment}) THEN {moment}::DATE END"


def _codes(raw: str, clean: str, kinds: list[str]) -> tuple[str, str]:
    """A unit code in capitals; Excel's lost zeros come back (commune codes have five digits)."""
    short, whole = ("{1,4}", "> 4") if kinds == ["commune"] else ("{4}", "<> 4")
    plain = f"CASE WHEN {_is_plain(raw)} AND strlen({raw}) {whole} THEN upper({raw}) END"
    padded = f"CASE WHEN regexp_full_match({clean}, '[0-9]{short}') THEN lpad({clean}, 5, '0') ELSE upper({clean}) END"
    return plain, padded
