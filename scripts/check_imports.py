"""Run import-linter on the source tree with settings that touch nothing outside it."""

import os
import sys
import tempfile
from pathlib import Path

from importlinter.cli import lint_imports

if __name__ == "__main__":
    root = Path(__file__).resolve().parents[1]
    os.chdir(root)
    sys.path.insert(0, str(root))
    os.environ["TINHSO_HOME"] = tempfile.mkdtemp(prefix="tinhso-imports-")
    sys.exit(lint_imports(cache_dir=None))
