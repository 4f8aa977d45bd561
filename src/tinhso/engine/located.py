"""YAML files written by people (definitions, contracts, plans); errors name file, line and reason."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pydantic
import yaml

from tinhso.engine.errors import DefinitionError

_REASONS = {  # what is wrong most often, in the language of the files' authors
    "missing": "thiếu mục này",
    "extra_forbidden": "không có mục nào tên như vậy",
    "string_too_short": "không được để trống",
}
Model = TypeVar("Model", bound=pydantic.BaseModel)
Place = tuple[str | int, ...]


class Located:
    """The content of one YAML file together with the line of every entry.

    Attributes:
        path: the file.
        content: plain dicts, lists and scalars as YAML means them.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._lines: dict[Place, int] = {}
        try:
            loader = yaml.SafeLoader(text)
            node = loader.get_single_node()
            self.content: Any = self._build(loader, node, ()) if node is not None else None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise DefinitionError(path, mark.line + 1 if mark else 1, error.problem or "không đọc được") from None
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise DefinitionError(path, line, f"ký tự không được phép: {error.character!r}") from None
        except RecursionError:
            raise DefinitionError(path, 1, "các mục lồng nhau quá sâu hoặc chứa chính mình") from None

    def line(self, place: Sequence[str | int]) -> int:
        """Line of an entry, or of the nearest enclosing one that is in the file."""
        found = tuple(place)
        while found and found not in self._lines:
            found = found[:-1]
        return self._lines.get(found, 1)

    def error(self, place: Sequence[str | int], reason: str) -> DefinitionError:
        return DefinitionError(self.path, self.line(place), reason)

    def _build(self, loader: yaml.SafeLoader, node: yaml.Node, place: Place) -> Any:
        self._lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._build_mapping(loader, node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._build(loader, item, (*place, index)) for index, item in enumerate(node.value)]
        try:
            return loader.construct_object(node, deep=True)
        except ValueError as error:  # such as the 30th of February
            raise self.error(place, f"giá trị “{node.value}” không có nghĩa: {error}") from None

    def _build_mapping(self, loader: yaml.SafeLoader, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in built:
                raise DefinitionError(self.path, line, f"mục “{key}” được khai hai lần")
            self._lines[(*place, key)] = line
            built[key] = self._build(loader, value_node, (*place, key))
        return built


def read(path: Path) -> Located:
    """Read one YAML file.

    Raises:
        DefinitionError: not UTF-8, not YAML, or a key given twice.
    """
    return Located(path, read_text(path))


def read_text(path: Path) -> str:
    """The text of one YAML file.

    Raises:
        DefinitionError: it cannot be read, or is not UTF-8.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DefinitionError(path, 1, f"không đọc được tệp: {error.strerror}") from None
    return decoded(path, content)


def decoded(path: Path, content: bytes) -> str:
    """The text of a file's content.

    Raises:
        DefinitionError: it is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DefinitionError(path, content.count(b"\n", 0, error.start) + 1, "tệp không phải UTF-8") from None


def validated(located: Located, model: type[Model]) -> Model:
    """The file's content as a Pydantic model.

    Raises:
        DefinitionError: at the line of the first entry that does not fit.
    """
    if not isinstance(located.content, Mapping):
        raise located.error((), "tệp phải là một bảng khóa: giá trị")
    try:
        return model.model_validate(located.content)
    except pydantic.ValidationError as errors:
        first = errors.errors()[0]
        place = [part for part in first["loc"] if not (isinstance(part, str) and part.startswith("function-"))]
        name = ".".join(str(part) for part in place)
        reason = _REASONS.get(first["type"], first["msg"])
        raise located.error(place, f"{name}: {reason}" if name else reason) from None


__all__ = ["DefinitionError", "Located", "read", "read_text", "validated"]
