"""One parcel's observations to events and disagreements. Pure: no clock, no network, no database.

`reconcile` is called twice over a database's life: with no estimates it yields the counts from which
estimates are made (`learn`), with estimates it yields what is stored. Its result depends on the
observations alone, not on the order they come in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from collector.fold import Observation
from collector.read.countries import zone_of_country
from collector.reconcile.align import Track, agree, same_event_groups
from collector.reconcile.clocks import Belief, Estimates, belief, belief_at, overruled
from collector.reconcile.disagreements import Disagreement, Sides, disagreements, highlights, revisions
from collector.reconcile.events import Countries, Event, events
from collector.reconcile.kinds import speakers
from collector.reconcile.learn import Count, parcel_counts, viewer_offsets
from scrapers.words import Leg

__all__ = ["Count", "Disagreement", "Event", "Parcel", "Reconciled", "counts", "reconcile"]


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one parcel is known by: its tracks' observations, oldest first, and the countries (ISO codes)."""

    tracks: Mapping[Track, Sequence[Observation]]
    origin_country: str | None = None
    destination_country: str | None = None


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
    countries = Countries(parcel.origin_country, parcel.destination_country)
    made = events(groups, _current(parcel), beliefs, estimates, countries)
    event_of = {member: event.id for event in made for member in event.members}
    observations = {o.id: o for rows in parcel.tracks.values() for o in rows}
    for o in observations.values():
        beliefs.setdefault(o.id, belief(o, estimates))
    sides = {event.id: speakers((observations[m], beliefs[m]) for m in event.members) for event in made}
    zones = {event.id: _zones((observations[m] for m in event.members), parcel) for event in made}
    found = [d for event in made for d in disagreements(event.id, sides, estimates, zones[event.id])]
    found += revisions(observations, beliefs, event_of)
    return Reconciled(
        events=tuple(made),
        beliefs=beliefs,
        event_of=event_of,
        duplicate_of=_duplicates(made, sides, observations),
        disagreements=tuple(sorted(found, key=lambda d: d.id)),
        highlights=highlights(found),
    )


def _current(parcel: Parcel) -> dict[Track, list[Observation]]:
    """The rows that stand, by track, oldest first."""
    return {
        name: sorted((o for o in rows if o.is_current), key=lambda o: o.sequence)
        for name, rows in sorted(parcel.tracks.items())
    }


def _grouped(parcel: Parcel, estimates: Estimates) -> tuple[list[list[Observation]], dict[str, Belief]]:
    """Rows grouped by event, and beliefs with the claims set aside that their groups overrule."""
    tracks = _current(parcel)
    beliefs = {o.id: belief(o, estimates) for rows in tracks.values() for o in rows}
    groups = same_event_groups(tracks, beliefs)
    inferred = viewer_offsets(groups, beliefs)
    if inferred:
        rows = [o for group in groups for o in group if o.id in inferred]
        beliefs |= {o.id: belief_at(o, inferred[o.id], "inferred") for o in rows}
        groups = same_event_groups(tracks, beliefs)
    for group in groups:
        beliefs |= _corrected(group, beliefs, _zones(group, parcel))
    return groups, beliefs


def _corrected(
    group: Sequence[Observation], beliefs: Mapping[str, Belief], zones: Sequence[str]
) -> dict[str, Belief]:
    """Beliefs of the rows of one event whose claims the others overrule."""
    corrected: dict[str, Belief] = {}
    for o in group:
        others = [(other, beliefs[other.id]) for other in group if other is not o]
        offset = overruled(o, others, zones) if beliefs[o.id].source in ("stated", "payload") else None
        if offset is not None:
            corrected[o.id] = belief_at(o, offset, "corrected")
    # Rows that one portal wrote for one scan agree; a correction that parted them would be of another scan.
    after = {**beliefs, **corrected}
    parted = {a.portal for a in group for b in group if a.portal == b.portal and not agree(a, b, after)}
    return {o.id: corrected[o.id] for o in group if o.id in corrected and o.portal not in parted}


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


def _duplicates(
    made: Sequence[Event],
    sides: Sides,
    observations: Mapping[str, Observation],
) -> dict[str, str]:
    """Observation to the one that speaks for its portal in the same event."""
    return {
        m: speaker.observation.id
        for event in made
        for m in event.members
        if (speaker := sides[event.id][observations[m].portal]).observation.id != m
    }
