"""The chain as a file of JSON lines, which somebody outside can check without this program (`core.audit_checker`).

First come the anchors with what others have confirmed of them, then one line for each seal with its entry. A file is
written beside the wanted one and put in its place when it is whole.
"""

import base64
import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tinhso.core.audit.chain import NOT_OURS, Row, content, pages
from tinhso.core.models import AuditAnchor, AuditSeal, AuditWitness

Progress = Callable[[int, int], None]  # lines of seals written, and how many there will be
Line = dict[str, Any]


def export(path: Path, *, progress: Progress | None = None) -> int:
    """Write all anchors and seals.

    Args:
        path: of the file; one that is there is replaced.
        progress: is told how many seals are written, of how many.

    Returns:
        How many seals were written.

    Raises:
        OSError: the file cannot be written.
    """
    unfinished = path.with_name(f"{path.name}.tmp")
    done, total = 0, AuditSeal.objects.count()
    with unfinished.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        file.writelines(_text(line) for line in _anchors())
        for rows in pages():
            file.writelines(_text(_seal(row)) for row in rows)
            done += len(rows)
            if progress:
                progress(done, max(done, total))
    unfinished.replace(path)
    return done


def _text(line: Line) -> str:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str) + "\n"


def _anchors() -> Iterator[Line]:
    for anchor in AuditAnchor.objects.order_by("last_number").prefetch_related("witnesses"):
        yield {
            "kind": "anchor",
            "day": anchor.day.isoformat(),
            "first": anchor.first_number,
            "last": anchor.last_number,
            "root": anchor.root,
            "head": anchor.head,
            "made_at": _moment(anchor.made_at),
            "witnesses": [_witness(one) for one in sorted(anchor.witnesses.all(), key=lambda one: one.pk)],
        }


def _witness(witness: AuditWitness) -> Line:
    token = None if witness.token is None else base64.b64encode(bytes(witness.token)).decode()
    return {
        "kind": witness.kind,
        "by": witness.by,
        "at": _moment(witness.at),
        "reference": witness.reference,
        "text": witness.text,
        "token": token,
    }


def _seal(row: Row) -> Line:
    number, found, _left, details, _right = row
    return {"kind": "seal", "number": number, "hash": found, "entry": None if details is None else _content(row)}


def _content(row: Row) -> Any:
    """What was sealed; where it is none any more, the row as it is, which does not fit its hash."""
    try:
        return content(row)
    except NOT_OURS:
        return {"number": row[0], "unreadable": row[2:]}


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")
