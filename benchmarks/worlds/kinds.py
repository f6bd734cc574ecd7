"""What is true of two rows of one event on two portals: the kind of their difference, and whether it shows.

The kinds are those of the program's definition, taken from the truth: the believed instants are the true
ones of the printed clocks, claims are taken as printed. `lag` is a difference that comes from a habit of
receipt, `conflict` one that comes from a false time.

Some truths cannot be told from what is shown. There the honest answer is "unexplained", and the true kind is
accepted beside it:

- the clock of a portal nobody knows, which claims nothing or something wrong, where fewer than three events
  of its leg are also shown, on time and rightly, by a portal whose clock is known (`Evidence.anchored`);
- a lag of a portal and leg that shows fewer than three late events beside such a portal (`Evidence.delayed`);
- a conflict whose later row is late by no more than twice the habit of its portal on that leg: it may as
  well be a lag, which is accepted too;
- a conflict whose later row comes from a portal nobody knows with fewer than three such events: nobody can
  say that it is not always late.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.worlds.model import Row, Time, World

Span = tuple[datetime, datetime]

AGREE = timedelta(seconds=60)
ENOUGH = 3
#: Every kind a pair can be of, and "none" for two rows that agree.
KINDS = ("conflict", "lag", "unexplained", "zone_label", "timezone", "precision", "none")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How often portal and leg stand beside a sound witness: on time, and late. `habits`: longest lags."""

    anchored: Counter[tuple[str, str]] = field(default_factory=Counter)
    delayed: Counter[tuple[str, str]] = field(default_factory=Counter)
    habits: dict[tuple[str, str], timedelta] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Truth:
    """The kind of a pair; `accepted` are the answers that are right. The first row is `a`."""

    kind: str
    accepted: frozenset[str]


def gap(a: Span, b: Span) -> timedelta:
    """How far b lies from a: negative before, positive after it, zero where they overlap."""
    if b[0] > a[1]:
        return b[0] - a[1]
    return b[1] - a[0] if b[1] < a[0] else timedelta(0)


def agree(a: Span, b: Span) -> bool:
    """Whether two instants agree: within a minute, or overlapping."""
    return abs(gap(a, b)) <= AGREE


def claimed(time: Time) -> Span:
    """The instant with the claim taken at its word; without a claim, the true one."""
    return time.span(time.claimed_minutes)


def is_coarser(a: Time, b: Time) -> bool:
    """Whether one of them names no more than the day or the hour, and the other something finer."""
    return a.precision != b.precision and not (a.is_fine and b.is_fine)


def true_kind(a: Row, b: Row) -> str | None:
    """The kind by the definition, with everything known; None where either shows no time."""
    first, second = a.time, b.time
    if first is None or second is None:
        return None
    between = gap(first.span(), second.span())
    if abs(between) > AGREE:
        return "conflict" if a.false or b.false else "lag"
    if not agree(claimed(first), claimed(second)):
        return "zone_label"
    if not agree(first.span(0), second.span(0)):
        return "timezone"
    return "precision" if is_coarser(first, second) else "none"


def truth_of(a: Row, b: Row, evidence: Evidence, known: frozenset[str]) -> Truth | None:
    """What is true of the pair, and which answers are right; None where either shows no time."""
    kind = true_kind(a, b)
    if kind is None or a.time is None or b.time is None:
        return None
    right = {kind}
    later = b if gap(a.time.span(), b.time.span()) > timedelta(0) else a
    is_open = any(_is_unread(row, evidence, known) for row in (a, b))
    if kind == "lag":
        is_open |= evidence.delayed[later.unit] < ENOUGH
    if kind == "conflict":
        apart = abs(gap(a.time.span(), b.time.span()))
        if apart <= 2 * evidence.habits.get(later.unit, timedelta(0)):
            is_open = True
            right.add("lag")
        is_open |= later.portal not in known and evidence.anchored[later.unit] < ENOUGH
    return (
        Truth("unexplained", frozenset(right | {"unexplained"})) if is_open else Truth(kind, frozenset(right))
    )


def _is_unread(row: Row, evidence: Evidence, known: frozenset[str]) -> bool:
    """Whether nothing shows what the row's clock is."""
    if row.portal in known or row.time is None:
        return False
    is_right = row.time.claimed_minutes == row.time.offset_minutes
    return not is_right and evidence.anchored[row.unit] < ENOUGH


def evidence_of(world: World) -> Evidence:
    """What the whole world shows of each portal and leg."""
    found = Evidence()
    for rows in events_of(world.current).values():
        sound = [row for row in rows if _is_sound(row, world.known)]
        on_time, late = set[tuple[str, str]](), set[tuple[str, str]]()
        for row in rows:
            if row.late > AGREE:
                found.habits[row.unit] = max(row.late, found.habits.get(row.unit, row.late))
            if row.time is None or row.false or not row.time.is_fine:
                continue
            if any(witness.portal != row.portal for witness in sound):
                (late if row.late > AGREE else on_time).add(row.unit)
        found.anchored.update(on_time)
        found.delayed.update(late)
    return found


def _is_sound(row: Row, known: frozenset[str]) -> bool:
    """Whether the row is of a portal whose clock is known, sees for itself, and shows when it happened."""
    return (
        row.portal in known
        and row.source is None
        and row.time is not None
        and row.time.is_fine
        and not row.false
        and row.late <= AGREE
    )


def events_of(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each event."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.event is not None:
            found.setdefault(row.event, []).append(row)
    return found


def speakers(rows: Sequence[Row]) -> dict[str, Row]:
    """By portal, the row that speaks for it among those of one event: the finest, then the earliest."""
    finest = {"second": 0, "minute": 1, "hour": 2, "day": 3}
    found: dict[str, Row] = {}
    timed = [(finest[row.time.precision], row.time.instant, row.id, row) for row in rows if row.time]
    for *_, row in sorted(timed, key=lambda found: found[:3]):
        found.setdefault(row.portal, row)
    return found
