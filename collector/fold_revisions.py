"""Which new row of a page replaces which old one: the same kind, another time. Pure."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime, timedelta

from collector.fold_matching import Timed, codes_differ, places_differ
from scrapers.words import Milestone

#: Milestones that stand for anything at all: two rows of them are of one kind only at one time.
_CATCH_ALL = frozenset({Milestone.NOTICE, Milestone.EXCEPTION})
#: Rows that share but a milestone are one only if they are no further apart than this.
_ONE_SCAN = timedelta(days=1)
#: Up to so many pairs the best one is searched; of more, rows are paired in order.
_SEARCHED = 2500
_UNTIMED = timedelta(days=1)

MayPair = Callable[[int, int], bool]


def same_kinds(old: Sequence[Timed], new: Sequence[Timed], may_pair: MayPair) -> Iterator[tuple[int, int]]:
    """Pairs (old index, new index) of the same kind whatever their times, in page order, nearest in time.

    Rows of one code or wording are of one kind unless they name different places, or new rows lie between
    them and a day: that is the next scan of the kind. Rows of which only the milestone is the same must be
    the only ones of it, and stand near each other.
    """
    if not old or not new:
        return
    moments = sorted(timed.time for timed in new if timed.time is not None)

    def fits(o: int, n: int) -> bool:
        is_other = codes_differ(old[o], new[n]) or places_differ(old[o], new[n])
        return not is_other and not _is_next_scan(old[o], new[n], moments) and may_pair(o, n)

    def is_one_scan(o: int, n: int) -> bool:
        return fits(o, n) and _apart(old[o], new[n]) <= _ONE_SCAN

    kinds: tuple[tuple[Callable[[Timed], Hashable], MayPair, bool], ...] = (
        (lambda t: t.row.printed.code, fits, False),
        (lambda t: t.words, fits, False),
        (lambda t: None if t.row.milestone in _CATCH_ALL else t.row.milestone, is_one_scan, True),
    )
    left, unpaired = set(range(len(old))), set(range(len(new)))
    for kind, fit, is_alone in kinds:
        olds, news = _grouped(old, left, kind), _grouped(new, unpaired, kind)
        for key in olds.keys() & news.keys():
            if is_alone and len(olds[key]) + len(news[key]) > 2:
                continue
            for o, n in _nearest(old, olds[key], new, news[key], fit):
                left.discard(o)
                unpaired.discard(n)
                yield o, n


def in_one_order(places: Sequence[int]) -> set[int]:
    """The largest set of `places` that rise from first to last: what two pages show in one order."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(ends, place)
        before[place] = ends[at - 1] if at else None
        ends[at:] = [place] if at == len(ends) else [place, *ends[at + 1 :]]
    kept: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept


def gaps(anchors: Sequence[int | None]) -> dict[tuple[int | None, int | None], list[int]]:
    """The places that hold no anchor, by the anchors before and after them."""
    found: dict[tuple[int | None, int | None], list[int]] = {}
    before: int | None = None
    waiting: list[int] = []
    for place, anchor in enumerate([*anchors, None]):
        if anchor is None and place < len(anchors):
            waiting.append(place)
            continue
        found[before, anchor] = waiting
        before, waiting = anchor, []
    return found


def _grouped(
    rows: Sequence[Timed], wanted: set[int], kind: Callable[[Timed], Hashable]
) -> dict[Hashable, list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for index in sorted(wanted):
        if (key := kind(rows[index])) is not None:
            groups[key].append(index)
    return groups


def _nearest(
    old: Sequence[Timed], olds: Sequence[int], new: Sequence[Timed], news: Sequence[int], fits: MayPair
) -> list[tuple[int, int]]:
    """As many pairs as there can be, none crossing another, and of such the nearest in time."""
    if len(olds) * len(news) > _SEARCHED:
        return [(o, n) for o, n in zip(olds, news, strict=False) if fits(o, n)]
    # best[j]: (minus the number of pairs, their distances, the pairs) of the olds so far and j of the news.
    nothing: tuple[int, timedelta, tuple[tuple[int, int], ...]] = (0, timedelta(), ())
    best = [nothing] * (len(news) + 1)
    for o in olds:
        row = [nothing]
        for j, n in enumerate(news):
            ways = [row[j], best[j + 1]]
            if fits(o, n):
                count, apart, pairs = best[j]
                ways.append((count - 1, apart + _apart(old[o], new[n]), (*pairs, (o, n))))
            row.append(min(ways, key=lambda way: way[:2]))
        best = row
    return list(best[-1][2])


def _is_next_scan(old: Timed, new: Timed, moments: Sequence[datetime]) -> bool:
    """Whether `new` is more than a day later than `old`, and others of `moments` (sorted) lie between."""
    if old.time is None or new.time is None or new.time - old.time <= _ONE_SCAN:
        return False
    return bisect_right(moments, old.time) < bisect_left(moments, new.time)


def _apart(a: Timed, b: Timed) -> timedelta:
    return abs(b.time - a.time) if a.time and b.time else _UNTIMED
