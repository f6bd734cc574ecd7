"""One parcel for a person at a terminal: findings first, then a timeline, portals as columns."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlite_utils import Database

from collector.plain_text import one_line
from collector.report_lines import PIPE_WIDTH, print_hung
from collector.report_marks import SIGNS, STYLES, marks
from collector.report_orders import items_of_parcel, orders_of_parcel, print_deadlines, print_orders
from collector.report_timeline import print_timeline

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


def console(unwatched_width: int = PIPE_WIDTH) -> Console:
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
    differing = marks(db, parcel_id)
    events = [
        {
            **event,
            "shown": json.loads(event["shown"]),
            "differs": {portal: asdict(mark) for portal, mark in differing.get(event["id"], {}).items()},
        }
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
    for contradiction in parcel["contradictions"]:
        _print_sentence(out, "warning", "contradiction", contradiction["explanation"])
    for finding in parcel["findings"]:
        _print_sentence(out, finding["severity"], finding["kind"].replace("_", " "), finding["sentence"])
    for asked in parcel["asked"]:
        if asked["outcome"] != "ok":
            print_hung(out, Text("   "), Text(one_line(_asked(asked)), "dim"), 3)
    if parcel["events"]:
        out.print()
        print_timeline(out, parcel["events"])


def _print_sentence(out: Console, severity: str, kind: str, sentence: str) -> None:
    style = STYLES[severity]
    said = Text(f"{kind}: ", style).append(one_line(sentence), "default not bold")
    print_hung(out, Text(f"{SIGNS[severity]:>2} ", style), said, 3)


def _asked(visit: Mapping[str, Any]) -> str:
    outcome = str(visit["outcome"]).replace("_", " ")
    error = f" ({visit['error']})" if visit["error"] else ""
    return f"{visit['portal']} on {visit['seen_at'][:10]} for {visit['tracking_number']}: {outcome}{error}"


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


def print_findings(out: Console, findings: Iterable[Mapping[str, Any]]) -> None:
    """Findings of several parcels, each under its parcel's title (`title`), the sentences indented."""
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for finding in findings:
        mark, style = SIGNS[finding["severity"]], STYLES[finding["severity"]]
        said = Text(one_line(finding["title"]), "bold").append(
            "\n" + one_line(finding["sentence"]), "not bold"
        )
        table.add_row(Text(mark, style), Text(finding["kind"].replace("_", " "), style), said)
    out.print(table)


def _rows(db: Database, sql: str, parcel_id: str) -> list[dict[str, Any]]:
    return list(db.query(sql, [parcel_id]))
