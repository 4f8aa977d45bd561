"""From a small tree of XML nodes to the model and back, both led by the table."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from tinhso.edxml.model import Attachment, Unknown, XmlElement
from tinhso.edxml.problems import Problem, problem
from tinhso.edxml.spec import NAMESPACE, SIGNATURES, Element
from tinhso.edxml.values import ILLEGAL, Kind, form, parse

OURS = (NAMESPACE, "")  # some senders leave the namespace out below AttachmentEncoded


class Node:
    """One XML element; `part` is what came of an attachment's content, which is never held as text."""

    __slots__ = ("attributes", "items", "name", "namespace", "part")

    def __init__(self, name: str, namespace: str = NAMESPACE) -> None:
        self.name = name
        self.namespace = namespace
        self.attributes: tuple[tuple[str, str], ...] = ()
        self.items: list[str | Node] = []
        self.part: Attachment | None = None

    def children(self) -> "Iterator[Node]":
        """The elements in it, without the text between them."""
        return (item for item in self.items if isinstance(item, Node))

    def child(self, name: str) -> "Node | None":
        """Its first element of this name."""
        return next((node for node in self.children() if node.name == name), None)


@dataclass(slots=True)
class Findings:
    """What came to light on the way through a tree."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)


def _numbered(path: str, place: int) -> str:
    return path if place == 0 else f"{path}[{place + 1}]"


def _keep(node: Node) -> XmlElement:
    content = tuple(item if isinstance(item, str) else _keep(item) for item in node.items)
    return XmlElement(node.name, node.namespace, node.attributes, content)


def _loose(element: XmlElement) -> Node:
    node = Node(element.name, element.namespace)
    node.attributes = element.attributes
    node.items = [item if isinstance(item, str) else _loose(item) for item in element.content]
    return node


# --- reading -------------------------------------------------------------------------------------------------------


def _place(spec: Element, node: Node) -> int | None:
    """Which row below `spec` the node is, or None for an unknown element."""
    place = spec.index.get(node.name)
    if place is None or node.namespace in OURS:
        return place
    is_signature = node.namespace == SIGNATURES and spec.children[place].kind is Kind.SIGNATURE
    return place if is_signature else None


def _sorted(spec: Element, node: Node, path: str, found: Findings) -> dict[int, list[Node]]:
    """The children of the node by rows of the table; what belongs to no row is kept aside."""
    rows: dict[int, list[Node]] = {}
    last = 0
    in_order = True
    for item in node.items:
        if isinstance(item, str):
            if not item.isspace():
                found.warnings.append(problem(path, "stray-text"))
            continue
        place = _place(spec, item)
        if place is None:
            found.unknown.append(Unknown(path, _keep(item)))
            found.warnings.append(problem(f"{path}/{item.name}".lstrip("/"), "unknown"))
            continue
        in_order = in_order and place >= last
        last = place
        rows.setdefault(place, []).append(item)
    if not in_order:
        found.warnings.append(problem(path, "order"))
    return rows


def _check_text(spec: Element, text: str, path: str, found: Findings) -> bool:
    if spec.choices and text.strip() not in spec.choices:
        found.problems.append(problem(path, "choice", " ".join(spec.choices)))
    elif spec.limit and len(text) > spec.limit:
        found.problems.append(problem(path, "length", f"{len(text)} ký tự, tối đa {spec.limit}"))
    else:
        return True
    return False


def _leaf(spec: Element, node: Node, path: str, found: Findings) -> tuple[object, str]:
    """The value of a leaf and its text; None when nothing (good) stands in it."""
    if spec.kind is Kind.CONTENT:
        return node.part, ""
    text = ""
    for item in node.items:
        if isinstance(item, Node):
            found.problems.append(problem(path, "nested"))
            return None, ""
        text += item
    if spec.kind is not Kind.TEXT:
        text = text.strip().removeprefix(spec.prefix)
    if not text or (spec.low and text.isspace()):
        if spec.low:
            found.problems.append(problem(path, "missing"))
        return None, ""
    if not _check_text(spec, text, path, found):
        return None, ""
    try:
        return parse(spec.kind, text), text
    except ValueError:
        found.problems.append(problem(path, "type"))
        return None, ""


def _object(spec: Element, node: Node, path: str, found: Findings) -> object:
    """The object of a group that has one; None once anything is wrong, as the packet is then refused anyway."""
    values = fields(spec, node, path, found)
    return None if found.problems or spec.make is None else spec.make(**values)


def _is_blank(node: Node) -> bool:
    """Whether nothing is said in it, at any depth; some senders write every element, said or not."""
    return node.part is None and all(
        item.isspace() if isinstance(item, str) else _is_blank(item) for item in node.items
    )


def _read_group(spec: Element, nodes: list[Node], path: str, found: Findings, values: dict[str, Any]) -> None:
    for place, node in enumerate(nodes):
        values.update(fields(spec, node, _numbered(path, place), found))


def _read_values(spec: Element, nodes: list[Node], path: str, found: Findings, values: dict[str, Any]) -> None:
    got: list[object] = []
    for place, node in enumerate(nodes):
        here = _numbered(path, place)
        if spec.kind is not Kind.GROUP:
            value, text = _leaf(spec, node, here, found)
            if spec.raw and text:
                values[spec.raw] = text
        elif not spec.low and _is_blank(node):
            continue
        else:
            value = _object(spec, node, here, found)
        if value is not None:
            got.append(value)
    if got:
        values[spec.field] = tuple(got) if spec.high is None else got[0]


def fields(spec: Element, node: Node, path: str, found: Findings) -> dict[str, Any]:
    """The fields of the model that stand in a node, checked against the table.

    Args:
        spec: the row of the node itself.
        path: of the node from the root on, "" for the root.
        found: takes up problems, warnings and unknown elements.
    """
    values: dict[str, Any] = {}
    for attribute in spec.attributes:
        if attribute.field:
            values.update((attribute.field, value) for name, value in node.attributes if name == attribute.name)
    rows = _sorted(spec, node, path, found)
    for place, child in enumerate(spec.children):
        nodes = rows.get(place)
        if nodes is None:
            if child.low:
                found.problems.append(problem(f"{path}/{child.name}".lstrip("/"), "missing"))
            continue
        here = f"{path}/{child.name}" if path else child.name
        if len(nodes) > 1 and child.high is not None:
            found.problems.append(problem(here, "many"))
        if child.kind is not Kind.SIGNATURE:
            is_plain = child.kind is Kind.GROUP and child.make is None
            (_read_group if is_plain else _read_values)(child, nodes, here, found, values)
    return values


# --- writing -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Rendering:
    """Unknown elements still to be put back, by path, and what has no form in XML."""

    unknown: dict[str, list[XmlElement]]
    problems: list[Problem] = field(default_factory=list)


def _render_leaf(spec: Element, value: object, path: str, work: Rendering) -> Node | None:
    node = Node(spec.name)
    if spec.kind is Kind.CONTENT:
        node.part = cast(Attachment, value)
        return node
    try:
        text = form(value)
    except ValueError:
        work.problems.append(problem(path, "type"))
        return None
    if spec.kind is not Kind.TEXT:
        text = text.strip()
    if not text:
        return None
    if ILLEGAL.search(text):
        work.problems.append(problem(path, "characters"))
    node.items.append(spec.prefix + text)
    return node


def _values(spec: Element, source: object) -> tuple[object, ...]:
    if spec.kind is Kind.CONTENT:
        return (source,)
    value = getattr(source, spec.field)
    if spec.high is None:
        return tuple(value)
    return () if value is None else (value,)


def _render_row(spec: Element, source: object, path: str, work: Rendering) -> Iterator[Node]:
    if spec.kind is Kind.GROUP and spec.make is None:
        if group := render(spec, source, path, work):
            yield group
        return
    place = 0
    for value in _values(spec, source):
        here = _numbered(path, place)
        make = render if spec.kind is Kind.GROUP else _render_leaf
        if node := make(spec, value, here, work):
            place += 1
            yield node


def render(spec: Element, source: object, path: str, work: Rendering) -> Node | None:
    """The node of a group, or None when it is optional and nothing would stand in it."""
    node = Node(spec.name)
    for attribute in spec.attributes:
        if attribute.field and (value := form(getattr(source, attribute.field))):
            if ILLEGAL.search(value):
                work.problems.append(problem(f"{path}/@{attribute.name}", "characters"))
            node.attributes += ((attribute.name, value),)
    for child in spec.children:
        if child.kind is not Kind.SIGNATURE:
            here = f"{path}/{child.name}" if path else child.name
            node.items.extend(_render_row(child, source, here, work))
    node.items.extend(_loose(element) for element in work.unknown.pop(path, ()))
    if not node.items and not node.attributes and not spec.low and spec.make is None:
        return None
    node.attributes += tuple((attribute.name, attribute.fixed) for attribute in spec.attributes if attribute.fixed)
    return node
