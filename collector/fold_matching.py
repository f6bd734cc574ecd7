"""Which rows of two readings of one page are the same: by kind and printed time. Pure.

Which row stands for another whose time was changed is for `collector.fold_revisions`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from collector.read.rows import ReadRow
from scrapers import vocabulary

NO_SHIFT = timedelta()

_QUARTER = timedelta(minutes=15)
#: From UTC-12:00 to UTC+14:00.
_WIDEST = timedelta(hours=26)
#: A clock that moved moves this part of the rows, and this many for each that seems to have stayed.
_MOST, _FEW = 0.6, 5
_THIRD = 1 / 3
#: Within this a row of the same words may be the one that was meant.
_NEAR = timedelta(days=1)
#: So many rows of one kind tell every shift there may be.
_ENOUGH = 100


@dataclass(frozen=True, slots=True)
class Timed:
    """A row and the time it is compared by: as printed, moved by what the viewer's clock moved since."""

    row: ReadRow
    time: datetime | None

    @property
    def words(self) -> str:
        """The wording, for comparison."""
        return _normal(self.row.printed.description)

    @property
    def kind(self) -> str:
        """What tells rows of a page apart beside their time: the code, else the wording."""
        return self.row.printed.code or self.words


@lru_cache(maxsize=16_384)
def _normal(text: str) -> str:
    return vocabulary.normal(text) or text


def moved(row: ReadRow, by: timedelta) -> datetime | None:
    """The wall time of a row after the clock moved; a date alone has no clock to move."""
    if row.local_time is None or row.precision == "day":
        return row.local_time
    try:
        return row.local_time + by
    except OverflowError:
        return row.local_time


def directions(rows: Sequence[ReadRow]) -> tuple[int, int]:
    """How many steps from row to row go forth in time, and how many back."""
    times = [row.local_time for row in rows if row.local_time is not None]
    return sum(a < b for a, b in pairwise(times)), sum(a > b for a, b in pairwise(times))


def common_shift(old: Sequence[Timed], new: Sequence[Timed], viewer_moved: timedelta | None) -> timedelta:
    """The one shift by which the rows still shown have moved, zero where there is none.

    It is a multiple of 15 minutes by which at least two rows moved, most of those shown on both pages, and
    beside which next to none stayed: some may have been revised, withdrawn or added at the same visit. One
    row, and a third of them, are enough for the step `viewer_moved` between the zones of the two pages.
    A single row that moved is a revision, and where rows stayed no clock has moved.
    """
    both = _on_both(old, new)
    shown = sum(min(len(a), len(b)) for a, b in both)
    stayed = _fitting(both, NO_SHIFT)
    if stayed == shown:
        return NO_SHIFT
    # Rows of a kind that stands once on both pages cannot be taken for one another.
    single = Counter(b[0] - a[0] for a, b in both if len(a) == len(b) == 1)
    moved_by = {shift: _fitting(both, shift) for shift in _candidates(both, single, viewer_moved)}
    for shift in sorted(moved_by, key=lambda s: (s != viewer_moved, -moved_by[s], abs(s), s)):
        least, part = (1, _THIRD) if shift == viewer_moved else (2, _MOST)
        sure = max(single[shift], moved_by[shift] - _FEW * stayed)
        if sure >= least and moved_by[shift] >= part * shown and single[NO_SHIFT] * _FEW <= single[shift]:
            return shift
    return NO_SHIFT


_Times = tuple[list[datetime], list[datetime]]


def _candidates(
    both: Sequence[_Times], single: Mapping[timedelta, int], viewer_moved: timedelta | None
) -> set[timedelta]:
    """Shifts a clock can make that some row may have made."""
    found = set(single)
    if not found and both:
        least_a, least_b = min(both, key=lambda pair: len(pair[0]) * len(pair[1]))
        found = {b - a for a in least_a[:_ENOUGH] for b in least_b[:_ENOUGH]}
    if viewer_moved is not None:
        found.add(viewer_moved)
    return {shift for shift in found if shift and not shift % _QUARTER and abs(shift) <= _WIDEST}


