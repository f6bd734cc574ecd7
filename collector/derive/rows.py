"""Reconciled parcels as rows of the derived tables. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from collector.derive.numbers import USER, Link
from collector.derive.parcels import SeenParcel, latest_estimate, stage_of
from collector.fold import Observation
from collector.read.countries import country_code
from collector.read.offsets import iso_utc
from collector.reconcile import Disagreement, Parcel, Reconciled
from collector.reconcile.clocks import Belief
from collector.reconcile.events import Event
from collector.reconcile.learn import Count
from scrapers import vocabulary
from scrapers.words import Milestone

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DerivedParcel:
    """Everything derived about one parcel."""

    id: str
    numbers: tuple[str, ...]
    parcel: Parcel
    result: Reconciled
    counts: tuple[Count, ...]
    seen: tuple[SeenParcel, ...]
    clocks_used: str

    @property
    def observations(self) -> list[Observation]:
        return [o for rows in self.parcel.tracks.values() for o in rows]


def parcel_row(p: DerivedParcel, title: str) -> Row:
    """The row of `parcels`."""
    events = p.result.events
    stage, milestone = stage_of(events)
    estimate_from, estimate_to = latest_estimate(p.seen)
    delivered = [e for e in events if e.milestone is Milestone.DELIVERED]
    times = [t for e in events if (t := e.occurred_at or e.earliest_at) is not None]
    return {
        "id": p.id,
        "title": title,
        "origin_country": p.parcel.origin_country,
        "destination_country": p.parcel.destination_country,
        "stage": stage,
        "milestone": milestone,
        "delivered_at": _at(delivered[-1].occurred_at or delivered[-1].earliest_at) if delivered else None,
        "last_event_at": _at(max(times, default=None)),
        "estimated_from_on": estimate_from,
        "estimated_to_on": estimate_to,
        "clocks_used": p.clocks_used or None,
    }


def number_rows(
    p: DerivedParcel, links: Iterable[Link], first_seen: Mapping[str, datetime], visited: Mapping[str, str]
) -> list[Row]:
    """Rows of `tracking_numbers`: what named each number, and who carries it."""
    named: dict[str, Link] = {}
    for one in sorted(links, key=lambda k: (k.portal == USER, k.first_seen_at, k.number_a, k.portal)):
        named.setdefault(one.number_b, one)
    return [
        {
            "number": number,
            "parcel_id": p.id,
            "carrier": named[number].carrier if number in named else None,
            "role": named[number].role if number in named else "shipment",
            "first_seen_at": _at(first_seen[number]) if number in first_seen else None,
            "found_on": named[number].portal if number in named else visited.get(number),
        }
        for number in p.numbers
    ]


def observation_rows(p: DerivedParcel) -> list[Row]:
    """Rows of `observations`."""
    return [_observation_row(p, o, p.result.beliefs[o.id]) for o in p.observations]


def _observation_row(p: DerivedParcel, o: Observation, held: Belief) -> Row:
    row, printed, span = o.row, o.row.printed, held.span
    return {
        "id": o.id,
        "parcel_id": p.id,
        "portal": o.portal,
        "tracking_number": o.tracking_number,
        "position": row.position,
        "time_text": printed.time_text,
        "local_time": row.local_time.isoformat() if row.local_time else None,
        "precision": row.precision,
        "claimed_offset_minutes": row.claimed_offset_minutes,
        "utc_offset_minutes": held.offset_minutes,
        "offset_source": held.source,
        "occurred_at": _at(held.occurred_at),
        "earliest_at": _at(span.earliest) if span else None,
        "latest_at": _at(span.latest) if span else None,
        "description": printed.description,
        "note": printed.note,
        "place": printed.place,
        "code": printed.code,
        "milestone": row.milestone,
        "physical": None if row.physical is None else int(row.physical),
        "leg": row.leg,
        "relayed_from": printed.relayed_from,
        "duplicate_of": p.result.duplicate_of.get(o.id),
        "first_seen_at": _at(o.first_seen_at),
        "last_seen_at": _at(o.last_seen_at),
        "withdrawn_at": _at(o.withdrawn_at),
        "replaced_by": o.replaced_by,
        "event_id": p.result.event_of.get(o.id),
        "time_problem": row.time_problem,
        "epoch_ms": printed.epoch_ms,
    }


def sighting_rows(p: DerivedParcel) -> list[Row]:
    """Rows of `sightings`: each wording of each observation, and between which visits it stood."""
    return [
        {
            "observation_id": o.id,
            "first_visit_id": s.first_visit_id,
            "last_visit_id": s.last_visit_id,
            "position": s.row.position,
            "time_text": s.row.printed.time_text,
            "description": s.row.printed.description,
            "place": s.row.printed.place,
            "claimed_offset_minutes": s.row.claimed_offset_minutes,
        }
        for o in p.observations
        for s in o.sightings
    ]


def event_rows(p: DerivedParcel) -> list[Row]:
    """Rows of `events`."""
    return [_event_row(p, e) for e in p.result.events]


def _event_row(p: DerivedParcel, e: Event) -> Row:
    return {
        "id": e.id,
        "parcel_id": p.id,
        "sequence": e.sequence,
        "milestone": e.milestone,
        "leg": e.leg,
        "occurred_at": _at(e.occurred_at),
        "earliest_at": _at(e.earliest_at),
        "latest_at": _at(e.latest_at),
        "place": e.place,
        "description": e.description,
        "portals": len(e.shown),
        "shown": json.dumps(e.shown, ensure_ascii=False, sort_keys=True),
        "highlight": p.result.highlights.get(e.id),
    }


def disagreement_rows(p: DerivedParcel) -> list[Row]:
    """Rows of `disagreements`."""
    return [_disagreement_row(p, d) for d in p.result.disagreements]


def _disagreement_row(p: DerivedParcel, d: Disagreement) -> Row:
    return {**asdict(d), "parcel_id": p.id, "reverses_order": int(d.reverses_order)}


def count_rows(p: DerivedParcel) -> list[Row]:
    """Rows of `clock_counts`."""
    return [{"parcel_id": p.id, **asdict(c)} for c in p.counts]


def reading_rows(p: DerivedParcel) -> list[Row]:
    """Rows of `readings`: one for every visit, also those that failed."""
    return [_reading_row(p, s) for s in p.seen]


def _reading_row(p: DerivedParcel, s: SeenParcel) -> Row:
    r = s.reading
    status = vocabulary.meaning(s.portal, code=None, description=r.status_text) if r.status_text else None
    return {
        "visit_id": s.visit_id,
        "parcel_id": p.id,
        "outcome": r.outcome.value,
        "status_text": r.status_text,
        "milestone": status.milestone if status else None,
        "origin_country": country_code(r.origin_country),
        "destination_country": country_code(r.destination_country),
        "pickup_point": r.pickup_point,
        "estimate_from_on": r.estimate_from_on,
        "estimate_to_on": r.estimate_to_on,
        "clock_shift_s": s.shift_s,
        "problems": "; ".join(r.problems) or None,
    }


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else iso_utc(instant)
