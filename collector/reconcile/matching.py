"""Which rows report one event: the likeliest grouping that joining can reach. Pure.

Groups begin as single scans. The gain of joining two is the logarithm of how much likelier their rows are as
one event than as two (`model`). Three steps, each best join first, gains worked out anew as groups grow:

1. rows that tell one moment;
2. page by page, what is left of a page's rows beside the events known so far, in the order of both
   (`aligning`);
3. whatever is still likelier as one event: times that are simply wrong;
4. step 2 once more: where a false time has found its event, another row may have but one left.

A group never holds two scans of one page. The order of the input does not matter: ties are settled by what
rows say.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from itertools import count, islice
from types import MappingProxyType

from collector.reconcile.aligning import best_pairs
from collector.reconcile.board import Board
from collector.reconcile.gains import gain_at_once, gain_by_itself, gain_in_all
from collector.reconcile.groups import Group, Scan, are_kept_apart, is_one_country, words
from collector.reconcile.model import DAY, LOOSE_WORD, MINUTE, REACH

#: What a row that stands beside others already is worth in an alignment: more than any that does not.
_ANCHOR = 30.0
#: What it is worth to give a row without a time, or late and in unknown words, its event.
_LOOSE = 2.0

#: Nothing that the user says.
_NOTHING: Mapping[frozenset[str], bool] = MappingProxyType({})

#: Moments are one within a minute, or within the hour that autumn repeats.
_AT_ONCE = 63.0


def groups_of(scans: Sequence[Scan], said: Mapping[frozenset[str], bool] = _NOTHING) -> list[list[Scan]]:
    """The scans of one parcel in groups that each report one event; groups and members in a fixed order.

    `said` holds pairs of rows of which the user says whether they are one event; the first ones go first.
    """
    board = Board(scans)
    board.take(said)
    _run(board, is_at_once=True)
    _align_pages(board)
    _run(board, is_at_once=False)
    _align_pages(board)
    return [sorted(g.scans, key=lambda s: s.key) for g in board.groups if not g.is_gone]


def _run(board: Board, *, is_at_once: bool) -> None:
    """Join while there is something to gain; only what tells one moment, if `is_at_once`."""
    joins = _Joins(board, gain_at_once if is_at_once else gain_in_all)
    reach = _AT_ONCE if is_at_once else REACH + DAY
    dated = ((g.moment, n, g) for n, g in enumerate(board.groups) if g.moment is not None and not g.is_gone)
    standing = sorted(dated, key=lambda told: told[:2])
    for place, (moment, _, g) in enumerate(standing):
        for later, _, h in islice(standing, place + 1, None):
            if later > moment + reach:
                break
            joins.offer(g, h)
    while (best := joins.best()) is not None:
        g, h = best
        board.join(g, h)
        for other in board.groups:
            if other is not g and not other.is_gone and _is_within(g, other, reach):
                joins.offer(g, other)


class _Joins:
    """Pairs of groups by what joining them is worth; equal ones in the order they were offered."""

    def __init__(self, board: Board, gain: Callable[[Board, Group, Group], float]) -> None:
        self._board = board
        self._gain = gain
        self._heap: list[tuple[float, int, Group, Group]] = []
        self._order = count()

    def offer(self, g: Group, h: Group) -> None:
        """Takes note of a pair that may be joined, if there is something to gain."""
        if g.pages.isdisjoint(h.pages) and _is_near(g, h):
            self._push(self._worth(g, h), g, h)

    def best(self) -> tuple[Group, Group] | None:
        """The pair that is worth most as things stand now; it is no longer offered. None if there is none."""
        while self._heap:
            before, _, g, h = heapq.heappop(self._heap)
            if g.is_gone or h.is_gone:
                continue
            # Joins made meanwhile change what it is worth.
            now = self._worth(g, h)
            if now == -before:
                return g, h
            self._push(now, g, h)
        return None

    def _worth(self, g: Group, h: Group) -> float:
        return round(self._gain(self._board, g, h), 6)

    def _push(self, worth: float, g: Group, h: Group) -> None:
        if worth > 0:
            heapq.heappush(self._heap, (-worth, next(self._order), g, h))


def _align_pages(board: Board) -> None:
    """Align every page, in an order that does not hang on portals' names."""
    for page in sorted(board.pages, key=lambda name: [s.key for s in board.pages[name]]):
        _align(board, page)


