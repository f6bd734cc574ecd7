"""Reconciled parcels as rows of the derived tables. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from collector.derive.numbers import USER, Link
from collector.derive.parcels import SeenParcel, latest_estimate, stage_of
from collector.derive.tracks import FoldedParcel
from collector.fold import Observation
from collector.read.countries import country_code
from collector.read.offsets import iso_utc
from collector.reconcile import Disagreement, Reconciled
from collector.reconcile.clocks import Belief
from collector.reconcile.events import Event
from collector.reconcile.learn import Count
from scrapers import vocabulary
from scrapers.words import Milestone

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ParcelRows:
    """Everything derived about one parcel, as rows by table.

    packing  the readings that say what is in it, or of which order it is, oldest first
    """

    id: str
    numbers: tuple[str, ...]
    packing: tuple[SeenParcel, ...]
    rows: Mapping[str, list[Row]]


def parcel_rows(p: FoldedParcel, result: Reconciled, clocks_used: str) -> ParcelRows:
    """The rows of a reconciled parcel. Its row in `parcels` still lacks the title."""
    observations = [o for rows in p.parcel.tracks.values() for o in rows]
    packing = (s for s in p.seen if s.reading.order_ids or s.reading.items)
    return ParcelRows(
        id=p.id,
        numbers=p.numbers,
        packing=tuple(sorted(packing, key=lambda s: (s.seen_at, s.visit_id))),
        rows={
            "parcels": [_parcel_row(p, result, clocks_used)],
            "tracking_numbers": _number_rows(p),
            "observations": [_observation_row(p.id, o, result) for o in observations],
            "sightings": _sighting_rows(observations),
            "reading_spans": list(_reading_spans(p.id, p.seen)),
            "events": [_event_row(p.id, e, result) for e in result.events],
            "disagreements": [_disagreement_row(p.id, d) for d in result.disagreements],
        },
    )


def count_rows(parcel_id: str, counts: tuple[Count, ...]) -> list[Row]:
    """Rows of `clock_counts`."""
    return [{"parcel_id": parcel_id, **_fields(c), "value": str(c.value)} for c in counts]


def _parcel_row(p: FoldedParcel, result: Reconciled, clocks_used: str) -> Row:
    events = result.events
    stage, milestone = stage_of(events)
    estimate_from, estimate_to = latest_estimate(p.seen)
    delivered = [e for e in events if e.milestone is Milestone.DELIVERED]
    times = [t for e in events if (t := e.occurred_at or e.earliest_at) is not None]
    return {
        "id": p.id,
        "title": None,
        "origin_country": p.parcel.origin_country,
        "destination_country": p.parcel.destination_country,
        "stage": stage,
        "milestone": milestone,
        "delivered_at": _at(delivered[-1].occurred_at or delivered[-1].earliest_at) if delivered else None,
        "last_event_at": _at(max(times, default=None)),
        "estimated_from_on": estimate_from,
        "estimated_to_on": estimate_to,
        "clocks_used": clocks_used or None,
    }


def _number_rows(p: FoldedParcel) -> list[Row]:
    """What named each number, and who carries it."""
    first_seen: dict[str, datetime] = {}
    visited: dict[str, str] = {}
    named: dict[str, Link] = {}
    for s in sorted(p.seen, key=lambda s: (s.seen_at, s.portal)):
        first_seen.setdefault(s.tracking_number, s.seen_at)
        visited.setdefault(s.tracking_number, s.portal)
    for k in sorted(p.naming, key=lambda k: (k.portal == USER, k.first_seen_at, k.number_a, k.portal)):
        first_seen[k.number_b] = min(k.first_seen_at, first_seen.get(k.number_b, k.first_seen_at))
        named.setdefault(k.number_b, k)
    return [
        {
            "number": number,
            "parcel_id": p.id,
            "carrier": named[number].carrier if number in named else None,
            "role": named[number].role if number in named else "shipment",
            "first_seen_at": _at(first_seen.get(number)),
            "found_on": named[number].portal if number in named else visited.get(number),
        }
        for number in p.numbers
    ]


def _observation_row(parcel_id: str, o: Observation, result: Reconciled) -> Row:
    held: Belief = result.beliefs[o.id]
    row, printed, span = o.row, o.row.printed, held.span
    return {
        "id": o.id,
        "parcel_id": parcel_id,
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
        "leg": result.legs[o.id],
        "relayed_from": printed.relayed_from or result.relayed_from.get(o.id),
        "duplicate_of": result.duplicate_of.get(o.id),
        "first_seen_at": _at(o.first_seen_at),
        "last_seen_at": _at(o.last_seen_at),
        "withdrawn_at": _at(o.withdrawn_at),
        "replaced_by": o.replaced_by,
        "event_id": result.event_of.get(o.id),
        "time_problem": row.time_problem,
        "epoch_ms": printed.epoch_ms,
    }


def _sighting_rows(observations: Iterable[Observation]) -> list[Row]:
    """Each wording of each observation, and between which visits it stood."""
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
        for o in observations
        for s in o.sightings
    ]


def _event_row(parcel_id: str, e: Event, result: Reconciled) -> Row:
    return {
        "id": e.id,
        "parcel_id": parcel_id,
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
        "highlight": result.highlights.get(e.id),
    }


def _disagreement_row(parcel_id: str, d: Disagreement) -> Row:
    return {**_fields(d), "parcel_id": parcel_id, "reverses_order": int(d.reverses_order)}


def _fields(one: Disagreement | Count) -> Row:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _reading_spans(parcel_id: str, seen: Iterable[SeenParcel]) -> Iterator[Row]:
    """What was read, and from which to which visit each portal said just that of a number."""
    marked = sorted((s.portal, s.tracking_number, iso_utc(s.seen_at), s.visit_id, s) for s in seen)
    for (portal, number), track in groupby(marked, itemgetter(0, 1)):
        told = ((at, visit_id, _said(s)) for *_, at, visit_id, s in track)
        for said, same in groupby(told, itemgetter(2)):
            visits = list(same)
            yield {
                "first_visit_id": visits[0][1],
                "last_visit_id": visits[-1][1],
                "portal": portal,
                "tracking_number": number,
                "first_seen_at": visits[0][0],
                "last_seen_at": visits[-1][0],
                "parcel_id": parcel_id,
                **said,
            }


def _said(s: SeenParcel) -> Row:
    r = s.reading
    status = vocabulary.meaning(s.portal, code=None, description=r.status_text) if r.status_text else None
    return {
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


# Most instants stand in several columns, those of visits in many rows.
@lru_cache(maxsize=4096)
def _at(instant: datetime | None) -> str | None:
    return None if instant is None else iso_utc(instant)
