"""What one parcel teaches about portals' clocks and habits. All portals and parcels are invented."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.reconcile import counts
from collector.reconcile.teaching import LAGS, PARCEL_CAP, lag_class
from tests.collector.reconcile.made import at, listed
from tests.collector.rows_made import observation, parcel, row


def taught(*observations, portal="mine"):
    """Measure and value of what a portal's rows teach, with the number of rows."""
    found = Counter()
    for c in counts(parcel(*observations)):
        if c.portal == portal and c.measure not in ("shown", "copied", "own"):
            found[c.measure, c.value] += c.count
    return found


def correos(time, milestone="delivered", **more):
    return observation("correos", row(milestone, time, milestone=milestone, **more))


def mine(time, milestone="delivered", **more):
    return at("mine", time, milestone, **{"offset": None, "words": "words of mine", **more})


# --- rows beside anchors --------------------------------------------------------------------------------


def test_a_row_of_unknown_clock_teaches_at_which_offset_it_meets_its_anchor():
    made = taught(mine("17:00:20"), correos("10:00:00"))
    assert made["utc", "=480 alone"] == 1
    assert made["tested", ""] == 1


def test_it_teaches_in_which_zones_it_meets_its_anchor():
    made = taught(mine("04:00"), correos("10:00"))
    zones = {value for measure, value in made if measure == "zone"}
    assert "America/New_York" in zones
    assert "America/Chicago" not in zones


def test_a_row_that_no_offset_lines_up_teaches_where_it_lies_in_utc():
    made = taught(mine("17:07"), correos("10:00"))
    assert made["utc", "~480"] == 1
    assert not any(value.startswith("=") for _, value in made)


def test_a_label_is_tried_as_a_clock_of_its_own():
    assert taught(mine("10:00", offset=60), correos("10:00"))["claim", "agrees alone"] == 1
    assert taught(mine("10:20", offset=60), correos("10:00"))["claim", "30"] == 1
    assert taught(mine("09:50", offset=60), correos("10:00"))["claim", "early"] == 1
    assert taught(mine("2026-03-20 09:50", offset=60), correos("10:00"))["claim", "far"] == 1


def test_the_place_of_a_row_is_tried_as_its_clock():
    made = taught(mine("10:00", offset=480, zone="Europe/Madrid", place="Madrid"), correos("10:00"))
    assert made["place", "agrees alone"] == 1
    assert made["claim", "early"] == 1


def test_the_zone_a_page_was_made_for_is_tried_as_its_clock():
    ours = observation("mine", row("A", "09:00", milestone="delivered"), viewer=0)
    assert taught(ours, correos("10:00"))["viewer", "agrees alone"] == 1


def test_two_portals_that_agree_are_an_anchor_without_any_declared_clock():
    two = [at(name, "10:00", offset=60, words=name * 9) for name in ("one", "two")]
    assert taught(mine("17:00"), *two)["utc", "=480"] == 1
    assert taught(mine("17:00"), two[0]) == {}


def test_agreeing_with_a_later_anchor_is_lagging_like_it():
    sure = correos("10:00")
    late = observation("usps", row("B", "04:50", milestone="delivered", zone="America/New_York"))
    assert taught(mine("10:50", offset=60), sure, late)["claim", "agrees 60"] == 1


def test_relays_dates_and_unknown_clocks_are_no_anchors():
    for other in (
        row("B", "10:00", offset=60, milestone="delivered", relayed_from="Correos"),
        row("B", "2026-03-02", offset=60, milestone="delivered"),
        row("B", "10:00", milestone="delivered"),
    ):
        assert taught(mine("17:00"), observation("other", other)) == {}


def test_a_row_that_may_repeat_its_anchor_teaches_nothing_by_it():
    source = observation("correos", row("Entregado", "10:00", milestone="delivered"))
    assert taught(mine("10:00", words="Entregado"), source) == {}
    assert taught(mine("10:00", words="Something else"), source)["tested", ""] == 1


def test_a_date_alone_teaches_under_which_clocks_its_anchor_falls_on_it():
    there = {"zone": "Asia/Tokyo", "place": "Tokyo"}
    assert taught(mine("2026-03-02", **there), correos("10:00")) == {("dated", ""): 1, ("dated", "place"): 1}
    made = taught(mine("2026-03-02", offset=60, **there), correos("20:00"))
    assert made == {("dated", ""): 1, ("dated", "claim"): 1}
    assert taught(mine("2026-03-04", **there), correos("10:00")) == {("dated", ""): 1}
    assert taught(correos("10:00"), mine("2026-03-02", **there), portal="correos") == {}


def test_two_portals_of_which_one_may_repeat_the_other_bear_each_other_out_but_weakly():
    there = {"zone": "Europe/Madrid", "place": "Madrid", "offset": None}
    one, other = (at(name, "10:00", words="Package delivered", **there) for name in ("one", "two"))
    assert set(taught(mine("17:00"), one, other)) >= {("weak tested", ""), ("weak utc", "=480")}
    assert taught(mine("17:00"), one, other)["tested", ""] == 0
    in_other_words = at("two", "10:00", words="Entregado", **there)
    assert taught(mine("17:00"), one, in_other_words)["tested", ""] == 1


