"""One consistent order of a parcel's events: by time, else by where portals list them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby, pairwise

from scrapers.words import Milestone

#: Earliest and latest moment of an event, both None where nothing is known, and its milestone.
When = tuple[datetime | None, datetime | None, Milestone | None]

#: A moment, and a place before (negative) or behind others that are tied to that moment.
_Key = tuple[datetime, int]

#: Spans longer than this are no moment: portals' order says where in them an event belongs.
_MOMENT_S = 60
_JOURNEY = {milestone: place for place, milestone in enumerate(Milestone)}


def in_order(
    whens: Sequence[When], listed: Iterable[Sequence[int]], ties: Sequence[tuple[object, ...]]
) -> list[int]:
    """The places of `whens` in order of the journey.

    `listed` are the events each portal lists, oldest first. A moment decides first. Events without one go
    just behind what a portal lists before them, as far as their day allows; those of which nothing is known
    stand last. What happened at one moment
    stands as portals list it, then in the usual order of milestones, then by `ties`.
    """
    lists = sorted((list(events) for events in listed), key=lambda events: [ties[n] for n in events])
    keys: dict[int, _Key] = {n: (w[0], 0) for n, w in enumerate(whens) if w[0] is not None and _is_moment(w)}
    for events in lists:
        _place_loose(events, whens, keys)
    for n, (earliest, _, _) in enumerate(whens):
        if earliest is not None:
            keys.setdefault(n, (earliest, 0))
    for events in lists:
        _place_loose(events, whens, keys)
    for n in range(len(whens)):
        keys.setdefault(n, (datetime.max.replace(tzinfo=UTC), 0))
    usual = sorted(range(len(whens)), key=lambda n: (keys[n], _journey(whens[n][2]), ties[n]))
    tied = [list(group) for _, group in groupby(usual, key=lambda n: keys[n])]
    return [n for group in tied for n in _as_listed(group, lists)]


def _is_moment(when: When) -> bool:
    earliest, latest, _ = when
    return earliest is not None and latest is not None and (latest - earliest).total_seconds() < _MOMENT_S


def _journey(milestone: Milestone | None) -> int:
    return _JOURNEY[milestone] if milestone is not None else len(_JOURNEY)


def _place_loose(events: Sequence[int], whens: Sequence[When], keys: dict[int, _Key]) -> None:
    """Give a key to those events of one list that have none."""
    before: _Key | None = None
    waiting: list[int] = []
    for n in events:
        if n in keys:
            # The first rows of a page have nothing before them: they come just before what follows.
            for far, early in enumerate(reversed(waiting), start=1):
                keys[early] = _within(whens[early], (keys[n][0], keys[n][1] - far))
            waiting, before = [], keys[n]
        elif before is None:
            waiting.append(n)
        else:
            keys[n] = before = _within(whens[n], (before[0], before[1] + 1))


def _within(when: When, key: _Key) -> _Key:
    """`key` moved into the span of `when`, if it has one."""
    earliest, latest, _ = when
    if earliest is not None and key[0] < earliest:
        return (earliest, 0)
    if latest is not None and key[0] > latest:
        return (latest, 0)
    return key


def _as_listed(group: Sequence[int], lists: Iterable[Sequence[int]]) -> Iterable[int]:
    """`group`, given in the usual order, in the order portals list it where they do."""
    waiting = dict.fromkeys(group)
    behind: dict[int, set[int]] = defaultdict(set)
    for events in lists:
        for a, b in pairwise([n for n in events if n in waiting]):
            behind[b].add(a)
    while waiting:
        free = (n for n in waiting if not behind[n] & waiting.keys())
        # Portals that contradict each other leave the usual order.
        chosen = next(free, next(iter(waiting)))
        del waiting[chosen]
        yield chosen
