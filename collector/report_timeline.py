"""A parcel's timeline for a person at a terminal: portals as columns, what differs marked with its size.

Where columns do not fit, an event is a line, and below it stands what each portal prints.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from collector.plain_text import one_line
from collector.report_lines import PIPE_WIDTH, print_hung
from collector.report_marks import MEANINGS, SIGNS, STYLES, Mark
from collector.report_words import WORDS
from scrapers.words import Milestone

Event = Mapping[str, Any]

_LONGEST_WORDING = 28
#: Where it is narrow, a place may take several lines, but no less room than this.
_LEAST_PLACE = 12
_MOST_EVENT, _MOST_PLACE = 32, 24
_GAP = 2


@dataclass(frozen=True, slots=True)
class _Layout:
    """Whether there is a column for places and one for marks, and how narrow what happened may be told."""

    place: bool
    beside: bool
    least_event: int


#: The first that fits is taken. Without a column of their own, marks stand below what they mark.
_LAYOUTS = (
    _Layout(place=True, beside=True, least_event=20),
    _Layout(place=False, beside=True, least_event=20),
    _Layout(place=True, beside=False, least_event=20),
    _Layout(place=False, beside=False, least_event=16),
)


def print_timeline(out: Console, events: Sequence[Event]) -> None:
    """Events of a parcel as `parcel_json` gives them. Undated ones stand where their portal has them."""
    if not events:
        return
    bounded = out.width < PIPE_WIDTH
    times = [_when(event) for event in events]
    years = {time[:4] for time in times if time}
    cut = len("2026-") if len(years) == 1 and bounded else 0
    clocks = [time[cut:] for time in times]
    heading = f"UTC {min(years)}" if cut else "UTC"
    fitting = (one for one in _LAYOUTS if not bounded or _least_width(events, clocks, one) <= out.width)
    if layout := next(fitting, None):
        out.print(_columns(events, clocks, heading, layout, bounded=bounded))
    else:
        _print_stacked(out, events, clocks)
    _print_legend(out, events)


def told(event: Event) -> str:
    """What happened, in plain words; the portal's own, cut, where that is not understood or says nothing."""
    if event["milestone"] in (None, Milestone.NOTICE):
        said = one_line(str(event["description"]))
        return said if len(said) <= _LONGEST_WORDING else said[: _LONGEST_WORDING - 1] + "…"
    milestone = Milestone(event["milestone"])
    return WORDS.get(milestone, milestone.replace("_", " "))


def _portals(events: Sequence[Event]) -> list[str]:
    return sorted({portal for event in events for portal in event["shown"]})


def _mark(event: Event, portal: str) -> Mark | None:
    found = event.get("differs", {}).get(portal)
    return Mark(found["kind"], found["severity"], found["seconds"]) if found else None


def _mark_text(event: Event, portal: str) -> Text:
    mark = _mark(event, portal)
    return Text(mark.text, STYLES[mark.severity]) if mark else Text()


def _print_text(event: Event, portal: str) -> Text:
    """What a portal prints for an event, in the colour of its mark if that is more than a zone."""
    mark = _mark(event, portal)
    style = STYLES[mark.severity] if mark and mark.severity != "info" else ""
    return Text(one_line(str(event["shown"].get(portal) or "")), style)


def _sign(event: Event) -> Text:
    highlight = event["highlight"]
    return Text().append(SIGNS.get(highlight, ""), STYLES.get(highlight, ""))


def _least_width(events: Sequence[Event], clocks: Sequence[str], layout: _Layout) -> int:
    """The columns that a table needs at least: what portals print and its marks are never broken."""
    widths = [2, max(map(len, clocks)), layout.least_event]
    widths += [_LEAST_PLACE] if layout.place and any(event["place"] for event in events) else []
    for portal in _portals(events):
        columns = zip(*(_cells(event, portal, layout) for event in events), strict=True)
        widest = [max(_widest(cell) for cell in column) for column in columns]
        widths += [max(len(portal), widest[0]), *filter(None, widest[1:])]
    return sum(widths) + _GAP * (len(widths) - 1)


def _widest(text: Text) -> int:
    return max((line.cell_len for line in text.split()), default=0)


