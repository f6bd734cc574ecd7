"""Dates without a year beside false ones: no single row shifts the list, or is itself moved by a year."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.read.dates import read_times

SEEN = datetime(2026, 3, 20, 12, tzinfo=UTC)


def days(texts, seen=SEEN, **facts):
    rows = read_times(texts, **{"order": None, "seen_at": seen} | facts)
    return [row.local_time and row.local_time.date().isoformat() for row in rows]


def test_a_row_days_out_of_order_is_read_in_the_year_of_its_neighbours():
    texts = ["Mar 19 10:00", "Mar 18 10:00", "Mar 14 10:00", "Mar 17 10:00", "Mar 20 10:00", "Mar 15 10:00"]
    expected = [f"2026-03-{day}" for day in (19, 18, 14, 17, 20, 15)]
    for newest_first in (None, True):
        assert days(texts, newest_first=newest_first) == expected
    for newest_first in (None, False):
        assert days(texts[::-1], newest_first=newest_first) == expected[::-1]


@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize("ahead", ["Mar 21 23:00", "Mar 24 08:00", "Mar 27 11:00"])
def test_a_row_days_after_the_visit_is_not_last_years(ahead, place):
    texts = ["Mar 20 10:00", "Mar 19 10:00", "Mar 17 10:00", "Mar 16 10:00"]
    texts.insert(place, ahead)
    for given_texts in (texts, texts[::-1]):
        assert all(day.startswith("2026") for day in days(given_texts))


def test_a_date_weeks_after_the_visit_is_last_years():
    assert days(["Mar 20", "Apr 20"], newest_first=True) == ["2026-03-20", "2025-04-20"]
    assert days(["Apr 20", "Apr 18"]) == ["2025-04-20", "2025-04-18"]


def test_a_whole_list_some_days_ahead_is_a_year_old():
    assert days(["Mar 26", "Mar 25", "Mar 24", "Mar 22"]) == [
        "2025-03-26",
        "2025-03-25",
        "2025-03-24",
        "2025-03-22",
    ]


def test_a_false_row_at_new_year_leaves_the_others_in_their_years():
    seen = datetime(2027, 1, 8, tzinfo=UTC)
    texts = ["Jan 7 10:00", "Dec 31 09:00", "Jan 4 22:00", "Jan 1 08:00", "Dec 29 10:00", "Jan 2 07:00"]
    assert days(texts, seen) == [
        "2027-01-07",
        "2026-12-31",
        "2027-01-04",
        "2027-01-01",
        "2026-12-29",
        "2027-01-02",
    ]


def test_an_absurd_printed_year_draws_no_other_row_after_it():
    assert days(["Mar 19", "1 Mar 2009", "Mar 17"]) == ["2026-03-19", "2009-03-01", "2026-03-17"]


def test_printed_years_hold_the_rows_beside_them():
    assert days(["12 Jun 2023", "Jun 11", "Jun 10"]) == ["2023-06-12", "2023-06-11", "2023-06-10"]


def test_one_false_row_does_not_unsettle_day_and_month():
    texts = ["09/02/2026", "02/02/2026", "08/02/2026", "05/02/2026", "31/01/2026"]
    assert days([*texts, "13/02/2026"], order=None)[0] == "2026-02-09"
    assert days(["09/03/2026", "02/03/2026", "08/03/2026", "27/02/2026"])[0] == "2026-03-09"
    # Seen on 5 March: all of it is ahead of the visit month first, one row a few days ahead day first.
    early = datetime(2026, 3, 5, tzinfo=UTC)
    assert days(["09/03/2026", "04/03/2026", "03/03/2026"], early) == [
        "2026-03-09",
        "2026-03-04",
        "2026-03-03",
    ]


def test_one_row_of_the_other_order_does_not_unsettle_many():
    texts = ["05/03/2026", *(f"{day}/02/2026" for day in range(24, 14, -1)), "02/14/2026"]
    assert days(texts)[0] == "2026-03-05"
    assert days(texts, order="dmy")[0] == "2026-03-05"


def test_dates_that_would_all_fall_on_one_day_of_the_month_are_read_the_other_way():
    seen = datetime(2026, 12, 20, tzinfo=UTC)
    assert days(["09/03/2026", "07/03/2026", "04/03/2026"], seen) == [
        "2026-03-09",
        "2026-03-07",
        "2026-03-04",
    ]
    assert days(["03/09/2026", "03/07/2026", "03/04/2026"], seen) == [
        "2026-03-09",
        "2026-03-07",
        "2026-03-04",
    ]
    assert days(["09/03/2026", "07/03/2026"], seen) == [None, None]


def test_two_dates_on_one_day_of_the_month_and_one_false_time_leave_the_order_open():
    seen = datetime(2026, 12, 7, 6, 30, tzinfo=UTC)
    assert days(["05/12/2026", "05/12/2026", "10/12/2026"], seen) == [None, None, None]
    assert days(["05/12/2026", "05/10/2026", "05/09/2026"], seen)[0] == "2026-05-12"


LISTS = st.tuples(st.integers(0, 10**9), st.integers(3, 25), st.booleans())


def journey(dice, size):
    """Wall times, newest first, of a parcel looked at within days of its last event."""
    moment = SEEN.replace(tzinfo=None) + timedelta(days=dice.uniform(0, 400))
    seen = moment.replace(tzinfo=UTC)
    times = []
    for _ in range(size):
        moment -= timedelta(hours=dice.expovariate(1 / 40))
        times.append(moment)
    return seen, times


def with_one_false(dice, times):
    falsely = list(times)
    place = dice.randrange(len(times))
    falsely[place] += dice.choice([1, -1]) * timedelta(days=dice.uniform(0.1, 7))
    return falsely


@given(LISTS)
def test_one_false_time_is_read_as_printed_and_moves_no_other(given_list):
    seed, size, newest_first = given_list
    dice = random.Random(seed)  # noqa: S311 - no secret
    seen, times = journey(dice, size)
    printed = with_one_false(dice, times)[:: 1 if newest_first else -1]
    form = dice.choice(["%b %d %H:%M", "%d.%m. %H:%M", "%d %B"])
    found = read_times([t.strftime(form) for t in printed], order=None, seen_at=seen)
    assert [row.local_time and row.local_time.date() for row in found] == [t.date() for t in printed]


@given(LISTS, st.sampled_from(["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]))
def test_one_false_time_never_makes_day_and_month_change_places(given_list, form):
    seed, size, newest_first = given_list
    dice = random.Random(seed)  # noqa: S311 - no secret
    seen, times = journey(dice, size)
    printed = with_one_false(dice, times)[:: 1 if newest_first else -1]
    for row, true in zip(
        read_times([t.strftime(form) for t in printed], order=None, seen_at=seen), printed, strict=True
    ):
        assert row.local_time is None or row.local_time.date() == true.date()
