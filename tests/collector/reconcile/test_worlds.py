"""What holds of small worlds of known truth: journeys, and portals that show them each in its own way."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.reconcile import Parcel, counts, reconcile
from collector.reconcile.learn import estimates
from collector.reconcile.teaching import PARCEL_CAP
from tests.collector.rows_made import NUMBER, observation, row

FIRST_DAY = datetime(2026, 2, 2, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")
STEPS = (
    "handed_to_last_mile",
    "arrived_delivery_office",
    "out_for_delivery",
    "delivery_attempted",
    "delivered",
)
#: Lags that no zone can explain.
LAGS = st.sampled_from([7, 22, 38, 53, 67, 97])


@dataclass(frozen=True)
class Shown:
    """How a portal shows a journey: its offset, what it says of it, which steps, and how late (minutes)."""

    offset: int
    label: int | None
    steps: frozenset[int]
    lags: tuple[int, ...] = (0,) * len(STEPS)


@st.composite
def journeys(draw):
    """The moments of a journey's steps, one to three days apart."""
    days = draw(st.lists(st.integers(1, 3), min_size=len(STEPS), max_size=len(STEPS)))
    moments, day = [], 0
    for gap in days:
        day += gap
        minutes = draw(st.integers(5 * 60, 19 * 60))
        moments.append(FIRST_DAY + timedelta(days=day, minutes=minutes))
    return moments


def track(portal, moments, shown):
    """A portal's rows, oldest first."""
    made = []
    for n, (step, moment, lag) in enumerate(zip(STEPS, moments, shown.lags, strict=True)):
        if n in shown.steps:
            wall = moment + timedelta(minutes=shown.offset + lag)
            read = row(
                f"{portal}: {step}",
                f"{wall:%Y-%m-%d %H:%M}",
                offset=shown.label,
                milestone=step,
                leg="last_mile",
            )
            made.append(replace(observation(portal, read, name=f"{portal}{n}"), sequence=n))
    return made


def world(moments, **portals):
    """A parcel to Spain as portals show it."""
    return Parcel(
        {(portal, NUMBER): track(portal, moments, shown) for portal, shown in portals.items()}, "CN", "ES"
    )


def correos(moments):
    """What Correos shows of it: everything, without a label."""
    rows = []
    for n, (step, moment) in enumerate(zip(STEPS, moments, strict=True)):
        read = row(
            f"Correos: {step}", f"{moment.astimezone(MADRID):%Y-%m-%d %H:%M}", milestone=step, leg="last_mile"
        )
        rows.append(replace(observation("correos", read, name=f"correos{n}"), sequence=n))
    return rows


def events_of(result):
    """Which steps the events join: the numbers at the end of their members' names."""
    return [{name[-1] for name in event.members} for event in result.events]


ALL = frozenset(range(len(STEPS)))
SOME = st.frozensets(st.integers(0, len(STEPS) - 1), min_size=2)
OFFSETS = st.integers(-48, 56).map(lambda quarters: quarters * 15)
HONEST = st.builds(lambda offset, steps: Shown(offset, offset, steps), OFFSETS, SOME)


@given(journeys(), HONEST, HONEST, HONEST)
@settings(max_examples=60, deadline=None)
def test_portals_with_true_labels_are_put_together_rightly_whatever_their_zones(moments, a, b, c):
    result = reconcile(world(moments, a=a, b=b, c=c), {})
    shown = sorted(a.steps | b.steps | c.steps)
    assert events_of(result) == [{str(step)} for step in shown]
    assert [e.occurred_at for e in result.events] == [moments[step] for step in shown]
    assert {d.kind for d in result.disagreements} <= {"timezone"}


@given(journeys(), HONEST, HONEST)
@settings(max_examples=30, deadline=None)
def test_a_second_run_gives_the_same(moments, a, b):
    made = world(moments, a=a, b=b)
    known = estimates(counts(made))
    assert reconcile(made, known) == reconcile(made, known)
    assert counts(made) == counts(made)


