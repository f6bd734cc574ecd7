"""The moment of a group of scans, and what its parts say of being one event."""

from dataclasses import replace
from math import inf, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.reconcile.groups import (
    Group,
    Scan,
    are_in_and_out,
    are_whole_quarters_apart,
    best_moment,
    is_one_country,
    is_one_second,
    may_be_two_steps,
    may_join,
    places,
    silence,
    words,
)
from collector.reconcile.model import Habit, time_given
from scrapers.words import Leg, Milestone
from tests.collector.reconcile.made import at

ON_TIME = Habit(0.0, 0.0)


def scan(portal="a", *moments, milestone="delivered", width=1.0, habit=ON_TIME, number="N1", **more):
    said = Milestone(milestone) if milestone else None
    return Scan(
        rows=(at(portal, "10:00", milestone),),
        page=(portal, number),
        spot=0,
        milestone=said,
        names=more.pop("names", (said,)),
        is_physical=more.pop("is_physical", True),
        moments=moments,
        width=width,
        habit=habit,
        country=more.pop("country", None),
        towns=more.pop("towns", frozenset()),
        is_witness=more.pop("is_witness", True),
        leg=None,
        stretch=None,
        between=None,
        key=(portal, number, moments, milestone or ""),
    )


def test_the_moment_of_rows_that_agree_is_theirs():
    assert best_moment([scan("a", 600.0), scan("b", 600.5)])[0] == 600.0


def test_the_moment_is_that_of_most_rows():
    assert best_moment([scan("a", 600.0), scan("b", 600.0), scan("c", 660.0)])[0] == 600.0
    assert best_moment([scan("a", 500.0), scan("b", 600.0), scan("c", 600.0)])[0] == 600.0


def test_the_moment_of_a_portal_that_is_on_time_goes_before_that_of_a_late_one():
    late = Habit(60.0, 0.0)
    assert best_moment([scan("a", 600.0), scan("b", 640.0, habit=late)])[0] == 600.0


def test_a_relay_adds_nothing_to_what_a_portal_of_its_own_knowledge_says():
    alone = best_moment([scan("a", 600.0)])
    assert best_moment([scan("a", 600.0), scan("b", 600.0, is_witness=False)]) == alone


def test_of_two_moments_of_a_repeated_hour_the_one_others_tell_is_taken():
    assert best_moment([scan("a", 600.0, 660.0), scan("b", 660.0), scan("c", 660.0)])[0] == 660.0


def test_dates_that_overlap_have_a_common_moment_and_others_are_unlikely():
    day = 1440.0
    same = best_moment([scan("a", 0.0, width=day), scan("b", 60.0, width=day)])
    other = best_moment([scan("a", 0.0, width=day), scan("b", 2 * day, width=day)])
    assert same[0] == 60.0
    assert other[1] < same[1]


def test_rows_without_times_have_no_moment():
    assert best_moment([scan("a"), scan("b")]) == (None, 0.0)


@given(st.lists(st.integers(0, 300).map(float), min_size=1, max_size=5))
@settings(deadline=None)
def test_no_row_tells_a_likelier_moment(moments):
    scans = [scan(f"p{n}", at_moment) for n, at_moment in enumerate(moments)]
    best, fit = best_moment(scans)
    assert best in moments
    fits = [sum(time_given(s.apart(m), s.habit) for s in scans) for m in moments]
    assert fit == pytest.approx(max(fits))


def test_groups_that_share_a_page_are_two_events_and_two_countries_are_told():
    page = Group([scan("a", 600.0)]), Group([scan("a", 600.0)])
    assert not may_join(*page, frozenset())
    abroad = Group([scan("a", 600.0, country="ES")]), Group([scan("b", 600.0, country="PT")])
    assert not is_one_country(*(group.scans for group in abroad))
    assert is_one_country([scan("a", 600.0, country="ES")], [scan("b", 600.0)])


def told(portal, time, milestone="arrived_facility", words="A", **more):
    at_minute = float(time[:2]) * 60 + float(time[3:5]) + float(time[6:] or 0) / 60
    rows = (at(portal, time, milestone, words=words),)
    return Group([replace(scan(portal, at_minute, milestone=milestone, **more), rows=rows)])


def test_the_way_in_and_the_way_out_differ_unless_one_scan_has_both_names():
    both = (Milestone.ARRIVED_FACILITY, Milestone.DEPARTED_FACILITY)
    out = told("b", "10:00:07", "departed_facility")
    assert are_in_and_out(told("a", "10:00:07"), out)
    assert not are_in_and_out(told("a", "10:00:07"), told("b", "10:00:07"))
    assert not are_in_and_out(told("a", "10:00:07"), told("b", "10:00:07", "departed_facility", names=both))
    assert is_one_second(told("a", "10:00:07"), out)
    assert not is_one_second(told("a", "10:00:08"), out)
    assert not is_one_second(told("a", "10:00"), told("b", "10:00"))


