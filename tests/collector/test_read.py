"""Printed rows read: wall clock, claim, place, meaning. Pages and numbers are invented."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.read import read_rows
from scrapers.contract import Reading, Row
from scrapers.words import Leg, Milestone

SEEN = datetime(2026, 3, 16, 12, tzinfo=UTC)


def read(portal, *rows, **reading):
    return read_rows(portal, Reading(rows=rows, **reading), SEEN)


def ms(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_rows_keep_what_was_printed_and_their_place_on_the_page():
    printed = (Row("A", "2026-03-02 10:00:05"), Row("B", None), Row("C", "2026-03-02 09:00"))
    read_back = read("cainiao", *printed)
    assert tuple(r.printed for r in read_back) == printed
    assert [r.position for r in read_back] == [0, 1, 2]
    assert [r.precision for r in read_back] == ["second", None, "minute"]
    assert read_back[0].local_time == datetime(2026, 3, 2, 10, 0, 5)  # noqa: DTZ001 - a wall clock


def test_a_time_nobody_understands_is_kept_with_the_reason():
    (only,) = read("cainiao", Row("A", "the day before yesterday"))
    assert only.local_time is None
    assert "the day before yesterday" in only.time_problem


def test_day_and_month_follow_the_portals_declared_order():
    (spanish,) = read("correos", Row("Entregado", "03/02/2026 10:00:00"))
    (american,) = read("usps", Row("Delivered", "03/02/2026 10:00"))
    assert (spanish.local_time.month, american.local_time.month) == (2, 3)


@pytest.mark.parametrize(
    ("offset_text", "time_text", "minutes"),
    [
        ("GMT+8", "2026-03-02 10:00:00", 480),
        (None, "2026-03-02T10:00:00+01:00", 60),
        ("GMT-5", "2026-03-02T10:00:00+01:00", -300),
        ("EST", "2026-03-02 10:00:00", None),
        (None, "2026-03-02 10:00:00", None),
    ],
)
def test_the_offset_beside_a_time_is_its_claim_else_the_one_inside_it(offset_text, time_text, minutes):
    (only,) = read("cainiao", Row("A", time_text, offset_text=offset_text))
    assert only.claimed_offset_minutes == minutes


@pytest.mark.parametrize(
    ("time_text", "instant", "minutes"),
    [
        ("2026-03-02 10:00:05", ms("2026-03-02 02:00:05.412"), 480),
        ("2026-03-02 10:00:05", ms("2026-03-02 04:15:05"), 345),
        ("2026-03-02 10:00", ms("2026-03-02 09:00:59.999"), 60),
        ("2026-03-02 10:00:05.412", ms("2026-03-02 09:00:05.412"), 60),
        ("2026-03-02 10:00:05", ms("2026-03-02 09:00:06"), None),
        ("2026-03-02 10:00:05", ms("2026-03-02 09:07:05"), None),
        ("2026-03-02 10:00:05", ms("2026-03-03 02:00:05"), None),
        ("2026-03-02", ms("2026-03-02 00:00:00"), None),
        ("2026-03-02 10:00:05", 10**18, None),
    ],
)
def test_an_instant_in_the_data_proves_the_offset_of_the_printed_time(time_text, instant, minutes):
    (only,) = read("cainiao", Row("A", time_text, instant_ms=instant))
    assert only.sure_offset_minutes == minutes


def test_the_place_of_a_row_gives_its_zone_and_country():
    (only,) = read("usps", Row("Acceptance", "March 2, 2026, 10:00 am", place="CITY OF INDUSTRY CA"))
    assert (only.zone, only.country) == ("America/Los_Angeles", "US")


def test_the_parcels_countries_choose_among_places_of_one_name():
    named = Row("[VALENCIA] Package delivered", "2026-03-02 10:00:00", place="VALENCIA", code="GTMS_SIGNED")
    (spain,) = read("cainiao", named, destination_country="Spain")
    (venezuela,) = read("cainiao", named, destination_country="Venezuela")
    assert (spain.zone, venezuela.zone) == ("Europe/Madrid", "America/Caracas")


def test_the_country_of_a_portal_that_scans_abroad_chooses_no_place():
    # Cainiao is Chinese and reports deliveries everywhere: one in "Altay" need not be in China.
    named = Row("Package delivered", "2026-03-02 10:00:00", place="ALTAY", code="GTMS_SIGNED")
    (open_,) = read("cainiao", named)
    (china,) = read("cainiao", named, destination_country="China")
    assert (open_.zone, china.zone) == (None, "Asia/Shanghai")


def test_the_vocabulary_gives_milestone_leg_and_whether_a_scan_lies_behind_it():
    (scan, filler, unknown) = read(
        "usps",
        Row("Delivered, Front Door/Porch", "March 2, 2026, 10:00 am"),
        Row("In Transit to Next Facility", "March 1, 2026"),
        Row("Quantum tunnelled", "March 1, 2026"),
    )
    assert (scan.milestone, scan.leg, scan.physical) == (Milestone.DELIVERED, Leg.LAST_MILE, True)
    assert (filler.milestone, filler.physical) == (Milestone.NOTICE, False)
    assert (unknown.milestone, unknown.leg, unknown.physical) == (None, None, None)


def test_a_portal_nobody_knows_is_read_without_facts_and_with_words_that_mean_one_thing_everywhere():
    shared, own = read(
        "my_tracker",
        Row("Delivered", "2026-03-02 10:00", place="Madrid"),
        Row("Crate nested", "2026-03-02 09:00", place="Madrid"),
    )
    assert (shared.milestone, own.milestone) == (Milestone.DELIVERED, None)
    assert (own.zone, own.precision) == ("Europe/Madrid", "minute")


def test_a_naive_time_of_seeing_is_refused():
    with pytest.raises(ValueError, match="zone"):
        read_rows("cainiao", Reading(rows=(Row("A"),)), datetime(2026, 3, 2))  # noqa: DTZ001


@given(
    st.sampled_from(["cainiao", "correos", "usps", "nobody"]),
    st.text(max_size=40),
    st.none() | st.text(max_size=40),
    st.none() | st.text(max_size=20),
    st.none() | st.integers(-(10**20), 10**20),
)
@settings(deadline=None)
def test_no_text_makes_reading_fail(portal, words, time_text, offset_text, instant):
    row = Row(
        words, time_text, offset_text=offset_text, instant_ms=instant, place=time_text, code=offset_text
    )
    (only,) = read(portal, row)
    assert only.printed == row
    assert (only.local_time is None) == (only.precision is None)


def test_a_row_without_a_printed_time_has_the_instant_that_its_data_prove():
    (row,) = read_rows("posteitaliane", Reading(rows=(Row("Consegnata", instant_ms=1772629500000),)), SEEN)
    assert (row.local_time, row.precision) == (datetime(2026, 3, 4, 13, 5), "second")  # noqa: DTZ001 - UTC
    assert (row.claimed_offset_minutes, row.sure_offset_minutes) == (None, 0)
    (far,) = read_rows("posteitaliane", Reading(rows=(Row("Consegnata", instant_ms=10**18),)), SEEN)
    assert (far.local_time, far.sure_offset_minutes) == (None, None)
