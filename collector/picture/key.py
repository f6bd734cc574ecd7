"""The key under the picture: every finding once, with its line, then what the marks mean. Pure."""

import svg

from collector.picture import shapes
from collector.picture.sheet import Sheet
from collector.picture.story import Finding, Story
from collector.picture.style import DASHES, WIDTHS
from collector.picture.words import KIND_WORDS, cut, sizes

_MARKS = "● a moment   ◆ off its event's time   ▮ a day only   ◌ no time printed"


def key(story: Story, at: Sheet, top: float) -> tuple[shapes.Elements, float]:
    """The key's elements, from `top` on, and where it ends."""
    row = at.font * 1.55
    y = top + row * 0.9
    drawn: shapes.Elements = []
    for finding in story.findings:
        drawn += _line(finding, y)
        texts = _texts(finding, story)
        for text in [" · ".join(texts)] if not at.is_narrow else [texts[0], " · ".join(texts[1:])]:
            drawn.append(
                shapes.words(
                    84,
                    y + at.font * 0.35,
                    cut(text, int((at.width - 88) / (at.font * 0.52))),
                    font=at.font - 0.5,
                )
            )
            y += row
    if story.events:
        for text in [_MARKS] if not at.is_narrow else _MARKS.split("   "):
            drawn.append(shapes.words(14, y + at.font * 0.35, text, font=at.font - 1, kind="soft"))
            y += row
    return drawn, y


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
    pair = dict.fromkeys(titles.get(name, name) for name in (finding.portal_a, finding.portal_b))
    rows = f"{finding.count} row{'' if finding.count == 1 else 's'}"
    return [
        text
        for text in (" – ".join(pair), KIND_WORDS.get(finding.kind, finding.kind), sizes(finding), rows)
        if text
    ]
