"""`import`, `import-folder` and `quarantine`."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinhso.config.cli.shared import print_json, start_django

if TYPE_CHECKING:
    from tinhso.config.cli.shared import Subparsers
    from tinhso.core.errors import RuleViolation
    from tinhso.datasets.api import ImportResult

RESULT = ("batch", "dataset", "files", "read", "accepted", "quarantined", "duplicate", "refused", "seconds")


def register(commands: "Subparsers") -> None:
    """Add this module's commands."""
    one = commands.add_parser("import", help="nhập tệp vào một bộ dữ liệu")
    one.add_argument("dataset", metavar="BỘ_DỮ_LIỆU", help="ví dụ dossiers, documents")
    one.add_argument("files", metavar="TỆP", nargs="+", type=Path, help="CSV, XLSX, Parquet hoặc JSON từng dòng")
    one.add_argument("--dry-run", action="store_true", help="chỉ kiểm tra, không ghi")
    one.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    one.set_defaults(run=run_import)
    folder = commands.add_parser("import-folder", help="nhập mọi tệp có tên bắt đầu bằng tên bộ dữ liệu")
    folder.add_argument("folder", metavar="THƯ_MỤC", type=Path, help="thư mục có các tệp")
    folder.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    folder.set_defaults(run=run_import_folder)
    _register_quarantine(commands)


def _register_quarantine(commands: "Subparsers") -> None:
    quarantine = commands.add_parser("quarantine", help="các dòng bị giữ lại khi nhập")
    actions = quarantine.add_subparsers(title="việc", metavar="VIỆC", required=True)
    for name, run, help_ in (
        ("list", run_list, "liệt kê dòng, cột, giá trị, lý do"),
        ("export", run_export, "xuất CSV để sửa rồi nhập lại"),
    ):
        action = actions.add_parser(name, help=help_)
        action.add_argument("--batch", type=int, metavar="LÔ", help="chỉ lô này")
        action.add_argument("--dataset", metavar="BỘ_DỮ_LIỆU", help="chỉ bộ dữ liệu này")
        action.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
        action.set_defaults(run=run)


def run_import(arguments: argparse.Namespace) -> int:
    start_django()
    result = _import(arguments.dataset, arguments.files, dry_run=arguments.dry_run)
    if arguments.json:
        print_json(_json(result))
    else:
        _print(result)
    return 0


def run_import_folder(arguments: argparse.Namespace) -> int:
    from tinhso.core.errors import ImpossibleRequest

    start_django()
    folder: Path = arguments.folder
    if not folder.is_dir():
        raise ImpossibleRequest(f"Không có thư mục “{folder}”.")
    results, refusals = import_folder(folder, None if arguments.json else _print)
    if arguments.json:
        print_json([_json(result) for result in results])
    for refusal in refusals:
        print(refusal, file=sys.stderr)
    return 1 if refusals else 0


def import_folder(
    folder: Path, each: "Callable[[ImportResult], None] | None" = None
) -> "tuple[list[ImportResult], list[RuleViolation]]":
    """Import every file whose name begins with a dataset's name, one batch per dataset.

    Returns:
        What was imported, and why datasets were not: one that is refused does not keep the others out.
    """
    from tinhso.core.errors import ImpossibleRequest, RuleViolation
    from tinhso.datasets import api

    names = sorted(api.contracts(), key=len, reverse=True)
    files: dict[str, list[Path]] = {name: [] for name in api.contracts()}
    for path in sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")):
        dataset = next((name for name in names if path.name.startswith(name)), None)
        if dataset is None:
            print(f"{path.name}: tên không bắt đầu bằng tên bộ dữ liệu nào, bỏ qua.", file=sys.stderr)
        else:
            files[dataset].append(path)
    if not any(files.values()):
        raise ImpossibleRequest(f"Thư mục “{folder}” không có tệp nào mang tên một bộ dữ liệu.")
    results, refusals = [], []
    for dataset, paths in files.items():
        try:
            if paths:
                results.append(_import(dataset, paths))
                if each:
                    each(results[-1])
        except RuleViolation as refusal:
            refusals.append(refusal)
    return results, refusals


def _import(dataset: str, paths: list[Path], *, dry_run: bool = False) -> "ImportResult":
    import getpass

    from tinhso.core import clock
    from tinhso.datasets import api

    with _bar() as progress:
        return api.import_files(
            dataset=dataset,
            paths=paths,
            actor=getpass.getuser(),
            at=clock.now(),
            dry_run=dry_run,
            progress=progress,
        )


class _bar:  # noqa: N801 - used like a function
    """A progress bar on stderr, only on a terminal."""

    def __enter__(self) -> "Callable[[str, int, int], None] | None":
        self.bar: Any = None
        if not sys.stderr.isatty():
            return None
        from tqdm import tqdm

        self.bar = tqdm(file=sys.stderr, leave=False, bar_format="{desc} {n_fmt}/{total_fmt} {elapsed}")
        return self._show

    def _show(self, step: str, done: int, total: int) -> None:
        self.bar.set_description_str(step)
        self.bar.total, self.bar.n = total, done
        self.bar.refresh()

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()


def _json(result: "ImportResult") -> dict[str, Any]:
    everything = asdict(result)
    return {name: everything[name] for name in RESULT}


def _print(result: "ImportResult") -> None:
    where = f"lô {result.batch}" if result.batch else "chạy thử"
    print(
        f"{result.dataset} ({where}): đọc {result.read}, nhận {result.accepted}, giữ lại {result.quarantined}, "
        f"trùng {result.duplicate}, từ chối {result.refused}; {result.seconds:.1f} giây"
    )
    for name, headers in result.ignored.items():
        print(f"  {name}: bỏ qua cột {', '.join(headers)}", file=sys.stderr)
    for problem in result.problems[:5]:
        print(f"  {problem.file}, dòng {problem.line}, cột {problem.column}: {problem.value!r} {problem.reason}")
    if result.quarantined > 5:
        print("  … xem tất cả: tinhso quarantine list" + (f" --batch {result.batch}" if result.batch else ""))


def run_list(arguments: argparse.Namespace) -> int:
    rows = _quarantined(arguments)
    if arguments.json:
        print_json([{**asdict(row)} for row in rows])
        return 0
    for row in rows:
        print(f"{row.dataset} lô {row.batch}, {row.file}, dòng {row.line}, {row.column}: {row.value!r} {row.reason}")
    print(f"{len(rows)} dòng bị giữ lại.")
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    """The rows as they were, with line, column and reason; mended, the file can be imported as it is."""
    import csv

    rows = _quarantined(arguments)
    if arguments.json:
        print_json([{**row.raw, "_line": row.line, "_column": row.column, "_reason": row.reason} for row in rows])
        return 0
    columns = list(dict.fromkeys(column for row in rows for column in row.raw))
    writer = csv.DictWriter(sys.stdout, [*columns, "_line", "_column", "_reason"], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({**row.raw, "_line": row.line, "_column": row.column, "_reason": row.reason})
    return 0


def _quarantined(arguments: argparse.Namespace) -> Any:
    start_django()
    from tinhso.datasets import api

    if arguments.batch is not None:
        api.batch(arguments.batch)
    if arguments.dataset is not None:
        api.contract(arguments.dataset)
    return api.quarantined_rows(batch=arguments.batch, dataset=arguments.dataset)
