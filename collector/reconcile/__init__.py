"""One parcel's observations to events and disagreements. Pure: no clock, no network, no database.

`reconcile` is called twice over a database's life: with no estimates it yields the counts from which
estimates are made (`learn`), with estimates it yields what is stored. Its result depends on the
observations alone, not on the order they come in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from collector.fold import Observation
from collector.read.countries import zone_of_country
from collector.reconcile.align import ONCE, Track, same_event_groups
from collector.reconcile.clocks import Belief, Estimates, belief, overruled
from collector.reconcile.events import Event, events
from collector.reconcile.explain import explanation, revision
from collector.reconcile.kinds import SEVERITY, Difference, Kind, Said, difference, speakers, suspect
from collector.reconcile.learn import Count, parcel_counts
from scrapers.words import Leg

_SEVERITIES = ("info", "notice", "warning")


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one parcel is known by: its tracks' observations, oldest first, and the countries (ISO codes)."""

    tracks: Mapping[Track, Sequence[Observation]]
    origin_country: str | None = None
    destination_country: str | None = None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two rows of one event, or one row at two visits, giving different times."""

    id: str
    event_id: str | None
    kind: Kind
    severity: str
    portal_a: str
    portal_b: str
    observation_a: str
    observation_b: str
    shown_difference_s: int | None
    claimed_difference_s: int | None
    real_difference_s: int | None
    reverses_order: bool
    suspect_observation: str | None
    confidence: float
    explanation: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One parcel, reconciled. `event_of` and `duplicate_of` are by observation id."""

    events: tuple[Event, ...]
    beliefs: dict[str, Belief]
    event_of: dict[str, str]
    duplicate_of: dict[str, str]
    disagreements: tuple[Disagreement, ...]
    highlights: dict[str, str]


def counts(parcel: Parcel) -> tuple[Count, ...]:
    """Pass 1: what this parcel teaches about clocks, with declared facts only."""
    groups, beliefs = _grouped(parcel, {})
    return parcel_counts(groups, beliefs)


def reconcile(parcel: Parcel, estimates: Estimates) -> Reconciled:
    """Pass 2: the parcel's events, what is believed of every row, and where portals disagree."""
    groups, beliefs = _grouped(parcel, estimates)
    made = events(groups, _current(parcel), beliefs, estimates, parcel.destination_country)
    event_of = {member: event.id for event in made for member in event.members}
    observations = {o.id: o for rows in parcel.tracks.values() for o in rows}
    for o in observations.values():
        beliefs.setdefault(o.id, belief(o, estimates))
    sides = {event.id: speakers([(observations[m], beliefs[m]) for m in event.members]) for event in made}
    found = [d for event in made for d in _disagreements(event, sides, estimates)]
    found += _revisions(observations, beliefs, event_of)
    return Reconciled(
        events=tuple(made),
        beliefs=beliefs,
        event_of=event_of,
        duplicate_of=_duplicates(made, sides, observations),
        disagreements=tuple(sorted(found, key=lambda d: d.id)),
        highlights=_highlights(found),
    )


def _current(parcel: Parcel) -> dict[Track, list[Observation]]:
    return {name: [o for o in rows if o.is_current] for name, rows in sorted(parcel.tracks.items())}


def _grouped(parcel: Parcel, estimates: Estimates) -> tuple[list[list[Observation]], dict[str, Belief]]:
    """Rows grouped by event, and beliefs with the claims set aside that their groups overrule."""
    tracks = _current(parcel)
    beliefs = {o.id: belief(o, estimates) for rows in tracks.values() for o in rows}
    groups = same_event_groups(tracks, beliefs)
    corrected = {}
    for group in groups:
        zones = _zones(group, parcel)
        for o in group:
            others = [(other, beliefs[other.id]) for other in group if other is not o]
            offset = overruled(o, others, zones)
            if offset is not None:
                corrected[o.id] = belief(o, estimates, offset)
    return groups, {**beliefs, **corrected}


def _zones(group: Iterable[Observation], parcel: Parcel) -> list[str]:
    """The zones the place of an event can be in: by its rows' places, else by the country of its leg."""
    rows = [o.row for o in group]
    named = sorted({row.zone for row in rows if row.zone})
    if named:
        return named
    legs = {row.leg for row in rows}
    country = None
    if legs & {Leg.LAST_MILE, Leg.IMPORT}:
        country = parcel.destination_country
    elif Leg.ORIGIN in legs:
        country = parcel.origin_country
    zone = zone_of_country(country) if country else None
    return [zone] if zone else []


