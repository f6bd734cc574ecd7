"""The facts that rules judge, out of the database: a few questions for all parcels together. Only reads."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlite_utils import Database

from collector.deadline_rules import FINISHED, VOID
from collector.derive.parcels import stage_of
from collector.notices.model import (
    Clash,
    Estimate,
    Handoff,
    Happening,
    ParcelFacts,
    Protected,
)
from collector.notices.silence import Habits, habits
from collector.read.offsets import iso_utc, parse_iso_utc
from collector.reconcile.events import Event
from collector.urgency import best_number
from scrapers import vocabulary
from scrapers.words import Milestone

_T = TypeVar("_T")
#: What is over for longer than this has no news.
_STILL_NEWS = timedelta(days=45)
#: A parcel was watched before its next number was found if it has been for so long.
_WATCHED = timedelta(days=1)

_PARCELS = """
select p.*, (select max(s.last_seen_at) from reading_spans as s
              where s.parcel_id = p.id and s.outcome in ('ok', 'no_events_yet')) as answered_at
from parcels as p
where p.stage not in ('delivered', 'returned', 'closed') or coalesce(p.last_event_at, '') > ? order by p.id
"""
_NUMBERS = "select * from tracking_numbers order by first_seen_at, number"
_EVENTS = """
select e.parcel_id, e.milestone, e.occurred_at, e.earliest_at, e.latest_at, e.place,
       min(o.first_seen_at) as seen_at, group_concat(distinct o.portal) as portals
from events as e join observations as o on o.event_id = e.id group by e.id order by e.parcel_id, e.sequence
"""
_FIRST_OF_NUMBER = """
select parcel_id, tracking_number, min(coalesce(occurred_at, earliest_at)) as at from observations
where coalesce(physical, 1) group by parcel_id, tracking_number
"""
_SHOWN_BY = """
select distinct parcel_id, tracking_number, portal from observations where coalesce(physical, 1)
"""
_CONFLICTS = """
select d.parcel_id, d.kind, d.portal_a, d.portal_b, d.explanation,
       coalesce(e.occurred_at, e.earliest_at) as at
from disagreements as d left join events as e on e.id = d.event_id
where d.kind = 'conflict' order by d.parcel_id, at, d.id
"""
_CONTRADICTIONS = """
select c.parcel_id, c.kind, c.portal_a, c.portal_b, c.explanation, max(a.latest_at, b.latest_at) as at
from contradictions as c join observations as a on a.id = c.observation_a
join observations as b on b.id = c.observation_b order by c.parcel_id, at, c.observation_a, c.observation_b
"""
_ORDERS = f"""
select po.parcel_id, o.id, o.protection_ends_on
from parcel_orders as po join orders as o on o.id = po.order_id
where o.protection_ends_on is not null and coalesce(o.state, '') not in {(FINISHED, *VOID)} order by o.id
"""  # noqa: S608 - constants
_FINISHED = """
select e.parcel_id, p.origin_country, p.destination_country, e.milestone, e.occurred_at, e.earliest_at
from events as e join parcels as p on p.id = e.parcel_id
where p.stage in ('delivered', 'returned') and coalesce(e.occurred_at, e.earliest_at) is not null
order by e.parcel_id, e.sequence
"""


def gathered(db: Database, now: datetime) -> list[ParcelFacts]:
    """The facts of every parcel that may still make news."""
    numbers = _by_parcel(db.query(_NUMBERS), dict)
    happenings = _by_parcel(db.query(_EVENTS), _happening)
    begun = {(row["parcel_id"], row["tracking_number"]): row["at"] for row in db.query(_FIRST_OF_NUMBER)}
    carriers = _carriers(db)
    estimates = _by_parcel(
        db.query("select * from eta_history where coalesce(estimate_to_on, estimate_from_on) > ''"), _estimate
    )
    conflicts = _by_parcel(db.query(_CONFLICTS), _clash)
    contradictions = _by_parcel(db.query(_CONTRADICTIONS), _clash)
    protected = _by_parcel(db.query(_ORDERS), _protected)
    return [
        ParcelFacts(
            id=row["id"],
            title=row["title"],
            number=best_number(numbers[row["id"]]) or row["id"],
            numbers=tuple(n["number"] for n in numbers[row["id"]]),
            stage=row["stage"],
            origin=row["origin_country"],
            destination=row["destination_country"],
            first_seen_at=_first(numbers[row["id"]]),
            last_event_at=_at(row["last_event_at"]),
            answered_at=_at(row["answered_at"]),
            happenings=tuple(happenings[row["id"]]),
            handoffs=tuple(_handoffs(numbers[row["id"]], begun, carriers)),
            estimates=tuple(estimates[row["id"]]),
            conflicts=tuple(conflicts[row["id"]]),
            contradictions=tuple(contradictions[row["id"]]),
            protected=tuple(protected[row["id"]]),
        )
        for row in db.query(_PARCELS, [iso_utc(now - _STILL_NEWS)])
    ]


def learned_habits(db: Database) -> Habits:
    """How long parcels usually go without news, from all that are finished."""
    past: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in db.query(_FINISHED):
        past[row["parcel_id"]].append(row)
    return habits(_past(rows) for rows in past.values())


def _past(rows: list[dict[str, Any]]) -> tuple[tuple[str | None, str | None], list[tuple[datetime, str]]]:
    events = [_event(row) for row in rows]
    staged = [
        (event.occurred_at or event.earliest_at, stage_of(events[: place + 1])[0])
        for place, event in enumerate(events)
    ]
    route = (rows[0]["origin_country"], rows[0]["destination_country"])
    return route, [(at, stage) for at, stage in staged if at is not None]


def _event(row: Mapping[str, Any]) -> Event:
    """An event of which only the kind and the moment matter."""
    return Event(
        id="",
        sequence=0,
        milestone=Milestone(row["milestone"]) if row["milestone"] else None,
        leg=None,
        occurred_at=_at(row["occurred_at"]),
        earliest_at=_at(row["earliest_at"]),
        latest_at=None,
        place=None,
        description="",
        shown={},
        members=(),
    )


def _by_parcel(
    rows: Iterable[dict[str, Any]], made: Callable[[dict[str, Any]], _T]
) -> defaultdict[str, list[_T]]:
    found: defaultdict[str, list[_T]] = defaultdict(list)
    for row in rows:
        if row["parcel_id"] is not None:
            found[row["parcel_id"]].append(made(row))
    return found


def _happening(row: Mapping[str, Any]) -> Happening:
    at, begin, end = (_at(row[name]) for name in ("occurred_at", "earliest_at", "latest_at"))
    if at is None and begin is not None and end is not None:
        at = begin + (end - begin) / 2
    return Happening(
        milestone=Milestone(row["milestone"]) if row["milestone"] else None,
        at=at,
        seen_at=_at(row["seen_at"]),
        portals=frozenset(row["portals"].split(",")),
        place=row["place"],
    )


def _carriers(db: Database) -> defaultdict[tuple[str, str], set[str]]:
    """The carriers that show scans under each parcel's numbers."""
    found = defaultdict[tuple[str, str], set[str]](set)
    for row in db.query(_SHOWN_BY):
        if vocabulary.facts(row["portal"]).kind == "carrier":
            found[row["parcel_id"], row["tracking_number"]].add(row["portal"])
    return found


