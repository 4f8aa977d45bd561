"""The state machine as a picture, drawn from its rows, so that the picture cannot say anything else."""

from tinhso.public_services.dossiers.rules import machine
from tinhso.public_services.dossiers.rules.machine import PREVIOUS, SAME, Row

FIRST = "[*]"
ANY = "any"


def arrows() -> list[tuple[str, str, str]]:
    """(from, to, label) of every row, sources apart; `any` stands for every state."""
    return [(source, target, _label(row)) for row in machine.ROWS for source, target in _ends(row)]


def _ends(row: Row) -> list[tuple[str, str]]:
    if set(row.sources) == set(machine.NATIONAL):
        return [(ANY, ANY)]
    ends: list[tuple[str, str]] = []
    for source in row.sources or (FIRST,):
        ends += [(source, target) for target in _targets(row, source)]
    return ends


def _targets(row: Row, source: str) -> list[str]:
    """Where a row leads from a state; back from a wait it leads to whatever the wait was entered from."""
    if row.target == SAME:
        return [source]
    if row.target != PREVIOUS:
        return [row.target]
    return sorted({start for other in machine.ROWS if other.target == source for start in other.sources})


def _label(row: Row) -> str:
    clock = "" if row.clock == machine.Clock.NONE else f", clock: {row.clock.value}"
    return f"{row.action} ({' / '.join(row.by)}{clock})"


def graph(language: str) -> str:
    """The picture in `mermaid` or `dot`."""
    return {"mermaid": mermaid, "dot": dot}[language]()


def mermaid() -> str:
    """As Mermaid's state diagram, each state with its number in the national list."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {state} : {number} {state}" for state, number in machine.NATIONAL.items()]
    lines.append(f"    {ANY} : any state")
    lines += [f"    {source} --> {target} : {label.replace(':', ' –')}" for source, target, label in arrows()]
    lines += [f"    {state} --> {FIRST}" for state in (*machine.SETTLED,) if state != machine.RESOLVED]
    return "\n".join(lines) + "\n"


def dot() -> str:
    """As Graphviz draws it."""
    lines = ["digraph dossier {", '  rankdir="LR";', '  node [shape="box"];', '  start [shape="point"];']
    for state, number in machine.NATIONAL.items():
        shape = ', peripheries="2"' if state in machine.SETTLED else ""
        lines.append(f'  {state} [label="{number} {state}"{shape}];')
    for source, target, label in arrows():
        lines.append(f'  {"start" if source == FIRST else source} -> {target} [label="{label}"];')
    return "\n".join([*lines, "}"]) + "\n"
