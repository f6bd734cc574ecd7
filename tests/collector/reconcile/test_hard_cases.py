"""The hard cases of putting rows together and of reading clocks, one by one. All of it is invented."""

import pytest

from collector.reconcile.clocks import Estimate
from tests.collector.reconcile.made import SCAN, at, kinds_of, learned, listed, result_of, shared
from tests.collector.rows_made import observation, row

MADRID = {"zone": "Europe/Madrid", "country": "ES", "place": "Madrid"}
LAST_MILE = {"leg": "last_mile"}


def page(portal, *steps, **more):
    """Rows of one page: (time, milestone), in words of the portal's own."""
    made = [
        at(portal, time, milestone, **{"words": f"{portal} {milestone} {n}", **more})
        for n, (time, milestone) in enumerate(steps)
    ]
    return listed(*made)


def paired(one, other):
    """The events of two pages whose rows correspond one by one."""
    return {frozenset((a.id, b.id)) for a, b in zip(one, other, strict=True)}


def habits(portal, leg="unknown", **more):
    return {(portal, leg): Estimate(**more)}


# --- matching -------------------------------------------------------------------------------------------


def test_several_similar_scans_minutes_apart():
    times = ("10:00", "10:04", "10:09", "10:13")
    ours = page("a", *((t, "arrived_facility") for t in times))
    theirs = page("b", *((t, "arrived_facility") for t in times))
    assert shared(*ours, *theirs) == paired(ours, theirs)
    fewer = page("b", *((t, "arrived_facility") for t in times[1:]))
    assert shared(*ours, *fewer) == paired(ours[1:], fewer)


def test_similar_scans_minutes_apart_whose_clocks_differ():
    ours = page("a", *((f"10:{m:02}", "arrived_facility") for m in (0, 15, 30, 45)))
    theirs = page("b", *((f"17:{m:02}", "arrived_facility") for m in (0, 15, 30, 45)), offset=480)
    assert shared(*ours, *theirs) == paired(ours, theirs)
    assert kinds_of(*ours, *theirs) == ["timezone"] * 4


def test_repeated_delivery_attempts():
    days = [f"2026-03-0{day}" for day in (2, 3, 4)]
    steps = [
        (f"{day} {t}", m)
        for day in days
        for t, m in (("08:00", "out_for_delivery"), ("15:00", "delivery_attempted"))
    ]
    ours = page("a", *steps)
    late = [(time.replace(":00", ":20"), milestone) for time, milestone in steps]
    theirs = page("b", *late)
    assert shared(*ours, *theirs, estimates=habits("b", lag_class="receipt", lag_minutes=30)) == paired(
        ours, theirs
    )
    assert len(result_of(*ours, *page("b", *steps[2:4])).events) == 6


def test_rows_doubled_seconds_apart_are_one_event_on_one_portal():
    doubled = page("a", ("10:00:00", "delivered"), ("10:00:08", "delivered"))
    other = page("b", ("10:00:00", "delivered"))
    made = result_of(*doubled, *other)
    assert len(made.events) == 1
    assert made.duplicate_of == {doubled[1].id: doubled[0].id}
    assert made.disagreements == ()


def test_rows_doubled_in_one_printed_minute_are_one_event_on_one_portal():
    doubled = page("a", ("10:00", "delivered"), ("10:00", "delivered"))
    made = result_of(*doubled, *page("b", ("10:00:31", "delivered")))
    assert len(made.events) == 1
    assert list(made.duplicate_of) == [doubled[1].id]


def test_events_only_some_portals_show_stay_theirs():
    ours = page("a", ("08:00", "accepted"), ("10:00", "arrived_facility"), ("12:00", "delivered"))
    theirs = page("b", ("08:00", "accepted"), ("12:00", "delivered"))
    assert shared(*ours, *theirs) == {
        frozenset((ours[0].id, theirs[0].id)),
        frozenset((ours[2].id, theirs[1].id)),
    }
    assert kinds_of(*ours, *theirs) == []


