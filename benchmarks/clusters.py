"""Rows put together into events, nearest first: what the baselines and the upper bound have in common."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import combinations

from benchmarks.worlds import Row

Voice = Callable[[Row], str]
Distance = Callable[[Row, Row], tuple[timedelta, int] | None]


def clusters(
    rows: Sequence[Row], groups: Iterable[Sequence[str]], distance: Distance, voice: Voice
) -> list[list[Row]]:
    """The rows in clusters with at most one group of each voice, joined nearest first.

    groups    ids of rows of one portal that are one event for sure, and stay together
    distance  of two rows of different portals, None where they cannot be one event
    voice     whose rows a row is one of: its portal's, or of a relay those from one source
    """
    home = {row.id: row.id for row in rows}
    for group in groups:
        for one in group:
            home[one] = group[0]
    members: dict[str, list[Row]] = {}
    for row in rows:
        members.setdefault(home[row.id], []).append(row)
    pairs = []
    for a, b in combinations(rows, 2):
        apart = distance(a, b) if a.portal != b.portal else None
        if apart is not None:
            pairs.append((*apart, a.id, b.id))
    for *_, a_id, b_id in sorted(pairs):
        first, second = home[a_id], home[b_id]
        if first != second and not {*map(voice, members[first])} & {*map(voice, members[second])}:
            for row in members[second]:
                home[row.id] = first
            members[first] += members.pop(second)
    return list(members.values())
