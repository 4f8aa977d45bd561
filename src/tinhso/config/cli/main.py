"""The `tinhso` command. Nothing heavy is imported before a command has been chosen."""

import argparse
import difflib
import os
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from tinhso.config.cli import audit, data, exchange, figures, identity, plan, release, services, simulate, site
from tinhso.core.errors import RuleViolation
from tinhso.engine.errors import DefinitionError

SENTENCES = (  # what argparse says, and how we say it
    (r"the following arguments are required: (.*)", r"thiếu \1"),
    (r"unrecognized arguments: (.*)", r"không hiểu “\1”"),
    (r"argument (\S+): expected .* arguments?", r"\1 cần một giá trị"),
    (r"argument (\S+): not allowed with argument (\S+)", r"\1 không đi cùng \2"),
    (r"argument (\S+): invalid (?:int|float) value: '(.*)'", r"\1: “\2” không phải số"),
    (r"argument (\S+): (.*)", r"\1: \2"),
)


class _Formatter(argparse.HelpFormatter):
    """Says how a command is used in Vietnamese."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "cách dùng: " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """Says in one Vietnamese sentence what is wrong, then ends with 2."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, add_help=False, formatter_class=_Formatter, **options)
        self.add_argument("-h", "--help", action="help", help="hiện trợ giúp này rồi thoát")
        self._positionals.title, self._optionals.title = "đối số", "tùy chọn"

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {_in_vietnamese(message)}. Xem: {self.prog} --help", file=sys.stderr)
        raise SystemExit(2)


def _in_vietnamese(message: str) -> str:
    if chosen := re.fullmatch(r"argument (\S+): invalid choice: '(.*?)' \(choose from (.*)\)", message):
        argument, value, listed = chosen.groups()
        names = [name.strip(" '") for name in listed.split(",")]
        nearest = difflib.get_close_matches(value, names, n=3, cutoff=0.4) or names
        return f"{argument} “{value}” không có; gần nhất: {', '.join(nearest)}"
    for pattern, sentence in SENTENCES:
        if re.fullmatch(pattern, message):
            return re.sub(pattern, sentence, message)
    return message


def parser() -> argparse.ArgumentParser:
    root = Parser(prog="tinhso", description="Tỉnh Số: kế hoạch chuyển đổi số của tỉnh, đo bằng chính hồ sơ của mình.")
    commands = root.add_subparsers(title="lệnh", metavar="LỆNH", required=True)
    for module in (site, identity, simulate, data, figures, plan, release, services, exchange, audit):
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
