"""Numbers, days and small drawings as Vietnamese offices write them."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
NBSP = "\N{NO-BREAK SPACE}"


@register.filter
def number(value: Decimal | float | int | None) -> str:
    """1234567.5 as “1.234.567,5”; whole numbers without decimals; nothing for None."""
    if value is None:
        return "–"
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if value != int(value) else f"{int(value):,}"
    return text.translate(str.maketrans(",.", ".,"))


@register.filter
def percent(value: float | None) -> str:
    """0.5845 as “58,45 %”: at most two decimals, never rounded up to a whole that was not reached."""
    if value is None:
        return "–"
    shown = Decimal(str(value)) * 100
    cut = shown.quantize(Decimal("0.01"), rounding="ROUND_FLOOR")
    return f"{number(cut)}{NBSP}%"


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """30/09/2023."""
    return f"{value:%d/%m/%Y}" if value else "–"


@register.filter
def moment(value: dt.datetime | None) -> str:
    """30/09/2023 14:05, in Vietnam's time."""
    from tinhso.core.clock import VIETNAM

    return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if value else "–"


@register.filter
def cell(value: object) -> str:
    """A record's value as a table shows it."""
    match value:
        case None | "":
            return "–"
        case bool():
            return "có" if value else "không"
        case dt.datetime():
            return f"{value:%d/%m/%Y %H:%M}"
        case dt.date():
            return f"{value:%d/%m/%Y}"
        case int() | float() | Decimal():
            return number(value)
        case _:
            return str(value)


@register.simple_tag
def sparkline(values: Sequence[float | None], label: str, ceiling: float = 1.0) -> SafeString:
    """A small line of values over time; gaps stay gaps."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return mark_safe('<span class="ts-muted">–</span>')
    low, high = min([*known, 0.0]), max([*known, ceiling])
    step = 96 / max(len(values) - 1, 1)
    points = " ".join(
        f"{2 + index * step:.1f},{26 - (value - low) / ((high - low) or 1) * 24:.1f}"
        for index, value in enumerate(values)
        if value is not None
    )
    last = points.rsplit(" ", 1)[-1].split(",")
    return format_html(
        '<svg class="ts-spark" viewBox="0 0 100 28" width="100" height="28" role="img" aria-label="{}">'
        '<polyline points="{}"/><circle cx="{}" cy="{}" r="2.4"/></svg>',
        label,
        points,
        last[0],
        last[1],
    )


@register.simple_tag
def target_bar(value: float | None, target: float, expected: float | None, status: str, label: str) -> SafeString:
    """A bar of the value with a mark at the target and one at what is expected by now."""
    whole = max(target, value or 0.0, 0.0001)
    width = 0 if value is None else min(value / whole, 1.0) * 100
    goal = target / whole * 100
    due = "" if expected is None else format_html('<path class="due" d="M{} 1v12"/>', f"{expected / whole * 100:.1f}")
    return format_html(
        '<svg class="ts-bar ts-bar-{}" viewBox="0 0 100 14" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="track" x="0" y="4" width="100" height="6" rx="3"/>'
        '<rect class="fill" x="0" y="4" width="{}" height="6" rx="3"/>{}<path class="goal" d="M{} 0v14"/></svg>',
        status,
        label,
        f"{width:.1f}",
        due,
        f"{min(goal, 99.4):.1f}",
    )
