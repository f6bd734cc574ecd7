"""What a printed time is believed to mean before other rows of its event speak, source by source."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.reconcile.clocks import Estimate, claim_of, estimate_of, fixed, fixed_minutes, is_relay
from collector.reconcile.context import NOWHERE, Countries
from scrapers.words import Leg
from tests.collector.reconcile.made import at, belief_of, learned, listed, result_of
from tests.collector.rows_made import observation, row

#: Correos prints Madrid time, USPS the place's, Cainiao the offset in each row, `mine` nobody knows.
UTC8 = learned("mine", "UTC+08:00")
SPAIN = Countries("CN", "ES")


def believed(portal, read, estimates=None, countries=NOWHERE, **more):
    held = belief_of(observation(portal, read, **more), estimates, countries)
    return held.offset_minutes, held.source


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- what is stated and declared ------------------------------------------------------------------------


def test_an_offset_printed_in_the_row_is_stated():
    assert believed("cainiao", row("A", "10:00", offset=60)) == (60, "stated")
    assert believed("mine", row("A", "10:00", offset=60)) == (60, "stated")


def test_an_offset_the_data_prove_is_payload_and_a_printed_one_goes_before_it():
    assert believed("cainiao", row("A", "10:00:00", sure=480)) == (480, "payload")
    assert believed("cainiao", row("A", "10:00:00", offset=60, sure=480)) == (60, "stated")
    assert claim_of(row("A", "10:00:00", offset=60, sure=480)) == 60


def test_a_zoneless_row_of_a_portal_that_states_offsets_is_unknown():
    assert believed("cainiao", row("A", "10:00:00")) == (None, "unknown")
    assert believed("cainiao", row("A", "10:00:00", zone="Europe/Madrid")) == (None, "unknown")


def test_the_zone_a_page_was_rendered_for_is_the_viewers(declare):
    declare("shop", "viewer")
    assert believed("shop", row("A", "10:00"), viewer=120) == (120, "viewer")
    assert believed("shop", row("A", "10:00")) == (None, "unknown")
    assert believed("correos", row("A", "10:00"), viewer=0) == (60, "portal")


@pytest.mark.parametrize(
    ("time", "minutes", "instant"),
    [
        ("2026-03-02 10:00", 60, "2026-03-02T09:00"),
        ("2026-03-29 01:59", 60, "2026-03-29T00:59"),
        ("2026-03-29 03:00", 120, "2026-03-29T01:00"),
        ("2026-07-02 10:00", 120, "2026-07-02T08:00"),
        ("2026-10-25 01:59", 120, "2026-10-24T23:59"),
        ("2026-10-25 03:00", 60, "2026-10-25T02:00"),
    ],
)
def test_a_declared_zone_is_read_with_its_summer_time(time, minutes, instant):
    held = belief_of(observation("correos", row("A", time)))
    assert (held.offset_minutes, held.source, held.occurred_at) == (minutes, "portal", utc(instant))


def test_a_time_in_the_hour_autumn_repeats_is_the_earlier_and_can_be_the_later():
    held = belief_of(observation("correos", row("A", "2026-10-25 02:30")))
    assert held.occurred_at == held.span.earliest == utc("2026-10-25T00:30")
    assert held.span.latest == utc("2026-10-25T01:30:59")


def test_a_time_in_the_hour_spring_skips_is_read_as_before_the_change():
    held = belief_of(observation("correos", row("A", "2026-03-29 02:30")))
    assert (held.span.earliest, held.span.latest) == (utc("2026-03-29T01:30"), utc("2026-03-29T01:30:59"))


@pytest.mark.parametrize(
    ("zone", "minutes"),
    [("Asia/Kolkata", 330), ("Asia/Kathmandu", 345), ("Australia/Adelaide", 630), ("Pacific/Chatham", 825)],
)
def test_zones_of_half_and_quarter_hours_are_read_as_they_are(declare, zone, minutes):
    declare("there", "zone", zone=zone)
    assert believed("there", row("A", "10:00")) == (minutes, "portal")


def test_the_place_of_a_row_gives_the_zone_where_local_time_is_printed():
    abroad = row("A", "10:00", place="LOS ANGELES CA", zone="America/Los_Angeles", country="US")
    assert believed("usps", abroad) == (-480, "place")
    summer = row("A", "2026-03-08 13:12", place="DENVER CO", zone="America/Denver", country="US")
    assert believed("usps", summer) == (-360, "place")


def test_without_a_place_local_time_is_read_in_the_portals_own_zone():
    assert believed("usps", row("A", "10:00")) == (-300, "portal")


@pytest.mark.parametrize(
    "where", [{"place": "SPRINGFIELD", "country": "US"}, {"place": "SOMEWHERE OVER THE RAINBOW"}]
)
def test_a_place_that_is_named_but_not_known_is_not_read_in_the_portals_own_zone(where):
    assert believed("usps", row("A", "10:00", **where)) == (None, "unknown")


def test_a_row_without_a_time_has_no_clock():
    assert believed("correos", row("A")) == (None, "unknown")
    assert believed("cainiao", row("A", offset=60)) == (None, "unknown")
    assert believed("mine", row("A"), UTC8) == (None, "unknown")


def test_a_declared_clock_overrules_a_label(declare):
    declare("relay", "place", kind="universal")
    madrid = {"zone": "Europe/Madrid", "country": "ES", "place": "MADRID"}

    def held(portal, **more):
        o = observation(portal, row("A", "10:00", **more))
        found = result_of(o).beliefs[o.id]
        return found.offset_minutes, found.source

    assert held("correos", offset=0) == (60, "corrected")
    assert held("correos", offset=60) == (60, "stated")
    assert held("relay", offset=0, **madrid) == (60, "corrected")
    assert held("relay", offset=60, **madrid) == (60, "stated")
    assert held("relay", offset=0) == (0, "stated")


def test_a_declared_clock_that_is_not_sure_overrules_no_label(declare):
    declare("carrier", "zone", zone="Europe/Madrid", sure=False)
    assert believed("carrier", row("A", "10:00", offset=0)) == (0, "stated")
    assert believed("carrier", row("A", "10:00")) == (60, "portal")


def test_a_label_that_tells_the_two_readings_of_a_repeated_hour_apart_stands():
    first, second = (row("A", "2026-10-25 02:30", offset=minutes) for minutes in (120, 60))
    assert believed("correos", first) == (120, "stated")
    assert believed("correos", second) == (60, "stated")


# --- what was learned -----------------------------------------------------------------------------------


def test_a_learned_clock_is_inferred_for_that_portal_and_leg_only():
    assert believed("mine", row("A", "10:00"), UTC8) == (480, "inferred")
    assert believed("mine", row("A", "10:00", leg="origin"), UTC8) == (None, "unknown")
    assert believed("other", row("A", "10:00"), UTC8) == (None, "unknown")


def test_what_is_learned_of_all_legs_holds_for_a_leg_of_which_nothing_is():
    usual = learned("mine", "UTC+08:00", leg="any", lag_class="receipt", lag_minutes=60)
    assert believed("mine", row("A", "10:00", leg="origin"), usual) == (480, "inferred")
    found = estimate_of("mine", Leg.ORIGIN, usual)
    assert (found.clock, found.lag_class, found.lag_minutes) == ("UTC+08:00", None, None)  # lags are of a leg


def test_a_leg_keeps_its_own_clock_and_takes_from_the_portal_what_it_lacks():
    known = {
        **learned("mine", None, leg="origin", lag_class="scan"),
        **learned("mine", "UTC+08:00", leg="any", reliability=0.3, completeness=0.9),
    }
    found = estimate_of("mine", Leg.ORIGIN, known)
    assert (found.clock, found.lag_class, found.reliability, found.completeness) == (
        "UTC+08:00", "scan", 0.3, 0.9,
    )  # fmt: skip


def test_a_learned_zone_is_read_with_its_summer_time():
    berlin = learned("mine", "Europe/Berlin")
    assert believed("mine", row("A", "10:00"), berlin) == (60, "inferred")
    assert believed("mine", row("A", "2026-07-02 10:00"), berlin) == (120, "inferred")


def test_labels_of_a_portal_that_was_learned_to_print_another_clock_are_corrected():
    assert believed("mine", row("A", "10:00", offset=0), UTC8) == (480, "corrected")
    assert believed("mine", row("A", "10:00", offset=480), UTC8) == (480, "stated")
    assert believed("mine", row("A", "10:00", offset=60), learned("mine", "claim")) == (60, "stated")


def test_what_the_data_prove_of_a_row_goes_before_what_its_portal_usually_prints():
    assert believed("mine", row("A", "10:00:00", sure=60), UTC8) == (60, "payload")


def test_a_portal_of_local_time_is_read_at_the_place_its_row_names():
    local = learned("mine", "place", reliability=0.1)
    madrid = {"place": "Madrid", "zone": "Europe/Madrid", "country": "ES"}
    assert believed("mine", row("A", "10:00", **madrid), local) == (60, "place")
    assert believed("mine", row("A", "10:00", offset=480, **madrid), local) == (60, "corrected")


@pytest.mark.parametrize(("reliability", "expected"), [(0.9, (-360, "stated")), (0.0, (-480, "corrected"))])
def test_a_label_that_is_often_right_stands_where_the_place_is_no_more_than_likely(reliability, expected):
    there = {"zone": "America/Los_Angeles", "country": "US", "place": "Los Angeles"}
    page = listed(
        at("mine", "08:00", "arrived_facility", offset=-480, leg="last_mile", **there),
        at("mine", "10:00", "delivered", offset=-360, leg="last_mile"),
    )
    local = learned("mine", "place", "last_mile", reliability=reliability)
    held = result_of(*page, estimates=local, destination="US").beliefs[page[1].id]
    assert (held.offset_minutes, held.source) == expected


def test_a_universal_tracker_and_a_portal_whose_rows_are_copies_are_relays(declare):
    declare("seventeen", "stated", kind="universal")
    assert is_relay("seventeen", {})
    assert is_relay("mine", learned("mine", "copy", leg="any"))
    assert not is_relay("mine", learned("mine", "claim", leg="any"))
    assert not is_relay("mine", {})


def test_nothing_is_known_of_a_portal_without_estimates():
    assert estimate_of("mine", None, {}) == Estimate()


@given(st.integers(-48, 56).map(lambda quarters: quarters * 15))
def test_one_offset_as_a_clock_is_read_back_from_its_text(minutes):
    assert fixed_minutes(fixed(minutes)) == minutes


@pytest.mark.parametrize("clock", ["claim", "place", "Europe/Madrid", "UTC", "declared"])
def test_other_clocks_are_no_offset(clock):
    assert fixed_minutes(clock) is None


def test_a_date_alone_is_that_of_its_place_where_nothing_is_known_of_the_clock():
    there = {"zone": "Asia/Tokyo", "place": "Tokyo"}
    assert belief_of(at("mine", "2026-03-02", offset=None, **there)).source == "place"
    assert belief_of(at("mine", "10:00", offset=None, **there)).source == "unknown"
    assert belief_of(at("mine", "2026-03-02", offset=None)).source == "unknown"
    held = belief_of(at("mine", "2026-03-02", offset=None, **there), learned("mine", "UTC+01:00"))
    assert (held.source, held.offset_minutes) == ("inferred", 60)
