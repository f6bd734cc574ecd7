"""What the page of a parcel shows, gathered: its story and what stands around it. Only reads."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlite_utils import Database

from collector.datasette.parcel_actions import Action, actions
from collector.picture.gathering import parcel_story
from collector.picture.story import AGREEING, Disagreement, Event, Finding, Row, Story
from collector.report_orders import items_of_parcel, orders_of_parcel
from collector.urgency import Line, parcel_line

#: How many examples of a finding are told on the page; the table has all.
EXAMPLES = 8
#: How many events the timeline has, the newest ones; the table has all.
MOMENTS = 500

_Row = Mapping[str, Any]

_VISITS = """
select v.id, v.portal, v.tracking_number, v.seen_at, v.outcome, v.error,
       r.pickup_point, r.estimate_from_on, r.estimate_to_on
from readings as r join visits as v on v.id = r.visit_id where r.parcel_id = ? order by v.seen_at, v.id
"""
_NUMBERS = "select * from tracking_numbers where parcel_id = ?"
_NEWEST = """
select milestone, description, occurred_at, earliest_at, latest_at from events where parcel_id = ?
order by milestone is null or milestone = 'notice', sequence desc limit 1
"""
_CONFLICTS = "select count(*) as n from disagreements where parcel_id = ? and severity = 'warning'"


@dataclass(frozen=True, slots=True)
class Cell:
    """A portal's row in the timeline.

    later_s  how much later than the event it is believed to be, None where they agree or nothing is known
    alike    how many further rows of the portal print the same time for the same event
    """

    row: Row
    later_s: int | None
    alike: int


@dataclass(frozen=True, slots=True)
class Moment:
    """An event in the timeline: what each portal shows of it, by lanes, and letters of what they dispute."""

    event: Event
    cells: tuple[tuple[Cell, ...], ...]
    letters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A finding with some of its disagreements, first the one its sentence tells, then the largest."""

    finding: Finding
    examples: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """All the page needs. `visits` are the newest of each portal and number, `estimates` as they changed."""

    story: Story
    line: Line
    actions: Sequence[Action]
    findings: Sequence[Told]
    timeline: Sequence[Moment]
    gone: Sequence[Row]
    orders: Sequence[_Row]
    items: Sequence[_Row]
    visits: Sequence[_Row]
    estimates: Sequence[_Row]
    pickup_point: str | None


def parcel_parts(db: Database, parcel_id: str, today: date) -> Parts:
    """The parts of a parcel's page. Raises LookupError if there is no such parcel."""
    story = parcel_story(db, parcel_id)
    visits = list(db.query(_VISITS, [parcel_id]))
    newest = _newest_visits(visits)
    pickup = next((v["pickup_point"] for v in reversed(visits) if v["pickup_point"]), None)
    orders = orders_of_parcel(db, parcel_id)
    line = _line(db, parcel_id, orders, today)
    return Parts(
        story=story,
        line=line,
        actions=actions(story, line, newest, pickup, today),
        findings=told_findings(story),
        timeline=timeline(story),
        gone=[row for row in story.rows if row.gone is not None],
        orders=orders,
        items=items_of_parcel(db, parcel_id),
        visits=newest,
        estimates=_estimates(visits),
        pickup_point=pickup,
    )


def timeline(story: Story) -> list[Moment]:
    """The newest events in sequence, with what each portal shows of them."""
    rows: defaultdict[tuple[str | None, str], list[Row]] = defaultdict(list)
    for row in story.standing_rows():
        rows[row.event_id, row.portal].append(row)
    letters = {(f.kind, f.portal_a, f.portal_b): f.letter for f in story.findings}
    disputed: defaultdict[str | None, set[str]] = defaultdict(set)
    for one in story.disagreements:
        disputed[one.event_id].add(letters.get((one.kind, one.portal_a, one.portal_b), ""))
    return [
        Moment(
            event,
            tuple(_cells(event, rows[event.id, portal.name]) for portal in story.portals),
            tuple(f.letter for f in story.findings if f.letter in disputed[event.id]),
        )
        for event in story.events[-MOMENTS:]
    ]


def _cells(event: Event, rows: Sequence[Row]) -> tuple[Cell, ...]:
    """The different times of rows of one portal, that of the row that speaks for it first."""
    printed: dict[str | None, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.duplicate_of is not None, row.id)):
        printed.setdefault(row.time_text, []).append(row)
    return tuple(Cell(first, _later(event, first), len(alike)) for first, *alike in printed.values())


def _later(event: Event, row: Row) -> int | None:
    if event.at is None or row.at is None or abs(row.at - event.at) <= AGREEING:
        return None
    return (row.at - event.at) // timedelta(seconds=1)


def told_findings(story: Story) -> list[Told]:
    """Every finding with its examples."""
    alike: defaultdict[tuple[str, str, str], list[Disagreement]] = defaultdict(list)
    for one in story.disagreements:
        alike[one.kind, one.portal_a, one.portal_b].append(one)
    return [_told(one, alike[one.kind, one.portal_a, one.portal_b]) for one in story.findings]


def _told(finding: Finding, said: Sequence[Disagreement]) -> Told:
    ordered = sorted(said, key=lambda one: (one.id != finding.worst, -one.size_s, one.id))
    return Told(finding, tuple(ordered[:EXAMPLES]))


def _line(db: Database, parcel_id: str, orders: Sequence[_Row], today: date) -> Line:
    (parcel,) = db.query("select * from parcels where id = ?", [parcel_id])
    numbers = list(db.query(_NUMBERS, [parcel_id]))
    newest = next(iter(db.query(_NEWEST, [parcel_id])), None)
    (conflicts,) = db.query(_CONFLICTS, [parcel_id])
    return parcel_line(parcel, orders, numbers, newest, conflicts["n"], today)


def _newest_visits(visits: Sequence[_Row]) -> list[_Row]:
    """The newest visit to each portal about each number, by portal."""
    newest = {(visit["portal"], visit["tracking_number"] or ""): visit for visit in visits}
    return [newest[key] for key in sorted(newest)]


def _estimates(visits: Sequence[_Row]) -> list[_Row]:
    """The visits at which a portal first named, or changed, the days it expects the parcel on."""
    before: dict[str, tuple[str | None, str | None]] = {}
    found = []
    for visit in visits:
        days = (visit["estimate_from_on"], visit["estimate_to_on"])
        if any(days) and before.get(visit["portal"]) != days:
            before[visit["portal"]] = days
            found.append(visit)
    return found
