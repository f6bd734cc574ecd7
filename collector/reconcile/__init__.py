"""One parcel's observations to events and disagreements. Pure: no clock, no network, no database.

`counts` says what a parcel teaches with declared facts only, `reconcile` what is made of it with the
estimates that all parcels' counts amount to. The results depend on the observations alone, not on the order
they come in. `docs/reconciliation.md` gives the method.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from collector.fold import Observation
from collector.read.countries import zone_of_country
from collector.reconcile.clocks import (
    Belief,
    Estimates,
    OffsetSource,
    belief,
    belief_at,
    believed,
    claim_of,
    estimate_of,
    is_relay,
    overruling,
)
from collector.reconcile.context import Context, Countries, Track, Zones, contexts
from collector.reconcile.copies import is_firsthand
from collector.reconcile.disagreements import Disagreement, Sides, disagreements, highlights, revisions
from collector.reconcile.events import Event, events
from collector.reconcile.grouping import grouped
from collector.reconcile.inferring import inferred
from collector.reconcile.scanning import Known, known_rows
from collector.reconcile.scans import Passed, passed_on
from collector.reconcile.settling import SURE, bearing_each_other, settled, spread, unparted
from collector.reconcile.sides import Said, speakers
from collector.reconcile.statements import Pairs, of_sources, standing, unrepeated
from collector.reconcile.teaching import Count, taught
from scrapers.words import Leg

__all__ = ["Count", "Disagreement", "Event", "Parcel", "Reconciled", "both_passes", "counts", "reconcile"]


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one parcel is known by: its tracks' observations, oldest first, and the countries (ISO codes).

    pairs   rows of which the user says whether they are one event, what was said last first
    zones   the zones in which the user says that portals print, on a leg or (None) on all of them
    """

    tracks: Mapping[Track, Sequence[Observation]]
    origin_country: str | None = None
    destination_country: str | None = None
    pairs: Pairs = field(default_factory=dict)
    zones: Zones = field(default_factory=dict)

    @property
    def countries(self) -> Countries:
        """Where it comes from and goes."""
        return Countries(self.origin_country, self.destination_country)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One parcel, reconciled. All mappings but `highlights` (by event id) are by observation id."""

    events: tuple[Event, ...]
    beliefs: dict[str, Belief]
    legs: dict[str, Leg | None]
    relayed_from: dict[str, str]
    event_of: dict[str, str]
    duplicate_of: dict[str, str]
    disagreements: tuple[Disagreement, ...]
    highlights: dict[str, str]


def counts(parcel: Parcel) -> tuple[Count, ...]:
    """Pass 1: what this parcel teaches about clocks, with declared facts only."""
    tracks = _current(parcel)
    return taught(tracks, contexts(tracks, parcel.countries, parcel.zones), passed_on(tracks))


def reconcile(parcel: Parcel, estimates: Estimates) -> Reconciled:
    """Pass 2: the parcel's events, what is believed of every row, and where portals disagree."""
    tracks = _current(parcel)
    where = contexts(tracks, parcel.countries, parcel.zones)
    return _reconciled(parcel, tracks, where, passed_on(tracks), estimates)


def both_passes(parcel: Parcel, estimates: Estimates) -> tuple[tuple[Count, ...], Reconciled]:
    """Both passes: pass 2 with estimates that pass 1 over all parcels may still change."""
    tracks = _current(parcel)
    where = contexts(tracks, parcel.countries, parcel.zones)
    passed = passed_on(tracks)
    return taught(tracks, where, passed), _reconciled(parcel, tracks, where, passed, estimates)


def _reconciled(
    parcel: Parcel,
    tracks: Mapping[Track, Sequence[Observation]],
    where: Mapping[str, Context],
    passed: Passed,
    estimates: Estimates,
) -> Reconciled:
    observations = {o.id: o for rows in parcel.tracks.values() for o in rows}
    pairs = standing(parcel.pairs, observations)
    known = known_rows(tracks, where, estimates)
    known |= inferred(tracks, where, known, passed)
    known |= unrepeated(known, pairs)
    groups = grouped(tracks, where, known, estimates, of_sources(pairs, known), passed)
    beliefs = {name: row.belief for name, row in known.items()}
    witnesses = {o.id: _is_witness(o, known, estimates) for rows in tracks.values() for o in rows}
    # What a relay shows for its viewer's zone is no scan of its own, but its clock is known.
    telling = {name: is_own or known[name].belief.source in SURE for name, is_own in witnesses.items()}
    shared = [group for group in groups if len(group) > 1]  # a row alone settles nothing
    for group in shared:
        changed = settled(group, known, telling, _zones(group, where, parcel))
        beliefs |= _allowed(changed, where, [group], beliefs)
    borne_out = {name for group in shared for name in bearing_each_other(group, beliefs, telling)}
    beliefs |= _allowed(spread(tracks, where, beliefs, borne_out), where, groups, beliefs)
    beliefs |= _allowed(_repeated(tracks, known, beliefs), where, groups, beliefs)
    said = [[_said(o, where, known, beliefs, witnesses, estimates) for o in group] for group in groups]
    made = events(said, tracks, parcel.countries)
    is_all = all(o.is_current for o in observations.values())
    gone = where if is_all else contexts(_oldest_first(parcel.tracks), parcel.countries, parcel.zones)
    for o in observations.values():
        if o.id not in beliefs:
            beliefs[o.id] = belief(o, believed(o, gone[o.id], estimates))
    by_id = {one.observation.id: one for group in said for one in group}
    sides = {event.id: speakers(by_id[m] for m in event.members) for event in made}
    event_of = {member: event.id for event in made for member in event.members}
    found = [
        d
        for event in made
        if len(sides[event.id]) > 1
        for d in disagreements(
            event.id, sides, _zones((observations[m] for m in event.members), where, parcel)
        )
    ]
    found += revisions(observations, beliefs, event_of)
    return Reconciled(
        events=tuple(made),
        beliefs={name: overruling(observations[name], held) for name, held in beliefs.items()},
        legs={name: (where.get(name) or gone[name]).leg for name in observations},
        relayed_from={name: row.repeats[0] for name, row in known.items() if row.repeats},
        event_of=event_of,
        duplicate_of=_duplicates(made, sides, observations),
        disagreements=tuple(sorted(found, key=lambda d: d.id)),
        highlights=highlights(found),
    )


