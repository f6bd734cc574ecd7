"""The tags that name findings on their lines: what they say, and where they lie on nothing else. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from collector.picture import shapes
from collector.picture.sheet import text_width
from collector.picture.story import Finding
from collector.picture.words import size

#: More findings of a parcel than these are told by the page, and not by the picture.
MOST = 12
#: How far a mark reaches to each side.
_MARK = 7.0
#: Where on its line a tag may lie, best first, as parts of the line.
_PLACES = (0.5, 0.38, 0.62, 0.26, 0.74)

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag by its middle, in pixels."""

    x: float
    y: float
    text: str
    finding: Finding
    width: float
    height: float

    def lies_on(self, other: "Tag") -> bool:
        """Whether two tags overlap."""
        beside = abs(self.x - other.x) >= (self.width + other.width) / 2
        return not beside and abs(self.y - other.y) < (self.height + other.height) / 2


def placed_tag(
    findings: Sequence[Finding], start: Point, end: Point, font: float, taken: Sequence[Tag]
) -> Tag:
    """The tag of findings on their line: the longest text that fits where no other tag is."""
    tags = list(_possible(findings, start, end, font))
    return next((tag for tag in tags if not any(tag.lies_on(other) for other in taken)), tags[-1])


def _possible(findings: Sequence[Finding], start: Point, end: Point, font: float) -> Iterator[Tag]:
    """Every tag there might be, best first; the last one whether there is room for it or not."""
    (x1, y1), (x2, y2) = start, end
    texts = _texts(findings)
    for text in texts:
        width = text_width(text, font) + shapes.TAG_PADDING
        for part in _PLACES:
            x, y = x1 + (x2 - x1) * part, y1 + (y2 - y1) * part
            if abs(x - x1) >= width / 2 + _MARK and abs(x - x2) >= width / 2 + _MARK:
                yield Tag(x, y, text, findings[0], width, font * shapes.TAG_HEIGHT)
    width = text_width(texts[-1], font) + shapes.TAG_PADDING
    yield Tag((x1 + x2) / 2, (y1 + y2) / 2, texts[-1], findings[0], width, font * shapes.TAG_HEIGHT)


def _texts(findings: Sequence[Finding]) -> list[str]:
    """What a tag may say, the longest first."""
    if len(findings) > 1:
        return [" ".join(one.letter for one in findings), f"{findings[0].letter}+{len(findings) - 1}"]
    (only,) = findings
    sized = [] if only.kind == "precision" else [f"{only.letter} {size(only.largest_s)}"]
    return [*sized, only.letter]
