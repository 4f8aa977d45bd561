"""Pin requirements again: every package with its hashes, for every Python from 3.11 on, without registry names.

Needs `uv`, which is not among the locked tools, since only this script uses it.
"""

import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "requirements"
OPTIONS = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--quiet",
]


def main() -> int:
    uv = shutil.which("uv")
    if uv is None:
        print("uv is needed: pip install uv", file=sys.stderr)
        return 2
    for name in ("app", "build", "dev", "engines"):
        source, target = f"requirements/{name}.in", f"requirements/{name}.txt"
        command = [uv, "pip", "compile", source, *OPTIONS, "--output-file", target, *sys.argv[1:]]
        subprocess.run(command, check=True, cwd=FOLDER.parent)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
