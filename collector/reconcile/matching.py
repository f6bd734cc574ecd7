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
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import count, islice
from math import inf
from types import MappingProxyType

from collector.reconcile.aligning import best_pairs
from collector.reconcile.groups import (
    Group,
    Scan,
    are_in_and_out,
    are_kept_apart,
    are_printed_alike,
    are_whole_quarters_apart,
    best_moment,
    is_one_country,
    is_one_second,
    may_be_two_steps,
    may_join,
    places,
    silence,
    words,
)
from collector.reconcile.journey import Passed, speaking_against
from collector.reconcile.model import (
    APART_IN_OTHER_WORDS,
    DAY,
    IN_PLACE,
    LOOSE_WORD,
    MINUTE,
    OFF_THE_WAY,
    ONCE,
    OTHER_COUNTRY,
    OUT_OF_PLACE,
    REACH,
    SAME_SECOND,
    spacing,
)

#: Joins that would put two rows of a page, and their events, in opposite orders.
_CROSSING = -8.0
#: The same for a false time, where the page is in order of its times and the other row's is right.
_CROSSING_FALSE = -2.0
#: Joins by which a row's time and its event stand on either side of another event of its page.
_PASSING = -1.0
#: What a row that stands beside others already is worth in an alignment: more than any that does not.
_ANCHOR = 30.0
#: What it is worth to give a row without a time, or late and in unknown words, its event.
_LOOSE = 2.0

#: Nothing that the user says.
_NOTHING: Mapping[frozenset[str], bool] = MappingProxyType({})

#: Moments are one within a minute, or within the hour that autumn repeats.
_AT_ONCE = 63.0

_Heap = list[tuple[float, int, Group, Group]]


def groups_of(scans: Sequence[Scan], said: Mapping[frozenset[str], bool] = _NOTHING) -> list[list[Scan]]:
    """The scans of one parcel in groups that each report one event; groups and members in a fixed order.

    `said` holds pairs of rows of which the user says whether they are one event; the first ones go first.
    """
    matching = _Matching(sorted(scans, key=lambda s: s.key))
    matching.take(said)
    matching.run(is_at_once=True)
    matching.align_pages()
    matching.run(is_at_once=False)
    matching.align_pages()
    return [sorted(g.scans, key=lambda s: s.key) for g in matching.groups if not g.is_gone]


