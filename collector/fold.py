"""One portal's readings of one number, in order of time, to observations followed across visits.

Pure: no clock, no network, no database. What counts as the same row from one visit to the next:

1. the same kind (code, else wording, else milestone) and the same printed time, after one shift common to
   the whole reading is taken away (the viewer's clock changed: that is no revision);
2. of what is left, an old and a new row of the same kind between the same matched neighbours: the new one
   replaces the old one;
3. other new rows are new; 4. other old rows are missing, and withdrawn once it is sure that the portal left
   them out on purpose: rows on both sides still stand, or the next complete reading lacks them too. Rows
   older than the oldest row shown are never withdrawn: portals shorten long histories.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from collector.fold_matching import common_shift, is_newest_first, pair_rows, same_kind_pairs
from collector.read.rows import ReadRow
from scrapers import vocabulary

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SeenReading:
    """What one visit showed of one number. `is_usable` is False for a visit that failed or found nothing."""

    visit_id: str
    seen_at: datetime
    rows: tuple[ReadRow, ...]
    complete: bool = True
    is_usable: bool = True
    viewer_offset_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """One wording of an observation, and the visits between which it stood so."""

    first_visit_id: str
    last_visit_id: str
    row: ReadRow


@dataclass(frozen=True, slots=True)
class Observation:
    """One row of one portal, followed across visits. `row` is its latest wording."""

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
    """Every row `portal` has shown for `tracking_number`; the order of `readings` does not matter."""
    track = _Track()
    for reading in sorted(readings, key=lambda r: (r.seen_at, r.visit_id)):
        if reading.is_usable and reading.rows:
            track.see(reading)
    return track.folded(portal, tracking_number)


@dataclass(slots=True, eq=False)
class _Item:
    """An observation in the making."""

    row: ReadRow
    sightings: list[Sighting]
    first_seen_at: datetime
    last_seen_at: datetime
    viewer_offset_minutes: int | None
    missing_since: datetime | None = None
    withdrawn_at: datetime | None = None
    replaced_by: "_Item | None" = None

    @property
    def is_current(self) -> bool:
        return self.withdrawn_at is None and self.replaced_by is None


@dataclass(slots=True)
class _Track:
    items: list[_Item] = field(default_factory=list)  # oldest first, those gone included
    made: list[_Item] = field(default_factory=list)  # in order of first appearance
    shifts_s: dict[str, int] = field(default_factory=dict)

    def see(self, reading: SeenReading) -> None:
        rows = list(reversed(reading.rows)) if is_newest_first(reading.rows) else list(reading.rows)
        current = [item for item in self.items if item.is_current]
        shift = common_shift([item.row for item in current], rows)
        if shift:
            self.shifts_s[reading.visit_id] = int(shift.total_seconds())
        # Rows still shown are preferred to rows once gone, which may return.
        known = current + [item for item in self.items if not item.is_current]
        matched = {
            row: known[old] for old, row in pair_rows([i.row for i in known], rows, shift, first=len(current))
        }
        replaced = self._replaced(current, matched, rows, complete=reading.complete)
        seen = self._placed(matched, rows, reading)
        for row_index, old in replaced.items():
            old.replaced_by = seen[row_index]
        shown = set(matched.values())
        for row_index, item in matched.items():
            _seen_again(item, rows[row_index], reading, shown)
        if reading.complete:
            self._note_missing(current, shown, rows, reading.seen_at)

    def _replaced(
        self, current: list[_Item], matched: dict[int, _Item], rows: Sequence[ReadRow], *, complete: bool
    ) -> dict[int, _Item]:
        """New row to the old item it replaces: the same kind between the same matched neighbours."""
        rows_of = {id(item): index for index, item in matched.items()}
        old_gaps: dict[tuple[int, int], list[_Item]] = defaultdict(list)
        for item, gap in _gaps(current, [rows_of.get(id(item)) for item in current]):
            old_gaps[gap].append(item)
        new_gaps: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, gap in _gaps(range(len(rows)), [i if i in matched else None for i in range(len(rows))]):
            new_gaps[gap].append(index)
        replaced: dict[int, _Item] = {}
        for gap, items in old_gaps.items():
            # A page cut short at that end says nothing about what it does not show.
            if complete or (gap[0] >= 0 and gap[1] < len(rows)):
                news = new_gaps.get(gap, [])
                for old, new in same_kind_pairs([i.row for i in items], [rows[n] for n in news]):
                    replaced[news[new]] = items[old]
        return replaced

    def _placed(
        self, matched: dict[int, _Item], rows: Sequence[ReadRow], reading: SeenReading
    ) -> dict[int, _Item]:
        """Every row's item, new ones made and put in their place in the order."""
        seen: dict[int, _Item] = {}
        previous: _Item | None = None
        for index, row in enumerate(rows):
            item = matched.get(index)
            if item is None:
                item = _made(row, reading)
                self.made.append(item)
                self.items.insert(self._place_after(previous, matched, index), item)
            seen[index] = previous = item
        return seen

    def _place_after(self, previous: _Item | None, matched: dict[int, _Item], index: int) -> int:
        if previous is not None:
            return self.items.index(previous) + 1
        later = [item for row, item in matched.items() if row > index]
        return min((self.items.index(item) for item in later), default=len(self.items))

    def _note_missing(
        self, current: list[_Item], shown: set[_Item], rows: Sequence[ReadRow], seen_at: datetime
    ) -> None:
        places = [place for place, item in enumerate(current) if item in shown]
        oldest = min((row.local_time for row in rows if row.local_time is not None), default=None)
        for place, item in enumerate(current):
            if item in shown or item.replaced_by is not None:
                continue
            has_older = bool(places) and places[0] < place
            has_newer = bool(places) and places[-1] > place
            if has_older and has_newer:
                item.withdrawn_at = item.missing_since or seen_at
            elif has_newer or (not has_older and _is_before(item.row, oldest)):
                continue
            elif item.missing_since is None:
                item.missing_since = seen_at
            else:
                item.withdrawn_at = item.missing_since

    def folded(self, portal: str, tracking_number: str) -> Folded:
        ids = _ids(portal, tracking_number, self.made)
        return Folded(
            tuple(
                Observation(
                    id=ids[id(item)],
                    portal=portal,
                    tracking_number=tracking_number,
                    row=item.row,
                    viewer_offset_minutes=item.viewer_offset_minutes,
                    sightings=tuple(item.sightings),
                    first_seen_at=item.first_seen_at,
                    last_seen_at=item.last_seen_at,
                    withdrawn_at=item.withdrawn_at,
                    replaced_by=None if item.replaced_by is None else ids[id(item.replaced_by)],
                )
                for item in self.items
            ),
            dict(self.shifts_s),
        )


