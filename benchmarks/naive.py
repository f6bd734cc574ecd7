"""Two reconcilers as they are often written, to compare with: both are given dates read without a mistake.

Both believe every label, and take a time without one for UTC.

`labels`  joins rows of one milestone whose instants are nearest, up to twelve hours apart
`day`     joins rows of one printed date, nearest printed time first, whatever they say
"""

from datetime import UTC, datetime, timedelta
from itertools import combinations

from benchmarks.answers import Answer, Disagreement, Said
from benchmarks.clusters import Distance, clusters
from benchmarks.sequences import sequence_of
from benchmarks.worlds import Row, World
from benchmarks.worlds.kinds import Span, agree, gap, is_coarser, speakers
from benchmarks.worlds.model import Time

_REACH = timedelta(hours=12)


def labels(world: World) -> Answer:
    """Joined by milestone and instant."""
    return _answer(world, _by_label)


def day(world: World) -> Answer:
    """Joined by local day and printed time."""
    return _answer(world, _by_day)


def _believed(time: Time) -> Span:
    return time.span(time.claimed_minutes or 0)


def _by_label(a: Row, b: Row) -> tuple[timedelta, int] | None:
    if a.time is None or b.time is None or not a.meanings & b.meanings:
        return None
    apart = abs(gap(_believed(a.time), _believed(b.time)))
    return (apart, 0) if apart <= _REACH else None


def _by_day(a: Row, b: Row) -> tuple[timedelta, int] | None:
    if a.time is None or b.time is None or a.time.local_time.date() != b.time.local_time.date():
        return None
    return abs(gap(a.time.span(0), b.time.span(0))), 0


def _answer(world: World, distance: Distance) -> Answer:
    rows: dict[str, Said] = {}
    times: dict[str, tuple[str, datetime]] = {}
    found: list[Disagreement] = []
    for parcel in world.parcels:
        of_parcel = [row for row in world.current if row.parcel == parcel.index]
        for members in clusters(of_parcel, (), distance, lambda row: row.portal):
            event = members[0].id
            spans = [_believed(row.time) for row in members if row.time]
            earliest = min((span[0] for span in spans), default=datetime.max.replace(tzinfo=UTC))
            times[event] = (str(parcel.index), earliest)
            for row in members:
                at = _believed(row.time)[0] if row.time and row.time.is_fine else None
                rows[row.id] = Said(str(parcel.index), event, at, min(row.meanings, default=None))
            for a, b in combinations(speakers(members).values(), 2):
                if kind := _kind(a, b):
                    found.append(Disagreement(a.id, b.id, kind, 1.0))
    numbers = {number: frozenset({str(p.index)}) for p in world.parcels for number in p.numbers}
    instants = {event: at for event, (_, at) in times.items()}
    return Answer(rows, sequence_of(times), numbers, found, instants)


def _kind(a: Row, b: Row) -> str | None:
    """The kind by the definition, from what is believed."""
    if a.time is None or b.time is None:
        return None
    if not agree(_believed(a.time), _believed(b.time)):
        return "conflict"
    if not agree(a.time.span(0), b.time.span(0)):
        return "timezone"
    return "precision" if is_coarser(a.time, b.time) else None
