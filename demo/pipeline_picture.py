"""The picture of the pipeline: what there is in boxes, the steps from one to the next on arrows."""

from dataclasses import dataclass

import svg

WIDTH, HEIGHT = 1000, 494
_BOX_HEIGHT = 62
_STYLE = """
text { font: 15px system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; fill: #1f2328; }
.name { font-weight: 600; }
.said { font-size: 12.5px; fill: #59636e; }
.step { font-size: 14px; font-style: italic; fill: #0a5fb8; }
.band { fill: #f6f8fa; stroke: #d1d9e0; }
.box { fill: #ffffff; stroke: #59636e; stroke-width: 1.4; }
.out { fill: #eaf2fb; stroke: #0a5fb8; stroke-width: 1.4; }
.arrow { fill: none; stroke: #59636e; stroke-width: 1.6; }
.head { fill: #59636e; }
.ground { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; } .said { fill: #9198a1; } .step { fill: #6cb0ff; }
  .band { fill: #151b23; stroke: #3d444d; } .box { fill: #0d1117; stroke: #9198a1; }
  .out { fill: #12233a; stroke: #6cb0ff; } .arrow { stroke: #9198a1; } .head { fill: #9198a1; }
  .ground { fill: #0d1117; }
}
"""
_TITLE = "How Crosstrack works"
_DESCRIPTION = (
    "A visit brings pages from a portal, an import brings pages you saved. Pages are facts. Parse makes "
    "readings of them, read gives rows their clocks, fold follows a row over visits to observations, "
    "reconcile makes events, disagreements and findings of those. What single parcels teach about "
    "portals' clocks goes back into reconcile, as does what you say. Terminal, Datasette, exports and "
    "notices show the result."
)


@dataclass(frozen=True, slots=True)
class Box:
    """Something there is, with a word on it; where its upper left corner is."""

    x: float
    y: float
    width: float
    name: str
    said: str
    kind: str = "box"

    @property
    def middle(self) -> float:
        """Half its width from the left edge."""
        return self.x + self.width / 2

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + _BOX_HEIGHT


_PORTAL = Box(40, 62, 190, "portals", "AliExpress, carriers, trackers")
_SAVED = Box(40, 140, 190, "your files", "records, saved pages, HAR")
_PAGES = Box(400, 100, 200, "visits and pages", "every word, as it was shown")
_WORD = Box(760, 100, 200, "your word", "link, pair, zone")
_READING = Box(40, 294, 180, "reading", "rows as printed")
_ROWS = Box(288, 294, 180, "rows with clocks", "UTC, what it means, where")
_OBSERVATIONS = Box(530, 294, 180, "observations", "a row followed over visits")
_EVENTS = Box(790, 294, 180, "events", "and the disagreements")
_CLOCKS = Box(530, 386, 180, "clock estimates", "learned over all parcels")
_OUT = Box(40, 386, 428, "what you look at", "terminal, Datasette, CSV, JSON, calendar, feed, notices", "out")
_BOXES = (_PORTAL, _SAVED, _PAGES, _WORD, _READING, _ROWS, _OBSERVATIONS, _EVENTS, _CLOCKS, _OUT)


def pipeline_picture() -> str:
    """The picture, as SVG."""
    drawn: list[svg.Element] = [
        svg.Title(text=_TITLE, id="title"),
        svg.Desc(text=_DESCRIPTION, id="description"),
        svg.Style(text=_STYLE),
        svg.Defs(elements=[_head()]),
        svg.Rect(width=WIDTH, height=HEIGHT, class_=["ground"]),
    ]
    drawn += _band(14, 204, "Facts: written once, never changed", 28)
    drawn += _band(252, 228, "Derived from them: the same again at every rebuild", 150)
    for box in _BOXES:
        drawn += _box(box)
    drawn += _arrows()
    picture = svg.SVG(
        viewBox=svg.ViewBoxSpec(0, 0, WIDTH, HEIGHT),
        width=WIDTH,
        height=HEIGHT,
        extra={"role": "img", "aria-labelledby": "title description"},
        elements=drawn,
    )
    return f"{picture}\n"


def _arrows() -> list[svg.Element]:
    y = _READING.y + _BOX_HEIGHT / 2
    parts = [
        *_arrow([(_PORTAL.right, 93), (315, 93), (315, 122), (_PAGES.x, 122)], "visit", 272, 86),
        *_arrow([(_SAVED.right, 171), (315, 171), (315, 140), (_PAGES.x, 140)], "import", 272, 189),
        *_arrow(
            [(_PAGES.middle, _PAGES.bottom), (_PAGES.middle, 236), (130, 236), (130, _READING.y)],
            "parse",
            318,
            231,
        ),
        *_arrow([(_READING.right, y), (_ROWS.x, y)], "read", 254, y - 8),
        *_arrow([(_ROWS.right, y), (_OBSERVATIONS.x, y)], "fold", 499, y - 8),
        *_arrow([(_OBSERVATIONS.right, y), (_EVENTS.x, y)], "reconcile", 749, y - 8),
        *_arrow(
            [(_OBSERVATIONS.middle, _OBSERVATIONS.bottom), (_OBSERVATIONS.middle, _CLOCKS.y)],
            "learn",
            642,
            376,
        ),
    ]
    lower = _CLOCKS.y + _BOX_HEIGHT / 2
    parts += _arrow([(_CLOCKS.right, lower), (749, lower), (749, y + 12), (_EVENTS.x, y + 12)], "", 0, 0)
    parts += _arrow([(_WORD.middle, _WORD.bottom), (_WORD.middle, _EVENTS.y)], "", 0, 0)
    end = HEIGHT - 28
    parts += _arrow(
        [(_EVENTS.middle, _EVENTS.bottom), (_EVENTS.middle, end), (254, end), (254, _OUT.bottom)], "", 0, 0
    )
    return parts


def _head() -> svg.Element:
    triangle = svg.Path(
        d=[svg.MoveTo(0, 0), svg.LineTo(9, 4.5), svg.LineTo(0, 9), svg.ClosePath()], class_=["head"]
    )
    return svg.Marker(
        id="head",
        refX=8,
        refY=4.5,
        markerWidth=9,
        markerHeight=9,
        orient="auto",
        markerUnits="userSpaceOnUse",
        elements=[triangle],
    )


def _band(y: float, height: float, said: str, x: float) -> list[svg.Element]:
    return [
        svg.Rect(x=14, y=y, width=WIDTH - 28, height=height, rx=10, class_=["band"]),
        svg.Text(x=x, y=y + 25, text=said, class_=["said"]),
    ]


def _box(box: Box) -> list[svg.Element]:
    return [
        svg.Rect(x=box.x, y=box.y, width=box.width, height=_BOX_HEIGHT, rx=7, class_=[box.kind]),
        svg.Text(x=box.middle, y=box.y + 26, text=box.name, text_anchor="middle", class_=["name"]),
        svg.Text(x=box.middle, y=box.y + 46, text=box.said, text_anchor="middle", class_=["said"]),
    ]


def _arrow(points: list[tuple[float, float]], step: str, x: float, y: float) -> list[svg.Element]:
    """A line through the points, with a head at its end, and the step's name with its middle at x and y."""
    path: list[svg.PathData] = [svg.MoveTo(*points[0]), *(svg.LineTo(*point) for point in points[1:])]
    drawn: list[svg.Element] = [svg.Path(d=path, class_=["arrow"], marker_end="url(#head)")]
    if step:
        drawn.append(svg.Text(x=x, y=y, text=step, text_anchor="middle", class_=["step"]))
    return drawn
