"""Which rows of two readings of one page are the same: by kind and printed time. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from collector.read.rows import ReadRow
from scrapers import vocabulary
from scrapers.words import Milestone

NO_SHIFT = timedelta()

_QUARTER = timedelta(minutes=15)
#: From UTC-12:00 to UTC+14:00.
_WIDEST = timedelta(hours=26)
#: Milestones that stand for anything at all: two rows of them are of one kind only at one time.
_CATCH_ALL = frozenset({Milestone.NOTICE, Milestone.EXCEPTION})


@dataclass(frozen=True, slots=True)
class Timed:
    """A row and the time it is compared by: as printed, moved by what the viewer's clock moved since."""

    row: ReadRow
    time: datetime | None

    @property
    def words(self) -> str:
        """The wording, for comparison."""
        description = self.row.printed.description
        return vocabulary.normal(description) or description


def moved(row: ReadRow, by: timedelta) -> datetime | None:
    """The wall time of a row after the clock moved; a date alone has no clock to move."""
    if row.local_time is None or row.precision == "day":
        return row.local_time
    try:
        return row.local_time + by
    except OverflowError:
        return row.local_time


def is_newest_first(rows: Sequence[ReadRow]) -> bool:
    """Whether the newest row stands first, by the printed times; where they do not tell, like most: yes."""
    times = [row.local_time for row in rows if row.local_time is not None]
    rising = sum(a < b for a, b in pairwise(times))
    return rising <= sum(a > b for a, b in pairwise(times))


def common_shift(old: Sequence[Timed], new: Sequence[Timed], viewer_moved: timedelta | None) -> timedelta:
    """The one shift by which every row still shown has moved, zero where there is none.

    It is a multiple of 15 minutes by which all rows moved and at least two did; one is enough if it is the
    step `viewer_moved` between the zones the two pages were rendered for. A single row that moved is a
    revision, and where a row stayed no clock has moved.
    """
    olds, news = _times(old), _times(new)
    both = {kind: (times, news[kind]) for kind, times in olds.items() if kind in news}
    shown = sum(min(len(a), len(b)) for a, b in both.values())
    stayed = _fitting(both, NO_SHIFT)
    if stayed == shown:
        return NO_SHIFT
    # Rows of a kind that stands once on both pages cannot be taken for one another.
    single = [b[0] - a[0] for a, b in both.values() if len(a) == len(b) == 1]
    least_a, least_b = min(both.values(), key=lambda pair: len(pair[0]) * len(pair[1]))
    for shift in sorted({b - a for a in least_a for b in least_b}, key=lambda s: (abs(s), s)):
        if shift == NO_SHIFT or shift % _QUARTER or abs(shift) > _WIDEST or _fitting(both, shift) < shown:
            continue
        evidence = single.count(shift) if stayed else shown
        if evidence >= (1 if shift == viewer_moved else 2):
            return shift
    return NO_SHIFT


def _fitting(both: Mapping[Hashable, tuple[list[datetime], list[datetime]]], shift: timedelta) -> int:
    """How many old times, moved by `shift`, stand among the new ones of their kind; each counts once."""
    return sum(
        (Counter(time - b[0] + shift for time in a) & Counter(time - b[0] for time in b)).total()
        for a, b in both.values()
    )


def _times(rows: Sequence[Timed]) -> Mapping[Hashable, list[datetime]]:
    times: dict[Hashable, list[datetime]] = defaultdict(list)
    for timed in rows:
        if timed.time is not None and timed.row.precision != "day":
            times[timed.row.printed.code or timed.words].append(timed.time)
    return times


#: What makes two rows one, strongest first; None where a row has no such thing. Equal places tell rows of
#: one kind and time apart, but a changed place is still the same row.
_SAME_TIME: tuple[Callable[[Timed], Hashable], ...] = (
    lambda t: (t.row.printed.code, t.words, t.row.printed.place, t.time),
    lambda t: t.row.printed.code and (t.row.printed.code, t.time),
    lambda t: (t.words, t.time),
    lambda t: t.time and t.row.milestone and (t.row.milestone, t.time),
)
_ANY_TIME: tuple[Callable[[Timed], Hashable], ...] = (
    lambda t: t.row.printed.code,
    lambda t: t.words,
    lambda t: None if t.row.milestone in _CATCH_ALL else t.row.milestone,
)


def same_rows(old: Sequence[Timed], new: Sequence[Timed]) -> Iterator[tuple[int, int]]:
    """Pairs (old index, new index) of the same kind and time; equal ones in order."""
    return _pairs(old, new, _SAME_TIME)


def same_kinds(
    old: Sequence[Timed], new: Sequence[Timed], may_pair: Callable[[int, int], bool]
) -> Iterator[tuple[int, int]]:
    """Pairs (old index, new index) of the same kind whatever their times, in order."""
    return _pairs(old, new, _ANY_TIME, may_pair)


def _pairs(
    old: Sequence[Timed],
    new: Sequence[Timed],
    keys: Sequence[Callable[[Timed], Hashable]],
    may_pair: Callable[[int, int], bool] = lambda _old, _new: True,
) -> Iterator[tuple[int, int]]:
    left, unpaired = dict.fromkeys(range(len(old))), dict.fromkeys(range(len(new)))
    for key in keys:
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for index in left:
            waiting[key(old[index])].append(index)
        for index in list(unpaired):
            wanted = key(new[index])
            for candidate in waiting[wanted] if wanted is not None else ():
                if _codes_differ(old[candidate], new[index]) or not may_pair(candidate, index):
                    continue
                waiting[wanted].remove(candidate)
                del left[candidate], unpaired[index]
                yield candidate, index
                break


def _codes_differ(a: Timed, b: Timed) -> bool:
    codes = (a.row.printed.code, b.row.printed.code)
    return None not in codes and codes[0] != codes[1]
