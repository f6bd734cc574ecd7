"""Figures about single rows, events, parcels and visits."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise

from benchmarks.answers import Answer
from benchmarks.judging import Judged, Tally
from benchmarks.oracle import revisions_in
from benchmarks.worlds import Row, World
from benchmarks.worlds.kinds import events_of

CLOSE = timedelta(seconds=90)
#: Words that may mean more things than that are not asked what they mean.
CLEAR = 2


def instants(judged: Judged) -> dict[str, float]:
    """Rows and events whose instant is within 90 s of the truth; rows coarser than a minute are left out."""
    timed = [r for r in judged.world.current if r.time and r.time.is_fine and not r.false]
    close = 0
    for row in timed:
        said = judged.answer.rows.get(row.id)
        at = said.instant if said else None
        close += bool(at and row.time and abs(at - row.time.instant) <= CLOSE)
    found = {"instants within 90 s": close / len(timed) if timed else 1.0}
    if judged.answer.times:
        events = {r.event: r for r in timed if r.event is not None and not r.late}
        right = sum(_is_event_close(judged, row) for row in events.values())
        found["events within 90 s"] = right / len(events) if events else 1.0
    return found


def _is_event_close(judged: Judged, row: Row) -> bool:
    said = judged.answer.rows.get(row.id)
    at = judged.answer.times.get(said.event) if said and said.event else None
    return at is not None and abs(at - judged.world.events[row.event or ""].at) <= CLOSE


def places(judged: Judged) -> dict[str, str]:
    """By true event, the event most of its rows are put in."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for row in judged.world.current:
        said = judged.answer.rows.get(row.id)
        if row.event is not None and said is not None and said.event is not None:
            votes[row.event][said.event] += 1
    return {
        event: min(found, key=lambda e: (-found[e], judged.answer.sequence.get(e, 0), e))
        for event, found in votes.items()
    }


def order(judged: Judged) -> float:
    """Of events next to each other in truth whose order is shown, how many stand in that order."""
    return _share(is_right for *_, is_right in neighbours(judged))


def neighbours(judged: Judged) -> Iterator[tuple[str, str, bool]]:
    """Events next to each other in truth whose order is shown, and whether they are said to stand so."""
    at = places(judged)
    rows = events_of(judged.world.current)
    for parcel in judged.world.parcels:
        shown = [event.id for event in parcel.events if event.id in at]
        for first, second in pairwise(shown):
            if _is_order_shown(rows[first], rows[second]):
                before, after = (judged.answer.sequence.get(at[event]) for event in (first, second))
                yield first, second, before is not None and after is not None and before < after


def _is_order_shown(first: list[Row], second: list[Row]) -> bool:
    """Whether both have a row that is right, on time and finer than a day, or one page has both in order."""
    if any(map(_is_plain, first)) and any(map(_is_plain, second)):
        return True
    return any(
        (a.portal, a.number) == (b.portal, b.number)
        and not (a.false or b.false)
        and (a.time is None or b.time is None or a.time.instant < b.time.instant)
        for a in first
        for b in second
    )


def _is_plain(row: Row) -> bool:
    return row.time is not None and row.time.is_fine and not row.false and not row.late


def milestones(judged: Judged) -> dict[str, float]:
    """Rows in words somebody knows with a milestone, and with a right one; rows in unknown words with one.

    Words that may mean more than two things, and notices, may be left without one.
    """
    rows, said = judged.world.current, judged.answer.rows
    found = {row.id: said[row.id].milestone if row.id in said else None for row in rows}
    plain = [row for row in rows if 0 < len(row.meanings) <= CLEAR and row.milestone != "notice"]
    told = [row for row in rows if row.meanings and found[row.id] is not None]
    odd = [row for row in rows if not row.meanings]
    return {
        "rows with a milestone": _share(found[row.id] is not None for row in plain),
        "milestones right": _share(found[row.id] in row.meanings for row in told),
        "unknown words guessed": 1 - _share(found[row.id] is None for row in odd),
    }


def _share(tests: Iterable[bool]) -> float:
    """How many hold; 1 if there are none."""
    held = list(tests)
    return sum(held) / len(held) if held else 1.0


def wrong_parcels(world: World, answer: Answer) -> list[int]:
    """Parcels whose numbers are in several parcels, or in one with another parcel's, or in none."""
    wrong = set[int]()
    owners: dict[str, set[int]] = defaultdict(set)
    for parcel in world.parcels:
        held = set[str]().union(*(answer.parcels.get(number, frozenset()) for number in parcel.numbers))
        if len(held) != 1 or any(not answer.parcels.get(number) for number in parcel.numbers):
            wrong.add(parcel.index)
        for one in held:
            owners[one].add(parcel.index)
    for indexes in owners.values():
        if len(indexes) > 1:
            wrong |= indexes
    return sorted(wrong)


def visits(judged: Judged) -> dict[str, float]:
    """Changes of times found between visits, and rows known to be gone."""
    found: dict[str, float] = {}
    if judged.answer.revisions is not None:
        true = {(r.row, r.before, r.after) for r in revisions_in(judged.world)}
        said = {(r.row, r.before, r.after) for r in judged.answer.revisions}
        tally = Tally(len(said & true), len(said - true), len(true - said))
        found["revisions F1"] = tally.f1
    if judged.answer.withdrawn is not None:
        gone = {row.id for row in judged.world.rows if row.last is None}
        said_gone = judged.answer.withdrawn
        tally = Tally(len(said_gone & gone), len(said_gone - gone), len(gone - said_gone))
        found["withdrawals F1"] = tally.f1
    return found
