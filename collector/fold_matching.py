"""Which rows of two readings of one page are the same: by kind and printed time. Pure."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from collector.read.rows import ReadRow
from scrapers import vocabulary

#: What a row is, strongest first: its code, else its wording, else its milestone.
_KINDS: tuple[Callable[[ReadRow], Hashable], ...] = (
    lambda row: row.printed.code,
    lambda row: vocabulary.normal(row.printed.description) or row.printed.description,
    lambda row: row.milestone,
)
_NO_SHIFT = timedelta()


def is_newest_first(rows: Sequence[ReadRow]) -> bool:
    """Whether the newest row stands first, by the printed times; where they do not tell, like most: yes."""
    times = [row.local_time for row in rows if row.local_time is not None]
    pairs = list(pairwise(times))
    rising = sum(a < b for a, b in pairs)
    return rising <= sum(a > b for a, b in pairs)


def common_shift(old: Sequence[ReadRow], new: Sequence[ReadRow]) -> timedelta:
    """The one shift by which every row still shown has moved, zero where there is none.

    A shift is believed only if it is a multiple of 15 minutes, at least two rows moved by it and no row
    stayed: the viewer's clock changed. A single row that moved is a revision.
    """
    old_times, new_times = _times(old), _times(new)
    moved: Counter[timedelta] = Counter()
    for kind, olds in old_times.items():
        for shift in {b - a for a in olds for b in new_times.get(kind, ())}:
            moved[shift] += sum((Counter(a + shift for a in olds) & Counter(new_times[kind])).values())
    if moved[_NO_SHIFT] or not moved:
        return _NO_SHIFT
    shift, rows = min(moved.items(), key=lambda m: (-m[1], abs(m[0]), m[0]))
    shown = sum(min(len(olds), len(new_times.get(kind, ()))) for kind, olds in old_times.items())
    is_clock = shift.total_seconds() % 900 == 0 and abs(shift) <= timedelta(hours=26)
    return shift if is_clock and rows >= 2 and rows == shown else _NO_SHIFT


def _times(rows: Sequence[ReadRow]) -> dict[Hashable, list[datetime]]:
    times: dict[Hashable, list[datetime]] = defaultdict(list)
    for row in rows:
        if row.local_time is not None and row.precision != "day":
            times[row.printed.code or _KINDS[1](row)].append(row.local_time)
    return times


def pair_rows(
    old: Sequence[ReadRow], new: Sequence[ReadRow], shift: timedelta, first: int
) -> Iterator[tuple[int, int]]:
    """Pairs (old index, new index) of the same kind and printed time; equal ones in order.

    The first `first` old rows are preferred to the rest.
    """

    def key(row: ReadRow, by: timedelta) -> Hashable:
        return None if row.local_time is None else row.local_time + _moved(row, by)

    left = set(range(len(old)))
    taken: set[int] = set()
    for olds in (range(first), range(first, len(old))):
        for kind in _KINDS:
            pairs = _pairs(
                [(i, (kind(old[i]), key(old[i], shift))) for i in olds if i in left],
                [(n, (kind(new[n]), key(new[n], _NO_SHIFT))) for n in range(len(new)) if n not in taken],
                old,
                new,
                timed_only=kind is _KINDS[2],
            )
            for pair in pairs:
                left.discard(pair[0])
                taken.add(pair[1])
                yield pair


def _moved(row: ReadRow, shift: timedelta) -> timedelta:
    return _NO_SHIFT if row.precision == "day" else shift


def same_kind_pairs(old: Sequence[ReadRow], new: Sequence[ReadRow]) -> Iterator[tuple[int, int]]:
    """Pairs (old index, new index) of the same kind whatever their times, in order."""
    left, taken = set(range(len(old))), set[int]()
    for kind in _KINDS:
        for pair in _pairs(
            [(i, (kind(old[i]), None)) for i in sorted(left)],
            [(n, (kind(new[n]), None)) for n in range(len(new)) if n not in taken],
            old,
            new,
            timed_only=False,
        ):
            left.discard(pair[0])
            taken.add(pair[1])
            yield pair


def _pairs(
    olds: list[tuple[int, tuple[Hashable, Hashable]]],
    news: list[tuple[int, tuple[Hashable, Hashable]]],
    old: Sequence[ReadRow],
    new: Sequence[ReadRow],
    *,
    timed_only: bool,
) -> list[tuple[int, int]]:
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for index, key in olds:
        if key[0] is not None and not (timed_only and key[1] is None):
            waiting[key].append(index)
    pairs = []
    for index, key in news:
        candidates = waiting.get(key)
        if candidates and not _codes_differ(old[candidates[0]], new[index]):
            pairs.append((candidates.popleft(), index))
    return pairs


def _codes_differ(a: ReadRow, b: ReadRow) -> bool:
    return a.printed.code is not None and b.printed.code is not None and a.printed.code != b.printed.code
