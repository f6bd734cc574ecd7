"""The picture of a parcel as SVG: time runs down, every portal has a lane, every event a line across them.

The drawing stands alone: no script, no reference, its style within. Pure.
"""

from collections.abc import Sequence
from datetime import datetime

import svg

from collector.picture import ground, rows, shapes
from collector.picture.board import LINE, PAD, board
from collector.picture.key import key
from collector.picture.placing import Placed
from collector.picture.sheet import NARROW, WIDE
from collector.picture.story import Story
from collector.picture.style import CLASS, Theme, css
from collector.picture.trimming import trimmed
from collector.picture.words import milestone_words, readable, safe

__all__ = ["NARROW", "WIDE", "drawn"]

#: From the ground up: what comes later lies above.
_PARTS = (
    ground.legs,
    ground.silences,
    ground.headings,
    ground.takeovers,
    ground.times,
    ground.events,
    ground.ahead,
    rows.joins,
    rows.marks,
    rows.rings,
    rows.tags,
)


def drawn(story: Story, *, theme: Theme = "auto", width: float = WIDE, name: str = "parcel") -> str:
    """The picture as the text of an SVG document, which may stand in a page too.

    `theme` auto follows what the reader's system prefers; print is always light. `width` in pixels, NARROW
    for a phone. `name` tells the ids of two pictures on one page apart: letters, digits and hyphens.
    """
    seen, notes = trimmed(story)
    on = board(seen, width)
    body: shapes.Elements = []
    if on.events:
        for part in _PARTS:
            body += part(on)
    else:
        body.append(shapes.words(PAD, on.top, "No portal shows an event yet.", font=on.at.font))
    keyed, bottom = key(seen, on.at, on.bottom + PAD + len(on.ahead) * on.at.font * LINE, notes)
    across, down = round(on.at.width), round(bottom + 4)
    picture = svg.SVG(
        viewBox=svg.ViewBoxSpec(0, 0, across, down),
        width=across,
        height=down,
        class_=[CLASS],
        extra={"role": "img", "aria-labelledby": f"{name}-title {name}-desc"},
        elements=[
            svg.Title(id=f"{name}-title", text=safe(f"{story.title}: what portals show, and when")),
            svg.Desc(id=f"{name}-desc", text=safe(described(story, on.events), 2000)),
            svg.Style(text=css(theme)),
            svg.Rect(x=0, y=0, width=across, height=down, class_=["paper"]),
            *body,
            *keyed,
        ],
    )
    return picture.as_str()


def described(story: Story, events: Sequence[Placed]) -> str:
    """The picture in words, for who cannot see it."""
    dated = [one.at for one in events if one.is_dated]
    when = f" from {_on(min(dated))} to {_on(max(dated))}" if dated else ""
    state = milestone_words(story.milestone)
    shown = f"{len(story.standing_rows())} rows of {len(story.events)} events{when}"
    parts = [
        f"{len(story.portals)} portals show {shown}.",
        f"The newest state: {state}." if state else "",
        *(f"{finding.letter}: {finding.sentence}" for finding in story.findings[:12]),
        *(f"Contradiction: {readable(one.explanation)}." for one in story.contradictions[:6]),
    ]
    return " ".join(part for part in parts if part)


def _on(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
