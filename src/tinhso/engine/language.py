"""The two small languages of definition files: filters over columns, and values over measures.

Filters: `channel == 'online' and procedure.online_level in ('partial', 'full')`. A missing value satisfies
no comparison and, as in SQL, neither does its negation; `x is None` asks for it.
Values: `count(trained & in_post) / count(in_post)`, with `+ - * /`, numbers, names of summed measures, and
`count(...)` over sets of distinct members joined by `&` (both), `|` (either) and `-` (in the first only).
Both are read with Python's own grammar, of which only what stands here is let in.
"""

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Scalar = str | int | float | bool
Comparison = Literal["==", "!=", "<", "<=", ">", ">="]


class LanguageError(ValueError):
    """A filter or value that cannot be read; the text says what and where."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the dataset itself, or of a related dataset (`procedure.online_level`)."""

    name: str
    relation: str | None = None

    def __str__(self) -> str:
        return f"{self.relation}.{self.name}" if self.relation else self.name


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean column that holds."""

    column: Column


@dataclass(frozen=True, slots=True)
class Compare:
    column: Column
    operator: Comparison
    value: Scalar


@dataclass(frozen=True, slots=True)
class OneOf:
    column: Column
    values: tuple[Scalar, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    column: Column
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    part: "Filter"


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Any:
    parts: tuple["Filter", ...]


Filter = Truth | Compare | OneOf | Missing | Not | All | Any


@dataclass(frozen=True, slots=True)
class Members:
    """The set of a distinct measure."""

    measure: str


@dataclass(frozen=True, slots=True)
class SetOperation:
    operator: Literal["&", "|", "-"]
    left: "SetExpression"
    right: "SetExpression"


SetExpression = Members | SetOperation


@dataclass(frozen=True, slots=True)
class Count:
    """How many members a set has."""

    members: SetExpression


@dataclass(frozen=True, slots=True)
class Amount:
    """The number of a counted or summed measure."""

    measure: str


@dataclass(frozen=True, slots=True)
class Number:
    value: int | float


@dataclass(frozen=True, slots=True)
class Arithmetic:
    operator: Literal["+", "-", "*"]
    left: "Value"
    right: "Value"


Value = Count | Amount | Number | Arithmetic


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure: numerator over denominator, kept apart until it is shown."""

    numerator: Value
    denominator: Value


def parse_filter(text: str) -> Filter:
    """Read a filter.

    Raises:
        LanguageError: not a filter of this language.
    """
    return _filter(_tree(text))


def parse_ratio(text: str) -> Ratio:
    """Read a value; at the top it must be one division, since a percentage is only ever derived.

    Raises:
        LanguageError: not a value of this language, or not a division at the top.
    """
    node = _tree(text)
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
        raise LanguageError("giá trị phải là một phép chia tử số / mẫu số")
    return Ratio(_value(node.left), _value(node.right))


def columns_of(condition: Filter) -> Iterator[Column]:
    """Every column a filter reads."""
    match condition:
        case Truth(column) | Compare(column, _, _) | OneOf(column, _, _) | Missing(column, _):
            yield column
        case Not(part):
            yield from columns_of(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from columns_of(part)


def conditions_of(condition: Filter) -> Iterator[Truth | Compare | OneOf | Missing]:
    """Every elementary condition of a filter."""
    match condition:
        case Not(part):
            yield from conditions_of(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from conditions_of(part)
        case elementary:
            yield elementary


def sets_of(value: Value) -> Iterator[SetExpression]:
    """Every counted set of a value."""
    match value:
        case Count(members):
            yield members
        case Arithmetic(_, left, right):
            yield from sets_of(left)
            yield from sets_of(right)


def members_of(expression: SetExpression) -> Iterator[str]:
    """Names of the distinct measures in a set expression."""
    match expression:
        case Members(measure):
            yield measure
        case SetOperation(_, left, right):
            yield from members_of(left)
            yield from members_of(right)


def amounts_of(value: Value) -> Iterator[str]:
    """Names of the counted or summed measures in a value."""
    match value:
        case Amount(measure):
            yield measure
        case Arithmetic(_, left, right):
            yield from amounts_of(left)
            yield from amounts_of(right)


def _tree(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise LanguageError(f"không đọc được ở ký tự {error.offset}: {text!r}") from None
    except (ValueError, RecursionError, MemoryError):
        raise LanguageError(f"không đọc được: {text[:80]!r}") from None


def _refused(node: ast.AST) -> LanguageError:
    return LanguageError(f"không được dùng: {ast.unparse(node)}")


def _filter(node: ast.expr) -> Filter:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return All(tuple(_filter(value) for value in values))
        case ast.BoolOp(op=ast.Or(), values=values):
            return Any(tuple(_filter(value) for value in values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not(_filter(operand))
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _comparison(_column(left), operator, right)
        case _:
            return Truth(_column(node))


_COMPARISONS: dict[type[ast.cmpop], Comparison] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def _comparison(column: Column, operator: ast.cmpop, right: ast.expr) -> Filter:
    if isinstance(operator, ast.In | ast.NotIn) and isinstance(right, ast.Tuple | ast.List):
        return OneOf(column, tuple(_scalar(item) for item in right.elts), isinstance(operator, ast.NotIn))
    if isinstance(operator, ast.Is | ast.IsNot) and isinstance(right, ast.Constant) and right.value is None:
        return Missing(column, isinstance(operator, ast.IsNot))
    if type(operator) in _COMPARISONS:
        return Compare(column, _COMPARISONS[type(operator)], _scalar(right))
    raise _refused(right)


def _column(node: ast.expr) -> Column:
    match node:
        case ast.Name(id=name):
            return Column(name)
        case ast.Attribute(value=ast.Name(id=relation), attr=name):
            return Column(name, relation)
    raise _refused(node)


def _scalar(node: ast.expr) -> Scalar:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float | bool) and _is_finite(node.value):
        return node.value
    raise _refused(node)


def _is_finite(value: Scalar) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def _value(node: ast.expr) -> Value:
    match node:
        case ast.Call(func=ast.Name(id="count"), args=[argument], keywords=[]):
            return Count(_set(argument))
        case ast.Name(id=name):
            return Amount(name)
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool) and _is_finite(number):
            return Number(number)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return Arithmetic("+", _value(left), _value(right))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return Arithmetic("-", _value(left), _value(right))
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return Arithmetic("*", _value(left), _value(right))
    raise _refused(node)


def _set(node: ast.expr) -> SetExpression:
    match node:
        case ast.Name(id=name):
            return Members(name)
        case ast.BinOp(left=left, op=ast.BitAnd(), right=right):
            return SetOperation("&", _set(left), _set(right))
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return SetOperation("|", _set(left), _set(right))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return SetOperation("-", _set(left), _set(right))
    raise _refused(node)
