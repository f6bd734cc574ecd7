"""What each portal claimed, visit by visit: what it newly showed, changed, or showed no more."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlite_utils import Database

Kind = Literal["new", "changed", "gone", "status", "estimate", "pickup"]
_Row = Mapping[str, Any]

CLAIM_COLUMNS = (
    "seen_at",
    "portal",
    "tracking_number",
    "order_id",
    "outcome",
    "kind",
    "text",
    "note",
    "place",
    "time_text",
    "claimed_offset_minutes",
    "was_time_text",
    "was_text",
)

_VISITS = "select * from visits order by julianday(seen_at), id"
_SIGHTINGS = """
with versions as (
    select s.*, row_number() over earlier as version, lag(s.time_text) over earlier as time_before,
           lag(s.description) over earlier as text_before
    from sightings as s join visits as f on f.id = s.first_visit_id
    window earlier as (partition by s.observation_id order by julianday(f.seen_at), f.id)
)
select v.*, o.note, iif(v.version = 1, old.time_text, v.time_before) as was_time,
       iif(v.version = 1, old.description, v.text_before) as was_text
from versions as v join observations as o on o.id = v.observation_id
left join observations as old on old.id = (select min(id) from observations where replaced_by = o.id)
order by v.first_visit_id, v.position, v.observation_id
"""
_WITHDRAWN = """
select o.*, v.id as visit_id from observations as o
join visits as v on v.portal = o.portal and v.tracking_number = o.tracking_number
 and v.seen_at = o.withdrawn_at
where o.replaced_by is null order by o.position, o.id
"""
_READINGS = "select r.*, v.portal, v.tracking_number from readings as r join visits as v on v.id = r.visit_id"


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing a portal said at a visit, of an order or of a row.

    offset_minutes  what it claims of its clock
    was_time, was_text  what it printed before, of what it changed
    """

    kind: Kind
    text: str
    time_text: str | None = None
    place: str | None = None
    note: str | None = None
    offset_minutes: int | None = None
    order_id: str | None = None
    was_time: str | None = None
    was_text: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One visit, and what it brought that was not known of this portal before."""

    visit_id: str
    seen_at: str
    portal: str
    tracking_number: str | None
    order_id: str | None
    page: str | None
    outcome: str
    claims: tuple[Claim, ...]


def looks(db: Database, orders_said: Mapping[str, Iterable[Claim]]) -> list[Look]:
    """Every visit of an excerpt in order of time; `orders_said` has what each said newly of orders."""
    claims: dict[str, list[Claim]] = defaultdict(list)
    for visit_id, said in orders_said.items():
        claims[visit_id] += said
    visits = list(db.query(_VISITS))
    _add_headlines(db, [visit["id"] for visit in visits], claims)
    for row in db.query(_SIGHTINGS):
        claims[row["first_visit_id"]].append(_shown(row))
    for row in db.query(_WITHDRAWN):
        claims[row["visit_id"]].append(_claim("gone", row))
    return [
        Look(
            visit["id"],
            visit["seen_at"],
            visit["portal"],
            visit["tracking_number"],
            visit["order_id"],
            visit["page"],
            visit["outcome"],
            tuple(claims[visit["id"]]),
        )
        for visit in visits
    ]


def claim_row(look: Look, claim: Claim) -> dict[str, Any]:
    """A claim as a row of a table."""
    return {
        "seen_at": look.seen_at,
        "portal": look.portal,
        "tracking_number": look.tracking_number,
        "order_id": claim.order_id or look.order_id,
        "outcome": look.outcome,
        "kind": claim.kind,
        "text": claim.text,
        "note": claim.note,
        "place": claim.place,
        "time_text": claim.time_text,
        "claimed_offset_minutes": claim.offset_minutes,
        "was_time_text": claim.was_time,
        "was_text": claim.was_text,
    }


def _shown(row: _Row) -> Claim:
    claim = _claim("new" if row["was_text"] is None else "changed", row)
    return replace(claim, was_time=row["was_time"], was_text=row["was_text"])


def _claim(kind: Kind, row: _Row) -> Claim:
    return Claim(
        kind, row["description"], row["time_text"], row["place"], row["note"], row["claimed_offset_minutes"]
    )


def _add_headlines(db: Database, order: Iterable[str], claims: dict[str, list[Claim]]) -> None:
    """Headlines, estimates and pickup points, where a portal first said them of a number."""
    readings = {row["visit_id"]: row for row in db.query(_READINGS)}
    last: dict[tuple[str, str, str], str] = {}
    for visit_id in order:
        row = readings.get(visit_id)
        for kind, text in _headlines(row) if row else ():
            key = (row["portal"], row["tracking_number"], kind) if row else ("", "", "")
            if text and last.get(key) != text:
                claims[visit_id].append(Claim(kind, text))
                last[key] = text


def _headlines(row: _Row) -> list[tuple[Kind, str]]:
    days = [day for day in (row["estimate_from_on"], row["estimate_to_on"]) if day]
    return [
        ("status", row["status_text"] or ""),
        ("estimate", " to ".join(dict.fromkeys(days))),
        ("pickup", row["pickup_point"] or ""),
    ]
