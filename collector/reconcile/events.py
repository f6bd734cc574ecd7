"""Events from groups of rows: the best time, the place, the wording. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from collector.fold import Observation
from collector.reconcile.context import Countries, Track
from collector.reconcile.order import in_order
from collector.reconcile.scanning import content
from collector.reconcile.sides import FINEST, Said, bearing_out, speakers
from collector.reconcile.spans import is_fine
from scrapers import vocabulary
from scrapers.words import Leg, Milestone

#: A claim that holds, or a declared clock, comes first.
_SOURCE = {"corrected": 1, "inferred": 2, "unknown": 3}


@dataclass(frozen=True, slots=True)
class Event:
    """One real event. `members` are the ids of the observations that report it."""

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
    groups: Sequence[Sequence[Said]], tracks: Mapping[Track, Sequence[Observation]], countries: Countries
) -> list[Event]:
    """The parcel's events in order, numbered from 1. `tracks` hold their rows oldest first."""
    made = [_event(group, countries) for group in groups]
    group_of = {said.observation.id: place for place, group in enumerate(groups) for said in group}
    listed = [[group_of[o.id] for o in tracks[name] if o.id in group_of] for name in sorted(tracks)]
    order = in_order([(e.earliest_at, e.latest_at, e.milestone) for e in made], listed, _ties(groups))
    return [replace(made[place], sequence=n) for n, place in enumerate(order, start=1)]


def _ties(groups: Sequence[Sequence[Said]]) -> list[tuple[object, ...]]:
    """A key of each group by what its rows say, to settle what nothing else does."""
    return [min(content(said.observation) for said in group) for group in groups]


def _event(group: Sequence[Said], countries: Countries) -> Event:
    sides = speakers(group)
    best, timed = _best(sides, countries)
    span = timed.belief.span
    wordings = [best, *sorted((s for s in sides.values() if s is not best), key=_content)]
    members = tuple(sorted(said.observation.id for said in group))
    return Event(
        id=sha256(f"event\0{members[0]}".encode()).hexdigest()[:20],
        sequence=0,
        milestone=_milestone(wordings),
        leg=next((s.leg for s in wordings if s.leg), None),
        occurred_at=timed.belief.occurred_at,
        earliest_at=span.earliest if span else None,
        latest_at=span.latest if span else None,
        place=next(
            (s.observation.row.printed.place for s in wordings if s.observation.row.printed.place), None
        ),
        description=best.observation.row.printed.description,
        shown={portal: side.observation.row.printed.time_text or "" for portal, side in sides.items()},
        members=members,
    )


def _best(sides: Mapping[str, Said], countries: Countries) -> tuple[Said, Said]:
    """The side to believe, and the one whose time is taken."""
    if len(sides) == 1:
        (only,) = sides.values()
        return only, only
    leg = _leg(sides)
    ranks = {portal: _rank(side, sides, leg, countries) for portal, side in sides.items()}
    best = sides[min(ranks, key=lambda portal: ranks[portal])]
    return best, _finest(best, sides, ranks)


def _content(side: Said) -> tuple[object, ...]:
    return content(side.observation)


def _milestone(wordings: Sequence[Said]) -> Milestone | None:
    """The milestone of the best row; what others say where it only says that there is something to note."""
    said = [m for s in wordings if (m := s.observation.row.milestone) is not None]
    telling = [m for m in said if m is not Milestone.NOTICE] or said
    if said and said[0] in telling:
        return said[0]
    counted = Counter(telling)
    return min(counted, key=lambda m: (-counted[m], m), default=None)


def _finest(best: Said, sides: Mapping[str, Said], ranks: Mapping[str, tuple[object, ...]]) -> Said:
    """Of the side to believe and those that bear it out, the finest; a worse clock only to fill in a time."""
    span = best.belief.span
    if span is None:
        return best
    worst = _SOURCE.get(best.belief.source, 0) if is_fine(best.observation.row) else max(_SOURCE.values())
    backers = {
        portal: side
        for portal, side in sides.items()
        if side.belief.span is not None
        and span.agrees_with(side.belief.span)
        and _SOURCE.get(side.belief.source, 0) <= worst
    }
    return backers[min(backers, key=lambda p: (FINEST[backers[p].belief.precision], ranks[p]))]


def _rank(side: Said, sides: Mapping[str, Said], leg: Leg | None, countries: Countries) -> tuple[object, ...]:
    """Best first: known clock, fine, not habitually late, backed by others, of who holds the parcel."""
    observation, span = side.observation, side.belief.span
    row = observation.row
    return (
        span is None,
        _SOURCE.get(side.belief.source, 0),
        not is_fine(row),
        side.habit.lag_class == "receipt",
        -bearing_out(side, sides),
        not _holds_parcel(observation, leg, countries),
        FINEST[row.precision],
        span.earliest if span else datetime.max.replace(tzinfo=UTC),
        content(observation),
    )


def _leg(sides: Mapping[str, Said]) -> Leg | None:
    """The leg of an event by all its rows: a row of the last mile outweighs a carrier's own first scan."""
    legs = {side.leg for side in sides.values()}
    return next((leg for leg in (Leg.LAST_MILE, Leg.IMPORT, Leg.ORIGIN, Leg.LINE_HAUL) if leg in legs), None)


def _holds_parcel(observation: Observation, leg: Leg | None, countries: Countries) -> bool:
    """Whether a portal is the carrier that has the parcel on that leg, as far as countries tell."""
    facts = vocabulary.facts(observation.portal)
    where = {
        Leg.ORIGIN: countries.origin,
        Leg.LAST_MILE: countries.destination,
        Leg.IMPORT: countries.destination,
    }
    country = where.get(leg) if leg else None
    return facts.kind == "carrier" and (country is None or facts.country == country)
