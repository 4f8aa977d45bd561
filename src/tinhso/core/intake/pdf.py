"""PDFs that people send are inspected by a process of its own, which a hostile file may crash without harm."""

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from tinhso.core.intake import pdf_check
from tinhso.core.intake.refusals import FileRefused

logger = logging.getLogger(__name__)
WALL_SECONDS = 20.0
INHERITED = ("PATH", "PYTHONPATH")  # of the environment; secrets are not handed on


def check(content: BinaryIO, *, name: str) -> None:
    """Refuse a PDF that is damaged, encrypted, active or made to overwhelm its reader.

    Args:
        content: an open file with a descriptor; it is not changed.
        name: for the refusal.

    Raises:
        FileRefused: with the reason; also when the inspecting process came to no answer.
    """
    word = _answer(content)
    if word != pdf_check.OK:
        raise FileRefused(word, name=name, most=pdf_check.MOST_PAGES)


def _answer(content: BinaryIO) -> str:
    """The word of the inspecting process; "heavy" when it was ended by its limits or said nothing of use."""
    content.seek(0)
    command = [sys.executable, "-P", "-s", "-B", str(Path(pdf_check.__file__))]  # a file: Django is not imported
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    try:
        ended = subprocess.run(  # noqa: S603 - our own program, no word of the sender's in the command
            command,
            stdin=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd="/",
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        logger.warning("a PDF was not inspected within %s s", WALL_SECONDS)
        return "heavy"
    word = ended.stdout.decode("ascii", "replace").strip()
    if ended.returncode or word not in pdf_check.WORDS:
        logger.warning("the inspection of a PDF ended with %s", ended.returncode)
        return "heavy"
    return word
