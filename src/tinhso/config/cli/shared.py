"""What the commands share: starting Django, writing JSON, progress on a terminal."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def start_django() -> None:
    """Load the apps (about a quarter of a second, so only commands that need them call it)."""
    import django

    django.setup()


def port(text: str) -> int:
    """A port as an argument.

    Raises:
        argparse.ArgumentTypeError: the text is none.
    """
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"“{text}” không phải số cổng từ 1 đến 65535")
    return int(text)


def print_json(document: Any) -> None:
    """Exactly one JSON document on stdout."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_csv: bool) -> None:
    """A table as one JSON list, or as CSV with a line of headers."""
    if not as_csv:
        print_json(list(rows))
        return
    import csv

    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