class _Matching:
    """The groups of one parcel while they are joined."""

    def __init__(self, scans: Sequence[Scan]) -> None:
        self.groups = [Group([s]) for s in scans]
        self.group_of = {id(g.scans[0]): g for g in self.groups}
        self.pages: dict[tuple[str, str], list[Scan]] = defaultdict(list)
        for s in sorted(scans, key=lambda s: s.spot):
            self.pages[s.page].append(s)
        self.place = {id(s): n for rows in self.pages.values() for n, s in enumerate(rows)}
        self.order = count()
        self.apart: set[frozenset[Scan]] = set()
        self.passed: list[Passed] | None = None

    def take(self, said: Mapping[frozenset[str], bool]) -> None:
        """Join what the user says is one event, as far as pages allow it, and keep apart what is not."""
        scan_of = {o.id: s for page in self.pages.values() for s in page for o in s.rows}
        told = [([scan_of[name] for name in sorted(two)], is_one) for two, is_one in said.items()]
        self.apart = {frozenset(scans) for scans, is_one in told if not is_one}
        for (a, b), is_one in told:
            g, h = self.group_of[id(a)], self.group_of[id(b)]
            is_free = not {s.page for s in g.scans} & {s.page for s in h.scans}
            if is_one and is_free and not are_kept_apart(g, h, self.apart):
                self._join(g, h)

    def run(self, *, is_at_once: bool) -> None:
        """Join while there is something to gain; only what tells one moment, if `is_at_once`."""
        gain = self._gain_at_once if is_at_once else self._gain
        reach = _AT_ONCE if is_at_once else REACH + DAY
        heap: _Heap = []
        standing = sorted(
            (
                (g.moment, place, g)
                for place, g in enumerate(self.groups)
                if g.moment is not None and not g.is_gone
            ),
            key=lambda told: told[:2],
        )
        for place, (moment, _, g) in enumerate(standing):
            for later, _, h in islice(standing, place + 1, None):
                if later > moment + reach:
                    break
                if g.pages.isdisjoint(h.pages):
                    self._offer(heap, g, h, gain)
        while heap:
            before, _, g, h = heapq.heappop(heap)
            if g.is_gone or h.is_gone:
                continue
            # Joins made meanwhile change what it is worth.
            now = round(gain(g, h), 6)
            if now == -before:
                self._join(g, h)
                for other in self.groups:
                    if other is not g and not other.is_gone and _is_within(g, other, reach):
                        self._offer(heap, g, other, gain)
            elif now > 0:
                heapq.heappush(heap, (-now, next(self.order), g, h))

    def _offer(self, heap: _Heap, g: Group, h: Group, gain: Callable[[Group, Group], float]) -> None:
        if g.pages.isdisjoint(h.pages) and _is_near(g, h):
            now = gain(g, h)
            if now > 0:
                heapq.heappush(heap, (-round(now, 6), next(self.order), g, h))

    def _join(self, g: Group, h: Group) -> None:
        g.scans += h.scans
        g.settle()
        h.is_gone = True
        self.passed = None
        for s in h.scans:
            self.group_of[id(s)] = g

    def _gain_at_once(self, g: Group, h: Group) -> float:
        """The gain of two groups of rows to the minute, all at one moment."""
        if g.moment is None or h.moment is None or not all(s.is_fine for s in (*g.scans, *h.scans)):
            return -1.0
        gain = self._base_gain(g, h)
        if gain is None:
            return -1.0
        worth, moment, said = gain
        if not is_one_country(g.scans, h.scans):
            worth += OTHER_COUNTRY
        is_at_once = all(abs(s.apart(moment)) <= MINUTE for s in (*g.scans, *h.scans))
        return worth + said if is_at_once else -1.0

    def _gain(self, g: Group, h: Group) -> float:
        """How much likelier the rows of two groups are as one event; not positive if they cannot be."""
        gain = self._base_gain(g, h)
        if gain is None or not is_one_country(g.scans, h.scans):
            return -1.0
        worth, moment, said = gain
        everyone = (*g.scans, *h.scans)
        apart = [s for s in everyone if s.is_fine and abs(s.apart(moment)) > MINUTE]
        if g.milestone not in ONCE and any(
            s.moments and abs(s.apart(moment)) > s.width for s in everyone if not s.is_fine
        ):
            return -1.0  # another date is another round
        is_off = any(self._is_off_the_way(s, moment) for s in apart)
        is_odd = is_off or any(_order_places(s, moment) for s in apart)
        if g.milestone not in ONCE and not is_odd and _are_a_day_apart(g, h, apart, moment):
            return -1.0  # two portals alone, on two days: two rounds
        is_loose = g.milestone is None or h.milestone is None or said < 0
        is_told = not apart or (said == LOOSE_WORD and are_printed_alike(g, h))
        is_usual = is_told or all(s.habit.lag for s in apart)
        if is_loose and not (is_usual and all(s.is_fine for s in everyone)):
            return -1.0  # other words, or none, bear out an event only with its time, or a usual lag
        worth += APART_IN_OTHER_WORDS if is_loose and not is_told else 0.0
        if may_be_two_steps(g, h) and any(not 0 < s.apart(moment) <= (s.habit.lag or 0.0) for s in apart):
            return -1.0
        worth += OFF_THE_WAY if is_off else 0.0
        if worth + said + IN_PLACE * len(everyone) <= 0:
            return -1.0  # no order of rows can make up for it
        return worth + said + sum(self._order(s, moment) for s in everyone if not s.is_fine or s in apart)

    def _base_gain(self, g: Group, h: Group) -> tuple[float, float, float] | None:
        """The gain by times, silence and places; the common moment; the gain by words. None: no event."""
        said = words(g, h)
        if said is None or g.moment is None or h.moment is None or not may_join(g, h, self.apart):
            return None
        moment, fit = best_moment([*g.scans, *h.scans])
        if moment is None or (are_in_and_out(g, h) and not is_one_second(g, h)):
            return None
        worth = fit - g.fit - h.fit - spacing(g.milestone or h.milestone)
        worth += SAME_SECOND if are_whole_quarters_apart(g, h) else 0.0
        return worth + silence(g, h) + places(g, h), moment, said

    def _order(self, s: Scan, moment: float) -> float:
        """What the page's order says of a scan whose time is not that of its event, or is coarse."""
        told = 0.0
        if s.between is not None:
            told = IN_PLACE if _order_places(s, moment) else OUT_OF_PLACE
        elif not s.is_fine and not self._is_in_place(s, moment):
            told = _CROSSING
        if s.is_fine and self._passes_other(s, moment):
            told += _PASSING
        crossed = 0.0
        for sibling in self.pages[s.page]:
            if sibling is s or sibling.milestone != s.milestone or not sibling.is_fine or not s.is_fine:
                continue
            event = self.group_of[id(sibling)]
            if event.moment is not None and event.is_shared:
                before = s.moments[0] - sibling.moments[0]
                if before * (moment - event.moment) < 0:
                    is_right = not s.habit.lag and abs(sibling.apart(event.moment)) <= MINUTE
                    crossed = min(crossed, _CROSSING_FALSE if is_right else _CROSSING)
        return told + crossed  # once: it is one time that crosses them all

    def _is_off_the_way(self, s: Scan, moment: float) -> bool:
        """Whether the journey, as events of several pages tell it, leaves room for a moment but not a time.

        Rows that are late by habit, or out of the order of their own page, have their reason.
        """
        if s.stretch is None or s.habit.lag or s.between is not None:
            return False
        if self.passed is None:
            shared = (g for g in self.groups if g.is_shared and not g.is_gone)
            self.passed = [
                (g.moment, g.stretch) for g in shared if g.moment is not None and g.stretch is not None
            ]
        against = min(speaking_against(at, s.stretch, self.passed) for at in s.moments)
        return against > 0 and against > speaking_against(moment, s.stretch, self.passed)

    def _passes_other(self, s: Scan, moment: float) -> bool:
        """Whether an event of another milestone on its page lies between a scan's time and a moment."""
        shared = (
            self.group_of[id(o)] for o in self.pages[s.page] if o.milestone != s.milestone and o.is_fine
        )
        return any(
            g.is_shared and g.moment is not None and (s.moments[0] - g.moment) * (moment - g.moment) < 0
            for g in shared
        )

    def _is_in_place(self, s: Scan, moment: float) -> bool:
        """Whether the events of the rows next to a scan on its page lie on either side of the moment."""
        page, place = self.pages[s.page], self.place[id(s)]
        earlier = (self._event_moment(page[n]) for n in range(place - 1, -1, -1))
        later = (self._event_moment(page[n]) for n in range(place + 1, len(page)))
        before = next((m for m in earlier if m is not None), None)
        behind = next((m for m in later if m is not None), None)
        return (before is None or before <= moment + MINUTE) and (behind is None or moment <= behind + MINUTE)

    def _event_moment(self, s: Scan) -> float | None:
        """The moment of a scan's event, as far as that is known: by others, or by a time to the minute."""
        event = self.group_of[id(s)]
        return event.moment if event.is_shared or s.is_fine else None

    def align_pages(self) -> None:
        """Align every page, in an order that does not hang on portals' names."""
        for page in sorted(self.pages, key=lambda name: [s.key for s in self.pages[name]]):
            self.align(page)

    def align(self, page: tuple[str, str]) -> None:
        """Give the rows of a page that stand alone the events they fit in the order of both."""
        rows = self.pages[page]
        alone = {id(s) for s in rows if not self.group_of[id(s)].is_shared}
        if not any(id(s) in alone and _has_open_time(s) for s in rows):
            return
        events = [
            g for g in self.groups if not g.is_gone and g.moment is not None and _is_elsewhere(g, page, alone)
        ]
        events.sort(key=lambda g: (g.moment or 0.0, g.scans[0].key))
        for row, event, is_only in best_pairs([self._worths(s, events, alone) for s in rows]):
            s, g = rows[row], events[event]
            if id(s) in alone and (is_only or s.moments):
                self._join(g, self.group_of[id(s)])

    def _worths(self, s: Scan, events: Sequence[Group], alone: set[int]) -> list[float]:
        """What it is worth to pair a row with each of the events of others, its place on the page aside."""
        mine = self.group_of[id(s)]
        if id(s) not in alone:
            return [_ANCHOR if mine is g else 0.0 for g in events]
        if not _has_open_time(s):
            return [0.0] * len(events)  # that it was not joined at once has a reason
        return [max(0.0, self._worth(s, mine, g)) for g in events]

    def _worth(self, s: Scan, mine: Group, g: Group) -> float:
        if g.moment is None or (s.moments and not _is_near(mine, g)) or are_kept_apart(mine, g, self.apart):
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
            return _LOOSE if is_late and s.is_fine and self._may_be_late(s, mine, g) else 0.0
        gain = self._base_gain(mine, g)
        if gain is None or not s.is_physical or not is_one_country(mine.scans, g.scans):
            return 0.0
        return gain[0] + gain[2]

    def _may_be_late(self, s: Scan, mine: Group, g: Group) -> bool:
        """Whether a late row in other words, or none, may tell an event of rows that are on time."""
        said = words(mine, g)
        is_bare = s.milestone is None and g.milestone is not None
        is_on_time = not any(other.habit.lag for other in g.scans)
        is_like = is_bare or (said is not None and LOOSE_WORD <= said < 0)
        return said is not None and s.is_physical and is_like and is_on_time and _has_no(s, g)


