"""Numbers, days and small drawings as Vietnamese offices write them."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tinhso.core import numbers
from tinhso.core.clock import VIETNAM
from tinhso.core.numbers import MISSING, Number

register = template.Library()
register.filter("number", numbers.number)
register.filter("percent", numbers.percent)
register.filter("points", numbers.points)
register.filter("change", numbers.change)


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """30/09/2023."""
    return f"{value:%d/%m/%Y}" if value else MISSING


@register.filter
def moment(value: dt.datetime | None) -> str:
    """30/09/2023 14:05, in Vietnam's time."""
    return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if value else MISSING


@register.filter
def cell(value: object) -> str:
    """A record's value as a table shows it."""
    match value:
        case None | "":
            return MISSING
        case bool():
            return _("có") if value else _("không")
        case dt.datetime():
            return f"{value:%d/%m/%Y %H:%M}"
        case dt.date():
            return f"{value:%d/%m/%Y}"
        case int() | float() | Decimal():
            return numbers.number(value)
        case _:
            return str(value)


@register.filter
def is_number(value: object) -> bool:
    """Whether a table sets the value to the right."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 96, 24, 3
LEAST_SPAN = 0.1  # ten percentage points: a smaller movement is drawn as the small movement it is


@register.simple_tag
def sparkline(values: Sequence[float | None], label: str) -> SafeString:
    """A small line of values over time; gaps stay gaps."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return mark_safe('<span class="ts-muted">–</span>')
    middle = (min(known) + max(known)) / 2
    span = max(max(known) - min(known), LEAST_SPAN)
    across = (SPARK_WIDTH - 2 * SPARK_MARGIN) / max(len(values) - 1, 1)
    up = SPARK_HEIGHT - 2 * SPARK_MARGIN
    pieces: list[list[tuple[str, str]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            pieces.append([])
            continue
        height = SPARK_HEIGHT / 2 - (value - middle) / span * up
        pieces[-1].append((f"{SPARK_MARGIN + index * across:.1f}", f"{height:.1f}"))
    drawn = [piece for piece in pieces if piece]
    lines = format_html_join(
        "", '<polyline points="{}"/>', ((" ".join(",".join(point) for point in piece),) for piece in drawn)
    )
    return format_html(
        '<svg class="ts-spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        '{}<circle cx="{}" cy="{}" r="2.5"/></svg>',
        SPARK_WIDTH,
        SPARK_HEIGHT,
        SPARK_WIDTH,
        SPARK_HEIGHT,
        label,
        lines,
        *drawn[-1][-1],
    )


@register.simple_tag
def target_bar(value: Number | None, target: float, expected: float | None, status: str, label: str = "") -> SafeString:
    """A bar of the value up to the target, with a mark at the target and one at what is needed by now.

    Without a label the drawing only repeats what stands beside it, and readers of the screen skip it.
    """
    reached = float(value or 0)
    whole = max(target, reached, 0.0001)
    due = (
        ""
        if expected is None
        else format_html('<path class="due" d="M{} 1v14"/>', f"{min(expected / whole * 100, 99.4):.1f}")
    )
    return format_html(
        '<svg class="ts-bar ts-bar-{}" viewBox="0 0 100 16" preserveAspectRatio="none" {}>'
        '<rect class="track" y="4" width="100" height="8"/><rect class="fill" y="4" width="{}" height="8"/>'
        '{}<path class="goal" d="M{} 1v14"/></svg>',
        status,
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true" focusable="false"'),
        f"{min(reached / whole, 1.0) * 100:.1f}",
        due,
        f"{min(target / whole * 100, 99.4):.1f}",
    )


@register.simple_tag
def share_bar(share: float | None, largest: float | None = None) -> SafeString:
    """A thin bar of a share against the largest one of its list, beside the number that says it."""
    return format_html(
        '<svg class="ts-share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="fill" width="{}" height="8"/></svg>',
        f"{min((share or 0.0) / (largest or 1.0), 1.0) * 100:.1f}",
    )
