"""How far down the picture a moment lies: minutes apart stay apart, long silence is cut short. Pure.

Between two moments lies a distance that grows with the logarithm of the time between them, and at least what
the texts of an event need. So a cluster of scans can be read, hours look longer than minutes, and a week of
silence does not fill the page; it is given back to be drawn as silence.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log2

#: Nothing for longer than this is drawn as silence.
SILENCE = timedelta(hours=44)
_TOGETHER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Stop:
    """An event on the scale: the room it needs above it, and below it before the next one."""

    event_id: str
    at: datetime
    above: float
    below: float


@dataclass(frozen=True, slots=True)
class Silence:
    """A stretch of the scale in which nothing happened for so many seconds."""

    top: float
    bottom: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Scale:
    """Where events and moments lie, downwards from 0. Knots are in order of time."""

    events: dict[str, float]
    knots: tuple[tuple[datetime, float], ...]
    silences: tuple[Silence, ...]
    bottom: float

    def y(self, moment: datetime) -> float:
        """Where a moment lies: between knots in proportion, beyond the ends at them."""
        place = bisect_right(self.knots, moment, key=lambda knot: knot[0])
        if place == 0:
            return self.knots[0][1]
        if place == len(self.knots) or self.knots[place - 1][0] == moment:
            return self.knots[place - 1][1]
        (start, top), (end, bottom) = self.knots[place - 1 : place + 1]
        return top + (bottom - top) * ((moment - start) / (end - start))


def scale(stops: Sequence[Stop], moments: Iterable[datetime]) -> Scale:
    """The scale for events in the order of their times, and for other moments that must be told apart."""
    points: list[tuple[datetime, int, Stop | None]] = [
        *((stop.at, 0, stop) for stop in stops),
        *((moment, 1, None) for moment in set(moments)),
    ]
    points.sort(key=lambda point: point[:2])
    events: dict[str, float] = {}
    knots: list[tuple[datetime, float]] = []
    silences: list[Silence] = []
    y, free_from, before = 0.0, 0.0, points[0][0] if points else None
    for at, _, stop in points:
        apart = at - before if before is not None else timedelta()
        top, y = y, y + _distance(apart)
        if apart > SILENCE:
            top = max(top, min(free_from, y) - 4)
            silences.append(Silence(top, max(y, top + _distance(apart)), apart.total_seconds()))
            y = silences[-1].bottom
        if stop is not None:
            y = max(y, free_from) + stop.above
            free_from, events[stop.event_id] = y + stop.below, y
        knots.append((at, y))
        before = at
    return Scale(events, tuple(knots), tuple(silences), max(free_from, y))


def _distance(apart: timedelta) -> float:
    """How much room a time takes without anything in it."""
    if apart <= _TOGETHER:
        return 0.0
    if apart > SILENCE:
        return 22 + 7 * log2(apart / timedelta(days=1))
    return 5 + 4 * log2(1 + apart / timedelta(minutes=20))
