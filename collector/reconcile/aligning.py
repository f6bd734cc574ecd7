"""One page's rows beside the events known so far, in the order of both: the best monotone alignment. Pure.

Needleman and Wunsch's recurrence: rows and events are walked in order, and each row is paired with an event
or left alone so that the sum of the gains is greatest. Rows that are late by habit, that print no more than a
date or nothing at all, or whose words nobody knows, get their event by the rows around them.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

R = TypeVar("R")
E = TypeVar("E")


def aligned(
    rows: Sequence[R], events: Sequence[E], gain: Callable[[R, E], float]
) -> list[tuple[int, int, bool]]:
    """Pairs (row, event) of the best alignment, by index, in order; True where it is the only one as good.

    `gain` is what pairing is worth; pairs that are worth nothing are not made.
    """
    return best_pairs([[max(0.0, gain(row, event)) for event in events] for row in rows])


def best_pairs(worth: Sequence[Sequence[float]]) -> list[tuple[int, int, bool]]:
    """The same from what each row is worth with each event, never less than 0."""
    best = _best(worth)
    found: list[tuple[int, int, bool]] = []
    row, event = len(worth), len(worth[0]) if worth else 0
    while row and event:
        if best[row][event] == best[row - 1][event]:
            row -= 1
        elif best[row][event] == best[row][event - 1]:
            event -= 1
        else:
            row, event = row - 1, event - 1
            found.append((row, event, True))
    found.reverse()
    return [(r, e, _is_only(worth[r], e, _bounds(found, place))) for place, (r, e, _) in enumerate(found)]


def _best(worth: Sequence[Sequence[float]]) -> list[list[float]]:
    """The greatest sum for the first rows and the first events."""
    width = len(worth[0]) if worth else 0
    best = [[0.0] * (width + 1)]
    for gains in worth:
        above, most = best[-1], 0.0
        if not any(gains):
            best.append(above)  # such a row changes nothing
            continue
        line = [most]
        for event, gain in enumerate(gains):
            most = max(above[event + 1], most, above[event] + gain if gain else 0.0)
            line.append(most)
        best.append(line)
    return best


def _bounds(found: Sequence[tuple[int, int, bool]], place: int) -> tuple[int, int]:
    """The first event the pair could have had without crossing its neighbours, and the end of those."""
    first = found[place - 1][1] + 1 if place else 0
    last = found[place + 1][1] if place + 1 < len(found) else -1
    return first, last


def _is_only(gains: Sequence[float], event: int, bounds: tuple[int, int]) -> bool:
    first, last = bounds
    others = range(first, len(gains) if last < 0 else last)
    return all(gains[other] < gains[event] for other in others if other != event)