def test_a_relayed_row_is_no_witness_of_who_is_wrong():
    early, late = page("a", ("10:00", "delivered")), page("b", ("10:25", "delivered"))
    relays = [at(p, "10:25", words="b delivered 0", relayed_from="b") for p in ("x", "y")]
    made = result_of(*early, *late, *relays, estimates={("b", "unknown"): SCAN})
    assert len(made.events) == 1
    assert {d.suspect_observation for d in made.disagreements} == {None}
    third = page("c", ("10:00", "delivered"))
    outvoted = result_of(*early, *late, *relays, *third, estimates={("b", "unknown"): SCAN}).disagreements
    assert {d.suspect_observation for d in outvoted if d.kind == "conflict"} == {
        late[0].id,
        *(r.id for r in relays),
    }


def test_a_portal_learned_to_repeat_others_is_no_witness_either():
    early, late = page("a", ("10:00", "delivered")), page("b", ("10:25", "delivered"))
    copy = at("x", "10:25", words="b delivered 0")
    known = {**learned("x", "copy", "any"), ("b", "unknown"): SCAN}
    made = result_of(*early, *late, copy, estimates=known)
    assert made.relayed_from == {copy.id: "b"}
    assert {d.suspect_observation for d in made.disagreements} == {None}


def test_undated_rows_stand_with_the_rows_around_them():
    ours = page("a", ("08:00", "accepted"), ("10:00", "out_for_delivery"), ("12:00", "delivered"))
    theirs = page("b", ("08:00", "accepted"), (None, "out_for_delivery"), ("12:00", "delivered"))
    made = result_of(*ours, *theirs)
    assert shared(*ours, *theirs) == paired(ours, theirs)
    assert made.disagreements == ()  # no time is no other time


def test_an_undated_row_that_fits_two_events_alike_is_given_neither():
    ours = page("a", ("08:00", "arrived_facility"), ("10:00", "arrived_facility"))
    undated = at("b", None, "arrived_facility", words="b")
    assert shared(*ours, undated) == set()


def test_a_portal_of_dates_with_several_rows_a_day():
    fine = page(
        "a", ("08:00", "arrived_delivery_office"), ("09:00", "out_for_delivery"), ("12:00", "delivered")
    )
    dates = page("b", *(("2026-03-02", o.row.milestone) for o in fine))
    assert shared(*fine, *dates) == paired(fine, dates)
    assert kinds_of(*fine, *dates) == ["precision"] * 3


def test_a_portal_of_dates_over_several_rounds():
    days = ("2026-03-02", "2026-03-03", "2026-03-04")
    fine = page("a", *((f"{day} 09:00", "out_for_delivery") for day in days))
    dates = page("b", *((day, "out_for_delivery") for day in days))
    assert shared(*fine, *dates) == paired(fine, dates)


def test_last_mile_scans_merged_into_another_portals_list():
    cainiao = listed(
        at("cainiao", "2026-02-27 11:05:11", "accepted", offset=480, words="Received", leg="origin"),
        at("cainiao", "09:20:05", "handed_to_last_mile", words="Received by local company", **LAST_MILE),
        at("cainiao", "17:03:50", "out_for_delivery", offset=480, words="Out for delivery", **LAST_MILE),
    )
    correos = listed(
        observation("correos", row("Admitido", "09:20:05", milestone="accepted", leg="origin", **MADRID)),
        observation("correos", row("En reparto", "10:03:50", milestone="out_for_delivery", **LAST_MILE)),
    )
    assert shared(*cainiao, *correos) == paired(cainiao[1:], correos)
    assert kinds_of(*cainiao, *correos) == ["timezone"]


def test_one_portal_under_two_numbers_shows_each_scan_once():
    first = page("a", ("10:00", "accepted"), ("12:00", "delivered"))
    again = page("a", ("10:00", "accepted"), ("12:00", "delivered"), number="N2")
    other = page("b", ("10:00", "accepted"), ("12:00", "delivered"))
    made = result_of(*first, *again, *other)
    assert [len(e.members) for e in made.events] == [3, 3]
    assert made.duplicate_of == {b.id: a.id for a, b in zip(first, again, strict=True)}
    assert made.disagreements == ()


