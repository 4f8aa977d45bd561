"""`plan status`."""

import argparse
import datetime as dt
from typing import TYPE_CHECKING, Any

from tinhso.config.cli.figures import PERIODS
from tinhso.config.cli.shared import print_json, start_django

if TYPE_CHECKING:
    from tinhso.config.cli.shared import Subparsers
    from tinhso.plans.api import PlanStatus, Standing

WORDS = {
    "met": "đạt",
    "on_track": "đúng tiến độ",
    "off_track": "chậm tiến độ",
    "too_early": "chưa đến lúc đánh giá",
    "not_met": "không đạt",
    "no_occurrence": "không phát sinh",
    "no_data": "chưa có số liệu",
}


def register(commands: "Subparsers") -> None:
    """Add this module's commands."""
    plan = commands.add_parser("plan", help="kế hoạch và tình hình thực hiện")
    actions = plan.add_subparsers(title="việc", metavar="VIỆC", required=True)
    status = actions.add_parser("status", help="các mục tiêu tại một đơn vị, một kỳ")
    status.add_argument("--plan", metavar="SỐ", help="ví dụ 292/KH-UBND")
    status.add_argument("--unit", metavar="MÃ", help="mã đơn vị; mặc định: cả tỉnh")
    status.add_argument("--period", metavar="KỲ", help=f"{PERIODS}; mặc định: từ đầu năm")
    status.add_argument("--as-of", metavar="NGÀY", type=_day, help="yyyy-mm-dd; mặc định: ngày cuối có dữ liệu")
    status.add_argument(
        "--release", type=int, metavar="SỐ", help="theo bản chốt số liệu này; mặc định: số liệu hiện hành"
    )
    status.add_argument("--json", action="store_true", help="viết một tài liệu JSON")
    status.set_defaults(run=run_status)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” không phải ngày yyyy-mm-dd") from None


def run_status(arguments: argparse.Namespace) -> int:
    start_django()
    from tinhso.organizations import api as organizations
    from tinhso.plans import api

    asked = api.question(
        number=arguments.plan, period=arguments.period, as_of=arguments.as_of, release=arguments.release
    )
    day = min(asked.as_of, asked.period.ends_on)
    unit = organizations.resolve(arguments.unit or asked.plan.province, day)
    found = api.plan_status(asked, unit.org_unit_id)
    if arguments.json:
        print_json(_json(found))
    else:
        _print(found, unit.name)
    return 0


def _json(found: "PlanStatus") -> dict[str, Any]:
    return {
        "plan": found.plan.number,
        "period": found.period,
        "targets": [_target(standing) for standing in found.standings],
    }


def _target(standing: "Standing") -> dict[str, Any]:
    from tinhso.indicators import api

    numerator, denominator = standing.figure.numerator, standing.figure.denominator
    return {
        "indicator": standing.target.indicator,
        "title": standing.target.title,
        "unit": standing.figure.unit_code,
        "period": standing.period,
        "numerator": None if numerator is None else api.whole(numerator),
        "denominator": None if denominator is None else api.whole(denominator),
        "value": standing.value,
        "op": standing.target.operator,
        "target": standing.target.value,
        "status": str(standing.status),
        "as_of": standing.as_of.isoformat(),
        "sources": [
            {
                "dataset": s.dataset,
                "last_day": s.last_day.isoformat() if s.last_day else None,
                "batches": s.batches,
            }
            for s in standing.sources
        ],
    }


def _print(found: "PlanStatus", unit: str) -> None:
    from tinhso.core.numbers import percent

    print(f"{found.plan.title} ({found.plan.number}) – {unit}, kỳ {found.period}, tính đến {found.as_of:%d/%m/%Y}")
    for standing in found.standings:
        value, target = percent(standing.value), percent(standing.target.value)
        sign = "≥" if standing.target.operator == ">=" else "≤"
        print(f"{WORDS[standing.status]:<22} {value:>10}  {sign} {target:<8} {standing.target.title}")
