"""A parcel's story out of the database: a few queries, each by an index. Only reads."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from collector.deadline_rules import deadlines_of
from collector.picture.story import (
    SEVERITIES,
    Contradiction,
    Disagreement,
    Due,
    Event,
    Finding,
    Number,
    Portal,
    Row,
    Standing,
    Story,
    letter,
    severity_rank,
)
from collector.read.offsets import parse_iso_utc
from collector.report_orders import orders_of_parcel
from scrapers import vocabulary

_Row = Mapping[str, Any]

_ROWS = "select * from observations where parcel_id = ? order by portal, tracking_number, position, id"
_EVENTS = "select * from events where parcel_id = ? order by sequence, id"
_DISAGREEMENTS = "select * from disagreements where parcel_id = ? order by id"
_NUMBERS = """
select * from tracking_numbers where parcel_id = ? order by role = 'last_mile', first_seen_at, number
"""
_FINDINGS = "select * from findings where parcel_id = ?"
_CONTRADICTIONS = """
select * from contradictions where parcel_id = ?
order by kind, portal_a, portal_b, observation_a, observation_b
"""
_STANDING = "select * from portal_standing where parcel_id = ? order by portal"
#: Shops come first and who only repeats others last; between them who showed the parcel first.
_ARRIVED = ("delivered", "returned", "closed")
_PLACE = {"marketplace": 0, "carrier": 1, "unknown": 1, "universal": 2}


def parcel_story(db: Database, parcel_id: str) -> Story:
    """All that is known of a parcel. Raises LookupError if there is none of this id."""
    parcels = list(db.query("select * from parcels where id = ?", [parcel_id]))
    if not parcels:
        raise LookupError(parcel_id)
    (parcel,) = parcels
    rows = tuple(map(_row, db.query(_ROWS, [parcel_id])))
    return Story(
        parcel_id=parcel["id"],
        title=parcel["title"],
        stage=parcel["stage"],
        milestone=parcel["milestone"],
        origin_country=parcel["origin_country"],
        destination_country=parcel["destination_country"],
        expected_from_on=parcel["estimated_from_on"],
        expected_to_on=parcel["estimated_to_on"],
        delivered_at=_instant(parcel["delivered_at"]),
        last_event_at=_instant(parcel["last_event_at"]),
        portals=lanes(rows),
        numbers=tuple(map(_number, db.query(_NUMBERS, [parcel_id]))),
        events=tuple(map(_event, db.query(_EVENTS, [parcel_id]))),
        rows=rows,
        disagreements=tuple(map(_disagreement, db.query(_DISAGREEMENTS, [parcel_id]))),
        findings=_findings(list(db.query(_FINDINGS, [parcel_id]))),
        contradictions=tuple(map(_contradiction, db.query(_CONTRADICTIONS, [parcel_id]))),
        standings=tuple(map(_standing, db.query(_STANDING, [parcel_id]))),
        dues=_dues(orders_of_parcel(db, parcel_id), has_arrived=parcel["stage"] in _ARRIVED),
    )


def lanes(rows: Iterable[Row]) -> tuple[Portal, ...]:
    """The portals of rows in the order of their lanes."""
    first: dict[str, str] = {}
    for row in rows:
        began = row.earliest.isoformat() if row.earliest else "~"
        first[row.portal] = min(began, first.get(row.portal, began))
    known = [vocabulary.facts(name) for name in first]
    ordered = sorted(known, key=lambda f: (_PLACE.get(f.kind, 1), first[f.name], f.name))
    return tuple(Portal(facts.name, facts.title, facts.kind) for facts in ordered)


def _row(row: _Row) -> Row:
    gone = "replaced" if row["replaced_by"] else "withdrawn" if row["withdrawn_at"] else None
    return Row(
        id=row["id"],
        portal=row["portal"],
        number=row["tracking_number"],
        time_text=row["time_text"],
        precision=row["precision"],
        offset_minutes=row["utc_offset_minutes"],
        offset_source=row["offset_source"],
        at=_instant(row["occurred_at"]),
        earliest=_instant(row["earliest_at"]),
        latest=_instant(row["latest_at"]),
        description=row["description"],
        place=row["place"],
        milestone=row["milestone"],
        event_id=row["event_id"],
        duplicate_of=row["duplicate_of"],
        gone=gone,
    )


def _event(row: _Row) -> Event:
    return Event(
        id=row["id"],
        sequence=row["sequence"],
        milestone=row["milestone"],
        leg=row["leg"],
        at=_instant(row["occurred_at"]),
        earliest=_instant(row["earliest_at"]),
        latest=_instant(row["latest_at"]),
        place=row["place"],
        description=row["description"],
        highlight=row["highlight"],
    )


def _number(row: _Row) -> Number:
    return Number(row["number"], row["carrier"], row["role"], row["first_seen_at"], row["found_on"])


def _disagreement(row: _Row) -> Disagreement:
    return Disagreement(
        id=row["id"],
        event_id=row["event_id"],
        kind=row["kind"],
        severity=_severity(row),
        portal_a=row["portal_a"],
        portal_b=row["portal_b"],
        row_a=row["observation_a"],
        row_b=row["observation_b"],
        size_s=_size(row),
        reverses_order=bool(row["reverses_order"]),
        explanation=row["explanation"],
    )


def _size(row: _Row) -> int:
    """How far apart the two are in the sense of the kind, in seconds: as the findings measure it."""
    measures = {"zone_label": "claimed_difference_s", "timezone": "shown_difference_s"}
    if row["kind"] == "precision":
        return 0
    measured = row[measures.get(row["kind"], "real_difference_s")]
    if measured is None and row["kind"] not in measures:
        measured = row["shown_difference_s"]
    return abs(int(measured or 0))


def _findings(rows: Sequence[_Row]) -> tuple[Finding, ...]:
    """The worst first, each with its letter."""
    ordered = sorted(
        rows, key=lambda f: (severity_rank(f["severity"]), f["kind"], f["portal_a"], f["portal_b"])
    )
    return tuple(
        Finding(
            letter=letter(place),
            kind=row["kind"],
            severity=_severity(row),
            portal_a=row["portal_a"],
            portal_b=row["portal_b"],
            count=row["disagreements"],
            smallest_s=row["smallest_s"],
            largest_s=row["largest_s"],
            worst=row["worst"],
            sentence=row["sentence"],
        )
        for place, row in enumerate(ordered)
    )


def _severity(row: _Row) -> str:
    """A severity that is known: it becomes a class in pages and pictures."""
    return row["severity"] if row["severity"] in SEVERITIES else "info"


def _contradiction(row: _Row) -> Contradiction:
    return Contradiction(
        kind=row["kind"],
        portal_a=row["portal_a"],
        portal_b=row["portal_b"],
        row_a=row["observation_a"],
        row_b=row["observation_b"],
        explanation=row["explanation"],
    )


def _standing(row: _Row) -> Standing:
    return Standing(
        portal=row["portal"],
        milestone=row["milestone"],
        description=row["description"],
        last_at=_instant(row["last_at"]),
        rows_shown=row["rows_shown"],
        events_behind=row["events_behind"],
    )


def _dues(orders: Iterable[_Row], *, has_arrived: bool) -> tuple[Due, ...]:
    """What the view `deadlines` says of these orders, the earliest first."""
    found = [
        Due(order["id"], d.what.value, d.due_on.isoformat(), has_arrived)
        for order in orders
        for d in deadlines_of(order)
    ]
    return tuple(sorted(found, key=lambda due: due.due_on))


def _instant(text: str | None) -> datetime | None:
    return parse_iso_utc(text) if text else None
