"""The `tinhso` command. Nothing heavy is imported before a command has been chosen."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from tinhso.config.cli import data, figures, plan, simulate, site
from tinhso.core.errors import RuleViolation
from tinhso.engine.errors import DefinitionError


class Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong, then ends with 2."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(2)


def parser() -> argparse.ArgumentParser:
    root = Parser(prog="tinhso", description="Tỉnh Số: kế hoạch chuyển đổi số của tỉnh, đo bằng chính hồ sơ của mình.")
    commands = root.add_subparsers(title="lệnh", metavar="LỆNH", required=True)
    for module in (site, simulate, data, figures, plan):
        module.register(commands)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 something is wrong with the data, 2 wrong use or impossible request."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tinhso.config.settings.base")
    arguments = parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except RuleViolation as refusal:
        print(refusal, file=sys.stderr)
        return refusal.exit_code
    except DefinitionError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        print("Đã dừng.", file=sys.stderr)
        return 130
    except _unusable_database() as error:
        print(f"Cơ sở dữ liệu chưa dùng được ({_first_line(error)}): hãy chạy “tinhso init”.", file=sys.stderr)
        return 2
    return code


def _unusable_database() -> tuple[type[Exception], ...]:
    """What Django raises where tables are missing or no server answers; nothing before Django was needed."""
    if "django.db" not in sys.modules:
        return ()
    from django.db import utils

    return utils.OperationalError, utils.ProgrammingError


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]


if __name__ == "__main__":
    raise SystemExit(main())
