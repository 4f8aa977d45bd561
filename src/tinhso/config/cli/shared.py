"""What the commands share: starting Django, writing JSON, progress on a terminal."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def start_django() -> None:
    """Load the apps (about a quarter of a second, so only commands that need them call it)."""
    import django

    django.setup()


def print_json(document: Any) -> None:
    """Exactly one JSON document on stdout."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
