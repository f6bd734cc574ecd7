"""What portals show, drawn: marks in their lanes, joins across them, disagreements with their sizes. Pure."""

import svg

from collector.picture import shapes
from collector.picture.board import Board
from collector.picture.joins import Join, labelled
from collector.picture.placing import Mark, Placed
from collector.picture.story import Story
from collector.picture.words import safe, size


def joins(board: Board) -> shapes.Elements:
    events = {one.event.id: one for one in board.events}
    drawn: shapes.Elements = []
    for one in sorted(board.lines, key=lambda line: line.about is not None):
        drawn += shapes.join(one, *_ends(board, events[one.event_id], one))
    return drawn


def _ends(board: Board, event: Placed, one: Join) -> tuple[tuple[float, float], tuple[float, float]]:
    start = board.x(one.start), board.y(event, one.start)
    if one.is_change and one.start.earlier is not None:
        return start, (start[0], board.top + board.scale.y(one.start.earlier))
    return start, (board.x(one.end), board.y(event, one.end))


def marks(board: Board) -> shapes.Elements:
    severities = {line.end.row.id: line.about.severity for line in board.lines if line.about is not None}
    drawn: shapes.Elements = []
    for one in board.events:
        beside: dict[str, int] = {}
        for mark in one.marks:
            x, y, told = board.x(mark), board.y(one, mark), _told(mark, board.story)
            if mark.is_span and mark.row.earliest and mark.row.latest:
                top, bottom = (board.top + board.scale.y(m) for m in (mark.row.earliest, mark.row.latest))
                drawn.append(shapes.span(x, min(top, y), max(bottom, y), told))
                continue
            if not mark.speaks:
                beside[mark.row.portal] = beside.get(mark.row.portal, 0) + 1
                if beside[mark.row.portal] > 2:
                    continue
                x += 7 * beside[mark.row.portal]
                drawn.append(
                    svg.Circle(
                        cx=x,
                        cy=round(y, 1),
                        r=2.6,
                        class_=["mark", "more"],
                        elements=[svg.Title(text=safe(told, 400))],
                    )
                )
                continue
            drawn += shapes.mark(x, y, mark, severities.get(mark.row.id), told)
    return drawn


def _told(mark: Mark, story: Story) -> str:
    """What a row prints and what is believed of it, for who points at its mark."""
    row = mark.row
    believed = (
        f"believed {row.at:%Y-%m-%d %H:%M} UTC" if row.at else "a day or an hour only" if row.is_dated else ""
    )
    printed = f"{story.titles()[row.portal]} prints {row.time_text or 'no time'}: {row.description}"
    return f"{printed} ({believed})" if believed else printed


def rings(board: Board) -> shapes.Elements:
    rows = {row for one in board.story.contradictions for row in (one.row_a, one.row_b)}
    return [
        shapes.ring(board.x(mark), board.y(one, mark))
        for one in board.events
        for mark in one.marks
        if mark.row.id in rows
    ]


def tags(board: Board) -> shapes.Elements:
    events = {one.event.id: one for one in board.events}
    drawn: shapes.Elements = []
    font = board.at.font - 2
    for place, findings in labelled(board.lines, board.story).items():
        one = board.lines[place]
        start, end = _ends(board, events[one.event_id], one)
        for step, finding in enumerate(findings):
            far = "" if board.at.is_narrow or finding.kind == "precision" else f" {size(finding.largest_s)}"
            x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + step * font * 1.5
            if one.is_change:
                x -= 14
            drawn += shapes.tag(x, y, finding, finding.letter + far, font)
    return drawn
