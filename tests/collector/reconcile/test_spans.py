"""What moments a printed time covers, and when two can be one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.reconcile.spans import Span, fitting_offset, span_in, wall_seconds, wall_span
from tests.collector.reconcile.made import belief_of
from tests.collector.rows_made import observation, row


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("time", "seconds", "occurs"),
    [("10:00:05", 0, True), ("10:00", 59, True), ("10h", 3599, False), ("2026-03-02", 86399, False)],
)
def test_a_reading_covers_its_second_minute_hour_or_local_day(time, seconds, occurs):
    found = belief_of(observation("correos", row("A", time)))
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


def test_wall_seconds_count_from_1970_as_if_in_utc():
    assert wall_seconds(row("A", "1970-01-02 00:00:01")) == 86401
    assert wall_seconds(row("A")) is None
