"""Events from groups of rows: the best time, the place, the wording, and one consistent order. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from collector.fold import Observation
from collector.reconcile.align import Track
from collector.reconcile.clocks import Belief, Estimates, leg_name
from collector.reconcile.kinds import Said, speakers
from scrapers import vocabulary
from scrapers.words import Leg, Milestone

_PRECISION = {"second": 0, "minute": 1, "hour": 2, "day": 3, None: 4}
_SOURCE = {"inferred": 1, "unknown": 2}
#: Journey order of milestones, for events that nothing else puts in order.
_JOURNEY = {milestone: n for n, milestone in enumerate(Milestone)}


@dataclass(frozen=True, slots=True)
class Event:
    """One real event. `members` are the ids of the observations that report it; `spokesman` gave the time."""

    id: str
    sequence: int
    milestone: Milestone | None
    leg: Leg | None
    occurred_at: datetime | None
    earliest_at: datetime | None
    latest_at: datetime | None
    place: str | None
    description: str
    shown: dict[str, str]
    members: tuple[str, ...]


def events(
    groups: Sequence[Sequence[Observation]],
    tracks: Mapping[Track, Sequence[Observation]],
    beliefs: Mapping[str, Belief],
    estimates: Estimates,
    destination: str | None,
) -> list[Event]:
    """The parcel's events in order, numbered from 1."""
    made = [_event(group, beliefs, estimates, destination) for group in groups]
    keys = _order_keys(made, tracks)
    ordered = sorted(made, key=lambda event: keys[event.id])
    return [replace(event, sequence=n) for n, event in enumerate(ordered, start=1)]


def _event(
    group: Sequence[Observation], beliefs: Mapping[str, Belief], estimates: Estimates, destination: str | None
) -> Event:
    sides = speakers([(o, beliefs[o.id]) for o in group])
    best = min(sides.values(), key=lambda side: _rank(side, sides, estimates, destination))
    span = best.belief.span
    wordings = [best, *(s for s in sides.values() if s is not best)]
    milestones = Counter(s.observation.row.milestone for s in sides.values() if s.observation.row.milestone)
    row = best.observation.row
    milestone = row.milestone or min(milestones, key=lambda m: (-milestones[m], m), default=None)
    leg = row.leg or next((s.observation.row.leg for s in wordings if s.observation.row.leg), None)
    members = tuple(sorted(o.id for o in group))
    return Event(
        id=sha256(f"event\0{members[0]}".encode()).hexdigest()[:20],
        sequence=0,
        milestone=milestone,
        leg=leg,
        occurred_at=best.belief.occurred_at,
        earliest_at=span.earliest if span else None,
        latest_at=span.latest if span else None,
        place=next(
            (s.observation.row.printed.place for s in wordings if s.observation.row.printed.place), None
        ),
        description=row.printed.description,
        shown={portal: side.observation.row.printed.time_text or "" for portal, side in sides.items()},
        members=members,
    )


def _rank(
    side: Said, sides: Mapping[str, Said], estimates: Estimates, destination: str | None
) -> tuple[object, ...]:
    """Best first: known clock, fine, not habitually late, backed by others, of who holds the parcel."""
    observation, span = side.observation, side.belief.span
    row = observation.row
    estimate = estimates.get((observation.portal, leg_name(row.leg)))
    is_late = estimate is not None and estimate.lag_class == "receipt"
    backing = sum(
        1
        for other in sides.values()
        if span
        and other.belief.span
        and not other.observation.row.printed.relayed_from
        and span.agrees_with(other.belief.span)
    )
    return (
        span is None,
        _SOURCE.get(side.belief.source, 0),
        row.precision in ("hour", "day", None),
        is_late,
        -backing,
        not _holds_parcel(observation, destination),
        _PRECISION[row.precision],
        span.earliest if span else datetime.max.replace(tzinfo=UTC),
        observation.portal,
        observation.id,
    )


def _holds_parcel(observation: Observation, destination: str | None) -> bool:
    facts = vocabulary.facts(observation.portal)
    if facts.kind != "carrier":
        return False
    if observation.row.leg in (Leg.IMPORT, Leg.LAST_MILE):
        return facts.country is not None and facts.country == (destination or facts.country)
    return True


def _order_keys(
    made: Sequence[Event], tracks: Mapping[Track, Sequence[Observation]]
) -> dict[str, tuple[object, ...]]:
    """A key for each event: its time, or where it has none, just after what its portal shows before it."""
    event_of = {member: event for event in made for member in event.members}
    when: dict[str, tuple[datetime, int]] = {
        event.id: (event.earliest_at, 0) for event in made if event.earliest_at is not None
    }
    for name in sorted(tracks):
        _place_timeless([event_of[o.id] for o in tracks[name] if o.id in event_of], when)
    never = (datetime.max.replace(tzinfo=UTC), 0)
    return {
        event.id: (*when.get(event.id, never), _JOURNEY.get(event.milestone, 99), event.id)  # type: ignore[arg-type]
        for event in made
    }


def _place_timeless(row_events: Sequence[Event], when: dict[str, tuple[datetime, int]]) -> None:
    before: tuple[datetime, int] | None = None
    waiting: list[Event] = []
    for event in row_events:
        if event.id in when:
            # The first rows of a page have nothing before them: they come just before what follows.
            for n, early in enumerate(reversed(waiting), start=1):
                when.setdefault(early.id, (when[event.id][0] - timedelta(microseconds=n), 0))
            waiting, before = [], when[event.id]
        elif before is None:
            waiting.append(event)
        else:
            before = (before[0], before[1] + 1)
            when[event.id] = before
