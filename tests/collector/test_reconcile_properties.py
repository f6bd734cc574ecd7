"""What holds of reconciling any parcel: nothing depends on order or on names nobody knows."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.fold import fold
from collector.reconcile import Parcel, counts, reconcile
from collector.reconcile.clocks import Estimate, fixed_minutes
from collector.reconcile.learn import estimates
from collector.reconcile.spans import span_at, wall_span
from collector.reconcile.teaching import LAGS
from scrapers.words import Leg
from tests.collector.rows_made import reading, row

MILESTONES = [
    None,
    "delivered",
    "out_for_delivery",
    "arrived_facility",
    "accepted",
    "handed_to_last_mile",
    "notice",
]
TIMES = st.one_of(
    st.none(),
    st.sampled_from(["2026-03-02", "2026-03-03", "10h"]),
    st.builds("{:02}:{:02}".format, st.sampled_from([3, 9, 10, 17]), st.sampled_from([0, 1, 20])),
    st.builds("10:00:{:02}".format, st.integers(0, 59)),
)
ROWS = st.builds(
    row,
    st.sampled_from("ABCD"),
    TIMES,
    offset=st.sampled_from([None, 60, 60, 480]),
    milestone=st.sampled_from(MILESTONES),
    leg=st.sampled_from([None, "last_mile", "origin"]),
    place=st.sampled_from([None, "Madrid"]),
    relayed_from=st.sampled_from([None, None, "someone"]),
)
READINGS = st.lists(st.lists(ROWS, max_size=4), min_size=1, max_size=2)
TRACKS = st.dictionaries(
    st.tuples(st.sampled_from(["p1", "p2", "p3"]), st.sampled_from(["N1", "N1", "N2"])),
    READINGS,
    min_size=1,
    max_size=4,
)
HABITS = st.one_of(
    st.just((None, None)), st.just(("scan", None)), st.tuples(st.just("receipt"), st.sampled_from(LAGS))
)
KNOWN = st.dictionaries(
    st.tuples(st.sampled_from(["p1", "p2", "p3"]), st.sampled_from(["unknown", "last_mile", "any"])),
    st.builds(
        lambda clock, habit, share: Estimate(
            clock, clock and fixed_minutes(clock), *habit, reliability=share, completeness=share
        ),
        st.sampled_from([None, "UTC+01:00", "claim", "place", "copy", "Africa/Algiers"]),
        HABITS,
        st.sampled_from([None, 0.1, 0.9]),
    ),
    max_size=3,
)


def parcel(tracks, name=lambda portal: portal, moved=timedelta(0)):
    """A parcel of readings by track, its portals renamed and its times moved.

    Rows carry a note of their own portal's, so that none can be taken for another's.
    """
    folded = {}
    for (portal, number), shown in tracks.items():
        readings = [
            replace(
                reading([_moved(r, moved, portal) for r in rows], day),
                seen_at=reading((), day).seen_at + moved,
            )
            for day, rows in enumerate(shown, start=1)
        ]
        folded[name(portal), number] = fold(name(portal), number, readings).observations
    return Parcel(folded, "CN", "DZ")  # neither has summer time


def _moved(read, by, note):
    when = None if read.local_time is None else read.local_time + by
    return replace(read, local_time=when, printed=replace(read.printed, note=note))


def told(made, known, name=lambda portal: portal, back=timedelta(0)):
    """What a result says, without ids: rows by number and place in their track, portals by `name`."""
    result = reconcile(made, known)
    who = {
        o.id: (name(o.portal), o.tracking_number, o.sequence) for rows in made.tracks.values() for o in rows
    }
    found = []
    for d in result.disagreements:
        sides = [(name(d.portal_a), who[d.observation_a]), (name(d.portal_b), who[d.observation_b])]
        differences = (d.shown_difference_s, d.claimed_difference_s, d.real_difference_s)
        if sides[0][0] > sides[1][0]:
            sides.reverse()
            differences = tuple(None if s is None else -s for s in differences)
        suspect = who.get(d.suspect_observation)
        found.append(repr((d.kind, sides, differences, suspect, d.reverses_order, d.confidence)))
    events = [
        (
            e.sequence,
            e.milestone,
            e.leg,
            _back(e.occurred_at, back),
            _back(e.earliest_at, back),
            e.place,
            e.description,
            sorted(who[m] for m in e.members),
        )
        for e in result.events
    ]
    duplicates = {who[a]: who[b] for a, b in result.duplicate_of.items()}
    beliefs = {who[i]: (b.offset_minutes, b.source) for i, b in result.beliefs.items()}
    return events, sorted(found), duplicates, beliefs


def _back(instant, by):
    return None if instant is None else instant - by


@given(TRACKS, KNOWN, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_tracks_and_rows_does_not_matter(tracks, known, random):
    made = parcel(tracks)
    names = list(made.tracks)
    random.shuffle(names)
    mixed = {name: random.sample(made.tracks[name], len(made.tracks[name])) for name in names}
    assert reconcile(Parcel(mixed, "CN", "DZ"), known) == reconcile(made, known)
    assert counts(Parcel(mixed, "CN", "DZ")) == counts(made)


@given(TRACKS, KNOWN, st.permutations(["x1", "x2", "x3"]))
@settings(max_examples=100, deadline=None)
def test_renaming_portals_nobody_knows_changes_names_and_signs_only(tracks, known, names):
    new = dict(zip(("p1", "p2", "p3"), names, strict=True))
    old = {value: key for key, value in new.items()}
    renamed = {(new[portal], leg): estimate for (portal, leg), estimate in known.items()}
    assert told(parcel(tracks, new.__getitem__), renamed, old.__getitem__) == told(parcel(tracks), known)


@given(TRACKS, KNOWN, st.integers(-60, 60))
@settings(max_examples=100, deadline=None)
def test_moving_everything_by_weeks_moves_instants_only(tracks, known, weeks):
    by = timedelta(weeks=weeks)
    assert told(parcel(tracks, moved=by), known, back=by) == told(parcel(tracks), known)


@given(TRACKS, KNOWN)
@settings(max_examples=100, deadline=None)
def test_one_portals_rows_of_one_event_never_disagree(tracks, known):
    made = parcel(tracks)
    result = reconcile(made, known)
    observations = {o.id: o for rows in made.tracks.values() for o in rows}
    for name, speaker in result.duplicate_of.items():
        assert observations[name].portal == observations[speaker].portal
        one, other = result.beliefs[name].span, result.beliefs[speaker].span
        assert one is None or other is None or one.agrees_with(other)


@given(TRACKS, KNOWN)
@settings(max_examples=100, deadline=None)
def test_every_current_row_has_one_event_and_every_event_a_number(tracks, known):
    made = parcel(tracks)
    result = reconcile(made, known)
    current = sorted(o.id for rows in made.tracks.values() for o in rows if o.is_current)
    assert sorted(m for e in result.events for m in e.members) == current
    assert [e.sequence for e in result.events] == list(range(1, len(result.events) + 1))
    assert len({e.id for e in result.events}) == len(result.events)
    assert len({d.id for d in result.disagreements}) == len(result.disagreements)
    times = [e.occurred_at for e in result.events if e.occurred_at is not None]
    assert times == sorted(times)


@given(TRACKS, KNOWN)
@settings(max_examples=100, deadline=None)
def test_every_disagreement_tells_what_the_definitions_say(tracks, known):
    made = parcel(tracks)
    result = reconcile(made, known)
    observations = {o.id: o for rows in made.tracks.values() for o in rows}
    speaking = set(observations) - set(result.duplicate_of)
    for d in result.disagreements:
        a, b = observations[d.observation_a], observations[d.observation_b]
        assert (a.portal, b.portal) == (d.portal_a, d.portal_b)
        assert re.search(r"\.$", d.explanation)
        assert 0 <= d.confidence <= 1
        if d.kind == "revision":
            assert a.portal == b.portal
            assert a.replaced_by == b.id
            continue
        assert d.portal_a < d.portal_b
        assert {a.id, b.id} <= speaking
        assert d.event_id == result.event_of[a.id] == result.event_of[b.id]
        one, other = result.beliefs[a.id].span, result.beliefs[b.id].span
        agree = one is not None and other is not None and one.agrees_with(other)
        assert agree == (d.kind in ("zone_label", "timezone", "precision"))
        assert d.suspect_observation in ((a.id, b.id, None) if d.kind == "conflict" else (None,))


@given(TRACKS, KNOWN)
@settings(max_examples=100, deadline=None)
def test_every_pair_of_portals_in_an_event_is_compared_as_defined(tracks, known):
    made = parcel(tracks)
    result = reconcile(made, known)
    observations = {o.id: o for rows in made.tracks.values() for o in rows}
    found = {frozenset((d.observation_a, d.observation_b)): d for d in result.disagreements}
    for event in result.events:
        speaking = [observations[m] for m in event.members if m not in result.duplicate_of]
        for a, b in combinations(sorted(speaking, key=lambda o: o.portal), 2):
            held = result.beliefs[a.id].span, result.beliefs[b.id].span
            d = found.pop(frozenset((a.id, b.id)), None)
            may_repeat = not {a.id, b.id}.isdisjoint(result.relayed_from)
            assert (d and d.kind) in kinds_defined(a.row, b.row, *held, may_repeat=may_repeat)
            if d is not None:
                differences = (d.shown_difference_s, d.claimed_difference_s, d.real_difference_s)
                assert differences == differences_defined(a.row, b.row, *held)
    assert all(d.kind == "revision" for d in found.values())


def kinds_defined(a, b, held_a, held_b, *, may_repeat):
    """The kinds that the definitions allow for two rows, by what they print and what is believed.

    `may_repeat`: one of them repeats a row, so what both print alike is one moment under any clock.
    """
    if a.local_time is None or b.local_time is None:
        return {None}
    if held_a is None or held_b is None:
        is_alike = may_repeat and wall_span(a).agrees_with(wall_span(b))
        return {"unexplained", None, "precision"} if is_alike else {"unexplained"}
    if not held_a.agrees_with(held_b):
        return {"conflict", "lag", "unexplained"}
    if not claimed(a, held_a).agrees_with(claimed(b, held_b)):
        return {"zone_label"}
    if not wall_span(a).agrees_with(wall_span(b)):
        return {"timezone"}
    is_fine = [read.precision in ("second", "minute") for read in (a, b)]
    is_alike = all(is_fine) or a.precision == b.precision
    return {None if is_alike or a.local_time.date() != b.local_time.date() else "precision"}


def differences_defined(a, b, held_a, held_b):
    """Second minus first on paper, as claimed and as believed, in seconds."""
    is_fine = all(read.precision in ("second", "minute") for read in (a, b))

    def apart(one, other):
        if one is None or other is None:
            return None
        gap = one.gap_to(other)
        return int((other.earliest - one.earliest if gap and is_fine else gap).total_seconds())

    return (
        apart(wall_span(a), wall_span(b)),
        apart(claimed(a, held_a), claimed(b, held_b)),
        apart(held_a, held_b),
    )


def claimed(read, held):
    """The claim at its word; a row without one counts with its believed offset."""
    return held if read.claimed_offset_minutes is None else span_at(read, read.claimed_offset_minutes)


@given(TRACKS, KNOWN)
@settings(max_examples=100, deadline=None)
def test_a_lag_is_that_of_a_portal_that_is_habitually_late(tracks, known):
    made = parcel(tracks)
    result = reconcile(made, known)
    for d in result.disagreements:
        if d.kind == "lag":
            late = d.observation_b if d.real_difference_s > 0 else d.observation_a
            portal = late.split(":")[0] if late not in result.relayed_from else result.relayed_from[late]
            assert portal is not None
            assert "receipt" in {e.lag_class for e in known.values()}
            assert abs(d.real_difference_s) <= 2 * 86400


@given(TRACKS)
@settings(max_examples=100, deadline=None)
def test_pass_two_does_not_change_what_pass_one_teaches(tracks):
    made = parcel(tracks)
    taught = counts(made)
    reconcile(made, estimates(taught))
    assert counts(made) == taught
    for c in taught:
        assert c.count > 0
        assert c.leg in {"unknown", *(leg.value for leg in Leg)}
