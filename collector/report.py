"""One parcel, and lists, for a person at a terminal: findings first, then a timeline, portals as columns."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlite_utils import Database

from collector.plain_text import one_line
from collector.report_orders import items_of_parcel, orders_of_parcel, print_deadlines, print_orders

_STYLE = {"warning": "bold red", "notice": "yellow", "info": "cyan"}
_MARK = {"warning": "!!", "notice": "!", "info": "~"}
#: How wide lines are where nobody looks: a pipe or a file.
_UNWATCHED_WIDTH = 160
_LONGEST_WORDING = 28

_NUMBERS = """
select * from tracking_numbers where parcel_id = ? order by role = 'last_mile', first_seen_at, number
"""
_ASKED = """
select v.portal, v.tracking_number, v.outcome, v.seen_at, v.error from visits as v
join readings as r on r.visit_id = v.id
where r.parcel_id = ? and not exists (
    select 1 from visits as later where later.portal = v.portal and later.tracking_number = v.tracking_number
    and (later.seen_at, later.id) > (v.seen_at, v.id))
order by v.portal, v.tracking_number
"""
_FINDINGS = """
select kind, severity, portal_a, portal_b, disagreements, largest_s, sentence
from findings where parcel_id = ?
order by case severity when 'warning' then 0 when 'notice' then 1 else 2 end, kind, portal_a, portal_b
"""


_DEADLINES = """
select order_id, what, due_on, arrived from deadlines where parcel_id = ? order by due_on, what desc, order_id
"""


def console(unwatched_width: int = _UNWATCHED_WIDTH) -> Console:
    """Standard output as a console: colours and its true width on a terminal, plain and wide in a pipe."""
    watched = Console(highlight=False, markup=False, emoji=False)
    return (
        watched
        if watched.is_terminal
        else Console(highlight=False, markup=False, emoji=False, width=unwatched_width, no_color=True)
    )


def parcel_json(db: Database, parcel_id: str) -> dict[str, Any]:
    """Everything known of one parcel, as data."""
    (parcel,) = db.query("select * from parcels where id = ?", [parcel_id])
    events = [
        {**event, "shown": json.loads(event["shown"])}
        for event in db.query("select * from events where parcel_id = ? order by sequence", [parcel_id])
    ]
    return {
        **parcel,
        "numbers": _rows(db, _NUMBERS, parcel_id),
        "orders": orders_of_parcel(db, parcel_id),
        "items": items_of_parcel(db, parcel_id),
        "deadlines": _rows(db, _DEADLINES, parcel_id),
        "findings": _rows(db, _FINDINGS, parcel_id),
        "contradictions": _rows(db, "select * from contradictions where parcel_id = ?", parcel_id),
        "portals": _rows(db, "select * from portal_standing where parcel_id = ? order by portal", parcel_id),
        "asked": _rows(db, _ASKED, parcel_id),
        "events": events,
    }


def print_parcel(out: Console, parcel: Mapping[str, Any]) -> None:
    """A parcel as `parcel_json` gives it."""
    _print_head(out, parcel)
    print_orders(out, parcel["orders"], parcel["items"])
    print_deadlines(out, parcel["deadlines"])
    for finding in parcel["findings"]:
        mark, style = _MARK[finding["severity"]], _STYLE[finding["severity"]]
        out.print(Text(f"{mark:>2} {finding['kind']}: ", style), Text(one_line(finding["sentence"])), sep="")
    for contradiction in parcel["contradictions"]:
        out.print(
            Text("!! contradiction: ", _STYLE["warning"]),
            Text(one_line(contradiction["explanation"])),
            sep="",
        )
    for asked in parcel["asked"]:
        if asked["outcome"] != "ok":
            out.print(Text(one_line(_asked(asked)), "dim"))
    if parcel["events"]:
        out.print(_timeline(parcel["events"]))


def _asked(visit: Mapping[str, Any]) -> str:
    outcome = str(visit["outcome"]).replace("_", " ")
    error = f" ({visit['error']})" if visit["error"] else ""
    return f"   {visit['portal']} on {visit['seen_at'][:10]} for {visit['tracking_number']}: {outcome}{error}"


def _print_head(out: Console, parcel: Mapping[str, Any]) -> None:
    numbers = " → ".join(
        f"{n['number']} ({n['carrier'] or n['found_on'] or 'not visited'})" for n in parcel["numbers"]
    )
    route = " → ".join(c for c in (parcel["origin_country"], parcel["destination_country"]) if c)
    expected = parcel["estimated_to_on"]
    facts = [parcel["stage"].replace("_", " "), route, f"expected by {expected}" if expected else ""]
    out.print(Text(one_line(parcel["title"]), "bold"))
    out.print(Text(one_line(numbers)))
    out.print(Text(one_line(" · ".join(f for f in facts if f))))


def _timeline(events: Sequence[Mapping[str, Any]]) -> Table:
    portals = sorted({portal for event in events for portal in event["shown"]})
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("", "UTC", "event", "place", *portals):
        table.add_column(heading, no_wrap=heading in ("", "UTC"))
    for event in events:
        highlight = event["highlight"]
        cells = [
            _MARK.get(highlight, ""),
            _when(event),
            _told(event),
            event["place"] or "",
            *(event["shown"].get(portal, "") for portal in portals),
        ]
        table.add_row(*(Text(one_line(str(cell))) for cell in cells), style=_STYLE.get(highlight, ""))
    return table


def print_findings(out: Console, findings: Iterable[Mapping[str, Any]]) -> None:
    """Findings of several parcels, each under its parcel's title (`title`), the sentences indented."""
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in findings:
        mark, style = _MARK[finding["severity"]], _STYLE[finding["severity"]]
        said = Text(one_line(finding["title"]), "bold").append(
            "\n" + one_line(finding["sentence"]), "not bold"
        )
        table.add_row(Text(mark, style), Text(finding["kind"].replace("_", " "), style), said)
    out.print(table)


