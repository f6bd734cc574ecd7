"""What a printed time is believed to mean, source by source. Portals without facts are invented names."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.reconcile import reconcile
from collector.reconcile.clocks import Estimate, belief, overruled
from collector.reconcile.spans import Span, fitting_offset, span_in, wall_span
from scrapers import vocabulary
from scrapers.vocabulary import Clock, Facts
from tests.collector.rows_made import observation, parcel, row

#: Correos prints Madrid time, USPS the place's, Cainiao the offset in each row, `mine` nobody knows.
UTC8 = {("mine", "unknown"): Estimate(offset_minutes=480, support=4)}


@pytest.fixture
def facts(monkeypatch):
    """Declare the clock of an invented portal."""
    known, real = {}, vocabulary.facts

    def declare(name, clock, *, kind="carrier", country="ES", zone=None):
        known[name] = Facts(name, name.title(), kind, country, ("en",), Clock(clock, zone), None)

    monkeypatch.setattr(vocabulary, "facts", lambda portal: known.get(portal) or real(portal))
    return declare


def believed(portal, read, estimates=None, **more):
    held = belief(observation(portal, read, **more), estimates or {})
    return held.offset_minutes, held.source


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_an_offset_printed_in_the_row_is_stated():
    assert believed("cainiao", row("A", "10:00", offset=60)) == (60, "stated")
    assert believed("mine", row("A", "10:00", offset=60), UTC8) == (60, "stated")


def test_an_offset_the_data_prove_is_payload_and_a_printed_one_goes_before_it():
    assert believed("cainiao", row("A", "10:00:00", sure=480)) == (480, "payload")
    assert believed("cainiao", row("A", "10:00:00", offset=60, sure=480)) == (60, "stated")


def test_a_zoneless_row_of_a_portal_that_states_offsets_is_unknown():
    assert believed("cainiao", row("A", "10:00:00")) == (None, "unknown")
    assert believed("cainiao", row("A", "10:00:00", zone="Europe/Madrid")) == (None, "unknown")


def test_the_zone_a_page_was_rendered_for_is_the_viewers(facts):
    facts("shop", "viewer")
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
    held = belief(observation("correos", row("A", time)), {})
    assert (held.offset_minutes, held.source, held.occurred_at) == (minutes, "portal", utc(instant))


def test_a_time_in_the_hour_autumn_repeats_is_the_earlier_and_can_be_the_later():
    held = belief(observation("correos", row("A", "2026-10-25 02:30")), {})
    assert held.occurred_at == held.span.earliest == utc("2026-10-25T00:30")
    assert held.span.latest == utc("2026-10-25T01:30:59")


def test_a_time_in_the_hour_spring_skips_is_read_as_before_the_change():
    held = belief(observation("correos", row("A", "2026-03-29 02:30")), {})
    assert (held.span.earliest, held.span.latest) == (utc("2026-03-29T01:30"), utc("2026-03-29T01:30:59"))


def test_the_place_of_a_row_gives_the_zone_where_local_time_is_printed():
    abroad = row("A", "10:00", place="LOS ANGELES CA", zone="America/Los_Angeles", country="US")
    assert believed("usps", abroad) == (-480, "place")
    summer = row("A", "2026-03-08 13:12", place="DENVER CO", zone="America/Denver", country="US")
    assert believed("usps", summer) == (-360, "place")


def test_without_a_place_local_time_is_read_in_the_portals_own_zone():
    assert believed("usps", row("A", "10:00")) == (-300, "portal")


@pytest.mark.parametrize(
    "where",
    [
        {"place": "AUSTRALIA", "country": "AU"},
        {"place": "SPRINGFIELD", "country": "US"},
        {"place": "SOMEWHERE OVER THE RAINBOW"},
    ],
)
def test_a_place_that_is_named_but_not_known_is_not_read_in_the_portals_own_zone(where):
    assert believed("usps", row("A", "10:00", **where)) == (None, "unknown")


def test_what_other_rows_taught_is_inferred_for_that_portal_and_leg_only():
    assert believed("mine", row("A", "10:00"), UTC8) == (480, "inferred")
    assert believed("mine", row("A", "10:00", leg="origin"), UTC8) == (None, "unknown")
    assert believed("other", row("A", "10:00"), UTC8) == (None, "unknown")


def test_one_offset_is_inferred_neither_for_places_nor_for_viewers(facts):
    facts("shop", "viewer")
    taught = {(portal, "unknown"): Estimate(offset_minutes=480) for portal in ("shop", "usps")}
    assert believed("shop", row("A", "10:00"), taught) == (None, "unknown")
    assert believed("usps", row("A", "10:00", place="NOWHERE"), taught) == (None, "unknown")


def test_a_row_without_a_time_has_no_clock():
    assert believed("correos", row("A")) == (None, "unknown")
    assert believed("cainiao", row("A", offset=60)) == (None, "unknown")
    assert believed("mine", row("A"), UTC8) == (None, "unknown")


def test_a_declared_clock_overrules_a_label(facts):
    facts("relay", "place", kind="universal")
    madrid = {"zone": "Europe/Madrid", "country": "ES", "place": "MADRID"}
    assert believed("correos", row("A", "10:00", offset=0)) == (60, "corrected")
    assert believed("relay", row("A", "10:00", offset=0, **madrid)) == (60, "corrected")
    assert believed("relay", row("A", "10:00", offset=60, **madrid)) == (60, "stated")
    assert believed("relay", row("A", "10:00", offset=0)) == (0, "stated")


def test_a_label_that_tells_the_two_readings_of_a_repeated_hour_apart_stands():
    first, second = (row("A", "2026-10-25 02:30", offset=minutes) for minutes in (120, 60))
    assert believed("correos", first) == (120, "stated")
    assert believed("correos", second) == (60, "stated")


# --- claims and what overrules them ---------------------------------------------------------------------


def held(portal, read):
    o = observation(portal, read)
    return o, belief(o, {})


CLAIM = observation("cainiao", row("A", "10:00:00", offset=480))
MADRID = ["Europe/Madrid"]
TEN_IN_MADRID = held("correos", row("A", "10:00:00"))


def test_a_claim_falls_to_the_place_and_one_witness():
    assert overruled(CLAIM, [TEN_IN_MADRID], MADRID) == 60


def test_a_claim_does_not_fall_to_one_witness_alone_or_to_the_place_alone():
    assert overruled(CLAIM, [TEN_IN_MADRID], []) is None
    assert overruled(CLAIM, [TEN_IN_MADRID], ["Europe/Athens"]) is None
    assert overruled(CLAIM, [], MADRID) is None


def test_a_claim_falls_to_two_portals_that_agree():
    two = [held("one", row("A", "10:00:00", offset=60)), held("two", row("A", "09:00:30", offset=0))]
    assert overruled(CLAIM, two, []) == 60
    assert overruled(CLAIM, [two[0], held("two", row("A", "07:00:00", offset=0))], []) is None


def test_two_rows_of_one_portal_are_one_witness():
    two = [held("one", row(words, "10:00:00", offset=60)) for words in "AB"]
    assert overruled(CLAIM, two, []) is None


@pytest.mark.parametrize(
    "witness",
    [
        held("one", row("A", "10:00:00", offset=60, relayed_from="Correos")),
        held("one", row("A", "2026-03-02", offset=60)),
        held("one", row("A", "10h", offset=60)),
        held("one", row("A", "10:00:00")),
        held("cainiao", row("B", "10:00:00", offset=60)),
    ],
    ids=["relay", "day", "hour", "unknown clock", "the same portal"],
)
def test_what_is_no_witness_overrules_nothing(witness):
    assert overruled(CLAIM, [witness], MADRID) is None


def test_a_universal_tracker_is_no_witness(facts):
    facts("seventeen", "stated", kind="universal")
    assert overruled(CLAIM, [held("seventeen", row("A", "10:00:00", offset=60))], MADRID) is None


def test_an_inferred_clock_is_no_witness():
    o = observation("mine", row("A", "17:00:00"))
    assert overruled(CLAIM, [(o, belief(o, UTC8))], MADRID) is None


def test_a_claim_that_gives_the_right_instant_stands():
    right = held("two", row("A", "02:00:20", offset=0))
    assert overruled(CLAIM, [TEN_IN_MADRID, right], MADRID) is None


def test_a_difference_no_zone_makes_overrules_no_claim():
    late = [held(name, row("A", "10:25:00", offset=60)) for name in ("one", "two")]
    assert overruled(CLAIM, late, MADRID) is None


def test_a_date_has_no_claim_to_overrule():
    day = observation("cainiao", row("A", "2026-03-02", offset=480))
    assert overruled(day, [held("one", row("A", "23:30", offset=-480))], ["America/Los_Angeles"]) is None


def test_what_the_data_prove_can_be_overruled_too():
    o = observation("cainiao", row("A", "10:00:00", sure=480))
    assert overruled(o, [TEN_IN_MADRID], MADRID) == 60


def test_the_country_of_the_leg_is_the_place_where_rows_name_none():
    said = {"milestone": "delivered", "leg": "last_mile"}
    label = observation("cainiao", row("Delivered", "10:00:00", offset=480, **said))
    witness = observation("correos", row("Entregado", "10:00:00", **said))
    assert reconcile(parcel(label, witness), {}).beliefs[label.id].source == "corrected"
    elsewhere = reconcile(parcel(label, witness, destination="FR"), {}).beliefs[label.id]
    assert elsewhere.source == "corrected"  # Paris has Madrid's clock
    assert reconcile(parcel(label, witness, destination="GR"), {}).beliefs[label.id].source == "stated"
    assert reconcile(parcel(label, witness, destination=None), {}).beliefs[label.id].source == "stated"


# --- spans ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "seconds", "occurs"),
    [("10:00:05", 0, True), ("10:00", 59, True), ("10h", 3599, False), ("2026-03-02", 86399, False)],
)
def test_a_reading_covers_its_second_minute_hour_or_local_day(time, seconds, occurs):
    found = belief(observation("correos", row("A", time)), {})
    assert (found.span.latest - found.span.earliest).total_seconds() == seconds
    assert found.occurred_at == (found.span.earliest if occurs else None)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)])
def test_a_local_day_is_as_long_as_it_is_there(day, hours):
    span = span_in(row("A", day), "Europe/Madrid")
    assert span.latest - span.earliest == timedelta(hours=hours, seconds=-1)


@given(st.integers(0, 200), st.integers(0, 120), st.integers(-300, 300), st.booleans())
@settings(deadline=None)
def test_a_gap_is_signed_and_zero_where_spans_overlap(length_a, length_b, apart, is_day):
    start = utc("2026-03-02T10:00")
    a = Span(start, start + timedelta(seconds=length_a), is_day)
    b = Span(start + timedelta(seconds=apart), start + timedelta(seconds=apart + length_b))
    gap = a.gap_to(b).total_seconds()
    assert gap == -b.gap_to(a).total_seconds()
    overlap = apart <= length_a and apart + length_b >= 0
    assert (gap == 0) == overlap
    assert a.agrees_with(b) == b.agrees_with(a) == (overlap if is_day else abs(gap) <= 60)


@given(st.integers(-48, 56), st.integers(-60, 60))
@settings(deadline=None)
def test_the_fitting_offset_is_the_multiple_of_fifteen_minutes_that_gives_the_instant(quarters, off):
    read = row("A", "10:00:00")
    moment = utc("2026-03-02T10:00") - timedelta(minutes=quarters * 15, seconds=off)
    assert fitting_offset(wall_span(read), Span(moment, moment)) == quarters * 15


@pytest.mark.parametrize("minutes", [-735, 855, 52])
def test_no_offset_fits_beyond_the_zones_there_are_or_between_quarters(minutes):
    moment = utc("2026-03-02T10:00") - timedelta(minutes=minutes)
    assert fitting_offset(wall_span(row("A", "10:00:00")), Span(moment, moment)) is None


@pytest.mark.parametrize("time", ["0001-01-01 00:00", "9999-12-31 23:59", "9999-12-31", "0001-01-01"])
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Los_Angeles", "Europe/Madrid"])
def test_the_ends_of_the_calendar_give_a_span_or_none(time, zone):
    span = span_in(row("A", time), zone)
    assert span is None or span.earliest <= span.latest