def _handoffs(
    numbers: list[dict[str, Any]],
    begun: Mapping[tuple[str, str], str | None],
    carriers: Mapping[tuple[str, str], set[str]],
) -> Iterable[Handoff]:
    """The delivering carriers' numbers of a parcel that had another one before.

    A number is one where a portal says so, or a carrier scans it that does not know the first number. Of a
    parcel that was watched before it is news when it is found: portals list earlier scans under it too.
    """
    for row in numbers[1:]:
        key = (row["parcel_id"], row["number"])
        others = sorted(carriers[key] - carriers[row["parcel_id"], numbers[0]["number"]])
        if row["role"] == "last_mile" or (row["role"] == "other" and others):
            found_at, watched_at = _at(row["first_seen_at"]), _first(numbers)
            was_watched = found_at and watched_at and found_at - watched_at > _WATCHED
            begun_at = None if was_watched else _at(begun.get(key))
            carrier = row["carrier"] or (vocabulary.facts(others[0]).title if others else None)
            yield Handoff(row["number"], carrier, row["found_on"], begun_at or found_at)


def _estimate(row: Mapping[str, Any]) -> Estimate:
    return Estimate(
        portal=row["portal"],
        number=row["tracking_number"] or "",
        to_on=date.fromisoformat(row["estimate_to_on"] or row["estimate_from_on"]),
        first_seen_at=parse_iso_utc(row["first_seen_at"]),
        last_seen_at=parse_iso_utc(row["last_seen_at"]),
    )


def _clash(row: Mapping[str, Any]) -> Clash:
    return Clash(row["kind"], (row["portal_a"], row["portal_b"]), _at(row["at"]), row["explanation"])


def _protected(row: Mapping[str, Any]) -> Protected:
    return Protected(row["id"], date.fromisoformat(row["protection_ends_on"]))


def _first(numbers: Iterable[Mapping[str, Any]]) -> datetime | None:
    return _at(min((n["first_seen_at"] for n in numbers if n["first_seen_at"]), default=None))


def _at(text: str | None) -> datetime | None:
    return None if text is None else parse_iso_utc(text)
