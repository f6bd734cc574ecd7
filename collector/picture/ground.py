"""What lies behind and beside the marks: legs, silences, lanes, times, events in words. Pure."""

import svg

from collector.picture import shapes
from collector.picture.board import LINE, PAD, Board
from collector.picture.legs import stretches
from collector.picture.sheet import Sheet
from collector.picture.story import Event
from collector.picture.words import LEG_WORDS, cut, event_words, silence


def legs(on: Board) -> shapes.Elements:
    """The ground of each leg of the journey, with its name."""
    ys = [on.y(one) for one in on.events]
    found = stretches([one.event.leg for one in on.events])
    drawn: shapes.Elements = []
    top = on.top - PAD
    for place, stretch in enumerate(found):
        is_last = place + 1 == len(found)
        bottom = on.bottom + PAD / 2 if is_last else (ys[stretch.last] + ys[found[place + 1].first]) / 2
        drawn.append(shapes.band(on.at, top, bottom, stretch.leg))
        if bottom - top > 50:
            drawn.append(
                shapes.words(
                    10,
                    top + 6,
                    LEG_WORDS[stretch.leg],
                    font=on.at.font - 2,
                    kind="soft",
                    anchor="end",
                    turn=-90,
                )
            )
        top = bottom
    return drawn


def silences(on: Board) -> shapes.Elements:
    """Where nothing happened: lanes that are not to scale, and how long."""
    drawn: shapes.Elements = []
    at = on.at
    for one in on.scale.silences:
        top, bottom = on.top + one.top + 5, on.top + one.bottom - 7
        drawn.append(shapes.hush(at, top - 3, bottom + 3))
        drawn += [shapes.zigzag(at, top, bottom, x) for x in at.lanes.values()]
        middle = (top + bottom) / 2 + at.font * 0.35
        drawn.append(
            shapes.words(at.events_x, middle, silence(one.seconds), font=at.font - 0.5, kind="soft silence")
        )
    return drawn


def headings(on: Board) -> shapes.Elements:
    """The lanes with the names of their portals."""
    at = on.at
    drawn: shapes.Elements = []
    bottom = on.bottom
    breaks = [(on.top + s.top + 5, on.top + s.bottom - 7) for s in on.scale.silences]
    for portal in on.story.portals:
        x, y = at.lanes[portal.name], on.top - PAD - 6
        name = cut(portal.title, at.heading_letters)
        turn, anchor = (-52, "start") if at.is_slanted else (0, "middle")
        drawn.append(
            shapes.words(
                x + (3 if turn else 0), y, name, font=at.font - 0.5, kind="bold", anchor=anchor, turn=turn
            )
        )
        top = on.top - PAD
        for start, end in [*breaks, (bottom, bottom)]:
            drawn.append(shapes.line(x, top, x, start, "lane"))
            top = end
    return drawn


def takeovers(on: Board) -> shapes.Elements:
    """Where the parcel goes on under another number: the number and its carrier."""
    at = on.at
    drawn: shapes.Elements = []
    for one in on.events:
        lines = on.takers.get(one.event.id, [])
        over = len(lines) + (1 if at.is_narrow and one.event.id in on.days else 0)
        for place, number in enumerate(lines):
            y = on.y(one) - at.font * (LINE * (over - place) - 0.35)
            carrier = f" · {number.carrier}" if number.carrier else ""
            text = cut(f"▸ {number.number}{carrier}", at.event_letters - 1)
            drawn.append(shapes.line(at.first_lane, y - 4, at.last_lane, y - 4, "takes"))
            drawn.append(shapes.words(at.events_x, y, text, font=at.font - 1, kind="bold"))
    return drawn


def times(on: Board) -> shapes.Elements:
    """The day, where it changes, and the time of every event."""
    at = on.at
    drawn: shapes.Elements = []
    drawn.append(shapes.words(at.times_x, on.top - PAD - 6, _zone(on), font=at.font - 1, kind="soft"))
    end = at.first_lane - 8
    for one in on.events:
        y = on.y(one) + at.font * 0.35
        if one.event.id in on.days:
            above, font = (at.font * LINE * 0.9, at.font - 1.5) if at.is_narrow else (0, at.font - 0.5)
            drawn.append(shapes.words(at.times_x, y - above, on.days[one.event.id], font=font, kind="bold"))
        time = "no time" if not one.is_dated else f"{one.event.at:%H:%M}" if one.event.at else "day"
        font = at.font - (0.5 if one.is_dated else 1.5)
        drawn.append(shapes.words(end, y, time, font=font, kind="soft", anchor="end"))
    return drawn


def _zone(on: Board) -> str:
    """What the times are: their years, and UTC."""
    years = sorted({one.at.year for one in on.events if one.is_dated})
    if not years:
        return "UTC"
    return f"{years[0]} UTC" if len(years) == 1 else f"{years[0]}–{years[-1]} UTC"


def events(on: Board) -> shapes.Elements:
    """Every event in words, and its line across the lanes."""
    at = on.at
    drawn: shapes.Elements = []
    for one in on.events:
        y = on.y(one)
        drawn.append(shapes.line(at.first_lane, y, at.events_x - 3, y, "rule"))
        drawn.append(_event_text(one.event, at, y + at.font * 0.35))
    return drawn


def ahead(on: Board) -> shapes.Elements:
    """What is to come, under the newest event."""
    at, drawn = on.at, shapes.Elements()
    for place, (when, what) in enumerate(on.ahead):
        y = on.bottom + PAD / 2 + at.font * LINE * (place + 0.7)
        middle = y - at.font * 0.35
        drawn.append(shapes.line(at.first_lane, middle, at.events_x - 3, middle, "takes"))
        drawn.append(shapes.words(at.times_x, y, when, font=at.font - 0.5, kind="soft bold"))
        drawn.append(
            shapes.words(at.events_x, y, cut(what, at.event_letters), font=at.font - 0.5, kind="soft")
        )
    return drawn


def _event_text(event: Event, at: Sheet, y: float) -> svg.Text:
    said = event_words(event)
    if event.place and not at.is_narrow:
        said = f"{said} · {event.place}"
    text = cut(" ".join(said.split()), at.event_letters)
    kind = "bold good" if event.milestone == "delivered" else ""
    return shapes.words(at.events_x, y, text, font=at.font, kind=kind)
