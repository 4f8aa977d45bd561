"""Charts: one Vega-Lite specification each, drawn on the server to SVG and kept by its content.

A page only notes what a chart shows and links to its drawings, one for each width and color scheme; Altair and
the renderer are loaded when a drawing is asked for that was not drawn before. The drawings are pictures of our
own address and carry no style, so a strict Content-Security-Policy stands. The browser bundle makes the same
specification interactive when asked.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.core import kept, numbers

BUNDLE = Path(__file__).parent / "static" / "vendor" / "vega.js"
MOST_FILES = 4000  # drawings and specifications kept; the oldest half goes when there are more
REVISION = 4  # of the drawings; a new one makes every chart be drawn anew
FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
SNIPPET = """
window.tinhsoChart = (element, spec) => vegaEmbed(element, spec, {
  ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true },
});
"""


class NoSuchChart(LookupError):
    """No page has noted a chart under this name, or it has been cleared away."""


@dataclass(frozen=True, slots=True)
class Look:
    """Size and colors of one drawing."""

    width: int
    height: int
    every: int  # months between two labels
    ink: str
    soft: str
    line: str
    actual: str
    expected: str
    goal: str
    bands: tuple[str, ...] = ()  # of a map, from the lowest values to the highest; told apart by lightness alone


_LIGHT = ("#16202b", "#52606d", "#dde3e9", "#0b57a4", "#5b6875", "#a8290b")
_DARK = ("#e8edf2", "#aab6c2", "#33404c", "#7db8f2", "#a3b0bd", "#ff9d85")
_BANDS = ("#dbe9f6", "#a9cbe8", "#6ba3d6", "#2f75b5", "#0b3d73")
LOOKS = {
    "wide": Look(680, 290, 1, *_LIGHT, _BANDS),
    "wide-dark": Look(680, 290, 1, *_DARK, _BANDS),
    "narrow": Look(340, 240, 3, *_LIGHT, _BANDS),
    "narrow-dark": Look(340, 240, 3, *_DARK, _BANDS),
}
NO_VALUE = "#cfc3ae"  # of a map: no shade of the bands
TRAJECTORY_HEIGHT, MAP_HEIGHT = 290, 600  # of the wide drawings


@dataclass(frozen=True, slots=True)
class Point:
    """One month of a trajectory; shares as fractions, None where there is none."""

    label: str
    value: float | None
    expected: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as a page shows it: where its drawings are, and what they say in words (biểu đồ)."""

    name: str
    title: str
    words: str
    height: int = TRAJECTORY_HEIGHT

    @property
    def wide(self) -> str:
        return self._url("wide")

    @property
    def wide_dark(self) -> str:
        return self._url("wide-dark")

    @property
    def narrow(self) -> str:
        return self._url("narrow")

    @property
    def narrow_dark(self) -> str:
        return self._url("narrow-dark")

    def _url(self, look: str) -> str:
        return reverse("core:chart", args=[self.name, look, "svg"])


def trajectory(points: Sequence[Point], target: float, *, title: str, words: str) -> Chart:
    """Note how a value moved month by month, against what was expected and the target (quỹ đạo).

    Args:
        points: the months of the year in order.
        target: as a fraction.
        title: what is drawn, for the reader of the drawing.
        words: what it says, for those who do not see it.
    """
    noted = {"points": [asdict(point) for point in points], "target": target, "title": title}
    noted["names"] = [_("Thực hiện"), _("Mức cần đạt"), _("Mục tiêu")]
    noted["marks"] = numbers.marks()
    return _note(noted, words=words, height=TRAJECTORY_HEIGHT)


@dataclass(frozen=True, slots=True)
class Area:
    """One unit of a map; the value is a fraction, None where there is none, and so is the band's number then."""

    code: str
    name: str
    value: float | None
    band: int | None
    url: str


