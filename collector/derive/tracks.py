"""Linked numbers to derived parcels: their visits read, folded, parted into lives, and reconciled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from collector.derive.numbers import Link, groups_of, parcel_id
from collector.derive.parcels import SeenParcel, latest_country, life_of, lives
from collector.derive.parsing import Parser
from collector.derive.rows import DerivedParcel
from collector.fold import Folded, SeenReading, fold
from collector.read import read_rows
from collector.reconcile import Parcel, counts, reconcile
from collector.reconcile.align import Track
from collector.reconcile.clocks import Estimates
from collector.reconcile.learn import used_estimates
from collector.store.facts import StoredVisit, visits_of
from scrapers.contract import Reading
from scrapers.words import Outcome


@dataclass(frozen=True, slots=True)
class _Read:
    visit: StoredVisit
    reading: Reading


def derived_parcels(
    db: Database, parser: Parser, numbers: Sequence[str], links: Sequence[Link], known: Estimates
) -> list[DerivedParcel]:
    """The parcels that `numbers`, closed under `links`, amount to."""
    read = [_Read(visit, parser.reading(visit)) for visit in visits_of(db, numbers)]
    first_seen = _first_seen(read, links)
    notes = {
        r["number"]: r["note"] for r in db.query("select number, note from followed where note is not null")
    }
    made: list[DerivedParcel] = []
    for group in groups_of(first_seen, links):
        mine = [r for r in read if r.visit.tracking_number in group]
        made.extend(_lives_of(group, mine, first_seen, notes, known))
    return made


def _first_seen(read: Iterable[_Read], links: Iterable[Link]) -> dict[str, datetime]:
    seen: dict[str, datetime] = {}
    named = [(r.visit.tracking_number, r.visit.seen_at) for r in read]
    named += [(n, k.first_seen_at) for k in links for n in (k.number_a, k.number_b)]
    for number, at in named:
        seen[number] = min(at, seen.get(number, at))
    return seen


def _lives_of(
    group: frozenset[str],
    read: Sequence[_Read],
    first_seen: Mapping[str, datetime],
    notes: Mapping[str, str],
    known: Estimates,
) -> Iterable[DerivedParcel]:
    folded = _folded(read)
    shifts = {visit: s for f in folded.values() for visit, s in f.shifts_s.items()}
    parted = lives({name: f.observations for name, f in folded.items()})
    seen = [
        SeenParcel(
            visit_id=r.visit.id,
            portal=r.visit.portal,
            tracking_number=r.visit.tracking_number,
            seen_at=r.visit.seen_at,
            reading=r.reading,
            shift_s=shifts.get(r.visit.id),
        )
        for r in read
    ]
    base = parcel_id(group, first_seen)
    for place, life in enumerate(parted):
        mine = tuple(s for s in seen if life_of(s.seen_at, parted) == place)
        numbers = {number for _, number in life.tracks} | {s.tracking_number for s in mine}
        if place == len(parted) - 1:
            numbers |= group - {number for other in parted for _, number in other.tracks}
        parcel = Parcel(
            tracks=life.tracks,
            origin_country=latest_country(mine, "origin_country"),
            destination_country=latest_country(mine, "destination_country"),
        )
        yield DerivedParcel(
            id=base if life.starts_on is None else f"{base}@{life.starts_on}",
            title=next((notes[n] for n in sorted(numbers) if n in notes), base),
            numbers=tuple(sorted(numbers)),
            parcel=parcel,
            result=reconcile(parcel, known),
            counts=counts(parcel),
            seen=mine,
            clocks_used=used_estimates((o for rows in life.tracks.values() for o in rows), known),
        )


def _folded(read: Iterable[_Read]) -> dict[Track, Folded]:
    tracks: dict[Track, list[SeenReading]] = {}
    for r in read:
        visit = r.visit
        tracks.setdefault((visit.portal, visit.tracking_number), []).append(
            SeenReading(
                visit_id=visit.id,
                seen_at=visit.seen_at,
                rows=read_rows(visit.portal, r.reading, visit.seen_at),
                complete=r.reading.complete,
                is_usable=r.reading.outcome is Outcome.OK,
                viewer_offset_minutes=visit.viewer_offset_minutes,
            )
        )
    return {name: fold(*name, readings) for name, readings in sorted(tracks.items())}
