"""Short ways to make the inputs of single steps of reconciling, and to look at what comes out."""

from dataclasses import replace

from collector.reconcile import reconcile
from collector.reconcile.clocks import Estimate, belief, believed, fixed_minutes
from collector.reconcile.context import NOWHERE, contexts
from tests.collector.rows_made import observation, parcel, row

#: Portals `a` to `d` and `mine` are invented: nothing is declared of them.
SCAN, RECEIPT = Estimate(lag_class="scan"), Estimate(lag_class="receipt")


def at(portal, time, milestone="delivered", *, offset=60, words="A", number="N1", name=None, **more):
    """One row of a portal that states its offset."""
    read = row(words, time, offset=offset, milestone=milestone, **more)
    return observation(portal, read, number=number, name=name)


def listed(*rows):
    """Rows of one page with their places on it, oldest first as given."""
    return [replace(o, sequence=place) for place, o in enumerate(rows)]


def learned(portal, clock=None, leg="unknown", **more):
    """Estimates that know one clock."""
    return {(portal, leg): Estimate(clock, clock and fixed_minutes(clock), **more)}


def context_of(o, countries=NOWHERE, *others):
    """The context of a row, with others of its page and of other pages."""
    tracks = {}
    for each in (o, *others):
        tracks.setdefault((each.portal, each.tracking_number), []).append(each)
    return contexts(tracks, countries)[o.id]


def belief_of(o, estimates=None, countries=NOWHERE):
    """What is believed of a row by facts and estimates, alone on its page."""
    return belief(o, believed(o, context_of(o, countries), estimates or {}))


def result_of(*observations, estimates=None, **more):
    """The parcel of these rows, reconciled."""
    return reconcile(parcel(*observations, **more), estimates or {})


def shared(*observations, estimates=None, **more):
    """The sets of rows that are one event, by id, of events that several rows report."""
    made = result_of(*observations, estimates=estimates, **more)
    return {frozenset(e.members) for e in made.events if len(e.members) > 1}


def are_one(*observations, **more):
    """Whether all rows are one event."""
    return shared(*observations, **more) == {frozenset(o.id for o in observations)}


def kinds_of(*observations, **more):
    """The kinds of the disagreements that two portals have, sorted."""
    return sorted(d.kind for d in result_of(*observations, **more).disagreements if d.portal_a != d.portal_b)
