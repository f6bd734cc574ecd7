"""One number, several parcels: where events part into lives, and where a false year does not part them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from collector.derive.parcels import Life, life_of, lives, lives_of_rows
from collector.read.rows import ReadRow
from scrapers.contract import Row


def wall(text):
    return datetime.fromisoformat(text)


def seen(*texts):
    return [wall(text).replace(tzinfo=UTC) for text in texts]


def read(time):
    return ReadRow(position=0, printed=Row("A", time), local_time=None if time is None else wall(time))


FIRST = [wall("2024-02-20T13:05"), wall("2024-02-27T08:00"), wall("2024-03-01T10:00")]
AGAIN = [wall("2026-02-20T13:05"), wall("2026-02-27T08:00")]


def test_events_of_two_uses_make_two_lives():
    assert lives([*FIRST, *AGAIN], seen("2026-03-01")) == [Life(), Life(AGAIN[0])]
    assert lives([*AGAIN, *FIRST], seen("2024-03-02", "2026-03-01")) == [Life(), Life(AGAIN[0])]


def test_three_hundred_days_part_nothing_and_a_second_more_does():
    before = [wall("2025-01-01T00:00"), wall("2025-03-07T00:00")]
    near, far = wall("2026-01-01T00:00:00"), wall("2026-01-01T00:00:01")
    later = wall("2026-01-09T00:00")
    assert lives([*before, near, later], seen("2026-01-10")) == [Life()]
    assert lives([*before, far, later], seen("2026-01-10")) == [Life(), Life(far)]


def test_one_row_with_a_false_year_parts_nothing():
    for false in ("2023-02-27T08:00", "2025-02-27T08:00", "1999-02-27T08:00", "2099-02-27T08:00"):
        assert lives([*FIRST, wall(false)], seen("2024-03-02", "2024-03-09")) == [Life()]


def test_one_false_row_relayed_in_other_zones_parts_nothing():
    false = wall("2023-02-27T08:00")
    relayed = [false, false + timedelta(hours=7), false + timedelta(hours=7, seconds=5)]
    assert lives([*FIRST, *relayed], seen("2024-03-02")) == [Life()]


def test_a_single_row_is_a_life_if_it_was_seen_when_it_was_new():
    new = wall("2026-02-20T13:05")
    assert lives([*FIRST, new], seen("2024-03-02", "2026-02-21")) == [Life(), Life(new)]


def test_events_after_the_last_visit_are_no_life():
    later = [wall("2027-02-20T13:05"), wall("2027-02-27T08:00")]
    assert lives([*FIRST, *later], seen("2024-03-02")) == [Life()]


def test_a_number_without_times_has_one_life():
    assert lives([], seen("2024-03-02")) == [Life()]
    assert lives([]) == [Life()]


def test_without_visits_no_evidence_is_asked_for():
    assert lives([*FIRST, AGAIN[0]]) == [Life(), Life(AGAIN[0])]


def test_a_row_of_false_year_goes_with_the_parcel():
    parted = lives([*FIRST, wall("2023-01-01"), *AGAIN], seen("2024-03-02", "2026-03-01"))
    rows = [read("2026-02-20T13:05"), read(None), read("2023-01-01"), read("2024-02-20T13:05")]
    assert lives_of_rows(rows, seen("2026-03-01")[0], parted) == [1, 1, 0, 0]
    assert [life_of(moment, parted) for moment in seen("2024-03-02", "2026-02-19", "2026-03-01")] == [0, 1, 1]


TIMES = st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), max_size=12)  # noqa: DTZ001


@given(TIMES, TIMES, st.randoms(use_true_random=False))
def test_lives_are_the_same_in_whatever_order_and_number_they_are_told(times, visits, random):
    at = [visit.replace(tzinfo=UTC) for visit in visits]
    mixed, mixed_at = [*times, *times[::2]], [*at, *at[::2]]
    random.shuffle(mixed)
    random.shuffle(mixed_at)
    assert lives(mixed, mixed_at) == lives(times, at)


@given(TIMES, TIMES)
def test_lives_begin_after_three_hundred_quiet_days(times, visits):
    found = lives(times, [visit.replace(tzinfo=UTC) for visit in visits])
    assert found[0] == Life()
    for life in found[1:]:
        assert life.begins in times
        assert all(abs(life.begins - t) > timedelta(days=300) for t in times if t < life.begins)
