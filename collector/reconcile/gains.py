"""What it is worth to call rows of two groups one event: how much likelier they are as one than as two. Pure.

The terms are those of `model`; what pages say by their order comes from the `Board`.
"""

from collections.abc import Sequence

from collector.reconcile.board import Board
from collector.reconcile.groups import (
    Group,
    Scan,
    are_in_and_out,
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
from collector.reconcile.journey import speaking_against
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
    SAME_SECOND,
    spacing,
)

#: Joins that would put two rows of a page, and their events, in opposite orders.
_CROSSING = -8.0
#: The same for a false time, where the page is in order of its times and the other row's is right.
_CROSSING_FALSE = -2.0
#: Joins by which a row's time and its event stand on either side of another event of its page.
_PASSING = -1.0


def gain_at_once(board: Board, g: Group, h: Group) -> float:
    """The gain of two groups of rows to the minute, all at one moment."""
    if g.moment is None or h.moment is None or not all(s.is_fine for s in (*g.scans, *h.scans)):
        return -1.0
    by_itself = gain_by_itself(board, g, h)
    if by_itself is None:
        return -1.0
    worth, moment, said = by_itself
    if not is_one_country(g.scans, h.scans):
        worth += OTHER_COUNTRY
    is_at_once = all(abs(s.apart(moment)) <= MINUTE for s in (*g.scans, *h.scans))
    return worth + said if is_at_once else -1.0


def gain_in_all(board: Board, g: Group, h: Group) -> float:
    """How much likelier the rows of two groups are as one event; not positive if they cannot be."""
    by_itself = gain_by_itself(board, g, h)
    if by_itself is None or not is_one_country(g.scans, h.scans):
        return -1.0
    worth, moment, said = by_itself
    everyone = (*g.scans, *h.scans)
    apart = [s for s in everyone if s.is_fine and abs(s.apart(moment)) > MINUTE]
    if g.milestone not in ONCE and any(
        s.moments and abs(s.apart(moment)) > s.width for s in everyone if not s.is_fine
    ):
        return -1.0  # another date is another round
    is_off = any(_is_off_the_way(board, s, moment) for s in apart)
    is_odd = is_off or any(_order_places(s, moment) for s in apart)
    if g.milestone not in ONCE and not is_odd and _are_other_rounds(g, h, apart, moment):
        return -1.0
    is_loose = g.milestone is None or h.milestone is None or said < 0
    is_told = not apart or (said == LOOSE_WORD and are_printed_alike(g, h))
    is_usual = is_told or (said < 0 and all(s.habit.lag for s in apart))
    if is_loose and not (is_usual and all(s.is_fine for s in everyone)):
        return -1.0  # unknown words bear out an event only with its time, other words also with a usual lag
    worth += APART_IN_OTHER_WORDS if is_loose and not is_told else 0.0
    if may_be_two_steps(g, h) and any(not 0 < s.apart(moment) <= (s.habit.lag or 0.0) for s in apart):
        return -1.0
    worth += OFF_THE_WAY if is_off else 0.0
    if worth + said + IN_PLACE * len(everyone) <= 0:
        return -1.0  # no order of rows can make up for it
    return worth + said + sum(_order(board, s, moment) for s in everyone if not s.is_fine or s in apart)


def gain_by_itself(board: Board, g: Group, h: Group) -> tuple[float, float, float] | None:
    """The gain by times, silence and places; the common moment; the gain by words. None: no event."""
    said = words(g, h)
    if said is None or g.moment is None or h.moment is None or not may_join(g, h, board.apart):
        return None
    moment, fit = best_moment([*g.scans, *h.scans])
    if moment is None or (are_in_and_out(g, h) and not is_one_second(g, h)):
        return None
    worth = fit - g.fit - h.fit - spacing(g.milestone or h.milestone)
    worth += SAME_SECOND if are_whole_quarters_apart(g, h) else 0.0
    return worth + silence(g, h) + places(g, h), moment, said


def _order(board: Board, s: Scan, moment: float) -> float:
    """What the page's order says of a scan whose time is not that of its event, or is coarse."""
    told = 0.0
    if s.between is not None:
        told = IN_PLACE if _order_places(s, moment) else OUT_OF_PLACE
    elif not s.is_fine and not _is_in_place(board, s, moment):
        told = _CROSSING
    if s.is_fine and _passes_other(board, s, moment):
        told += _PASSING
    crossed = 0.0
    for sibling in board.pages[s.page]:
        if sibling is s or sibling.milestone != s.milestone or not sibling.is_fine or not s.is_fine:
            continue
        event = board.group_of(sibling)
        if event.moment is not None and event.is_shared:
            before = s.moments[0] - sibling.moments[0]
            if before * (moment - event.moment) < 0:
                is_right = not s.habit.lag and abs(sibling.apart(event.moment)) <= MINUTE
                crossed = min(crossed, _CROSSING_FALSE if is_right else _CROSSING)
    return told + crossed  # once: it is one time that crosses them all


def _is_off_the_way(board: Board, s: Scan, moment: float) -> bool:
    """Whether the journey, as events of several pages tell it, leaves room for a moment but not a time.

    Rows that are late by habit, or out of the order of their own page, have their reason.
    """
    if s.stretch is None or s.habit.lag or s.between is not None:
        return False
    passed = board.passed()
    against = min(speaking_against(at, s.stretch, passed) for at in s.moments)
    return against > 0 and against > speaking_against(moment, s.stretch, passed)


def _passes_other(board: Board, s: Scan, moment: float) -> bool:
    """Whether an event of another milestone on its page lies between a scan's time and a moment."""
    shared = (board.group_of(o) for o in board.pages[s.page] if o.milestone != s.milestone and o.is_fine)
    return any(
        g.is_shared and g.moment is not None and (s.moments[0] - g.moment) * (moment - g.moment) < 0
        for g in shared
    )


def _is_in_place(board: Board, s: Scan, moment: float) -> bool:
    """Whether the events of the rows next to a scan on its page lie on either side of the moment."""
    page, place = board.pages[s.page], board.place[id(s)]
    earlier = (board.moment_of(page[n]) for n in range(place - 1, -1, -1))
    later = (board.moment_of(page[n]) for n in range(place + 1, len(page)))
    before = next((m for m in earlier if m is not None), None)
    behind = next((m for m in later if m is not None), None)
    return (before is None or before <= moment + MINUTE) and (behind is None or moment <= behind + MINUTE)


def _are_other_rounds(g: Group, h: Group, apart: Sequence[Scan], moment: float) -> bool:
    """Whether moments more than a day apart, which no known habit explains, are those of two rounds.

    Several portals that tell one of them leave room for a wrong date only.
    """
    unexplained = [off for s in apart if not s.habit.lag and abs(off := s.apart(moment)) > DAY + MINUTE]
    if any(abs(off - round(off / DAY) * DAY) > MINUTE for off in unexplained):
        return True
    return bool(unexplained) and len({s.page[0] for s in (*g.scans, *h.scans) if s.is_witness}) <= 2


def _order_places(s: Scan, moment: float) -> bool:
    """Whether a scan stands out of the order of its page's times, but where the moment belongs."""
    return s.between is not None and s.between[0] - MINUTE <= moment <= s.between[1] + MINUTE
