from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tinhso.config.cli.shared import Subparsers


def register(commands: "Subparsers") -> None:
    """Add this module's commands."""