def area_map(areas: Sequence[Area], bands: Sequence[str], *, outlines: Path, title: str, words: str) -> Chart:
    """Note a map of units colored by a value (bản đồ).

    Args:
        areas: the units in any order; those without an outline are not drawn.
        bands: what the classes of values are called, from the lowest.
        outlines: TopoJSON with one object `units` whose shapes carry `code`; a file of the project.
        title: what is drawn.
        words: what it says, for those who do not see it.
    """
    noted = {"kind": "map", "areas": [asdict(area) for area in areas], "bands": list(bands), "title": title}
    noted |= {"outlines": str(outlines), "nothing": _("Không có số liệu"), "marks": numbers.marks()}
    return _note(noted, words=words, height=MAP_HEIGHT)


def _note(noted: dict[str, Any], *, words: str, height: int) -> Chart:
    content = json.dumps(noted, ensure_ascii=False, sort_keys=True)
    name = hmac.new(settings.SECRET_KEY.encode(), f"{REVISION}{content}".encode(), hashlib.sha256).hexdigest()[:40]
    path = _folder() / f"{name}.noted.json"
    if not path.exists():
        _write(path, content)
    return Chart(name, noted["title"], words, height)


def drawing(name: str, look: str) -> str:
    """The SVG of a noted chart.

    Raises:
        NoSuchChart: nobody has noted it.
    """
    return _made(name, look, "svg", lambda: _drawn(specification(name, look)))


def specification(name: str, look: str) -> str:
    """The Vega-Lite specification of a noted chart, as the browser takes it.

    Raises:
        NoSuchChart: nobody has noted it.
    """
    return _made(name, look, "json", lambda: json.dumps(_specified(_noted(name), LOOKS[look]), ensure_ascii=False))


def _specified(noted: dict[str, Any], look: Look) -> dict[str, Any]:
    return _map(noted, look) if noted.get("kind") == "map" else _trajectory(noted, look)


def _drawn(spec: str) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec))


def _noted(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_folder() / f"{name}.noted.json").read_text(encoding="utf-8"))
    return found


def _made(name: str, look: str, kind: str, make: Callable[[], str]) -> str:
    """A file of a noted chart, made when it is asked for the first time."""
    if not re.fullmatch(r"[0-9a-f]{40}", name) or look not in LOOKS:
        raise NoSuchChart(name)
    path = _folder() / f"{name}.{look}.{kind}"
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        pass
    if not (_folder() / f"{name}.noted.json").exists():
        raise NoSuchChart(name)
    content = make()
    _write(path, content)
    return content


def _folder() -> Path:
    return Path(settings.HOME) / "charts"


def _write(path: Path, content: str) -> None:
    """Keep a file, and the folder small: what a page still shows is noted and drawn again."""
    kept.write(path, content.encode())
    if path.suffix == ".svg":
        kept.clear_away(path.parent, "*", MOST_FILES)


def _trajectory(noted: dict[str, Any], look: Look) -> dict[str, Any]:
    """Values in percent over the months, with direct reading of the three lines by a legend."""
    import altair as alt

    actual, expected, goal = noted["names"]
    months = [point["label"] for point in noted["points"]]
    rows = [
        {"month": point["label"], "percent": round(value * 100, 4), "line": line}
        for line, key in ((goal, "target"), (expected, "expected"), (actual, "value"))
        for point in noted["points"]
        if (value := noted["target"] if key == "target" else point[key]) is not None
    ]
    x = alt.X(
        "month:O",
        sort=months,
        axis=alt.Axis(title=None, labelAngle=0, values=months[:: look.every], ticks=False, labelPadding=6),
        scale=alt.Scale(type="point", padding=0.3),
    )
    highest = max(row["percent"] for row in rows)
    y = alt.Y(
        "percent:Q",
        scale=alt.Scale(domain=[0, highest * 1.06], nice=False),
        axis=alt.Axis(title=None, tickCount=5, labelExpr="datum.label + ' %'", domain=False, ticks=False),
    )
    names, colors = [actual, expected, goal], [look.actual, look.expected, look.goal]
    dashes = [[1, 0], [6, 4], [2, 2]]
    legend = alt.Legend(title=None, orient="top", direction="horizontal", symbolType="stroke", symbolSize=420)
    color = alt.Color("line:N", scale=alt.Scale(domain=names, range=colors), legend=legend)
    dash = alt.StrokeDash("line:N", scale=alt.Scale(domain=names, range=dashes), legend=legend)
    tooltip = [
        alt.Tooltip("line:N", title=_("Đường")),
        alt.Tooltip("month:O", title=_("Tháng")),
        alt.Tooltip("percent:Q", title="%", format=",.2~f"),
    ]
    base = alt.Chart(alt.InlineData(rows)).encode(x=x, y=y, color=color, tooltip=tooltip)
    lines = base.mark_line(strokeWidth=2).encode(strokeDash=dash)
    points = base.mark_point(filled=True, size=44, opacity=1).transform_filter(alt.datum.line == actual)
    hovered = base.mark_point(filled=True, size=260, opacity=0)
    return _styled(lines + points + hovered, look, noted)


