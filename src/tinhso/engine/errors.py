"""What the engine refuses; light enough for every command to import."""

from pathlib import Path


class DefinitionError(Exception):
    """A definition file cannot be used; the catalog in force stays.

    Args:
        path: the file.
        line: line of the offending entry, 1-based.
        reason: one sentence in the language of the file's authors.
    """

    def __init__(self, path: Path | str, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path, self.line, self.reason = str(path), line, reason
