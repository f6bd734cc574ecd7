"""What parcels teach about clocks, and what is believed of it. All portals and parcels are invented."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.reconcile import counts, reconcile
from collector.reconcile.clocks import Estimate
from collector.reconcile.learn import PARCEL_CAP, Count, estimates, used_estimates
from scrapers import vocabulary
from scrapers.vocabulary import Clock, Facts
from tests.collector.rows_made import observation, parcel, row

WORDS = ("delivered", "accepted", "returned", "customs_cleared", "info_received", "available_for_pickup")


def pair(word, mine, theirs, *, offset=None, day=2):
    """A row of `mine` and one of Correos (Madrid, UTC+1 in March) about one milestone."""
    when = f"2026-03-{day:02} "
    return (
        observation("mine", row(word, when + mine, offset=offset, milestone=word), name=f"m{day}{word}"),
        observation("correos", row(word, when + theirs, milestone=word), name=f"c{day}{word}"),
    )


def taught(*pairs):
    return {
        (c.portal, c.measure, c.value): c.count for c in counts(parcel(*(o for two in pairs for o in two)))
    }


def offset(*values, over=()):
    made = [Count("mine", "unknown", "offset", value, n) for value, n in values]
    made += [Count("mine", "unknown", "over", value, n) for value, n in over]
    return estimates(made)["mine", "unknown"].offset_minutes


def habit(agree=0, late=0, early=0):
    named = {"agree": agree, "late": late, "early": early}
    made = [Count("mine", "unknown", measure, 0, n) for measure, n in named.items() if n]
    return estimates(made)["mine", "unknown"].lag_class


# --- one parcel -----------------------------------------------------------------------------------------


def test_a_row_of_unknown_clock_teaches_the_offset_that_lines_it_up():
    assert taught(pair("delivered", "17:00:20", "10:00:00")) == {("mine", "offset", 480): 1}


def test_a_row_that_no_offset_lines_up_teaches_below_which_offsets_it_is_late():
    assert taught(pair("delivered", "17:07", "10:00")) == {("mine", "over", 480): 1}


def test_rows_of_known_clocks_teach_whether_they_agree_and_who_is_late():
    assert taught(pair("delivered", "10:00", "10:00", offset=60)) == {
        ("mine", "agree", 0): 1,
        ("correos", "agree", 0): 1,
        ("mine", "claim_held", 0): 1,
    }
    assert taught(pair("delivered", "10:20", "10:00", offset=60)) == {
        ("mine", "late", 0): 1,
        ("correos", "early", 0): 1,
    }


def test_a_claim_that_fell_is_counted_as_fallen():
    said = {"milestone": "delivered", "leg": "last_mile"}
    label = observation("mine", row("A", "10:00:00", offset=480, **said))
    made = counts(parcel(label, observation("correos", row("A", "10:00:00", **said))))
    assert {(c.measure, c.count) for c in made if c.portal == "mine"} == {("claim_fell", 1), ("agree", 1)}


def test_relays_dates_and_unknown_clocks_are_no_witnesses():
    mine = observation("mine", row("A", "17:00", milestone="delivered"))
    for other in (
        row("A", "10:00", offset=60, milestone="delivered", relayed_from="Correos"),
        row("A", "2026-03-02", offset=60, milestone="delivered"),
        row("A", "10:00", milestone="delivered"),
    ):
        assert counts(parcel(mine, observation("other", other))) == ()


def test_one_parcel_weighs_no_more_than_the_cap():
    pairs = [pair("out_for_delivery", "10:00", "10:00", offset=60, day=day) for day in range(2, 26)]
    late = [pair("delivered", "10:20", "10:00", offset=60, day=day) for day in range(27, 29)]
    made = taught(*pairs, *late)
    assert made["mine", "agree", 0] + made.get(("mine", "late", 0), 0) == PARCEL_CAP
    assert made["mine", "claim_held", 0] == PARCEL_CAP


def test_the_cap_keeps_the_shares():
    pairs = [pair("out_for_delivery", "10:00", "10:00", offset=60, day=day) for day in range(2, 10)]
    late = [pair("out_for_delivery", "10:20", "10:00", offset=60, day=day) for day in range(10, 14)]
    made = taught(*pairs, *late)
    assert (made["mine", "agree", 0], made["mine", "late", 0]) == (4, 2)


# --- all parcels ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fits", "over", "expected"),
    [
        ([(480, 1)], [], None),
        ([(480, 2)], [], 480),
        ([(480, 7), (60, 3)], [], None),
        ([(480, 7), (540, 3)], [], 480),
        ([(480, 6), (540, 4)], [], None),
        ([(480, 9)], [(480, 20), (495, 20)], 480),
        ([(495, 10), (480, 2)], [], None),
        ([(495, 3)], [(480, 2)], None),
        ([(495, 30), (480, 1)], [], 495),
        ([], [(480, 9)], None),
    ],
)
def test_an_offset_takes_two_rows_most_of_the_fits_and_the_early_edge(fits, over, expected):
    assert offset(*fits, over=over) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ({"agree": 2}, None),
        ({"agree": 3}, "scan"),
        ({"late": 2}, None),
        ({"late": 3}, "receipt"),
        ({"late": 7, "agree": 3}, "receipt"),
        ({"late": 6, "agree": 4}, None),
        ({"late": 3, "agree": 7}, "scan"),
        ({"late": 8, "early": 2}, None),
        ({"late": 9, "early": 1}, "receipt"),
        ({"early": 3}, "scan"),
        ({"early": 2, "agree": 1}, "scan"),
    ],
)
def test_the_lag_class_is_that_of_most_rows_and_receipt_is_never_early(rows, expected):
    assert habit(**rows) == expected


def test_reliability_is_told_in_tenths_once_three_claims_were_tried():
    def reliability(held, fell):
        made = [Count("a", "origin", "claim_held", 0, held), Count("a", "origin", "claim_fell", 0, fell)]
        return estimates(made)["a", "origin"].reliability

    assert reliability(2, 0) is None
    assert reliability(2, 1) == 0.7
    assert reliability(30, 0) == 1.0


def test_an_estimate_says_how_many_rows_it_rests_on_and_which():
    made = estimates([Count("a", "origin", "offset", 480, 4), Count("a", "origin", "offset", -330, 1)])
    assert made["a", "origin"].support == 5
    assert made["a", "origin"].basis == "1 rows fit UTC-05:30; 4 rows fit UTC+08:00"


COUNTS = st.builds(
    Count,
    st.sampled_from(["a", "b"]),
    st.sampled_from(["origin", "unknown"]),
    st.sampled_from(["agree", "late", "early", "claim_held", "claim_fell", "offset", "over"]),
    st.sampled_from([0, 480]),
    st.integers(1, 6),
)


@given(st.lists(COUNTS, max_size=12), st.randoms(use_true_random=False), st.integers(0, 12))
@settings(deadline=None)
def test_estimates_depend_on_the_sum_of_counts_alone(made, random, cut):
    mixed = list(made)
    random.shuffle(mixed)
    split = [Count(c.portal, c.leg, c.measure, c.value, 1) for c in made[:cut] for _ in range(c.count)]
    assert estimates(made) == estimates(mixed) == estimates([*split, *made[cut:]])


def test_what_was_learned_is_used_and_nothing_more_is_learned_from_it():
    two = parcel(*pair("delivered", "17:00:00", "10:00:00"), *pair("accepted", "16:00:00", "09:00:00"))
    known = estimates(counts(two))
    result = reconcile(two, known)
    assert {b.source for name, b in result.beliefs.items() if name.startswith("m")} == {"inferred"}
    assert [d.kind for d in result.disagreements] == ["timezone", "timezone"]
    assert counts(two) == counts(two)
    assert known["mine", "unknown"].lag_class is None


def test_a_habitual_lag_is_not_mistaken_for_a_zone():
    late = [pair(w, f"17:{n:02}", "10:00", day=n) for n, w in zip((4, 9, 13, 22, 26), WORDS, strict=False)]
    on_time = [pair("accepted", "17:00", "10:00", day=1), pair("returned", "17:00", "10:00", day=28)]
    assert estimates(counts(parcel(*(o for two in late for o in two)))).get(("mine", "unknown")) is not None
    assert offset_of(late) is None
    assert offset_of([*on_time, *late]) == 480


def offset_of(pairs):
    made = [c for two in pairs for c in counts(parcel(*two))]
    return estimates(made)["mine", "unknown"].offset_minutes


# --- pages rendered for a viewer whose zone nobody recorded ---------------------------------------------


@pytest.fixture
def viewer(monkeypatch):
    real = vocabulary.facts
    mine = Facts("mine", "Mine", "marketplace", None, ("en",), Clock("viewer"), None)
    monkeypatch.setattr(vocabulary, "facts", lambda portal: mine if portal == "mine" else real(portal))


@pytest.mark.usefixtures("viewer")
def test_a_viewers_zone_is_inferred_from_the_rows_of_that_reading():
    two = parcel(*pair("delivered", "17:00:00", "10:00:00"), *pair("accepted", "16:00:00", "09:00:00"))
    result = reconcile(two, {("mine", "unknown"): Estimate(offset_minutes=0)})
    held = [b for name, b in result.beliefs.items() if name.startswith("m")]
    assert {(b.offset_minutes, b.source) for b in held} == {(480, "inferred")}
    assert [d.kind for d in result.disagreements] == ["timezone", "timezone"]


@pytest.mark.usefixtures("viewer")
def test_one_row_is_not_enough_to_infer_a_viewers_zone():
    result = reconcile(parcel(*pair("delivered", "17:00:00", "10:00:00")), {})
    assert [d.kind for d in result.disagreements] == ["unexplained"]


@pytest.mark.usefixtures("viewer")
def test_nothing_is_learned_of_a_viewers_zone_for_other_parcels():
    two = parcel(*pair("delivered", "17:00:00", "10:00:00"), *pair("accepted", "16:00:00", "09:00:00"))
    assert {c.measure for c in counts(two)} == set()


# --- what a parcel depends on ---------------------------------------------------------------------------


def test_a_parcel_is_stale_when_an_estimate_of_one_of_its_legs_changes():
    mine = [observation("mine", row("A", "10:00", leg="origin"))]
    known = {
        ("mine", "origin"): Estimate(offset_minutes=480, lag_class="scan", reliability=0.5, support=3),
        ("mine", "unknown"): Estimate(offset_minutes=0),
        ("other", "origin"): Estimate(offset_minutes=0),
    }
    used = used_estimates(mine, known)
    assert used == "mine/origin:480:scan"
    better = {**known, ("mine", "origin"): Estimate(offset_minutes=480, lag_class="scan", support=30)}
    assert used_estimates(mine, better) == used
    assert used_estimates(mine, {**known, ("mine", "origin"): Estimate(offset_minutes=60)}) != used
    assert used_estimates(mine, {}) == ""