def _cells(event: Event, portal: str, layout: _Layout) -> list[Text]:
    """What a portal prints for an event and its mark, each in a column of its own or one below the other."""
    printed, mark = _print_text(event, portal), _mark_text(event, portal)
    if layout.beside:
        return [printed, mark]
    found = _mark(event, portal)
    # A mere zone is told by the sign at the beginning of the line.
    return [printed if found is None or found.severity == "info" else Text("\n").join([printed, mark])]


def _columns(
    events: Sequence[Event], clocks: Sequence[str], heading: str, layout: _Layout, *, bounded: bool
) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, _GAP - 1, 0, 0))
    table.add_column("", no_wrap=True)
    table.add_column(heading, no_wrap=True)
    table.add_column("event", max_width=_MOST_EVENT if bounded else None)
    with_place = layout.place and any(event["place"] for event in events)
    if with_place:
        table.add_column("place", max_width=_MOST_PLACE if bounded else None)
    portals = _portals(events)
    marked = {portal for event in events for portal in event.get("differs", {})} if layout.beside else set()
    for portal in portals:
        table.add_column(portal, no_wrap=True)
        if portal in marked:
            table.add_column("", no_wrap=True)
    for event, clock in zip(events, clocks, strict=True):
        cells = [_sign(event), Text(clock), Text(told(event))]
        cells += [Text(one_line(str(event["place"] or "")))] if with_place else []
        for portal in portals:
            cells += _cells(event, portal, layout)[: 2 if portal in marked else 1]
        table.add_row(*cells)
    return table


def _print_stacked(out: Console, events: Sequence[Event], clocks: Sequence[str]) -> None:
    """An event a line, and below it what each portal prints: as many side by side as fit."""
    indent = 3 + max(map(len, clocks)) + _GAP
    names = max(map(len, _portals(events)))
    width = max(_printed(event, portal, names).cell_len for event in events for portal in event["shown"])
    below = indent if indent + width <= out.width else 3
    abreast = max((out.width - below + _GAP) // (width + _GAP), 1)
    for event, clock in zip(events, clocks, strict=True):
        head = _sign(event)
        head.pad_right(3 - head.cell_len)
        head.append(f"{clock:<{indent - 3}}", "bold")
        place = f" · {one_line(str(event['place']))}" if event["place"] else ""
        print_hung(out, head, Text(told(event) + place, "bold"), indent)
        cells = [_printed(event, portal, names) for portal in sorted(event["shown"])]
        for first in range(0, len(cells), abreast):
            line = Text()
            for cell in cells[first : first + abreast]:
                line.pad_right((width + _GAP - line.cell_len) % (width + _GAP) if line else 0)
                line.append_text(cell)
            print_hung(out, Text(" " * below), line, below)


def _printed(event: Event, portal: str, names: int) -> Text:
    """A portal's name, padded to `names`, what it prints, and its mark."""
    text = Text().append(f"{portal:<{names}} ", "dim")
    text.append_text(_print_text(event, portal) if event["shown"][portal] else Text("no time", "dim"))
    mark = _mark_text(event, portal)
    return text.append(" ").append_text(mark) if mark else text


def _print_legend(out: Console, events: Sequence[Event]) -> None:
    """What the marks mean, those that occur, the most serious first."""
    seen = {
        (mark["severity"], mark["kind"]) for event in events for mark in event.get("differs", {}).values()
    }
    for severity, sign in SIGNS.items():
        kinds = [kind for kind in MEANINGS if (severity, kind) in seen]
        if kinds:
            said = "; ".join(f"{kind.replace('_', ' ')}: {MEANINGS[kind]}" for kind in kinds)
            print_hung(out, Text(f"{sign:>2} ", STYLES[severity]), Text(said, "dim"), 3)


def _when(event: Event) -> str:
    """The instant to the minute; the day alone where more is not known, nothing where nothing is."""
    if event["occurred_at"]:
        return str(event["occurred_at"])[:16].replace("T", " ")
    if not event["earliest_at"]:
        return ""
    # The middle of a local day lies in the UTC day of the same date nearly everywhere.
    earliest, latest = (datetime.fromisoformat(event[name]) for name in ("earliest_at", "latest_at"))
    return f"{earliest + (latest - earliest) / 2:%Y-%m-%d}"
