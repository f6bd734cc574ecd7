"""What is known of a group of numbers to parcels: visits read, folded, parted into lives. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from collector.derive.gathering import Group
from collector.derive.numbers import Link, parcel_id
from collector.derive.parcels import Life, SeenParcel, latest_country, life_of, lives, lives_of_rows
from collector.fold import Folded, SeenReading, fold
from collector.read import read_rows
from collector.read.rows import ReadRow
from collector.reconcile import Parcel
from collector.store.facts import StoredVisit
from scrapers.contract import Reading
from scrapers.words import Outcome

#: A portal and a number it was asked for.
_Track = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FoldedParcel:
    """One parcel with its observations, before anything is reconciled.

    seen    its readings; of their rows at most the first is kept
    naming  the links that name one of its numbers
    """

    id: str
    numbers: tuple[str, ...]
    parcel: Parcel
    seen: tuple[SeenParcel, ...]
    naming: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    visit: StoredVisit
    reading: Reading
    rows: tuple[ReadRow, ...]


def folded_parcels(group: Group) -> list[FoldedParcel]:
    """The parcels that a group of numbers has meant, one after the other."""
    read = [
        _Read(s.visit, s.reading, read_rows(s.visit.portal, s.reading, s.visit.seen_at)) for s in group.shown
    ]
    usable = [r for r in read if r.reading.outcome is Outcome.OK]
    times = (row.local_time for r in usable for row in r.rows if row.local_time is not None)
    parted = lives(times, [r.visit.seen_at for r in usable])
    folded = [_folded(read, place, parted) for place in range(len(parted))]
    seen = _seen(read, folded)
    with_rows = {number for tracks in folded for _, number in tracks}
    made = []
    for place, tracks in enumerate(folded):
        mine = tuple(s for s in seen if life_of(s.seen_at, parted) == place)
        numbers = {number for _, number in tracks} | {s.tracking_number for s in mine}
        if place == len(parted) - 1:
            numbers |= group.numbers - with_rows
        made.append(_parcel(group, parted[place], numbers, tracks, mine))
    return made


def _parcel(
    group: Group, life: Life, numbers: set[str], tracks: dict[_Track, Folded], seen: tuple[SeenParcel, ...]
) -> FoldedParcel:
    base = parcel_id(group.numbers, group.first_seen)
    ids = {o.id for f in tracks.values() for o in f.observations}
    portals = {portal for portal, _ in tracks}
    return FoldedParcel(
        id=base if life.starts_on is None else f"{base}@{life.starts_on}",
        numbers=tuple(sorted(numbers)),
        parcel=Parcel(
            tracks={name: f.observations for name, f in tracks.items()},
            origin_country=latest_country(seen, "origin_country"),
            destination_country=latest_country(seen, "destination_country"),
            pairs={two: is_one for two, is_one in group.pairs.items() if two <= ids},
            zones={unit: zone for unit, zone in group.zones.items() if unit[0] in portals},
        ),
        seen=seen,
        naming=tuple(k for k in group.naming if k.number_b in numbers),
    )


def _seen(read: Iterable[_Read], folded: Iterable[dict[_Track, Folded]]) -> list[SeenParcel]:
    shifts = {v: s for tracks in folded for f in tracks.values() for v, s in f.shifts_s.items()}
    return [
        SeenParcel(
            visit_id=r.visit.id,
            portal=r.visit.portal,
            tracking_number=r.visit.tracking_number,
            seen_at=r.visit.seen_at,
            reading=replace(r.reading, rows=r.reading.rows[:1]),
            shift_s=shifts.get(r.visit.id),
        )
        for r in read
    ]


def _folded(read: Iterable[_Read], place: int, parted: Sequence[Life]) -> dict[_Track, Folded]:
    """The tracks that have rows in one life, these rows followed across visits."""
    tracks: dict[_Track, list[SeenReading]] = {}
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
