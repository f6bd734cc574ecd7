"""One track while its readings are taken in, one after the other: what stands, what moved, what is gone.

Pure. The rules stand in `collector.fold`.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collector.fold_matching import (
    NO_SHIFT,
    Timed,
    common_shift,
    directions,
    moved,
    reworded,
    same_rows,
)
from collector.fold_revisions import gaps, in_one_order, same_kinds
from collector.read.rows import ReadRow


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


@dataclass(slots=True, eq=False)
class Item:
    """An observation in the making.

    clock      how far the viewer's clock had moved since the first reading when `row` was printed
    came       number of the reading it first stood in, or came back in
    last_seen  number of the last reading it stood in
    """

    row: ReadRow
    first_seen_at: datetime
    last_seen_at: datetime
    viewer_offset_minutes: int | None
    clock: timedelta
    came: int
    last_seen: int
    sightings: list[Sighting] = field(default_factory=list)
    missing_since: datetime | None = None
    withdrawn_at: datetime | None = None
    replaced_by: "Item | None" = None

    @property
    def is_current(self) -> bool:
        """Whether the portal still stands by it."""
        return self.withdrawn_at is None and self.replaced_by is None

    def on(self, clock: timedelta) -> Timed:
        """The row as a page would print it while the viewer's clock stands at `clock`."""
        return Timed(self.row, moved(self.row, clock - self.clock))


@dataclass(slots=True)
class Track:
    """One portal's rows for one number, as far as they have been read.

    items  oldest first, those gone included
    made   the same in order of first appearance
    clock  how far the viewer's clock has moved since the first reading
    rising, falling   steps from row to row, forth and back in time, on all pages
    counted           the rows of the last page whose steps were counted
    """

    items: list[Item] = field(default_factory=list)
    made: list[Item] = field(default_factory=list)
    shifts_s: dict[str, int] = field(default_factory=dict)
    clock: timedelta = NO_SHIFT
    viewer_offset_minutes: int | None = None
    number: int = 0
    last_complete: int = 0
    rising: int = 0
    falling: int = 0
    counted: Sequence[ReadRow] = ()

    def see(self, reading: SeenReading) -> None:
        """Take in the next usable reading."""
        self.number += 1
        rows = list(reversed(reading.rows)) if self._is_newest_first(reading.rows) else list(reading.rows)
        if self._goes_on(rows):
            self._see_more(rows, reading)
            return
        current = [item for item in self.items if item.is_current]
        self._set_clock(current, rows, reading)
        matched = self._matched(current, rows)
        for row, item in matched.items():
            self._see_again(item, rows[row], reading)
        replaced = self._replaced(current, matched, rows) if reading.complete else {}
        shown = [matched.get(index) or self._made(row, reading) for index, row in enumerate(rows)]
        for old, index in replaced.items():
            old.replaced_by = shown[index]
        if reading.complete:
            self._note_missing(current, {*matched.values(), *replaced}, rows, reading.seen_at)
            self.last_complete = self.number
        self.items = _in_page_order(self.items, shown)

    def _goes_on(self, rows: Sequence[ReadRow]) -> bool:
        """Whether the page is the last one with nothing changed but for newer rows: most pages are."""
        return len(rows) >= len(self.items) and all(
            item.last_seen == self.number - 1 and item.is_current and _is_same(item.row, row)
            for item, row in zip(self.items, rows, strict=False)
        )

    def _see_more(self, rows: Sequence[ReadRow], reading: SeenReading) -> None:
        """Take in such a page: what `see` comes to, without asking which row may be which."""
        self.viewer_offset_minutes = reading.viewer_offset_minutes
        for item, row in zip(self.items, rows, strict=False):
            self._see_again(item, row, reading)
        self.items = [*self.items, *(self._made(row, reading) for row in rows[len(self.items) :])]
        if reading.complete:
            self.last_complete = self.number

    def _is_newest_first(self, rows: Sequence[ReadRow]) -> bool:
        """Whether the newest row stands first; where no times tell, like most portals: yes.

        One step may be a false time: then the pages before decide, if there are any. The same page seen
        again says nothing more.
        """
        rising, falling = directions(rows)
        if rows != self.counted:
            self.rising, self.falling = self.rising + rising, self.falling + falling
            self.counted = rows
        if abs(rising - falling) > 1:
            return rising < falling
        return self.rising <= self.falling

    def _set_clock(self, current: Sequence[Item], rows: Sequence[ReadRow], reading: SeenReading) -> None:
        before, now = self.viewer_offset_minutes, reading.viewer_offset_minutes
        viewer_moved = None if before is None or now is None else timedelta(minutes=now - before)
        shift = common_shift([item.on(self.clock) for item in current], _as_printed(rows), viewer_moved)
        if shift:
            self.shifts_s[reading.visit_id] = int(shift.total_seconds())
        self.clock += shift
        self.viewer_offset_minutes = now

    def _matched(self, current: Sequence[Item], rows: Sequence[ReadRow]) -> dict[int, Item]:
        """Row to the item it shows again: to one shown last, else one missing, else one gone that returns."""
        matched: dict[int, Item] = {}
        standing = sorted(current, key=lambda item: item.missing_since is not None)
        for known in (standing, [item for item in self.items if not item.is_current]):
            left = [index for index in range(len(rows)) if index not in matched]
            found = same_rows([i.on(self.clock) for i in known], _as_printed([rows[n] for n in left]))
            matched.update({left[new]: known[old] for old, new in found})
        again = set(matched.values())
        known = [item for item in current if item not in again]
        left = [index for index in range(len(rows)) if index not in matched]
        found = reworded([i.on(self.clock) for i in known], _as_printed([rows[n] for n in left]))
        return matched | {left[new]: known[old] for old, new in found}

    def _replaced(
        self, current: Sequence[Item], matched: Mapping[int, Item], rows: Sequence[ReadRow]
    ) -> dict[Item, int]:
        """Missing item to the row that replaces it: the same kind between the same matched neighbours.

        A row that came, or came back, since the last complete reading counts as new. Of equal rows of which
        one is missing nobody knows which it is: none of them is a neighbour.
        """
        shown = set(matched.values())
        left = [item.on(self.clock) for item in current if item not in shown]
        lost = {(timed.kind, timed.time) for timed in left}
        settled = {
            index: item
            for index, item in matched.items()
            if item.came <= self.last_complete and not _is_of(lost, rows[index])
        }
        rows_of = {item: index for index, item in settled.items()}
        anchors = in_one_order([rows_of[item] for item in current if item in rows_of])
        old_gaps = gaps([n if (n := rows_of.get(item)) in anchors else None for item in current])
        new_gaps = gaps([index if index in anchors else None for index in range(len(rows))])
        replaced: dict[Item, int] = {}
        for gap, places in old_gaps.items():
            olds = [current[place] for place in places if current[place] not in shown]
            news = new_gaps.get(gap, [])
            came = [matched[n].came if n in matched else self.number for n in news]
            for old, new in self._same_kinds(olds, [rows[n] for n in news], came):
                replaced[olds[old]] = news[new]
        return replaced

    def _same_kinds(
        self, olds: Sequence[Item], news: Sequence[ReadRow], came: Sequence[int]
    ) -> Iterator[tuple[int, int]]:
        """Pairs of one kind whose rows never stood on one page together; `came` is when the new ones came."""
        old_rows = [item.on(self.clock) for item in olds]
        return same_kinds(old_rows, _as_printed(news), lambda o, n: olds[o].last_seen < came[n])

    def _made(self, row: ReadRow, reading: SeenReading) -> Item:
        item = Item(
            row=row,
            first_seen_at=reading.seen_at,
            last_seen_at=reading.seen_at,
            viewer_offset_minutes=reading.viewer_offset_minutes,
            clock=self.clock,
            came=self.number,
            last_seen=self.number,
            sightings=[Sighting(reading.visit_id, reading.visit_id, row)],
        )
        self.made.append(item)
        return item

    def _see_again(self, item: Item, row: ReadRow, reading: SeenReading) -> None:
        last, was_away = item.sightings[-1], not item.is_current or item.missing_since is not None
        if _wording(last.row) == _wording(row) and not was_away:
            item.sightings[-1] = Sighting(last.first_visit_id, reading.visit_id, last.row)
        else:
            item.sightings.append(Sighting(reading.visit_id, reading.visit_id, row))
        if not item.is_current:
            item.came = self.number
        item.row, item.clock = row, self.clock
        item.last_seen, item.last_seen_at = self.number, reading.seen_at
        item.viewer_offset_minutes = reading.viewer_offset_minutes
        item.missing_since = item.withdrawn_at = item.replaced_by = None

    def _note_missing(
        self, current: Sequence[Item], standing: set[Item], rows: Sequence[ReadRow], seen_at: datetime
    ) -> None:
        """Withdraw what is missing for good. `standing` are the items still shown, replaced ones included."""
        places = [place for place, item in enumerate(current) if item in standing]
        first, last = (places[0], places[-1]) if places else (len(current), -1)
        oldest = min((row.local_time for row in rows if row.local_time is not None), default=None)
        for place, item in enumerate(current):
            if item in standing:
                continue
            has_older, has_newer = first < place, last > place
            if has_older and has_newer:
                item.withdrawn_at = item.missing_since or seen_at
            elif not has_older and _is_cut_off(item.on(self.clock).time, oldest, has_newer=has_newer):
                continue
            elif item.missing_since is None:
                item.missing_since = seen_at
            else:
                item.withdrawn_at = item.missing_since


