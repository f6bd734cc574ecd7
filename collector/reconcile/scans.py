"""Rows of one page that tell one scan: two systems of a portal wrote them, seconds apart. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import inf

from collector.fold import Observation
from collector.read.rows import ReadRow
from collector.reconcile.clocks import claim_of
from scrapers.words import Milestone

#: Systems of one portal write the same scan 3 to 8 s apart.
SAME_SCAN = timedelta(seconds=10)
#: A milestone, which time it is passed, and how often its page passes it in all.
Passing = tuple[Milestone, int, int]
#: By track, what `passings` gives of it.
Passed = Mapping[tuple[str, str], Sequence[tuple[Passing, Observation]]]

_PASSING = {Milestone.ARRIVED_FACILITY, Milestone.DEPARTED_FACILITY}


def scans(rows: Sequence[Observation]) -> list[tuple[Observation, ...]]:
    """The rows of one track in scans, in their order (oldest first); most scans are one row."""
    found: list[list[Observation]] = []
    began: dict[int, ReadRow] = {}
    for o in sorted(rows, key=_order):
        if found and _is_same_scan(began[len(found) - 1], o.row):
            found[-1].append(o)
        else:
            began[len(found)] = o.row
            found.append([o])
    return sorted((tuple(scan) for scan in found), key=lambda scan: min(o.sequence for o in scan))


def passings(rows: Sequence[Observation]) -> list[tuple[Passing, Observation]]:
    """One row of each scan with a milestone, and which of how many times its page passes that milestone."""
    found = [scan[0] for scan in scans(rows)]
    times: dict[Milestone, int] = defaultdict(int)
    counted: list[tuple[Milestone, int, Observation]] = []
    for o in found:
        if o.row.milestone is not None:
            times[o.row.milestone] += 1
            counted.append((o.row.milestone, times[o.row.milestone], o))
    return [((milestone, time, times[milestone]), o) for milestone, time, o in counted]


def passed_on(tracks: Mapping[tuple[str, str], Sequence[Observation]]) -> Passed:
    """What every track passes."""
    return {name: passings(rows) for name, rows in tracks.items()}


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


def _order(o: Observation) -> tuple[bool, datetime, int]:
    at = o.row.local_time
    return at is None, at or datetime.min, o.sequence  # noqa: DTZ901 - wall times are naive


def _is_same_scan(a: ReadRow, b: ReadRow) -> bool:
    """Whether two rows tell one scan at one place, b no earlier than a: seconds apart, or in one minute."""
    if a.local_time is None or b.local_time is None or a.printed.place != b.printed.place:
        return False
    if claim_of(a) != claim_of(b):
        return False  # the same digits under another label are another moment
    is_to_second = a.precision == b.precision == "second"
    is_at_once = a.precision == b.precision == "minute" and a.local_time == b.local_time
    if not is_at_once and not (is_to_second and b.local_time - a.local_time <= SAME_SCAN):
        return False
    if a.milestone is None or b.milestone is None:
        return a.milestone is b.milestone and a.printed.description == b.printed.description
    # In and out of a facility takes longer than this: it is one pass under two names.
    return a.milestone == b.milestone or (is_to_second and {a.milestone, b.milestone} == _PASSING)