def _map(noted: dict[str, Any], look: Look) -> dict[str, Any]:
    """Units in the colors of their bands; those without a value in another color."""
    import altair as alt

    nothing = noted["nothing"]
    rows = [
        {
            "code": area["code"],
            "name": area["name"],
            "percent": None if area["value"] is None else round(area["value"] * 100, 2),
            "band": nothing if area["band"] is None else noted["bands"][area["band"]],
            "url": area["url"],
        }
        for area in noted["areas"]
    ]
    names = [*noted["bands"], nothing]
    colors = [*look.bands[len(look.bands) - len(noted["bands"]) :], NO_VALUE]
    outlines = json.loads(Path(noted["outlines"]).read_text(encoding="utf-8"))
    found = alt.LookupData(data=alt.InlineData(rows), key="code", fields=["name", "percent", "band", "url"])
    legend = alt.Legend(title=None, orient="bottom", direction="horizontal", columns=3, symbolType="square")
    drawn = (
        alt.Chart(alt.InlineData(outlines, format=alt.TopoDataFormat(type="topojson", feature="units")))
        .mark_geoshape(stroke=look.ink, strokeWidth=0.4)
        .transform_lookup(lookup="properties.code", from_=found)
        .transform_filter("isValid(datum.band)")  # outlines of units that the map is not about
        .encode(
            color=alt.Color("band:N", scale=alt.Scale(domain=names, range=colors), legend=legend),
            tooltip=[alt.Tooltip("name:N", title=_("Đơn vị")), alt.Tooltip("percent:Q", title="%", format=",.2~f")],
            href="url:N",
        )
        .project(type="mercator")
    )
    tall = replace(look, height=round(look.width * MAP_HEIGHT / LOOKS["wide"].width))
    return _styled(drawn, tall, noted)


def _styled(chart: Any, look: Look, noted: dict[str, Any]) -> dict[str, Any]:
    """The specification with the site's letters, colors and number marks."""
    text = {"labelColor": look.soft, "labelFontSize": 12}
    configured = (
        chart.properties(
            width=look.width,
            height=look.height,
            description=noted["title"],
            autosize={"type": "fit", "contains": "padding"},
            padding=4,
        )
        .configure(font=FONT, background="transparent")
        .configure_axis(gridColor=look.line, domainColor=look.soft, **text)
        .configure_axisX(grid=False)
        .configure_legend(labelFontSize=12, labelColor=look.ink, symbolStrokeWidth=2.5, offset=4)
        .configure_view(stroke=None)
    )
    spec: dict[str, Any] = configured.to_dict()
    decimal, thousands = noted["marks"]
    marks = {"decimal": decimal, "thousands": thousands, "grouping": [3], "currency": ["", ""]}
    spec["config"]["locale"] = {"number": marks}
    return spec


def build_browser_bundle(target: Path = BUNDLE) -> Path:
    """Write the JavaScript that makes charts interactive; from the renderer's own wheel, nothing is fetched."""
    import vl_convert

    target.parent.mkdir(parents=True, exist_ok=True)
    _write(target, vl_convert.javascript_bundle(SNIPPET))
    return target