def test_a_label_that_is_its_places_time_says_little_where_others_of_its_page_are_not():
    there = {"zone": "Europe/Madrid", "place": "Madrid"}
    told = at("one", "10:00", **there)
    assert taught(mine("17:00"), told)["tested", ""] == 1
    afar = at("one", "2026-03-01 10:00", "accepted", zone="Asia/Shanghai", place="Shenzhen")
    made = taught(mine("17:00"), *listed(afar, told))
    assert (made["tested", ""], made["weak tested", ""]) == (0, 1)
    in_summer = at("one", "2026-03-01 10:00", "accepted", zone="Europe/Athens", place="Athens")
    assert taught(mine("17:00"), *listed(in_summer, told))["tested", ""] == 1


def own(*observations):
    return {(c.portal, c.value): c.count for c in counts(parcel(*observations)) if c.measure == "own"}


def test_labels_of_several_zones_are_held_against_the_places_their_rows_name():
    here = at("mine", "10:00", offset=60, zone="Europe/Madrid", place="Madrid")
    afar = at("mine", "09:00", "accepted", offset=480, zone="Asia/Shanghai", place="Shenzhen")
    wrong = at("mine", "09:30", "accepted", offset=0, zone="Asia/Shanghai", place="Shenzhen")
    nowhere = at("mine", "09:40", "accepted", offset=0)
    assert own(*listed(afar, here)) == {("mine", "yes"): 2}
    assert own(*listed(wrong, here)) == {("mine", "yes"): 1, ("mine", "no"): 1}
    assert own(*listed(nowhere, here)) == own(here) == {}
    assert own(*(replace(o, portal="cainiao") for o in listed(afar, here))) == {}


def test_data_without_a_scan_teach_nothing():
    assert taught(mine("17:00", "info_received"), correos("10:00", "info_received")) == {}


def test_passings_are_compared_where_both_pages_pass_the_milestone_as_often():
    def ours(times):
        return listed(*(mine(t, "out_for_delivery", words=f"words {t}") for t in times))

    twice = listed(correos("10:00", "out_for_delivery"), correos("2026-03-04 10:00", "out_for_delivery"))
    assert taught(*ours(["17:00", "2026-03-04 17:00"]), *twice)["utc", "=480 alone"] == 2
    assert taught(*ours(["17:00"]), *twice) == {}


def test_the_second_of_several_passings_teaches_only_where_it_agrees():
    late = listed(*(mine(f"2026-03-0{d} 10:20", "arrived_facility", offset=60) for d in (2, 4)))
    sure = listed(*(correos(f"2026-03-0{d} 10:00", "arrived_facility") for d in (2, 4)))
    assert taught(*late, *sure) == {}
    once = taught(mine("10:20", offset=60), correos("10:00"))
    assert once["claim", "30"] == 1


def test_one_parcel_weighs_no_more_than_the_cap():
    days = [f"2026-03-{day:02} 10:00" for day in range(2, 26)]
    ours = listed(*(mine(t, "out_for_delivery", offset=60) for t in days))
    theirs = listed(*(correos(t, "out_for_delivery") for t in days))
    made = taught(*ours, *theirs)
    assert made["claim", "agrees alone"] == made["tested", ""] == PARCEL_CAP


# --- how complete a portal is, and whether it repeats others --------------------------------------------


def shown(*observations):
    return {(c.portal, c.value): c.count for c in counts(parcel(*observations)) if c.measure == "shown"}


def test_of_the_passings_that_others_show_is_counted_what_a_portal_shows():
    steps = ("arrived_facility", "out_for_delivery", "delivered")
    theirs = listed(*(at("one", "10:00", m, words=m, leg="last_mile") for m in steps))
    ours = at("mine", "10:00", "delivered", leg="last_mile")
    assert shown(*theirs, ours) == {
        ("mine", "yes delivered"): 1,
        ("mine", "no arrived_facility"): 1,
        ("mine", "no out_for_delivery"): 1,
        ("one", "yes delivered"): 1,
    }


def test_legs_of_which_a_portal_shows_nothing_are_not_its_own_to_show():
    theirs = at("one", "10:00", "accepted", leg="origin")
    assert shown(theirs, at("mine", "10:00", "delivered", leg="last_mile")) == {}


def copied(*observations):
    return {(c.portal, c.value): c.count for c in counts(parcel(*observations)) if c.measure == "copied"}


def test_rows_in_the_digits_and_words_of_another_portal_are_counted_as_copies():
    theirs = at("cainiao", "10:00", offset=60, words="Package delivered")
    assert copied(at("mine", "10:00", offset=0, words="Package delivered"), theirs) == {("mine", "yes"): 1}
    assert copied(at("mine", "10:20", offset=0, words="Package delivered"), theirs) == {("mine", "no"): 1}
    assert copied(at("mine", "10:00", offset=0, words="Entregado"), theirs) == {("mine", "no"): 1}
    assert copied(at("mine", "10:00", words="Package delivered")) == {}


# --- classes --------------------------------------------------------------------------------------------


@given(st.floats(-5000, 5000).filter(lambda m: abs(m) > 1))
@settings(deadline=None)
def test_every_difference_has_one_class(minutes):
    found = lag_class(minutes)
    assert found in {"early", "far", *map(str, LAGS)}
    assert (found == "early") == (-LAGS[-1] <= minutes < 0)
    if found.isdigit():
        assert minutes <= int(found)
        assert not any(minutes <= edge < int(found) for edge in LAGS)


@pytest.mark.parametrize(
    ("minutes", "expected"), [(2, "5"), (5, "5"), (5.5, "15"), (2880, "2880"), (2881, "far")]
)
def test_a_lag_has_the_class_of_its_upper_edge(minutes, expected):
    assert lag_class(minutes) == expected