def test_a_leg_of_one_constant_lag_with_scans_minutes_apart_does_not_cross():
    steps = ("10:00", "10:10", "10:20", "10:30")
    ours = page("a", *((t, "arrived_facility") for t in steps), **LAST_MILE)
    theirs = page("b", *((t, "arrived_facility") for t in ("11:07", "11:17", "11:27", "11:37")), **LAST_MILE)
    late = habits("b", "last_mile", lag_class="receipt", lag_minutes=120)
    assert shared(*ours, *theirs, estimates=late) == paired(ours, theirs)
    assert kinds_of(*ours, *theirs, estimates=late) == ["lag"] * 4


# --- clocks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "clock"), [("14:30", "UTC+05:30"), ("14:45", "UTC+05:45"), ("05:30", "UTC-03:30")]
)
def test_offsets_of_half_and_quarter_hours(time, clock):
    ours, sure = page("mine", (time, "delivered"), offset=None), page("a", ("10:00", "delivered"))
    known = learned("mine", clock)
    assert shared(*ours, *sure, estimates=known) == paired(ours, sure)
    assert kinds_of(*ours, *sure, estimates=known) == ["timezone"]


@pytest.mark.parametrize("label", [120, 60])
def test_in_the_hour_that_autumn_repeats_either_reading_is_the_same_scan(label):
    ours = observation("correos", row("A", "2026-10-25 02:30", milestone="delivered"))
    sure = at("a", "2026-10-25 02:30", offset=label)
    made = result_of(ours, sure)
    assert len(made.events) == 1
    assert made.disagreements == ()
    assert made.beliefs[ours.id].offset_minutes == label


def test_in_the_hour_that_spring_skips_a_time_is_read_as_before_the_change():
    ours = observation("correos", row("A", "2026-03-29 02:30", milestone="delivered"))
    sure = at("a", "2026-03-29 03:30", offset=120)
    assert len(result_of(ours, sure).events) == 1
    assert kinds_of(ours, sure) == ["timezone"]


def test_one_offset_stamped_on_a_whole_parcel():
    steps = (
        ("2026-02-27 11:05", "accepted", "origin", {}),
        ("10:00", "out_for_delivery", "last_mile", MADRID),
        ("12:00", "delivered", "last_mile", MADRID),
    )
    ours = listed(
        *(
            at("mine", t, m, offset=480, words=f"mine {m}", leg=leg, **at_place)
            for t, m, leg, at_place in steps
        )
    )
    correos = listed(*(observation("correos", row(m, t, milestone=m, leg=leg)) for t, m, leg, _ in steps[1:]))
    made = result_of(*ours, *correos)
    assert shared(*ours, *correos) == paired(ours[1:], correos)
    assert [made.beliefs[o.id].offset_minutes for o in ours] == [480, 60, 60]
    assert kinds_of(*ours, *correos) == ["zone_label"] * 2


def test_a_winter_label_in_summer():
    summer = "2026-07-06 10:00:00"
    ours = at("mine", summer, offset=60, words="mine", **LAST_MILE, **MADRID)
    correos = observation("correos", row("Entregado", summer, milestone="delivered", **LAST_MILE))
    made = result_of(ours, correos)
    assert len(made.events) == 1
    assert (made.beliefs[ours.id].offset_minutes, made.beliefs[ours.id].source) == (120, "corrected")
    assert [d.kind for d in made.disagreements] == ["zone_label"]


def test_customs_rows_labelled_gmt_0():
    said = {"milestone": "customs_cleared", "leg": "import"}
    ours = at("cainiao", "13:31:00", offset=0, words="Import customs clearance complete", **said)
    correos = observation("correos", row("Despachado", "13:31:00", **said))
    made = result_of(ours, correos)
    assert [d.kind for d in made.disagreements] == ["zone_label"]
    assert made.beliefs[ours.id].offset_minutes == 60
    alone = result_of(ours)
    assert alone.beliefs[ours.id].source == "stated"  # nobody else says so


