"""The key under the picture: every finding once, with its line, then what the marks mean. Pure."""

from collections.abc import Iterable
from textwrap import wrap

import svg

from collector.picture import shapes
from collector.picture.sheet import Sheet
from collector.picture.story import Finding, Story
from collector.picture.style import DASHES, WIDTHS
from collector.picture.tags import MOST
from collector.picture.words import KIND_WORDS, readable, sizes
from collector.plain_text import one_line

_MARKS = "● a moment   ◆ off its event's time   ▮ a day or an hour   ◌ no time printed"
_TEXT_X = 84.0
#: So many are told; the page tells all.
_CONTRADICTIONS = 4
_LETTER = 0.53


def key(story: Story, at: Sheet, top: float, notes: Iterable[str]) -> tuple[shapes.Elements, float]:
    """The key's elements, from `top` on, and where it ends; `notes` say what is not drawn."""
    y = top + at.font * 1.4
    drawn: shapes.Elements = []
    for finding in story.findings[:MOST]:
        drawn += _line(finding, y)
        y = _lines(drawn, " · ".join(_texts(finding, story)), at, y)
    if len(story.findings) > MOST:
        y = _lines(drawn, f"and {len(story.findings) - MOST} more findings", at, y)
    for one in story.contradictions[:_CONTRADICTIONS]:
        drawn.append(shapes.ring(22, y))
        y = _lines(drawn, f"contradiction: {one_line(readable(one.explanation), 400)}", at, y)
    for note in notes:
        y = _lines(drawn, f"drawn: {note}", at, y)
    if story.events:
        for text in [_MARKS] if not at.is_narrow else _MARKS.split("   "):
            drawn.append(shapes.words(14, y + at.font * 0.35, text, font=at.font - 1, kind="soft"))
            y += at.font * 1.5
    return drawn, y


def _lines(drawn: shapes.Elements, text: str, at: Sheet, y: float) -> float:
    """Draw a text, broken into a few lines; where the next one begins."""
    letters = int((at.right - _TEXT_X) / ((at.font - 0.5) * _LETTER))
    for part in wrap(text, letters, max_lines=3, placeholder=" …"):
        drawn.append(shapes.words(_TEXT_X, y + at.font * 0.35, part, font=at.font - 0.5))
        y += at.font * 1.35
    return y + at.font * 0.25


def _line(finding: Finding, y: float) -> shapes.Elements:
    sample = svg.Line(
        x1=36,
        y1=round(y, 1),
        x2=76,
        y2=round(y, 1),
        class_=["join", f"s-{finding.severity}"],
        stroke_width=WIDTHS.get(finding.severity, 1.8),
        stroke_dasharray=DASHES.get(finding.kind) or None,  # type: ignore[arg-type]
    )
    return [sample, *shapes.tag(22, y, finding, finding.letter, 10.5)]


def _texts(finding: Finding, story: Story) -> list[str]:
    titles = story.titles()
    portals = (finding.portal_a, finding.portal_b)
    pair = dict.fromkeys(one_line(titles.get(name, name), 60) for name in portals)
    rows = f"{finding.count} row{'' if finding.count == 1 else 's'}"
    kind = KIND_WORDS.get(finding.kind, finding.kind)
    return [text for text in (" – ".join(pair), kind, sizes(finding), rows) if text]