def _fitting(both: Sequence[_Times], shift: timedelta) -> int:
    """How many old times, moved by `shift`, stand among the new ones of their kind; each counts once."""
    return sum(
        (Counter(time - b[0] + shift for time in a) & Counter(time - b[0] for time in b)).total()
        for a, b in both
    )


def _on_both(old: Sequence[Timed], new: Sequence[Timed]) -> list[_Times]:
    """The times of each kind of row at each place that stands on both pages."""
    olds, news = _times(old), _times(new)
    return [(times, news[kind]) for kind, times in olds.items() if kind in news]


def _times(rows: Sequence[Timed]) -> Mapping[Hashable, list[datetime]]:
    times: dict[Hashable, list[datetime]] = defaultdict(list)
    for timed in rows:
        if timed.time is not None and timed.row.precision != "day":
            times[timed.kind, timed.row.printed.place].append(timed.time)
    return times


#: What makes two rows one, strongest first; None where a row has no such thing. Equal places tell rows of
#: one kind and time apart, but a changed place is still the same row.
_SAME_TIME: tuple[Callable[[Timed], Hashable], ...] = (
    lambda t: (t.row.printed.code, t.words, t.row.printed.place, t.time),
    lambda t: t.row.printed.code and (t.row.printed.code, t.time),
    lambda t: (t.words, t.time),
    lambda t: t.time and t.row.milestone and (t.row.milestone, t.time),
)


def same_rows(old: Sequence[Timed], new: Sequence[Timed]) -> Iterator[tuple[int, int]]:
    """Pairs (old index, new index) of the same kind and time; equal ones in order."""
    left, unpaired = dict.fromkeys(range(len(old))), dict.fromkeys(range(len(new)))
    for key in _SAME_TIME:
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for index in left:
            waiting[key(old[index])].append(index)
        for index in list(unpaired):
            wanted = key(new[index])
            for candidate in waiting[wanted] if wanted is not None else ():
                if codes_differ(old[candidate], new[index]):
                    continue
                waiting[wanted].remove(candidate)
                del left[candidate], unpaired[index]
                yield candidate, index
                break


def reworded(old: Sequence[Timed], new: Sequence[Timed]) -> Iterator[tuple[int, int]]:
    """Pairs of which only the wording tells two rows apart: alone at their time, of no two known kinds.

    A whole minute may be shared by chance: there, a row whose wording the other page has within a day was
    not reworded.
    """
    olds, news = _by_moment(old), _by_moment(new)
    old_words, new_words = _by_words(old), _by_words(new)
    for moment, places in olds.items():
        others = news.get(moment, [])
        if len(places) != 1 or len(others) != 1 or not _may_be_one(old[places[0]], new[others[0]]):
            continue
        a, b = old[places[0]], new[others[0]]
        is_kept = _has_near(new_words[a.words], moment) or _has_near(old_words[b.words], moment)
        if moment.second or not is_kept:
            yield places[0], others[0]


def _by_words(rows: Sequence[Timed]) -> Mapping[str, list[datetime]]:
    found: dict[str, list[datetime]] = defaultdict(list)
    for timed in rows:
        if timed.time is not None:
            found[timed.words].append(timed.time)
    return found


def _has_near(times: Sequence[datetime], moment: datetime) -> bool:
    return any(abs(time - moment) <= _NEAR for time in times)


def _by_moment(rows: Sequence[Timed]) -> Mapping[datetime, list[int]]:
    found: dict[datetime, list[int]] = defaultdict(list)
    for place, timed in enumerate(rows):
        if timed.time is not None and timed.row.precision in ("second", "minute"):
            found[timed.time].append(place)
    return found


def _may_be_one(a: Timed, b: Timed) -> bool:
    known = {t.row.milestone for t in (a, b)} - {None}
    return len(known) < 2 and not codes_differ(a, b) and not places_differ(a, b)


def codes_differ(a: Timed, b: Timed) -> bool:
    """Whether both rows have a code, and not the same."""
    codes = (a.row.printed.code, b.row.printed.code)
    return None not in codes and codes[0] != codes[1]


def places_differ(a: Timed, b: Timed) -> bool:
    """Whether both rows name a place, and not the same."""
    places = [_normal(t.row.printed.place or "") for t in (a, b)]
    return all(places) and places[0] != places[1]