def _align(board: Board, page: tuple[str, str]) -> None:
    """Give the rows of a page that stand alone the events they fit in the order of both."""
    rows = board.pages[page]
    alone = {id(s) for s in rows if not board.group_of(s).is_shared}
    if not any(id(s) in alone and _has_open_time(s) for s in rows):
        return
    events = [
        g for g in board.groups if not g.is_gone and g.moment is not None and _is_elsewhere(g, page, alone)
    ]
    events.sort(key=lambda g: (g.moment or 0.0, g.scans[0].key))
    for row, event, is_only in best_pairs([_worths(board, s, events, alone) for s in rows]):
        s, g = rows[row], events[event]
        if id(s) in alone and (is_only or s.moments):
            board.join(g, board.group_of(s))


def _worths(board: Board, s: Scan, events: Sequence[Group], alone: set[int]) -> list[float]:
    """What it is worth to pair a row with each of the events of others, its place on the page aside."""
    mine = board.group_of(s)
    if id(s) not in alone:
        return [_ANCHOR if mine is g else 0.0 for g in events]
    if not _has_open_time(s):
        return [0.0] * len(events)  # that it was not joined at once has a reason
    return [max(0.0, _worth(board, s, mine, g)) for g in events]


def _worth(board: Board, s: Scan, mine: Group, g: Group) -> float:
    if g.moment is None or (s.moments and not _is_near(mine, g)) or are_kept_apart(mine, g, board.apart):
        return 0.0
    if not s.moments:
        return _LOOSE if _is_same(s, g) and _has_no(s, g) else 0.0
    apart = s.apart(g.moment)
    if abs(apart) <= MINUTE and s.is_fine:
        return 0.0  # again, that has a reason
    is_late = 0 < apart <= (s.habit.lag or 0.0)
    if s.is_fine and not is_late:
        return 0.0
    if not _is_same(s, g):
        return _LOOSE if is_late and s.is_fine and _may_be_late(s, mine, g) else 0.0
    gain = gain_by_itself(board, mine, g)
    if gain is None or not s.is_physical or not is_one_country(mine.scans, g.scans):
        return 0.0
    return gain[0] + gain[2]


def _may_be_late(s: Scan, mine: Group, g: Group) -> bool:
    """Whether a late row in other words, or none, may tell an event of rows that are on time."""
    said = words(mine, g)
    is_bare = s.milestone is None and g.milestone is not None
    is_on_time = not any(other.habit.lag for other in g.scans)
    is_like = is_bare or (said is not None and LOOSE_WORD <= said < 0)
    return said is not None and s.is_physical and is_like and is_on_time and _has_no(s, g)


def _is_within(g: Group, h: Group, reach: float) -> bool:
    return g.moment is not None and h.moment is not None and abs(g.moment - h.moment) <= reach


def _is_near(g: Group, h: Group) -> bool:
    """Whether two groups may be one event: in like words within reach, in other words at once."""
    if g.moment is None or h.moment is None:
        return False
    apart, width = abs(g.moment - h.moment), max(g.scans[0].width, h.scans[0].width)
    if apart <= width + 1.0:
        return True
    if apart > REACH + (DAY if width > MINUTE else 0.0):
        return False
    ours, theirs = g.scans[0].habit, h.scans[0].habit
    is_guessed = (ours.wrong_label or theirs.wrong_label) and apart <= 1.1 * DAY
    is_late = apart <= max(ours.lag or 0.0, theirs.lag or 0.0)
    if is_guessed or is_late:
        return True
    return g.milestone is not None and h.milestone is not None and words(g, h) is not None


def _has_open_time(s: Scan) -> bool:
    """Whether a scan's own time leaves open which event it tells: it is coarse, missing, or usually late."""
    return not s.is_fine or bool(s.habit.lag)


def _is_elsewhere(g: Group, page: tuple[str, str], alone: set[int]) -> bool:
    """Whether a group is an event for a page to be held against: others tell it."""
    return not any(id(s) in alone for s in g.scans) or len(g.scans) > 1


def _is_same(s: Scan, g: Group) -> bool:
    return (
        s.is_physical and s.milestone is not None and any(other.milestone == s.milestone for other in g.scans)
    )


def _has_no(s: Scan, g: Group) -> bool:
    """Whether an event lacks the portal of a scan and may be in its country."""
    return all(other.page[0] != s.page[0] for other in g.scans) and is_one_country([s], g.scans)
