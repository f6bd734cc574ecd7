"""A parcel's timeline for a person at a terminal: portals as columns, what differs marked with its size.

Where columns do not fit, an event is a line, and below it stands what each portal prints.
"""

from collections.abc import Mapping, Sequence
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
#: Where it is narrow, what happened and where may take several lines, but no less room than this each.
_LEAST_EVENT, _LEAST_PLACE = 16, 10
_MOST_EVENT, _MOST_PLACE = 32, 24
_GAP = 2


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
    for with_place in (True, False):
        if not bounded or _least_width(events, clocks, with_place=with_place) <= out.width:
            out.print(_columns(events, clocks, heading, bounded=bounded, with_place=with_place))
            break
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
    return Text(SIGNS.get(highlight, ""), STYLES.get(highlight, ""))


def _least_width(events: Sequence[Event], clocks: Sequence[str], *, with_place: bool) -> int:
    """The columns that a table needs at least: what portals print and its marks are never broken."""
    widths = [2, _widest(Text(clock) for clock in clocks), _LEAST_EVENT]
    widths += [_LEAST_PLACE] if with_place and any(event["place"] for event in events) else []
    for portal in _portals(events):
        printed = _widest([Text(portal), *(_print_text(event, portal) for event in events)])
        marks = _widest(_mark_text(event, portal) for event in events)
        widths += [printed, marks] if marks else [printed]
    return sum(widths) + _GAP * len(widths)


def _widest(texts: Any) -> int:  # noqa: ANN401 - any texts
    return max((text.cell_len for text in texts), default=0)


def _columns(
    events: Sequence[Event], clocks: Sequence[str], heading: str, *, bounded: bool, with_place: bool
) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, _GAP - 1, 0, 0))
    table.add_column("", no_wrap=True)
    table.add_column(heading, no_wrap=True)
    table.add_column("event", max_width=_MOST_EVENT if bounded else None)
    with_place = with_place and any(event["place"] for event in events)
    if with_place:
        table.add_column("place", max_width=_MOST_PLACE if bounded else None)
    portals = _portals(events)
    marked = {portal for event in events for portal in event.get("differs", {})}
    for portal in portals:
        table.add_column(portal, no_wrap=True)
        if portal in marked:
            table.add_column("", no_wrap=True)
    for event, clock in zip(events, clocks, strict=True):
        cells = [_sign(event), Text(clock), Text(told(event))]
        cells += [Text(one_line(str(event["place"] or "")))] if with_place else []
        for portal in portals:
            cells += [_print_text(event, portal)] + ([_mark_text(event, portal)] if portal in marked else [])
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
    text = Text(f"{portal:<{names}} ", "dim")
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
