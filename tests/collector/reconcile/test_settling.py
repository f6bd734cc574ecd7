"""What the rows of one event settle about each other's clocks."""

import pytest

from collector.reconcile.clocks import Offset, belief
from collector.reconcile.scanning import Known
from collector.reconcile.settling import settled
from tests.collector.reconcile.made import at, context_of, learned, listed, result_of
from tests.collector.reconcile.made import belief_of as held_by
from tests.collector.rows_made import observation, row

MADRID = ["Europe/Madrid"]
CLAIM = observation("x", row("A", "10:00:00", offset=480))
TEN_IN_MADRID = observation("correos", row("A", "10:00:00"))


def offset_of(o, others, zones=(), *, guess=None, estimates=None, relays=()):
    """The offset that a row is settled to have among others, None where nothing changes."""
    group = [o, *others]
    known = {each.id: Known(held_by(each, estimates), None, is_guess=False) for each in group}
    if guess is not None:
        known[o.id] = Known(belief(o, None), Offset(guess, "place"), is_guess=True)
    where = {each.id: context_of(each) for each in group}
    assert set(where) == set(known)
    witnesses = {each.id: each.portal not in relays for each in group}
    found = settled(group, known, witnesses, zones).get(o.id)
    return found and (found.offset_minutes, found.source)


def test_a_claim_falls_to_the_place_and_one_witness():
    assert offset_of(CLAIM, [TEN_IN_MADRID], MADRID) == (60, "corrected")


def test_a_claim_does_not_fall_to_one_witness_alone_or_to_the_place_alone():
    assert offset_of(CLAIM, [TEN_IN_MADRID], []) is None
    assert offset_of(CLAIM, [TEN_IN_MADRID], ["Europe/Athens"]) is None
    assert offset_of(CLAIM, [], MADRID) is None


def test_a_claim_falls_to_two_portals_that_agree():
    one, two = at("one", "10:00:00", offset=60), at("two", "09:00:30", offset=0)
    assert offset_of(CLAIM, [one, two]) == (60, "corrected")
    assert offset_of(CLAIM, [one, at("two", "07:00:00", offset=0)]) is None


def test_a_time_of_the_wrong_half_of_the_day_is_no_wrong_label():
    late = [at(name, "20:00:00", offset=480) for name in ("one", "two")]
    early = observation("x", row("A", "08:00:00", offset=480))
    assert offset_of(early, late) is None
    assert offset_of(early, late, ["America/New_York"]) is None
    assert offset_of(observation("x", row("A", "09:00:00", offset=480)), late) == (-180, "corrected")


def test_a_lag_of_whole_hours_is_no_wrong_label_without_the_place():
    witnesses = [at(name, "07:00:00", offset=60) for name in ("one", "two")]
    late = observation("x", row("A", "10:00:00", offset=60))
    assert offset_of(late, witnesses) is None
    assert offset_of(late, witnesses, ["Asia/Kabul", "Europe/Istanbul"]) is None
    assert offset_of(late, witnesses, ["Asia/Dubai"]) == (240, "corrected")


def test_two_portals_prove_no_offset_that_no_zone_has():
    late = [at(name, "10:15:00", offset=60) for name in ("one", "two")]
    assert offset_of(observation("x", row("A", "10:00:00", offset=60)), late) is None


def test_half_and_quarter_hours_that_zones_have_are_proven_like_whole_ones():
    said = observation("x", row("A", "14:30:00", offset=480))
    witnesses = [at(name, "10:00:00", offset=60) for name in ("one", "two")]
    assert offset_of(said, witnesses) == (330, "corrected")
    nepal = observation("x", row("A", "14:45:00", offset=480))
    assert offset_of(nepal, witnesses, ["Asia/Kathmandu"]) == (345, "corrected")


def test_two_rows_of_one_portal_are_one_witness():
    two = [at("one", "10:00:00", offset=60, words=words) for words in "AB"]
    assert offset_of(CLAIM, two) is None


@pytest.mark.parametrize(
    "witness",
    [
        at("one", "2026-03-02", offset=60),
        at("one", "10h", offset=60),
        at("one", "10:00:00", offset=None),
        at("x", "10:00:00", offset=60, words="B"),
    ],
    ids=["day", "hour", "unknown clock", "the same portal"],
)
def test_what_is_no_witness_overrules_nothing(witness):
    assert offset_of(CLAIM, [witness], MADRID) is None


def test_a_relay_is_no_witness():
    assert offset_of(CLAIM, [at("one", "10:00:00", offset=60)], MADRID, relays=["one"]) is None


def test_a_claim_that_one_witness_bears_out_stands():
    right = at("two", "02:00:20", offset=0)
    assert offset_of(CLAIM, [TEN_IN_MADRID, right], MADRID) is None


def test_a_difference_no_zone_makes_overrules_no_claim():
    late = [at(name, "10:25:00", offset=60) for name in ("one", "two")]
    assert offset_of(CLAIM, late, MADRID) is None


def test_a_date_has_no_claim_to_overrule():
    day = observation("x", row("A", "2026-03-02", offset=480))
    assert offset_of(day, [at("one", "23:30", offset=-480)], ["America/Los_Angeles"]) is None


def test_what_the_data_prove_can_be_overruled_too():
    proven = observation("x", row("A", "10:00:00", sure=480))
    assert offset_of(proven, [TEN_IN_MADRID], MADRID) == (60, "corrected")