@given(journeys(), st.sampled_from([h * 60 for h in range(-11, 13) if h != 1]))
@settings(max_examples=60, deadline=None)
def test_a_portal_with_only_wrong_labels_is_corrected_where_there_are_witnesses(moments, label):
    made = world(moments, mine=Shown(60, label, ALL))
    made.tracks["correos", NUMBER] = correos(moments)
    result = reconcile(made, estimates(counts(made)))
    assert events_of(result) == [{str(step)} for step in range(len(STEPS))]
    ours = [result.beliefs[f"mine{n}"] for n in range(len(STEPS))]
    assert {(b.offset_minutes, b.source) for b in ours} == {(60, "corrected")}
    assert {d.kind for d in result.disagreements} == {"zone_label"}


@given(journeys(), st.sampled_from([h * 60 for h in range(-11, 13)]))
@settings(max_examples=30, deadline=None)
def test_and_is_not_where_there_is_none(moments, label):
    made = world(moments, mine=Shown(60, label, ALL))
    result = reconcile(made, estimates(counts(made)))
    assert {b.source for b in result.beliefs.values()} == {"stated"}
    assert result.disagreements == ()


@given(st.lists(journeys(), min_size=2, max_size=4), OFFSETS)
@settings(max_examples=30, deadline=None)
def test_one_offset_of_a_portal_without_labels_is_learned(trips, offset):
    made = [world(moments, mine=Shown(offset, None, ALL)) for moments in trips]
    for parcel, moments in zip(made, trips, strict=True):
        parcel.tracks["correos", NUMBER] = correos(moments)
    known = estimates(c for parcel in made for c in counts(parcel))
    for parcel, moments in zip(made, trips, strict=True):
        result = reconcile(parcel, known)
        assert {result.beliefs[f"mine{n}"].offset_minutes for n in range(len(STEPS))} == {offset}
        assert [e.occurred_at for e in result.events] == moments


@given(
    st.lists(
        st.tuples(journeys(), st.tuples(*[st.one_of(st.just(0), LAGS)] * len(STEPS))), min_size=2, max_size=5
    ),
    OFFSETS,
)
@settings(max_examples=60, deadline=None)
def test_no_learned_offset_makes_a_portal_early(trips, offset):
    made = [world(moments, mine=Shown(offset, None, ALL, lags)) for moments, lags in trips]
    for parcel, (moments, _) in zip(made, trips, strict=True):
        parcel.tracks["correos", NUMBER] = correos(moments)
    known = estimates(c for parcel in made for c in counts(parcel))
    held = {
        b.offset_minutes for p in made for name, b in reconcile(p, known).beliefs.items() if "mine" in name
    }
    on_time = sum(lags.count(0) for _, lags in trips)
    late = len(STEPS) * len(trips) - on_time
    assert all(minutes is None or minutes <= offset + 15 for minutes in held)
    if on_time >= 3 and late < on_time / 4:
        assert held == {offset}
        assert known["mine", "last_mile"].lag_class in ("scan", None)


@given(journeys(), st.tuples(*[LAGS] * len(STEPS)).filter(lambda lags: min(lags) < 30))
@settings(max_examples=30, deadline=None)
def test_a_lag_is_never_the_earlier_portals(moments, lags):
    made = world(moments, mine=Shown(60, 60, ALL, lags))
    made.tracks["correos", NUMBER] = correos(moments)
    known = estimates(counts(made))
    assert known["mine", "last_mile"].lag_class == "receipt"
    result = reconcile(made, known)
    assert events_of(result) == [{str(step)} for step in range(len(STEPS))]
    assert [e.occurred_at for e in result.events] == moments
    found = [d for d in result.disagreements if d.kind == "lag"]
    assert found
    assert all(d.portal_b == "mine" and d.real_difference_s > 0 for d in found)


@given(st.lists(journeys(), min_size=1, max_size=3), HONEST, HONEST)
@settings(max_examples=30, deadline=None)
def test_counts_add_up_over_parcels_and_are_capped_in_each(trips, a, b):
    made = [world(moments, a=a, b=b) for moments in trips]
    each = [counts(parcel) for parcel in made]
    for told in each:
        for c in told:
            assert 0 < c.count <= PARCEL_CAP
    together = estimates(c for told in each for c in told)
    backwards = estimates(c for told in reversed(each) for c in reversed(told))
    assert together == backwards
