"""States as pages show them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Badge:
    """A state with its word; the code picks shape and color (`core/components/status.html`)."""

    code: str
    label: str