def _are_a_day_apart(g: Group, h: Group, apart: Sequence[Scan], moment: float) -> bool:
    """Whether two portals alone tell moments more than a day apart, and no known habit explains it."""
    unexplained = [s for s in apart if not s.habit.lag and abs(s.apart(moment)) > DAY + MINUTE]
    return bool(unexplained) and len({s.page[0] for s in (*g.scans, *h.scans) if s.is_witness}) <= 2


def _order_places(s: Scan, moment: float) -> bool:
    """Whether a scan stands out of the order of its page's times, but where the moment belongs."""
    return s.between is not None and s.between[0] - MINUTE <= moment <= s.between[1] + MINUTE


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


def between_rows(moments: Sequence[float | None]) -> list[tuple[float, float] | None]:
    """For each row of a page, oldest first, the moments around it if its own is out of their order.

    The rows around it must be in order themselves; before the first and behind the last there is no bound.
    """
    found: list[tuple[float, float] | None] = [None] * len(moments)
    dated = [(place, at) for place, at in enumerate(moments) if at is not None]
    bounded = [(-1, -inf), *dated, (-1, inf)]
    for (_, a), (place, at), (_, b) in zip(bounded, bounded[1:], bounded[2:], strict=False):
        if a <= b and not a <= at <= b and len(dated) > 2:
            found[place] = (a, b)
    return found
