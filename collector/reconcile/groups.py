"""Scans, and the groups they are put in: the moment of a group, and what its parts say of being one. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from math import log

from collector.fold import Observation
from collector.reconcile.journey import BEGINNINGS
from collector.reconcile.model import (
    DAY,
    FALSE,
    IN_AND_OUT,
    MINUTE,
    OTHER_PLACE,
    SAME_PLACE,
    TWO_STEPS,
    Habit,
    time_given,
    words_given,
)
from scrapers.words import Leg, Milestone

#: Portals whose silence about one of two events counts for their being one; more add nothing new.
MOST_SILENT = 2


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """One scan as one page tells it: usually one row.

    rows    the rows, the one that speaks first
    page    portal and number
    leg     the part of the journey it was made on
    spot    place on the page, oldest first
    names   the milestones of all its rows, that of the first in front
    stretch the stretch of the journey it belongs to (`journey`), None where that is open
    moments when it may have happened, in minutes since 1970 (two in the hour that autumn repeats);
            none without a time; the first moment of a coarse one
    width   minutes that the printed time covers: 1, 60 or 1440
    between for a row out of the order of its times: the moments of the rows around it
    """

    rows: tuple[Observation, ...]
    page: tuple[str, str]
    leg: Leg | None
    spot: int
    milestone: Milestone | None
    names: tuple[Milestone | None, ...]
    is_physical: bool
    moments: tuple[float, ...]
    width: float
    habit: Habit
    country: str | None
    towns: frozenset[str]
    is_witness: bool
    stretch: int | None
    between: tuple[float, float] | None
    key: tuple[object, ...]

    @property
    def is_fine(self) -> bool:
        """Whether it has a time, to the minute."""
        return bool(self.moments) and self.width <= MINUTE

    def apart(self, moment: float) -> float:
        """Minutes that its time lies behind a moment; 0 if it covers it."""
        nearest = self.moments[0] - moment
        if len(self.moments) > 1:
            nearest = min((at - moment for at in self.moments), key=abs)
        if self.width > MINUTE and nearest < 0:
            return min(0.0, nearest + self.width)
        return nearest


@dataclass(slots=True, eq=False)
class Group:
    """Scans taken for one event, the moment that makes their times likeliest, and how likely that is."""

    scans: list[Scan]
    moment: float | None = None
    fit: float = 0.0
    milestone: Milestone | None = None
    pages: frozenset[tuple[str, str]] = frozenset()
    stretch: int | None = None
    is_shared: bool = False
    is_gone: bool = field(default=False)

    def __post_init__(self) -> None:
        self.settle()

    def settle(self) -> None:
        """Work out the moment, its likelihood, what most scans are called, and if several pages tell it."""
        self.moment, self.fit = best_moment(self.scans)
        self.pages = frozenset([s.page for s in self.scans])
        self.is_shared = len(self.pages) > 1
        stretches = {s.stretch for s in self.scans if s.stretch is not None}
        self.stretch = min(stretches) if len(stretches) == 1 else None
        if len(self.scans) == 1:
            self.milestone = self.scans[0].milestone
            return
        said = Counter(s.milestone for s in self.scans if s.milestone is not None)
        self.milestone = min(said, key=lambda m: (-said[m], m)) if said else None


#: Pairs of scans that are not one event, because the user says so.
Apart = Set[frozenset[Scan]]


def are_kept_apart(g: Group, h: Group, apart: Apart) -> bool:
    """Whether the user says of a scan of one group and one of the other that they are not one event."""
    return bool(apart) and any(frozenset((a, b)) in apart for a in g.scans for b in h.scans)


def may_join(g: Group, h: Group, apart: Apart) -> bool:
    """Whether two groups share no page, and rows of one portal in them tell one moment.

    Nor are they kept `apart`.
    """
    if are_kept_apart(g, h, apart):
        return False
    for a in g.scans:
        for b in h.scans:
            if a.page == b.page or (a.page[0] == b.page[0] and not _agree(a, b)):
                return False
    return True


def _agree(a: Scan, b: Scan) -> bool:
    """Whether two scans can be of one moment; one without a time contradicts none."""
    if not a.moments or not b.moments:
        return True
    if a.is_fine and b.is_fine:
        return min(abs(a.apart(moment)) for moment in b.moments) <= MINUTE
    return any(_overlap(x, a, y, b) for x in a.moments for y in b.moments)


def _overlap(x: float, a: Scan, y: float, b: Scan) -> bool:
    """Whether `a` at moment x and `b` at y overlap, one of them being coarse."""
    if a.is_fine:
        return y <= x < y + b.width
    if b.is_fine:
        return x <= y < x + a.width
    return x < y + b.width and y < x + a.width


def is_one_country(a: Iterable[Scan], b: Iterable[Scan]) -> bool:
    """Whether two sets of scans may be in one country: one names none, or both name the same."""
    ours, theirs = ({s.country for s in scans if s.country} for scans in (a, b))
    return not ours or not theirs or bool(ours & theirs)


def words(g: Group, h: Group) -> float | None:
    """What the words of two groups say for one event, by those that agree best.

    None if any two cannot be one. Words that nobody understands say nothing where others do.
    """
    if len(g.scans) == len(h.scans) == 1:
        return _words_of_two(g.scans[0], h.scans[0])
    said: list[float] = []
    for a in g.scans:
        for b in h.scans:
            found = _words_of_two(a, b)
            if found is None:
                return None
            if a.milestone is not None and b.milestone is not None:
                said.append(found)
    return max(said, default=0.0)


def _words_of_two(a: Scan, b: Scan) -> float | None:
    is_mixed = a.is_physical != b.is_physical
    if len(a.names) == len(b.names) == 1:
        found = words_given(a.milestone, b.milestone, is_scan_and_data=is_mixed)
    else:
        told = [words_given(x, y, is_scan_and_data=is_mixed) for x in a.names for y in b.names]
        found = max((t for t in told if t is not None), default=None)
    is_told = a.milestone is not None and b.milestone is not None
    return found if found is None or is_told else 0.0


def may_be_two_steps(g: Group, h: Group) -> bool:
    """Whether two groups may tell two steps of one milestone: in words of their own, or of two carriers."""
    both = {s.milestone for s in g.scans} & {s.milestone for s in h.scans}
    if both and both <= BEGINNINGS:
        return _is_of_last_carrier(g) != _is_of_last_carrier(h)
    return bool(both) and both <= TWO_STEPS and not _texts(g) & _texts(h)


def _is_of_last_carrier(g: Group) -> bool:
    return any(s.leg is Leg.LAST_MILE for s in g.scans)


def _texts(g: Group) -> set[str]:
    return {o.row.printed.description.casefold() for s in g.scans for o in s.rows}


def are_printed_alike(g: Group, h: Group) -> bool:
    """Whether a row of each prints one minute at places of one name: no more than a label parts them."""
    return bool(_prints(g) & _prints(h))


def _prints(g: Group) -> set[tuple[datetime, str]]:
    fine = [(o.row.local_time, s.towns) for s in g.scans if s.is_fine for o in s.rows]
    return {(at.replace(second=0), town) for at, towns in fine if at is not None for town in towns}


def are_in_and_out(g: Group, h: Group) -> bool:
    """Whether one group tells the way in and the other the way out, and no scan has both names."""
    ours, theirs = ({name for s in group.scans for name in s.names} for group in (g, h))
    return frozenset((g.milestone, h.milestone)) in IN_AND_OUT and not ours & theirs


def is_one_second(g: Group, h: Group) -> bool:
    """Whether a row of each is told to the second, and they tell the same one."""
    return bool(_seconds(g) & _seconds(h))


def are_whole_quarters_apart(g: Group, h: Group) -> bool:
    """Whether a row of each is told to the second, and whole quarters of an hour part them, to the second.

    Seconds that are nought say nothing: there are clocks that print no others.
    """
    ours, theirs = _seconds(g), _seconds(h)
    return any(a != b and a % 60 and (a - b) % 900 == 0 for a in ours for b in theirs)


def _seconds(g: Group) -> set[int]:
    return {round(at * 60) for s in g.scans if s.rows[0].row.precision == "second" for at in s.moments}


def silence(g: Group, h: Group) -> float:
    """What it says that portals which show one of two events do not show the other."""
    one = {s.page[0]: s.habit.left_out for s in g.scans if s.is_witness}
    other = {s.page[0]: s.habit.left_out for s in h.scans if s.is_witness}
    silent = [
        left_out for a, b in ((one, other), (other, one)) for portal, left_out in a.items() if portal not in b
    ]
    return -sum(sorted(silent)[:MOST_SILENT])


def places(g: Group, h: Group) -> float:
    """What the names of places say for one event."""
    one = frozenset[str]().union(*(s.towns for s in g.scans))
    other = frozenset[str]().union(*(s.towns for s in h.scans))
    if not one or not other:
        return 0.0
    return SAME_PLACE if one & other else OTHER_PLACE


def best_moment(scans: Sequence[Scan]) -> tuple[float | None, float]:
    """The moment under which the scans' times are likeliest together, and their likelihood (a logarithm).

    A relay that says what a portal of its own knowledge says in the same group adds nothing.
    """
    if len(scans) == 1 and scans[0].is_fine and len(scans[0].moments) == 1:
        return scans[0].moments[0], _fit(scans[0], scans[0].moments[0])
    if len(scans) > 1:
        scans = [s for s in scans if s.is_witness or not any(w.is_witness and _agree(s, w) for w in scans)]
    fine = sorted({at for s in scans if s.is_fine for at in s.moments})
    if fine:
        fit, at = max((sum(_fit(s, at) for s in scans), -at) for at in fine)
        return -at, fit
    coarse = [s for s in scans if s.moments]
    if not coarse:
        return None, 0.0
    first = max(s.moments[0] for s in coarse)
    last = min(s.moments[0] + s.width for s in coarse)
    if first >= last:
        return min(s.moments[0] for s in coarse), len(coarse) * -20.0
    return first, log(last - first)


def _fit(s: Scan, moment: float) -> float:
    if not s.moments:
        return 0.0
    apart = s.apart(moment)
    if s.width <= MINUTE:
        return time_given(apart, s.habit)
    if abs(apart) <= MINUTE:
        return log(1 - FALSE)
    late = s.habit.lag is None or s.habit.lag > 0
    return log(0.1 if late and 0 < apart <= 2 * DAY else FALSE / (1 + abs(apart) / DAY))
