"""What all parcels together teach: a function of the sum of the counts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.reconcile import counts, reconcile
from collector.reconcile.clocks import Estimate
from collector.reconcile.learn import Count, estimates, used_estimates
from collector.reconcile.teaching import LAGS
from tests.collector.reconcile.made import at, learned
from tests.collector.rows_made import observation, parcel, row

WORDS = (
    "delivered",
    "accepted",
    "returned",
    "customs_cleared",
    "departed_origin_country",
    "available_for_pickup",
)


def known(leg="any", portal="mine", **measures):
    """The estimate that counts of {measure: {value: count}} amount to, of as many `tested` rows."""
    tested = measures.pop("tested", None)
    made = [
        Count(portal, "unknown", measure, value, n)
        for measure, values in measures.items()
        for value, n in values.items()
    ]
    most = max((sum(values.values()) for values in measures.values()), default=0)
    made.append(Count(portal, "unknown", "tested", "", most if tested is None else tested))
    return estimates(made)[portal, leg]


# --- clocks ---------------------------------------------------------------------------------------------


def test_an_offset_takes_three_rows_and_a_share_of_those_tested():
    assert known(utc={"=480": 2}).clock is None
    assert known(utc={"=480": 3}).clock == "UTC+08:00"
    assert known(utc={"=480": 3}).offset_minutes == 480
    assert known(utc={"=480": 3}, tested=30).clock is None


def test_the_offset_is_that_of_most_rows_on_time_not_of_the_middle_of_late_ones():
    assert known(utc={"=480": 9, "~495": 20, "~510": 20}).clock == "UTC+08:00"
    assert known(utc={"=480": 9, "=495": 2}).clock == "UTC+08:00"
    assert known(utc={"~480": 9, "~495": 9}).clock is None


def test_a_clock_without_a_choice_is_believed_before_one_that_fits_no_better():
    fits = {"utc": {"=60": 10}, "claim": {"agrees": 10}, "zone": {"Europe/Berlin": 10}}
    assert known(**fits).clock == "claim"
    assert known(**fits | {"claim": {"agrees": 7, "early": 3}}).clock == "UTC+01:00"


def test_a_portal_of_dates_has_the_first_plain_clock_that_nearly_all_of_them_fit():
    assert known(tested=0, dated={"": 5, "place": 5}).clock == "place"
    assert known(tested=0, dated={"": 5, "claim": 4, "place": 5}).clock == "claim"
    assert known(tested=0, dated={"": 5, "claim": 3, "place": 3}).clock is None
    assert known(tested=0, dated={"": 2, "place": 2}).clock is None
    assert known(tested=0, dated={"": 5, "place": 5}).support == 5
    assert known(tested=0, dated={"": 5, "place": 5}).basis == (
        "0 rows beside other portals; 5 dates alone, 5 fit the clock place"
    )


def test_times_to_the_minute_tell_more_of_a_clock_than_dates():
    assert known(utc={"=480": 5}, dated={"": 9, "place": 9}).clock == "UTC+08:00"
    assert known(tested=30, utc={"=480": 2}, dated={"": 9, "place": 9}).clock is None


def test_labels_that_are_their_places_times_need_no_other_witness():
    others = {"utc": {"=720": 6}, "claim": {"agrees": 1, "early": 5}}
    assert known(**others).clock == "UTC+12:00"
    assert known(own={"yes": 8, "no": 2}, tested=6, **others).clock == "claim"
    assert known(own={"yes": 8, "no": 3}, tested=6, **others).clock == "UTC+12:00"
    assert known(own={"yes": 7}, tested=6, **others).clock == "UTC+12:00"
    assert known(leg="unknown", own={"yes": 8}, tested=6, **others).clock == "claim"


def weakly(**measures):
    return {f"weak {measure}": values for measure, values in measures.items()}


def test_rows_with_weak_anchors_teach_where_there_are_no_others():
    weak = weakly(tested={"": 40}, utc={"=780": 40})
    assert known(tested=0, **weak).clock == "UTC+13:00"
    assert known(utc={"=480": 6}, **weak).clock == "UTC+08:00"


def test_rows_with_weak_anchors_decide_between_clocks_that_fit_the_others_alike():
    sure = {"place": {"agrees": 8}, "zone": {"Africa/Cairo": 8}}
    assert known(**sure).clock == "place"
    assert known(**sure, **weakly(tested={"": 4}, zone={"Africa/Cairo": 4})).clock == "Africa/Cairo"
    assert known(**sure, **weakly(tested={"": 4}, zone={"Europe/Athens": 4})).clock == "place"


def test_a_habit_is_that_of_all_rows_where_those_with_sure_anchors_show_none():
    weak = weakly(tested={"": 9}, claim={"60": 9})
    assert known(leg="unknown", claim={"agrees": 3}, **weak).lag_class == "scan"
    made = [Count("mine", "origin", "claim", "agrees", 9), Count("mine", "origin", "tested", "", 9)]
    made += [Count("mine", "last_mile", m, v, n) for m, values in weak.items() for v, n in values.items()]
    late = estimates(made)["mine", "last_mile"]
    assert (late.clock, late.lag_class, late.lag_minutes) == ("claim", "receipt", 60)


def test_a_zone_is_believed_only_where_no_one_offset_does_as_well():
    assert known(utc={"=60": 10}, zone={"Europe/Berlin": 10}).clock == "UTC+01:00"
    assert known(utc={"=60": 6, "=120": 6}, zone={"Europe/Berlin": 12}).clock == "Europe/Berlin"


def test_a_row_or_two_more_are_no_evidence_against_labels():
    assert known(claim={"agrees": 5, "early": 1}, place={"agrees": 6}).clock == "claim"
    assert known(claim={"agrees": 12, "early": 18}, place={"agrees": 30}).clock == "place"


def test_a_leg_has_a_clock_of_its_own_only_where_it_fits_much_better():
    usual = [Count("mine", "origin", "utc", "=480", 20), Count("mine", "origin", "tested", "", 20)]
    other = [Count("mine", "last_mile", "utc", "=60", 10), Count("mine", "last_mile", "tested", "", 10)]
    found = estimates([*usual, *other])
    assert found["mine", "origin"].clock == found["mine", "any"].clock == "UTC+08:00"
    assert found["mine", "last_mile"].clock == "UTC+01:00"
    mixed = estimates([*usual, *other, Count("mine", "last_mile", "utc", "=480", 9)])
    assert mixed["mine", "last_mile"].clock == "UTC+08:00"


def test_a_leg_on_which_labels_put_scans_before_anybody_told_of_them_is_late_by_the_clock_of_the_place():
    right = [Count("mine", "origin", m, "agrees", 20) for m in ("claim", "place")]
    ahead = [Count("mine", "last_mile", "claim", "early", 9), Count("mine", "last_mile", "place", "120", 9)]
    tested = [Count("mine", leg, "tested", "", n) for leg, n in (("origin", 20), ("last_mile", 9))]
    found = estimates([*right, *ahead, *tested])
    assert found["mine", "origin"].clock == "claim"
    late = found["mine", "last_mile"]
    assert (late.clock, late.lag_class, late.lag_minutes) == ("place", "receipt", 120)
    behind = Count("mine", "last_mile", "claim", "120", 9)
    assert estimates([*right, behind, ahead[1], *tested])["mine", "last_mile"].clock == "claim"


def test_a_portal_whose_rows_are_copies_has_no_clock_of_its_own():
    assert known(copied={"yes": 20, "no": 2}, claim={"agrees": 20}).clock == "copy"
    assert known(copied={"yes": 7}).clock is None
    assert known(copied={"yes": 20, "no": 20}, claim={"agrees": 20}).clock == "claim"


# --- habits ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ({"agrees": 2}, None),
        ({"agrees": 3}, "scan"),
        ({"agrees alone": 3}, "scan"),
        ({"60": 2}, None),
        ({"60": 8}, "receipt"),
        ({"60": 8, "agrees": 2}, "receipt"),
        ({"60": 6, "agrees": 4}, None),
        ({"60": 3, "agrees": 7}, "scan"),
        ({"60": 5, "early": 5}, None),
        ({"early": 3}, None),
        ({"early": 2, "agrees": 2}, "scan"),
        ({"far": 9}, None),
    ],
)
def test_the_lag_class_is_that_of_most_rows_and_receipt_is_hardly_ever_early(rows, expected):
    # Labels are believed from three on; what a leg's habit is shows in how its rows stand under them.
    made = [Count("mine", "unknown", "claim", value, n) for value, n in rows.items()]
    made += [Count("mine", "origin", "claim", "agrees", 30), Count("mine", "origin", "tested", "", 30)]
    assert estimates(made)["mine", "unknown"].lag_class == expected


def test_four_late_rows_in_five_are_no_later_than_the_lag():
    late = {"15": 4, "60": 4, "480": 2}
    made = [Count("mine", "unknown", "claim", value, n) for value, n in late.items()]
    made += [Count("mine", "origin", "claim", "agrees", 30), Count("mine", "origin", "tested", "", 30)]
    assert estimates(made)["mine", "unknown"].lag_minutes == 60
    assert known(claim={"agrees": 9}).lag_minutes is None


def test_habits_are_of_a_leg_and_not_of_a_portal():
    assert known("any", claim={"60": 9, "agrees": 1}).lag_class is None


def test_reliability_is_told_in_tenths_once_three_claims_were_tried():
    assert known(claim={"agrees": 2}).reliability is None
    assert known(claim={"agrees": 2, "early": 1}, place={"agrees": 3}).reliability == 0.7
    assert known(claim={"agrees": 30}).reliability == 1.0
    assert known(claim={"early": 30}, place={"agrees": 30}).reliability == 0.0
    assert known(utc={"=480": 30}).reliability is None


def test_completeness_is_told_in_tenths_once_enough_was_compared():
    assert known(shown={"yes": 3, "no": 6}).completeness is None
    assert known(shown={"yes": 3, "no": 7}).completeness == 0.3


def test_completeness_is_that_of_the_milestones_a_portal_shows():
    counted = {"yes delivered": 9, "no delivered": 1, "yes returned": 1, "no returned": 9}
    assert known(shown=counted).completeness == 0.9


def test_an_estimate_says_how_many_rows_it_rests_on_and_what_they_say():
    found = known(utc={"=480": 4, "=-330": 1})
    assert found.support == 5
    assert found.basis.split("; ") == [
        "5 rows beside other portals",
        "4 fit the clock UTC+08:00",
        "1 fit UTC-05:30",
        "4 on time, 0 late, 1 early",
    ]


VALUES = st.one_of(
    st.tuples(
        st.sampled_from(["claim", "place", "declared", "viewer"]),
        st.sampled_from(["agrees", "agrees alone", "agrees 60", "early", "far", "15", "480"]),
    ),
    st.tuples(st.just("utc"), st.sampled_from(["=480", "=60 alone", "=60 15", "~495", "~-30"])),
    st.tuples(st.just("zone"), st.sampled_from(["Europe/Berlin", "America/New_York"])),
    st.tuples(st.just("copied"), st.sampled_from(["yes", "no"])),
    st.tuples(st.just("shown"), st.sampled_from(["yes accepted", "no accepted", "no delivered"])),
    st.just(("tested", "")),
)
COUNTS = st.builds(
    lambda portal, leg, what, n: Count(portal, leg, *what, n),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["origin", "unknown"]),
    VALUES,
    st.integers(1, 9),
)


@given(st.lists(COUNTS, max_size=15), st.randoms(use_true_random=False), st.integers(0, 15))
@settings(deadline=None)
def test_estimates_depend_on_the_sum_of_counts_alone(made, random, cut):
    mixed = list(made)
    random.shuffle(mixed)
    split = [Count(c.portal, c.leg, c.measure, c.value, 1) for c in made[:cut] for _ in range(c.count)]
    assert estimates(made) == estimates(mixed) == estimates([*split, *made[cut:]])


@given(st.lists(COUNTS, max_size=15))
@settings(deadline=None)
def test_what_is_estimated_is_quantised(made):
    for (_, leg), found in estimates(made).items():
        assert found.lag_class in (None, "scan", "receipt")
        assert (found.lag_minutes is not None) == (found.lag_class == "receipt")
        assert found.lag_minutes in (None, *LAGS)
        assert found.lag_class is None or leg != "any"
        for share in (found.reliability, found.completeness):
            assert share is None or (share == round(share, 1) and 0 <= share <= 1)
        assert found.offset_minutes is None or found.offset_minutes % 15 == 0


# --- from rows to estimates and back --------------------------------------------------------------------


def pair(word, mine, theirs, *, offset=None, day=2):
    """A row of `mine` and one of Correos (Madrid, UTC+1 in March) about one milestone."""
    when = f"2026-03-{day:02} "
    return (
        at("mine", when + mine, word, offset=offset, words=f"mine {word}", name=f"m{day}{word}"),
        observation("correos", row(word, when + theirs, milestone=word), name=f"c{day}{word}"),
    )


def clock_of(pairs):
    made = [c for two in pairs for c in counts(parcel(*two))]
    return estimates(made)["mine", "any"].clock


def test_a_habitual_lag_is_not_mistaken_for_a_zone():
    late = [pair(w, f"17:{n:02}", "10:00", day=n) for n, w in zip((4, 9, 13, 22, 26), WORDS, strict=False)]
    on_time = [pair(w, "17:00", "10:00", day=n) for n, w in enumerate(WORDS[:3], start=26)]
    assert clock_of(late) is None
    assert clock_of([*on_time, *late]) == "UTC+08:00"


def test_what_was_learned_is_used_and_nothing_more_is_learned_from_it():
    parcels = [
        parcel(
            *pair("delivered", "17:00:00", "10:00:00", day=day), *pair("accepted", "16:00", "09:00", day=day)
        )
        for day in (2, 3)
    ]
    found = estimates(c for p in parcels for c in counts(p))
    result = reconcile(parcels[0], found)
    assert {b.source for name, b in result.beliefs.items() if name.startswith("m")} == {"inferred"}
    assert [d.kind for d in result.disagreements] == ["timezone", "timezone"]
    assert estimates(c for p in parcels for c in counts(p)) == found


# --- what a parcel depends on ---------------------------------------------------------------------------


def test_a_parcel_is_stale_when_an_estimate_of_one_of_its_legs_changes():
    mine = [observation("mine", row("A", "10:00", leg="origin"))]
    first = learned("mine", "UTC+08:00", "origin", lag_class="scan", reliability=0.5, support=3)
    others = {**learned("mine", "UTC+00:00"), **learned("other", "UTC+00:00", "origin")}
    used = used_estimates(mine, {**first, **others})
    assert used == used_estimates(mine, first)
    more = learned(
        "mine", "UTC+08:00", "origin", lag_class="scan", reliability=0.5, support=30, basis="more rows"
    )
    assert used_estimates(mine, more) == used
    for changed in (
        learned("mine", "UTC+01:00", "origin", lag_class="scan", reliability=0.5),
        learned("mine", "UTC+08:00", "origin", lag_class="receipt", lag_minutes=60, reliability=0.5),
        learned("mine", "UTC+08:00", "origin", lag_class="scan", reliability=0.6),
        {**first, **learned("mine", "UTC+08:00", "any")},
        {},
    ):
        assert used_estimates(mine, changed) != used
    assert used_estimates(mine, {("other", "origin"): Estimate("claim")}) == ""