def _as_printed(rows: Iterable[ReadRow]) -> list[Timed]:
    return [Timed(row, row.local_time) for row in rows]


def _is_same(a: ReadRow, b: ReadRow) -> bool:
    """Whether two rows say the same in the same words."""
    ours, theirs = a.printed, b.printed
    return (
        a.local_time == b.local_time
        and a.precision == b.precision
        and ours.description == theirs.description
        and ours.place == theirs.place
        and ours.code == theirs.code
    )


def _is_cut_off(time: datetime | None, oldest: datetime | None, *, has_newer: bool) -> bool:
    """Whether a missing row is older than the oldest row shown: by its time, else by where it stood."""
    if time is None or oldest is None:
        return has_newer
    return time < oldest or (time == oldest and has_newer)


def _is_of(lost: Container[tuple[str, datetime | None]], row: ReadRow) -> bool:
    timed = Timed(row, row.local_time)
    return (timed.kind, timed.time) in lost


def _wording(row: ReadRow) -> tuple[object, ...]:
    printed = row.printed
    return (printed.time_text, printed.description, printed.place, row.claimed_offset_minutes)


def _in_page_order(items: Sequence[Item], shown: Sequence[Item]) -> list[Item]:
    """All items, those shown in the page's order; each other one stays behind the one it stood behind."""
    is_shown = set(shown)
    behind: dict[Item | None, list[Item]] = defaultdict(list)
    last: Item | None = None
    for item in items:
        if item in is_shown:
            last = item
        else:
            behind[last].append(item)
    return [*behind[None], *(i for item in shown for i in (item, *behind[item]))]
