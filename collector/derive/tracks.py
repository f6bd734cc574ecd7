"""Linked numbers to derived parcels: their visits read, folded, parted into lives, and reconciled."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from collector.derive.numbers import Link, groups_of, parcel_id
from collector.derive.parcels import Life, SeenParcel, latest_country, life_of, lives, lives_of_rows
from collector.derive.parsing import Parser
from collector.derive.rows import DerivedParcel
from collector.fold import Folded, SeenReading, fold
from collector.read import read_rows
from collector.read.rows import ReadRow
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
    rows: tuple[ReadRow, ...]


def derived_parcels(
    db: Database, parser: Parser, numbers: Sequence[str], links: Sequence[Link], known: Estimates
) -> list[DerivedParcel]:
    """The parcels that `numbers`, closed under `links`, amount to."""
    read = [_read(visit, parser.reading(visit)) for visit in visits_of(db, numbers)]
    first_seen = _first_seen(read, links)
    made: list[DerivedParcel] = []
    for group in groups_of(first_seen, links):
        mine = [r for r in read if r.visit.tracking_number in group]
        made.extend(_lives_of(group, mine, first_seen, known))
    return made


def _read(visit: StoredVisit, reading: Reading) -> _Read:
    return _Read(visit, reading, read_rows(visit.portal, reading, visit.seen_at))


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
    known: Estimates,
) -> Iterable[DerivedParcel]:
    parted = lives(
        row.local_time
        for r in read
        if r.reading.outcome is Outcome.OK
        for row in r.rows
        if row.local_time is not None
    )
    folded = [_folded(read, place, parted) for place in range(len(parted))]
    shifts = {v: s for tracks in folded for f in tracks.values() for v, s in f.shifts_s.items()}
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
    with_rows = {number for tracks in folded for _, number in tracks}
    for place, (life, tracks) in enumerate(zip(parted, folded, strict=True)):
        mine = tuple(s for s in seen if life_of(s.seen_at, parted) == place)
        numbers = {number for _, number in tracks} | {s.tracking_number for s in mine}
        if place == len(parted) - 1:
            numbers |= group - with_rows
        parcel = Parcel(
            tracks={name: f.observations for name, f in tracks.items()},
            origin_country=latest_country(mine, "origin_country"),
            destination_country=latest_country(mine, "destination_country"),
        )
        yield DerivedParcel(
            id=base if life.starts_on is None else f"{base}@{life.starts_on}",
            numbers=tuple(sorted(numbers)),
            parcel=parcel,
            result=reconcile(parcel, known),
            counts=counts(parcel),
            seen=mine,
            clocks_used=used_estimates((o for f in tracks.values() for o in f.observations), known),
        )


def _folded(read: Iterable[_Read], place: int, parted: Sequence[Life]) -> dict[Track, Folded]:
    """The tracks that have rows in one life, these rows followed across visits."""
    tracks: dict[Track, list[SeenReading]] = {}
    for r in read:
        visit = r.visit
        belongs = lives_of_rows(r.rows, visit.seen_at, parted)
        tracks.setdefault((visit.portal, visit.tracking_number), []).append(
            SeenReading(
                visit_id=visit.id,
                seen_at=visit.seen_at,
                rows=tuple(row for row, life in zip(r.rows, belongs, strict=True) if life == place),
                complete=r.reading.complete,
                is_usable=r.reading.outcome is Outcome.OK,
                viewer_offset_minutes=visit.viewer_offset_minutes,
            )
        )
    folded = {name: _fold(*name, readings, parted[place]) for name, readings in sorted(tracks.items())}
    return {name: f for name, f in folded.items() if f.observations}


def _fold(portal: str, number: str, readings: Iterable[SeenReading], life: Life) -> Folded:
    if life.starts_on is None:
        return fold(portal, number, readings)
    # Ids come from number and first wording: rows of a number used again must not get those of its first use.
    folded = fold(portal, f"{number}@{life.starts_on}", readings)
    observations = tuple(replace(o, tracking_number=number) for o in folded.observations)
    return replace(folded, observations=observations)
