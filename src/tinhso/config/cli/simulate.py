"""`simulate`."""

import argparse
import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tinhso.config.cli.shared import start_django

if TYPE_CHECKING:
    from tinhso.config.cli.shared import Subparsers


def register(commands: "Subparsers") -> None:
    """Add this module's commands."""
    simulate = commands.add_parser("simulate", help="ghi tệp nguồn của một tỉnh mô phỏng")
    simulate.add_argument("--out", required=True, type=Path, metavar="THƯ_MỤC", help="nơi ghi các tệp")
    simulate.add_argument("--scale", type=float, default=1.0, metavar="CỠ", help="1 là cỡ tỉnh Sơn La")
    simulate.add_argument("--seed", type=int, default=1, metavar="SỐ", help="cùng số thì cùng tệp")
    simulate.add_argument("--year", type=int, default=2023, metavar="NĂM", help="năm của kế hoạch")
    simulate.add_argument("--until", type=_day, metavar="NGÀY", help="ngày cuối đã xảy ra, yyyy-mm-dd")
    simulate.set_defaults(run=run)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” không phải ngày yyyy-mm-dd") from None


def run(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.simulation.services import simulate

    paths = simulate(
        out=arguments.out,
        scale=arguments.scale,
        seed=arguments.seed,
        year=arguments.year,
        until=arguments.until,
        progress=_show if sys.stderr.isatty() else None,
    )
    size = sum(path.stat().st_size for path in paths) / 1e6
    print(f"Đã ghi {len(paths)} tệp ({size:.1f} MB) vào {arguments.out}.")
    return 0


def _show(dataset: str, done: int, total: int) -> None:
    print(f"\r{done + 1}/{total} {dataset:<30}", end="" if done + 1 < total else "\n", file=sys.stderr)