def test_seconds_tell_times_that_a_label_parts_and_noughts_tell_nothing():
    assert are_whole_quarters_apart(told("a", "10:00:07"), told("b", "11:15:07"))
    assert not are_whole_quarters_apart(told("a", "10:00:07"), told("b", "11:15:08"))
    assert not are_whole_quarters_apart(told("a", "10:00:07"), told("b", "10:00:07"))
    assert not are_whole_quarters_apart(told("a", "10:00:00"), told("b", "11:15:00"))
    assert not are_whole_quarters_apart(told("a", "10:00"), told("b", "11:15"))


def test_a_milestone_of_two_scans_in_two_wordings_may_be_two_steps():
    presented = told("a", "10:00", "import_customs_started", "Arrived at customs")
    started = told("b", "10:00", "import_customs_started", "Clearance started")
    assert may_be_two_steps(presented, started)
    assert not may_be_two_steps(presented, replace(presented, scans=[*presented.scans, *started.scans]))
    assert not may_be_two_steps(told("a", "10:00", words="A"), told("b", "10:00", words="B"))
    cleared = told("c", "10:00", "customs_cleared", "Cleared")
    left = told("a", "10:00", "departed_inward_oe", "Left customs")
    joined = replace(cleared, scans=[*cleared.scans, *left.scans])
    assert may_be_two_steps(joined, told("b", "10:00", "departed_inward_oe", "Left the office"))


def test_two_carriers_beginnings_are_two_steps():
    first, last = (Group([scan(portal, 600.0, milestone="accepted")]) for portal in "ab")
    assert not may_be_two_steps(first, last)
    last.scans = [replace(s, leg=Leg.LAST_MILE) for s in last.scans]
    assert may_be_two_steps(first, last)


def test_one_portals_pages_join_where_they_tell_one_moment():
    first = Group([scan("a", 600.0)])
    assert may_join(first, Group([scan("a", 600.0, number="N2")]), frozenset())
    assert not may_join(first, Group([scan("a", 620.0, number="N2")]), frozenset())
    assert may_join(first, Group([scan("a", number="N2")]), frozenset())


def test_one_portals_dates_tell_one_moment_only_where_they_overlap():
    day = 1440.0
    first = Group([scan("a", 0.0, width=day)])
    assert may_join(first, Group([scan("a", 0.0, width=day, number="N2")]), frozenset())
    assert may_join(first, Group([scan("a", 1439.0, number="N2")]), frozenset())
    for other in (
        scan("a", day, width=day, number="N2"),
        scan("a", day, number="N2"),
        scan("a", -1.0, number="N2"),
    ):
        assert not may_join(first, Group([other]), frozenset())
        assert not may_join(Group([other]), first, frozenset())


def test_what_the_user_keeps_apart_is_not_joined():
    g, h = Group([scan("a", 600.0)]), Group([scan("b", 600.0)])
    assert not may_join(g, h, {frozenset((g.scans[0], h.scans[0]))})


def test_words_of_groups_agree_as_well_as_their_best_and_not_if_any_cannot_be_one():
    delivered, other = Group([scan("a", 1.0)]), Group([scan("b", 1.0, milestone="out_for_delivery")])
    assert words(delivered, Group([scan("b", 1.0)])) == 0.0
    assert words(delivered, other) is None
    assert words(delivered, Group([scan("b", 1.0, milestone=None)])) == 0.0


def test_a_scan_under_two_names_is_met_under_either():
    both = (Milestone.DEPARTED_FACILITY, Milestone.ARRIVED_FACILITY)
    doubled = Group([scan("a", 1.0, milestone="departed_facility", names=both)])
    assert words(doubled, Group([scan("b", 1.0, milestone="arrived_facility")])) == 0.0


def test_silence_of_portals_that_leave_little_out_speaks_for_one_event():
    complete, patchy = Habit(0.0, 0.0, left_out=log(0.05)), Habit(0.0, 0.0, left_out=log(0.6))
    one, other = Group([scan("a", 1.0, habit=complete)]), Group([scan("b", 1.0, habit=complete)])
    loose = Group([scan("b", 1.0, habit=patchy)])
    assert silence(one, other) == pytest.approx(-2 * log(0.05))
    assert silence(one, other) > silence(one, loose) > 0
    assert silence(one, Group([scan("a", 1.0, number="N2")])) == 0.0


def test_towns_of_one_name_speak_for_one_event_and_others_against_it():
    madrid, toledo = (Group([scan("a", 1.0, towns=frozenset([name]))]) for name in ("madrid", "toledo"))
    assert places(madrid, madrid) > 0 > places(madrid, toledo)
    assert places(madrid, Group([scan("b", 1.0)])) == 0.0


def test_a_scan_lies_apart_from_a_moment_by_its_nearest_reading():
    assert scan("a", 600.0, 660.0).apart(650.0) == 10.0
    day = scan("a", 0.0, width=1440.0)
    assert day.apart(700.0) == 0.0
    assert day.apart(1500.0) == -60.0
    assert day.apart(-60.0) == 60.0
    assert inf > abs(day.apart(10_000.0)) > 0


def test_of_portals_that_are_silent_two_count():
    alone = Group([scan("a", 600.0)])
    few, many = (Group([scan(name, 700.0) for name in names]) for names in ("b", "bcd"))
    assert silence(alone, few) == silence(alone, many) == pytest.approx(-2 * ON_TIME.left_out)
