"""One portal's readings of one number, in order of time, to observations followed across visits.

Pure: no clock, no network, no database. What counts as the same row from one visit to the next:

1. the same kind (code, else wording, else milestone) and the same printed time, after one shift common to
   the whole reading is taken away (the viewer's clock changed: that is no revision); a row alone at its time
   whose wording nobody understands on one of the pages was reworded;
2. of what is left, an old and a new row of the same kind between the same matched neighbours: the new one
   replaces the old one (`collector.fold_revisions` says which of several, and where it is a new scan);
3. other new rows are new; 4. other old rows are missing, and withdrawn once it is sure that the portal left
   them out on purpose: rows on both sides still stand, or the next complete reading lacks them too. Rows
   older than the oldest row shown are never withdrawn: portals shorten long histories.

An incomplete reading adds rows and takes none away: whether one of its rows replaced another is decided at
the next complete reading.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from collector.fold_track import Item, SeenReading, Sighting, Track
from collector.read.rows import ReadRow
from scrapers import vocabulary

__all__ = ["Folded", "Observation", "SeenReading", "Sighting", "fold"]


@dataclass(frozen=True, slots=True)
class Observation:
    """One row of one portal, followed across visits. `row` is its latest wording.

    `sequence` is its place among all of the track, oldest first from 0.
    """

    id: str
    portal: str
    tracking_number: str
    row: ReadRow
    viewer_offset_minutes: int | None
    sightings: tuple[Sighting, ...]
    first_seen_at: datetime
    last_seen_at: datetime
    withdrawn_at: datetime | None
    replaced_by: str | None
    sequence: int = 0

    @property
    def is_current(self) -> bool:
        """Whether the portal still stands by this row."""
        return self.withdrawn_at is None and self.replaced_by is None


@dataclass(frozen=True, slots=True)
class Folded:
    """All observations of a track, oldest first, and the shifts of the whole page by visit, in seconds."""

    observations: tuple[Observation, ...]
    shifts_s: dict[str, int]


def fold(portal: str, tracking_number: str, readings: Iterable[SeenReading]) -> Folded:
    """Every row `portal` has shown for `tracking_number`; the order of `readings` does not matter.

    A visit counts once, however often it is given.
    """
    visits: dict[str, SeenReading] = {}
    for reading in sorted(readings, key=lambda r: (r.seen_at, r.visit_id)):
        visits.setdefault(reading.visit_id, reading)
    track = Track()
    for reading in visits.values():
        if reading.is_usable and reading.rows:
            track.see(reading)
    return _folded(portal, tracking_number, track)


def _folded(portal: str, tracking_number: str, track: Track) -> Folded:
    ids = _ids(portal, tracking_number, track.made)
    return Folded(
        tuple(
            Observation(
                id=ids[item],
                portal=portal,
                tracking_number=tracking_number,
                row=item.row,
                viewer_offset_minutes=item.viewer_offset_minutes,
                sightings=tuple(item.sightings),
                first_seen_at=item.first_seen_at,
                last_seen_at=item.last_seen_at,
                withdrawn_at=item.withdrawn_at,
                replaced_by=None if item.replaced_by is None else ids[item.replaced_by],
                sequence=sequence,
            )
            for sequence, item in enumerate(track.items)
        ),
        dict(track.shifts_s),
    )


_normal = lru_cache(maxsize=4096)(vocabulary.normal)


def _ids(portal: str, tracking_number: str, made: Sequence[Item]) -> dict[Item, str]:
    """An id for each item from what it first said: the same facts give the same ids."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    ids: dict[Item, str] = {}
    for item in made:
        row = item.sightings[0].row
        kind = row.printed.code or _normal(row.printed.description)
        time = "" if row.local_time is None else row.local_time.isoformat()
        seen[kind, time] += 1
        parts = (portal, tracking_number, kind, time, str(seen[kind, time]))
        ids[item] = sha256("\0".join(parts).encode()).hexdigest()[:20]
    return ids