def test_a_page_made_for_a_viewer(declare):
    declare("shop", "viewer", kind="marketplace")
    ours = observation("shop", row("Delivered", "02:00:00", milestone="delivered"), viewer=-420)
    sure = at("a", "10:00:00")
    assert len(result_of(ours, sure).events) == 1
    assert kinds_of(ours, sure) == ["timezone"]


def test_a_wrong_date_is_found_by_the_time_of_day_and_the_place_on_the_page():
    steps = [
        ("2026-03-02 10:00", "accepted"),
        ("2026-03-03 11:07", "arrived_delivery_office"),
        ("2026-03-04 12:00", "delivered"),
    ]
    ours, third = page("a", *steps), page("c", *steps)
    wrong = [steps[0], ("2026-03-06 11:07", steps[1][1]), steps[2]]
    theirs = page("b", *wrong)
    made = result_of(*ours, *third, *theirs, estimates={("b", "unknown"): SCAN})
    assert len(made.events) == 3
    found = [d for d in made.disagreements if theirs[1].id in (d.observation_a, d.observation_b)]
    assert {(d.kind, d.suspect_observation) for d in found} == {("conflict", theirs[1].id)}
    assert all(d.reverses_order for d in found)


def test_a_portal_whose_every_label_is_wrong_is_corrected_by_witnesses():
    steps = [
        (f"2026-03-0{day} 10:00:00", m)
        for day, m in enumerate(("out_for_delivery", "delivery_attempted", "delivered"), start=2)
    ]
    ours = page("mine", *steps, offset=0, **LAST_MILE)
    correos = listed(*(observation("correos", row(m, t, milestone=m, **LAST_MILE)) for t, m in steps))
    made = result_of(*ours, *correos)
    assert {made.beliefs[o.id].offset_minutes for o in ours} == {60}
    assert {made.beliefs[o.id].source for o in ours} == {"corrected"}
    assert kinds_of(*ours, *correos) == ["zone_label"] * 3


# --- nothing is asserted without evidence ---------------------------------------------------------------


def test_labels_stand_where_nobody_contradicts_them():
    ours = page("mine", ("10:00", "out_for_delivery"), ("12:00", "delivered"), offset=0, **LAST_MILE)
    made = result_of(*ours)
    assert {b.source for b in made.beliefs.values()} == {"stated"}
    assert made.disagreements == ()


def test_two_unknown_portals_with_other_labels_on_the_same_digits_stay_unexplained():
    ours, theirs = at("a", "10:00", offset=0, words="one"), at("b", "10:00", offset=420, words="two")
    made = result_of(ours, theirs, origin=None, destination=None)
    assert {b.source for b in made.beliefs.values()} == {"stated"}
    assert {d.kind for d in made.disagreements} <= {"unexplained"}
    assert {d.suspect_observation for d in made.disagreements} <= {None}


def test_an_unknown_clock_stays_unknown_without_witnesses():
    ours, theirs = at("a", "10:00", offset=None), at("b", "17:00", offset=None, words="B")
    made = result_of(ours, theirs)
    assert {b.offset_minutes for b in made.beliefs.values()} == {None}
    assert {d.kind for d in made.disagreements} <= {"unexplained"}
    assert all(e.occurred_at is None for e in made.events)


def test_lag_and_conflict_that_cannot_be_told_apart_stay_unexplained():
    rows = at("a", "10:00"), at("b", "10:25", words="B")
    assert kinds_of(*rows) == ["unexplained"]
    assert kinds_of(*rows, estimates=habits("b", lag_class="receipt", lag_minutes=30)) == ["lag"]
    assert kinds_of(*rows, estimates=habits("b", lag_class="scan")) == ["conflict"]


def test_one_word_against_another_names_no_suspect():
    rows = at("a", "10:00"), at("b", "10:25", words="B")
    (found,) = result_of(*rows, estimates=habits("b", lag_class="scan")).disagreements
    assert found.suspect_observation is None
