from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.read.offsets import instant, iso_utc, offset_minutes, offset_of_zone, parse_iso_utc

OFFSETS = st.integers(-12 * 60, 14 * 60)
WALL_TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1))  # noqa: DTZ001  wall clocks have no zone


def wall(*numbers: int) -> datetime:
    return datetime(*numbers)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("GMT+8", 480),
        ("GMT+0800", 480),
        ("GMT+08:00", 480),
        ("[GMT+08]", 480),
        ("GMT", 0),
        ("utc", 0),
        ("Z", 0),
        ("+08:00", 480),
        ("-0330", -210),
        ("\u221203:30", -210),
        ("GMT+5:30", 330),
        ("UTC+5:45", 345),
        ("GMT-3", -180),
        ("gmt +9", 540),
        ("+14:00", 840),
        ("-12:00", -720),
        ("-00:00", 0),
    ],
)
def test_a_stated_offset_is_read(text, minutes):
    assert offset_minutes(text) == minutes


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "EST",
        "CST",
        "IST",
        "CET",
        "+15:00",
        "-12:30",
        "GMT+8:75",
        "8",
        "GMT8",
        "+",
        "GMT+",
        "+123456",
        "x" * 999,
    ],
)
def test_what_states_no_offset_gives_none(text):
    assert offset_minutes(text) is None


@given(OFFSETS, st.sampled_from(["", "GMT", "UTC", "gmt "]), st.sampled_from(["", ":"]))
def test_every_possible_offset_reads_back(minutes, prefix, colon):
    sign = "-" if minutes < 0 else "+"
    text = f"{prefix}{sign}{abs(minutes) // 60:02}{colon}{abs(minutes) % 60:02}"
    assert offset_minutes(text) == minutes


@given(st.text(max_size=60))
def test_no_text_makes_an_offset_raise(text):
    minutes = offset_minutes(text)
    assert minutes is None or -720 <= minutes <= 840


@pytest.mark.parametrize(
    ("zone", "local_time", "minutes"),
    [
        ("Asia/Shanghai", wall(2026, 7, 1, 12), 480),
        ("America/Los_Angeles", wall(2026, 1, 1, 12), -480),
        ("America/Los_Angeles", wall(2026, 7, 1, 12), -420),
        ("Asia/Kathmandu", wall(2026, 7, 1, 12), 345),
        ("Europe/Madrid", wall(2026, 10, 25, 2, 30), 120),  # repeated hour: the earlier reading
        ("Europe/Madrid", wall(2026, 3, 29, 2, 30), 60),  # skipped hour: the offset before the change
    ],
)
def test_a_zone_has_its_offset_at_a_wall_time(zone, local_time, minutes):
    assert offset_of_zone(zone, local_time) == minutes


def test_the_fold_of_a_wall_time_does_not_matter():
    assert offset_of_zone("Europe/Madrid", wall(2026, 10, 25, 2, 30).replace(fold=1)) == 120


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "America", "../etc/passwd", "/etc/passwd", "a\0b", "A" * 5000]
)
def test_an_unknown_zone_has_no_offset(zone):
    assert offset_of_zone(zone, wall(2026, 1, 1)) is None


def test_an_instant_is_the_wall_time_less_its_offset():
    assert instant(wall(2026, 3, 1, 18), 480) == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_an_instant_is_not_made_of_a_time_that_has_a_zone():
    with pytest.raises(ValueError, match="already has a zone"):
        instant(datetime(2026, 3, 1, tzinfo=UTC), 0)


@given(WALL_TIMES, OFFSETS)
def test_instant_and_wall_time_are_each_others_reverse(local_time, minutes):
    moment = instant(local_time, minutes)
    assert moment.astimezone(timezone(timedelta(minutes=minutes))).replace(tzinfo=None) == local_time


def test_utc_text_has_milliseconds_only_where_there_are_any():
    moment = datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert iso_utc(moment) == "2026-03-01T10:00:00Z"
    assert iso_utc(moment.replace(microsecond=442_900)) == "2026-03-01T10:00:00.442Z"
    assert iso_utc(moment.replace(microsecond=900)) == "2026-03-01T10:00:00Z"
    assert iso_utc(moment.astimezone(timezone(timedelta(hours=8)))) == "2026-03-01T10:00:00Z"


def test_utc_text_is_not_made_of_a_naive_time():
    with pytest.raises(ValueError, match="no zone"):
        iso_utc(wall(2026, 3, 1))


@given(WALL_TIMES)
def test_utc_text_reads_back_to_the_millisecond(local_time):
    moment = local_time.replace(tzinfo=UTC, microsecond=local_time.microsecond // 1000 * 1000)
    assert parse_iso_utc(iso_utc(moment)) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01T10:00:00",
        "2026-03-01 10:00:00Z",
        "2026-03-01T10:00:00+00:00",
        "2026-02-31T10:00:00Z",
        "2026-03-01T25:00:00Z",
    ],
)
def test_other_text_is_no_utc_time(text):
    with pytest.raises(ValueError):  # noqa: PT011  datetime words the impossible values itself
        parse_iso_utc(text)
