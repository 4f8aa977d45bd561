"""Charts: one Vega-Lite specification each, drawn on the server to SVG and kept by its content.

Altair and the renderer are loaded only when a chart has not been drawn before. The SVG carries no style, so a
strict Content-Security-Policy stands. The browser bundle makes the same chart interactive when asked.
"""

import datetime as dt
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

BUNDLE = Path(__file__).parent / "static" / "vendor" / "vega.js"
INK, ACCENT, MUTED, GOAL = "#1b2733", "#0b5cad", "#6b7785", "#9a3412"
SNIPPET = """
window.tinhsoChart = (element, spec) =>
  vegaEmbed(element, spec, { ast: true, actions: false, renderer: "svg", defaultStyle: false });
"""


@dataclass(frozen=True, slots=True)
class Point:
    """One month of a trajectory; shares as fractions, None where there is none."""

    month: dt.date
    value: float | None
    expected: float | None


@dataclass(frozen=True)
class Chart:
    """A drawn chart: `svg` for the page, `spec` for the browser."""

    svg: SafeString
    spec: str


def trajectory(points: list[Point], target: float, *, title: str) -> Chart:
    """How a value moved month by month, against what was expected and the target (quỹ đạo)."""
    rows = [(p.month.isoformat(), p.value, p.expected) for p in points]
    key = json.dumps([rows, target, title, "v3"])
    return _drawn(key, lambda: _trajectory(points, target, title))


def _drawn(key: str, make: Any) -> Chart:
    """The chart from the cache, or drawn now."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    folder = Path(settings.HOME) / "charts"
    drawn, spec = folder / f"{digest}.svg", folder / f"{digest}.json"
    if not (drawn.exists() and spec.exists()):
        import vl_convert

        folder.mkdir(parents=True, exist_ok=True)
        content = json.dumps(make(), ensure_ascii=False)
        _write(spec, content)
        _write(drawn, vl_convert.vegalite_to_svg(content))
    return Chart(mark_safe(drawn.read_text(encoding="utf-8")), spec.read_text(encoding="utf-8"))  # noqa: S308 - our own drawing


def _write(path: Path, content: str) -> None:
    unfinished = path.with_suffix(f".{os.getpid()}.tmp")
    unfinished.write_text(content, encoding="utf-8")
    unfinished.replace(path)


def _trajectory(points: list[Point], target: float, title: str) -> dict[str, Any]:
    import altair as alt

    rows = [
        {"month": point.month.isoformat(), "value": value, "series": series}
        for point in points
        for series, value in (("Thực hiện", point.value), ("Kỳ vọng", point.expected))
        if value is not None
    ]
    top = max([target, *(row["value"] for row in rows if isinstance(row["value"], float))]) * 1.08
    axis = alt.Axis(format="%m/%Y", title=None, labelFlush=True, tickCount="month", grid=False)
    lines = (
        alt.Chart(alt.InlineData(rows))
        .mark_line(strokeWidth=2.5, point={"size": 34, "filled": True})
        .encode(
            x=alt.X("month:T", axis=axis),
            y=alt.Y(
                "value:Q",
                axis=alt.Axis(format=".0%", title=None, tickCount=5),
                scale=alt.Scale(domain=[0, top]),
            ),
            color=alt.Color(
                "series:N",
                scale=alt.Scale(domain=["Thực hiện", "Kỳ vọng"], range=[ACCENT, MUTED]),
                legend=alt.Legend(title=None, orient="top"),
            ),
            strokeDash=alt.StrokeDash(
                "series:N", scale=alt.Scale(domain=["Thực hiện", "Kỳ vọng"], range=[[1, 0], [5, 4]]), legend=None
            ),
            tooltip=[
                alt.Tooltip("series:N", title="Đường"),
                alt.Tooltip("month:T", format="%m/%Y", title="Tháng"),
                alt.Tooltip("value:Q", format=".2%", title="Giá trị"),
            ],
        )
    )
    goal = (
        alt.Chart(alt.InlineData([{"value": target}]))
        .mark_rule(color=GOAL, strokeWidth=1.5, strokeDash=[2, 2])
        .encode(y="value:Q")
    )
    chart = (goal + lines).properties(width=760, height=240, description=title)
    configured = chart.configure(
        font="system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif", background="transparent"
    )
    spec: dict[str, Any] = (
        configured.configure_axis(labelColor=INK, gridColor="#e3e7ec", domainColor="#c4ccd4", labelFontSize=12)
        .configure_legend(labelFontSize=12, labelColor=INK)
        .configure_view(stroke=None)
        .to_dict()
    )
    return spec


def build_browser_bundle(target: Path = BUNDLE) -> Path:
    """Write the JavaScript that makes charts interactive; from the renderer's own wheel, nothing is fetched."""
    import vl_convert

    target.parent.mkdir(parents=True, exist_ok=True)
    _write(target, vl_convert.javascript_bundle(SNIPPET))
    return target
