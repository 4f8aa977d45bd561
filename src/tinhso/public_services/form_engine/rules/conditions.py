"""When something is asked: a closed language of comparisons over answers (điều kiện hiển thị). Never code.

A condition is an object with one key: `==`, `!=`, `<`, `<=`, `>`, `>=`, `in` with [path, value]; `given` with a path;
`all`, `any` with a list of conditions; `not` with one. A path is `/name` for an answer of the form, or `./name` for
one of the same entry of a repeated group. A comparison with an answer that was not given is false.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Answers = Mapping[str, Any]
Condition = Mapping[str, Any]

DEPTH = 8  # of conditions within conditions
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda answer, value: bool(answer == value),
    "!=": lambda answer, value: bool(answer != value),
    "<": lambda answer, value: bool(answer < value),
    "<=": lambda answer, value: bool(answer <= value),
    ">": lambda answer, value: bool(answer > value),
    ">=": lambda answer, value: bool(answer >= value),
    "in": lambda answer, value: answer in value,
}


class BadCondition(ValueError):
    """A condition that the language does not know; the text says where and why."""


def holds(condition: Condition | None, answers: Answers, entry: Answers | None = None) -> bool:
    """Whether a condition holds; none always does.

    Args:
        answers: of the whole form.
        entry: of the repeated group's entry in question; None outside groups.
    """
    if not condition:
        return True
    ((operator, operand),) = condition.items()
    if operator == "all":
        return all(holds(one, answers, entry) for one in operand)
    if operator == "any":
        return any(holds(one, answers, entry) for one in operand)
    if operator == "not":
        return not holds(operand, answers, entry)
    if operator == "given":
        return answer_at(operand, answers, entry) is not None
    answer = answer_at(operand[0], answers, entry)
    return answer is not None and _is_like(operator, answer, operand[1])


def _is_like(operator: str, answer: Any, value: Any) -> bool:
    try:
        return COMPARISONS[operator](answer, value)
    except TypeError:  # an answer of another kind, such as letters where a number is asked
        return False


def answer_at(path: str, answers: Answers, entry: Answers | None = None) -> Any:
    """What was answered under a path; None when nothing was."""
    if path.startswith("./"):
        return (entry or {}).get(path[2:])
    return answers.get(path[1:])


def paths(condition: Condition | None) -> Iterator[str]:
    """Every path a condition looks at."""
    for operator, operand in (condition or {}).items():
        if operator in ("all", "any"):
            for one in operand:
                yield from paths(one)
        elif operator == "not":
            yield from paths(operand)
        else:
            yield operand if operator == "given" else operand[0]


def check(condition: Any, depth: int = 0) -> None:
    """Refuse what is no condition.

    Raises:
        BadCondition: an unknown operator, a wrong operand, or too many conditions within one another.
    """
    if depth > DEPTH:
        raise BadCondition("nested too deeply")
    if not isinstance(condition, Mapping) or len(condition) != 1:
        raise BadCondition(f"not one operator: {condition!r:.60}")
    ((operator, operand),) = condition.items()
    if operator in ("all", "any"):
        if not isinstance(operand, list) or not operand:
            raise BadCondition(f"{operator} needs a list")
        for one in operand:
            check(one, depth + 1)
    elif operator == "not":
        check(operand, depth + 1)
    elif operator == "given":
        _check_path(operand)
    elif operator in COMPARISONS:
        _check_comparison(operator, operand)
    else:
        raise BadCondition(f"unknown operator {operator!r:.40}")


def _check_comparison(operator: str, operand: Any) -> None:
    if not isinstance(operand, list) or len(operand) != 2:
        raise BadCondition(f"{operator} needs a path and a value")
    _check_path(operand[0])
    if (operator == "in") != isinstance(operand[1], list):
        raise BadCondition(f"{operator} with a wrong value")
    values = operand[1] if operator == "in" else [operand[1]]
    if not all(isinstance(value, str | int | float) for value in values):
        raise BadCondition(f"{operator} with a wrong value")


def _check_path(path: Any) -> None:
    if not isinstance(path, str) or not path.startswith(("/", "./")) or path.count("/") != 1:
        raise BadCondition(f"not a path: {path!r:.40}")