def _made(row: ReadRow, reading: SeenReading) -> _Item:
    return _Item(
        row=row,
        sightings=[Sighting(reading.visit_id, reading.visit_id, row)],
        first_seen_at=reading.seen_at,
        last_seen_at=reading.seen_at,
        viewer_offset_minutes=reading.viewer_offset_minutes,
    )


def _is_before(row: ReadRow, oldest: datetime | None) -> bool:
    return row.local_time is not None and oldest is not None and row.local_time < oldest


def _seen_again(item: _Item, row: ReadRow, reading: SeenReading, shown: set[_Item]) -> None:
    last = item.sightings[-1]
    same = _wording(last.row) == _wording(row)
    if same:
        item.sightings[-1] = Sighting(last.first_visit_id, reading.visit_id, last.row)
    else:
        item.sightings.append(Sighting(reading.visit_id, reading.visit_id, row))
    item.row, item.last_seen_at = row, reading.seen_at
    item.viewer_offset_minutes = reading.viewer_offset_minutes
    item.missing_since = item.withdrawn_at = None
    later, item.replaced_by = item.replaced_by, None
    if later is not None and later.is_current and later not in shown:
        # The portal went back to its first word: the old row stands again, and what replaced it does not.
        later.replaced_by = item


def _wording(row: ReadRow) -> tuple[object, ...]:
    printed = row.printed
    return (printed.time_text, printed.description, printed.place, row.claimed_offset_minutes)


def _gaps(things: Iterable[_T], anchors: Sequence[int | None]) -> list[tuple[_T, tuple[int, int]]]:
    """Each thing without an anchor, with the anchors around it (-1 and a large number at the ends)."""
    before, befores = -1, []
    for anchor in anchors:
        befores.append(before)
        before = before if anchor is None else anchor
    after, afters = 1 << 30, []
    for anchor in reversed(anchors):
        afters.append(after)
        after = after if anchor is None else anchor
    return [
        (thing, (b, a))
        for thing, anchor, b, a in zip(things, anchors, befores, reversed(afters), strict=True)
        if anchor is None
    ]


def _ids(portal: str, tracking_number: str, made: Sequence[_Item]) -> dict[int, str]:
    """An id for each item from what it first said: the same facts give the same ids."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    ids: dict[int, str] = {}
    for item in made:
        row = item.sightings[0].row
        kind = row.printed.code or vocabulary.normal(row.printed.description)
        time = "" if row.local_time is None else row.local_time.isoformat()
        seen[kind, time] += 1
        parts = (portal, tracking_number, kind, time, str(seen[kind, time]))
        ids[id(item)] = sha256("\0".join(parts).encode()).hexdigest()[:20]
    return ids