def test_a_declared_clock_stands_against_witnesses_unless_the_row_names_its_place():
    declared = observation("correos", row("A", "11:00:00"))
    two = [at(name, "10:00:00", offset=60) for name in ("one", "two")]
    assert offset_of(declared, two, ["Europe/Athens"]) is None
    # A scan in the Canary Islands, stamped in the portal's own zone.
    islands = observation("correos", row("A", "10:00:00", zone="Atlantic/Canary", place="LAS PALMAS"))
    assert offset_of(islands, [at("one", "11:00:00", offset=60)]) == (0, "inferred")


def test_a_guess_by_the_place_holds_where_a_witness_bears_it_out():
    bare = observation("x", row("A", "10:00:00"))
    assert offset_of(bare, [TEN_IN_MADRID], guess=60) == (60, "inferred")
    assert offset_of(bare, [at("one", "10:25:00", offset=60)], guess=60) is None


def test_a_label_that_a_witness_bears_out_stands_against_what_is_usual_of_its_portal():
    right = observation("x", row("A", "17:00:00", offset=480))
    local = learned("x", "Europe/Madrid")
    assert held_by(right, local).source == "corrected"
    assert offset_of(right, [TEN_IN_MADRID], MADRID, estimates=local) == (480, "stated")
    wrong = observation("x", row("A", "10:00:00", offset=480))
    assert offset_of(wrong, [TEN_IN_MADRID], MADRID, estimates=local) is None


def test_the_row_that_bears_a_label_out_is_not_moved_to_where_that_was_before():
    """Both changed places once: the label held after all, and its witness went where it had been put."""
    right = observation("x", row("A", "17:00:00", offset=480))
    witness = at("y", "13:00:00", offset=None)
    estimates = learned("x", "UTC+12:00") | learned("y", "UTC+04:00")
    shanghai = ["Asia/Shanghai"]
    assert held_by(right, estimates).offset_minutes == 720
    assert offset_of(right, [witness], shanghai, estimates=estimates) == (480, "stated")
    assert offset_of(witness, [right], shanghai, estimates=estimates) is None


def test_a_witness_tells_the_two_readings_of_a_repeated_hour_apart():
    ours = observation("correos", row("A", "2026-10-25 02:30"))
    assert offset_of(ours, [at("one", "2026-10-25 02:30", offset=60)]) == (60, "portal")
    assert offset_of(ours, [at("one", "2026-10-25 02:30", offset=120)]) is None  # it is read so anyway


# --- through the whole of it ----------------------------------------------------------------------------


def source_of(o, *others, **more):
    found = result_of(o, *others, **more).beliefs[o.id]
    return found.offset_minutes, found.source


def test_the_country_of_the_leg_is_the_place_where_rows_name_none():
    said = {"milestone": "delivered", "leg": "last_mile"}
    label = observation("x", row("Delivered", "10:00:00", offset=480, **said))
    witness = observation("correos", row("Entregado", "10:00:00", **said))
    assert source_of(label, witness) == (60, "corrected")
    assert source_of(label, witness, destination="FR") == (60, "corrected")  # Paris has Madrid's clock
    assert source_of(label, witness, destination="GR") == (480, "stated")
    assert source_of(label, witness, destination=None) == (480, "stated")


def test_a_relayed_row_is_read_by_the_clock_its_source_was_found_to_have():
    said = {"milestone": "delivered", "leg": "last_mile"}
    label = observation("x", row("Delivered", "10:00:00", offset=480, **said))
    witness = observation("correos", row("Entregado", "10:00:00", **said))
    relayed = observation("y", row("Delivered", "10:00:00", offset=480, relayed_from="x", **said))
    found = result_of(label, witness, relayed).beliefs
    assert found[label.id].offset_minutes == found[relayed.id].offset_minutes == 60


def test_a_page_that_mislabels_two_rows_of_one_end_mislabels_the_others_there():
    def page(portal, offset, times):
        milestones = ("arrived_facility", "out_for_delivery", "delivered")
        told = zip(milestones, times, strict=False)
        made = [at(portal, t, m, offset=offset, words=m, leg="last_mile") for m, t in told]
        return listed(*made)

    ours = page("x", 480, ("10:00", "12:00", "15:00"))
    theirs = page("correos", None, ("10:00", "12:00"))
    found = result_of(*ours, *theirs).beliefs
    assert [found[o.id].offset_minutes for o in ours] == [60, 60, 60]
    alone = result_of(*ours, *theirs[:1]).beliefs
    assert [alone[o.id].offset_minutes for o in ours] == [60, 480, 480]


def test_a_correction_never_parts_what_one_portal_wrote_of_one_scan():
    wrong = at("cainiao", "07:12", offset=480, words="A", leg="last_mile")
    twin = at("cainiao", "2026-03-01 23:12", offset=0, words="B", leg="last_mile", number="N2")
    witness = observation("correos", row("Entregado", "07:12", milestone="delivered", leg="last_mile"))
    made = result_of(wrong, twin, witness)
    assert made.event_of[wrong.id] == made.event_of[twin.id]
    one, other = made.beliefs[wrong.id].span, made.beliefs[twin.id].span
    assert one.agrees_with(other)


def test_a_guess_never_parts_them_either():
    hour = at("mine", "10h", offset=60)
    bare = at("mine", "10:00:00", offset=None, words="B", number="N2")
    witness = at("other", "10:00:00", offset=480)
    made = result_of(hour, bare, witness, origin="CN", destination="DZ")
    for name, speaker in made.duplicate_of.items():
        one, other = made.beliefs[name].span, made.beliefs[speaker].span
        assert one is None or other is None or one.agrees_with(other)