def _disagreements(
    event: Event, all_sides: Mapping[str, dict[str, Said]], estimates: Estimates
) -> Iterable[Disagreement]:
    sides = all_sides[event.id]
    names = list(sides)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            a, b = sides[first], sides[second]
            found = difference(a, b, estimates)
            if found.kind is not None:
                yield _disagreement(
                    event.id,
                    (a, b),
                    found,
                    reverses_order=_reverses(event.id, first, second, all_sides),
                    suspect_id=suspect(a, b, sides) if found.kind == "conflict" else None,
                    text=explanation(a, b, found),
                )


def _revisions(
    observations: Mapping[str, Observation], beliefs: Mapping[str, Belief], event_of: Mapping[str, str]
) -> Iterable[Disagreement]:
    for o in sorted(observations.values(), key=lambda o: o.id):
        new = observations.get(o.replaced_by or "")
        if new is None or o.row.local_time is None or new.row.local_time is None:
            continue
        if o.row.local_time == new.row.local_time:
            continue
        a, b = Said(o, beliefs[o.id]), Said(new, beliefs[new.id])
        apart = difference(a, b, {})
        found = Difference("revision", apart.shown_s, apart.claimed_s, apart.real_s)
        yield _disagreement(event_of.get(new.id), (a, b), found, text=revision(a, b))


def _disagreement(
    event_id: str | None,
    pair: tuple[Said, Said],
    found: Difference,
    *,
    text: str,
    reverses_order: bool = False,
    suspect_id: str | None = None,
) -> Disagreement:
    a, b = pair
    if found.kind is None:
        raise ValueError("rows that agree are no disagreement")
    ids = (a.observation.id, b.observation.id)
    return Disagreement(
        id=sha256("\0".join((found.kind, *ids)).encode()).hexdigest()[:20],
        event_id=event_id,
        kind=found.kind,
        severity=SEVERITY[found.kind],
        portal_a=a.observation.portal,
        portal_b=b.observation.portal,
        observation_a=ids[0],
        observation_b=ids[1],
        shown_difference_s=found.shown_s,
        claimed_difference_s=found.claimed_s,
        real_difference_s=found.real_s,
        reverses_order=reverses_order,
        suspect_observation=suspect_id,
        confidence=_confidence(a, b, found.kind),
        explanation=text,
    )


def _confidence(a: Said, b: Said, kind: Kind) -> float:
    """How sure it is that both rows report one event and that the kind is right: a first, cautious scale."""
    if kind == "revision":
        return 0.9
    milestones = (a.observation.row.milestone, b.observation.row.milestone)
    if None in milestones:
        same = 0.6
    elif milestones[0] != milestones[1]:
        same = 0.7
    else:
        same = 0.95 if milestones[0] in ONCE else 0.85
    return round(same * {"conflict": 0.8, "lag": 0.8, "unexplained": 0.7}.get(kind, 0.98), 2)


def _reverses(event_id: str, first: str, second: str, all_sides: Mapping[str, dict[str, Said]]) -> bool:
    """Whether another event both portals show stands on the other side of this one on one of them."""
    here = all_sides[event_id]
    for other_id, there in all_sides.items():
        if other_id == event_id or first not in there or second not in there:
            continue
        a, b = (_order(here[p], there[p]) for p in (first, second))
        if a * b < 0:
            return True
    return False


def _order(x: Said, y: Said) -> int:
    if x.belief.span is None or y.belief.span is None:
        return 0
    gap = x.belief.span.gap_to(y.belief.span)
    return (gap.total_seconds() > 0) - (gap.total_seconds() < 0)


def _duplicates(
    made: Sequence[Event],
    sides: Mapping[str, dict[str, Said]],
    observations: Mapping[str, Observation],
) -> dict[str, str]:
    """Observation to the one that speaks for its portal in the same event."""
    return {
        m: speaker.observation.id
        for event in made
        for m in event.members
        if (speaker := sides[event.id][observations[m].portal]).observation.id != m
    }


def _highlights(found: Sequence[Disagreement]) -> dict[str, str]:
    """The worst severity of each event that has any."""
    worst: dict[str, str] = {}
    for d in found:
        if d.event_id is not None:
            known = worst.get(d.event_id, "info")
            worst[d.event_id] = max(known, d.severity, key=_SEVERITIES.index)
    return worst