def print_timeline(out: Console, events: Sequence[Mapping[str, Any]]) -> None:
    """Events of a parcel as `parcel_json` gives them, narrow: what is believed, what is printed."""
    portals = sorted({portal for event in events for portal in event["shown"]})
    times = [_when(event) for event in events]
    year = len("2026-") if len({time[:4] for time in times if time}) == 1 else 0
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="underline")
    for heading in ("", "believed UTC", "event", *(f"{portal} prints" for portal in portals)):
        table.add_column(heading, no_wrap=heading != "event")
    for event, time in zip(events, times, strict=True):
        cells = [
            _MARK.get(event["highlight"], ""),
            time[year:],
            _told(event).replace("_", " "),
            *(event["shown"].get(portal, "") for portal in portals),
        ]
        table.add_row(*(Text(one_line(cell)) for cell in cells), style=_STYLE.get(event["highlight"], ""))
    out.print(table)


def _told(event: Mapping[str, Any]) -> str:
    """The kind of event; the portal's words, cut, where that is not understood or says nothing."""
    if event["milestone"] in (None, "notice"):
        said = " ".join(str(event["description"]).split())
        return said if len(said) <= _LONGEST_WORDING else said[: _LONGEST_WORDING - 1] + "…"
    return str(event["milestone"])


def _when(event: Mapping[str, Any]) -> str:
    """The instant to the minute; the day alone where more is not known, nothing where nothing is."""
    if event["occurred_at"]:
        return str(event["occurred_at"])[:16].replace("T", " ")
    if not event["earliest_at"]:
        return ""
    # The middle of a local day lies in the UTC day of the same date nearly everywhere.
    earliest, latest = (datetime.fromisoformat(event[name]) for name in ("earliest_at", "latest_at"))
    return f"{earliest + (latest - earliest) / 2:%Y-%m-%d}  ..."


def print_table(out: Console, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """Rows under headings; `columns` gives the key of each column and its heading."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in columns.values():
        table.add_column(heading)
    for row in rows:
        style = _STYLE.get(str(row.get("severity")), "")
        table.add_row(*(Text(one_line(_cell(row[key]))) for key in columns), style=style)
    out.print(table)


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _rows(db: Database, sql: str, parcel_id: str) -> list[dict[str, Any]]:
    return list(db.query(sql, [parcel_id]))