def _current(parcel: Parcel) -> dict[Track, list[Observation]]:
    """The rows that stand, by track, oldest first."""
    tracks = _oldest_first(parcel.tracks)
    return {name: [o for o in rows if o.is_current] for name, rows in tracks.items()}


def _oldest_first(tracks: Mapping[Track, Sequence[Observation]]) -> dict[Track, list[Observation]]:
    return {name: sorted(rows, key=lambda o: o.sequence) for name, rows in sorted(tracks.items())}


def _allowed(
    changed: Mapping[str, Belief],
    where: Mapping[str, Context],
    groups: Iterable[Sequence[Observation]],
    beliefs: Mapping[str, Belief],
) -> dict[str, Belief]:
    """Of the beliefs that other rows change, those of rows whose zone the user did not name.

    Nor may they part what one portal tells of one event.
    """
    kept = {
        name: held for name, held in changed.items() if where[name].said is None or held.source == "portal"
    }
    for group in groups if kept else ():
        kept = unparted(group, beliefs, kept)
    return kept


def _repeated(
    tracks: Mapping[Track, Sequence[Observation]], known: Mapping[str, Known], beliefs: Mapping[str, Belief]
) -> dict[str, Belief]:
    """Beliefs of rows that repeat another one whose clock its event settled otherwise."""
    changed: dict[str, Belief] = {}
    for o in (o for rows in tracks.values() for o in rows):
        source = beliefs.get(known[o.id].source or "")
        was = known.get(known[o.id].source or "")
        if source is None or was is None or source is was.belief or source.offset_minutes is None:
            continue
        if was.belief.offset_minutes in (None, known[o.id].belief.offset_minutes):
            claim = claim_of(o.row)
            kept: OffsetSource = "inferred" if claim is None else "stated"
            changed[o.id] = belief_at(
                o, source.offset_minutes, kept if claim in (None, source.offset_minutes) else "corrected"
            )
    return changed


def _is_witness(o: Observation, known: Mapping[str, Known], estimates: Estimates) -> bool:
    """Whether a row speaks of its own knowledge."""
    return known[o.id].source is None and is_firsthand(o) and not is_relay(o.portal, estimates)


def _said(
    o: Observation,
    where: Mapping[str, Context],
    known: Mapping[str, Known],
    beliefs: Mapping[str, Belief],
    witnesses: Mapping[str, bool],
    estimates: Estimates,
) -> Said:
    # A row that repeats another is as late as that one.
    portal, leg = known[o.id].repeats or (o.portal, where[o.id].leg)
    habit = estimate_of(portal, leg, estimates)
    return Said(o, beliefs[o.id], where[o.id].leg, habit, witnesses[o.id], known[o.id].source)


def _zones(group: Iterable[Observation], where: Mapping[str, Context], parcel: Parcel) -> list[str]:
    """The zones the place of an event can be in: by its rows' places, else by their neighbours'."""
    rows = list(group)
    named = sorted({o.row.zone for o in rows if o.row.zone}) or sorted(
        {zone for o in rows if (zone := where[o.id].zone) is not None}
    )
    if named:
        return named
    country = (
        parcel.destination_country if {where[o.id].leg for o in rows} & {Leg.LAST_MILE, Leg.IMPORT} else None
    )
    zone = zone_of_country(country) if country else None
    return [zone] if zone else []


def _duplicates(
    made: Sequence[Event], sides: Sides, observations: Mapping[str, Observation]
) -> dict[str, str]:
    """Observation to the one that speaks for its portal in the same event."""
    return {
        m: speaker.observation.id
        for event in made
        for m in event.members
        if (speaker := sides[event.id][observations[m].portal]).observation.id != m
    }
