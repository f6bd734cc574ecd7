"""The pieces the picture is drawn of, as elements of SVG. Pure.

The library writes texts and attributes as they are given: every text passes `words`, attributes are our own.
"""

import svg

from collector.picture.joins import Join
from collector.picture.placing import Mark
from collector.picture.sheet import Sheet, text_width
from collector.picture.story import Finding
from collector.picture.style import DASHES, WIDTHS
from collector.picture.words import safe

Elements = list[svg.Element]

#: What a tag is wider than its text, and how high it is, of its font's size.
TAG_PADDING, TAG_HEIGHT = 9.0, 1.44


def words(
    x: float, y: float, text: str, *, font: float, kind: str = "", anchor: str = "start", turn: float = 0
) -> svg.Text:
    """A line of text; whatever is in it, it is shown as text."""
    return svg.Text(
        x=_n(x),
        y=_n(y),
        text=safe(text),
        font_size=_n(font),
        class_=[kind] if kind else None,
        text_anchor=None if anchor == "start" else anchor,  # type: ignore[arg-type]
        transform=[svg.Rotate(turn, _n(x), _n(y))] if turn else None,
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> svg.Line:
    """A straight line."""
    return svg.Line(x1=_n(x1), y1=_n(y1), x2=_n(x2), y2=_n(y2), class_=[kind])


def join(one: Join, start: tuple[float, float], end: tuple[float, float]) -> Elements:
    """The line of a join; one that stands for a disagreement has its colour, width and dashes."""
    if one.is_change:
        (x, y), (_, earlier) = start, end
        bow = svg.Path(
            d=[
                svg.MoveTo(_n(x), _n(y)),
                svg.QuadraticBezier(_n(x - 14), _n((y + earlier) / 2), _n(x), _n(earlier)),
            ],
            class_=["join", "s-notice"],
            stroke_dasharray=DASHES["revision"],  # type: ignore[arg-type]
        )
        return [bow, svg.Circle(cx=_n(x), cy=_n(earlier), r=3, class_=["mark", "hollow"])]
    drawn = line(*start, *end, "join")
    if one.about is not None:
        drawn.class_ = ["join", f"s-{one.about.severity}"]
        drawn.stroke_width = WIDTHS.get(one.about.severity, 1.8)
        drawn.stroke_dasharray = DASHES.get(one.about.kind) or None  # type: ignore[assignment]
    return [drawn]


def mark(x: float, y: float, one: Mark, severity: str | None, told: str) -> Elements:
    """A row's mark: a dot, a diamond where it lies off its event, hollow where it has no time."""
    kinds = ["mark"]
    if one.off_at is not None and severity:
        kinds.append(f"s-{severity}")
    elif one.row.milestone == "delivered":
        kinds.append("delivered")
    if not one.row.is_dated:
        kinds.append("hollow")
    title: Elements = [svg.Title(text=safe(told, 400))]
    if one.off_at is not None:
        r = 5.6
        points = [svg.Point(_n(px), _n(py)) for px, py in ((x, y - r), (x + r, y), (x, y + r), (x - r, y))]
        return [svg.Polygon(points=points, class_=kinds, elements=title)]
    radius = 6.0 if one.row.milestone == "delivered" else 4.4
    dashes = "2 2" if not one.row.is_dated else None
    dot = svg.Circle(cx=_n(x), cy=_n(y), r=radius, class_=kinds, elements=title)
    dot.stroke_dasharray = dashes  # type: ignore[assignment]
    if one.row.milestone == "delivered":
        tick = svg.Path(
            d=[
                svg.MoveTo(_n(x - 2.8), _n(y)),
                svg.LineTo(_n(x - 0.8), _n(y + 2.2)),
                svg.LineTo(_n(x + 3), _n(y - 2.4)),
            ],
            fill="none",
            stroke="var(--paper)",
            stroke_width=1.5,
        )
        return [dot, tick]
    return [dot]


def small(x: float, y: float, told: str) -> svg.Circle:
    """A further row of the same portal."""
    title: Elements = [svg.Title(text=safe(told, 400))]
    return svg.Circle(cx=_n(x), cy=_n(y), r=2.6, class_=["mark", "more"], elements=title)


def span(x: float, top: float, bottom: float, told: str) -> svg.Rect:
    """A row that names a day or an hour only: a bar as long as that."""
    return svg.Rect(
        x=_n(x - 3.5),
        y=_n(top),
        width=7,
        height=_n(max(bottom - top, 8)),
        rx=3,
        class_=["mark", "span"],
        elements=[svg.Title(text=safe(told, 400))],
    )


def tag(x: float, y: float, finding: Finding, text: str, font: float) -> Elements:
    """A finding's letter, and how far apart, in a box on its line."""
    width = text_width(text, font) + TAG_PADDING
    box = svg.Rect(
        x=_n(x - width / 2),
        y=_n(y - font * TAG_HEIGHT / 2),
        width=_n(width),
        height=_n(font * TAG_HEIGHT),
        rx=_n(font * 0.5),
        class_=["tag", f"s-{finding.severity}"],
    )
    return [box, words(x, y + font * 0.36, text, font=font, kind=f"bold {finding.severity}", anchor="middle")]


def ring(x: float, y: float) -> svg.Circle:
    """What marks a row that another one contradicts."""
    return svg.Circle(cx=_n(x), cy=_n(y), r=9, class_=["ring"])


def band(at: Sheet, top: float, bottom: float, leg: str) -> svg.Rect:
    """The ground of a stretch of the journey."""
    return svg.Rect(
        x=0, y=_n(top), width=_n(at.width), height=_n(max(bottom - top, 0)), class_=[f"leg-{leg}"]
    )


def hush(at: Sheet, top: float, bottom: float) -> svg.Rect:
    """The ground of a silence, across the whole sheet."""
    return svg.Rect(x=18, y=_n(top), width=_n(at.width - 18), height=_n(bottom - top), class_=["hush"])


def zigzag(at: Sheet, top: float, bottom: float, x: float) -> svg.Path:
    """A lane through a silence: a line that is not to scale."""
    steps = max(int((bottom - top) / 6), 2)
    height = (bottom - top) / steps
    points = [svg.MoveTo(_n(x), _n(top))]
    for step in range(steps):
        side = 3 if step % 2 == 0 else -3
        points.append(svg.LineTo(_n(x + side), _n(top + (step + 0.5) * height)))  # type: ignore[arg-type]
    points.append(svg.LineTo(_n(x), _n(bottom)))  # type: ignore[arg-type]
    return svg.Path(d=list(points), class_=["silent"])


def _n(value: float) -> float:
    """A number as short as the eye needs it."""
    return round(value, 1)
