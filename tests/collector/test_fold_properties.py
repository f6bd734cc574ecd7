"""What holds of folding any sequence of readings."""

from dataclasses import replace
from datetime import timedelta
from itertools import accumulate
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.fold import fold
from collector.fold_track import Track
from tests.collector.rows_made import reading, row

WORDS = st.sampled_from(["In transit", "Delivered", "En reparto", ""])
TIMES = st.one_of(
    st.none(),
    st.sampled_from(["2026-03-02", "2026-03-03", "23h"]),
    st.builds("{:02}:{:02}".format, st.integers(8, 12), st.sampled_from([0, 15, 20, 30])),
)
ROWS = st.builds(
    row,
    WORDS,
    TIMES,
    code=st.sampled_from([None, None, "X1", "X2"]),
    place=st.sampled_from([None, "Madrid", "Toledo"]),
    milestone=st.sampled_from([None, "delivered", "notice"]),
)


@st.composite
def pages(draw):
    """Pages that grow, shrink, change and move as real ones do, and some that are anything at all."""
    shown = draw(st.lists(ROWS, max_size=6))
    made = [shown]
    for _ in range(draw(st.integers(0, 4))):
        kept = [r for r in shown if draw(st.integers(0, 5))]
        at = draw(st.integers(0, len(kept)))
        shown = draw(
            st.one_of(
                st.just(shown),
                st.just([*kept[:at], *draw(st.lists(ROWS, max_size=2)), *kept[at:]]),
                st.just(list(reversed(shown))),
                st.lists(ROWS, max_size=6),
            )
        )
        made.append(shown)
    return made


@st.composite
def sequences(draw):
    """Readings in order of time, some incomplete, failed or of another viewer's zone."""
    return [
        reading(
            shown,
            day,
            complete=draw(st.sampled_from([True, True, True, False])),
            is_usable=draw(st.sampled_from([True, True, True, True, False])),
            viewer_offset_minutes=draw(st.sampled_from([None, 0, 0, 120])),
        )
        for day, shown in enumerate(draw(pages()), start=1)
    ]


def folded(readings):
    return fold("correos", "N", readings)


def usable(readings):
    return [r for r in readings if r.is_usable and r.rows]


@given(sequences())
@settings(deadline=None)
def test_every_row_of_the_last_usable_reading_is_a_current_observation(readings):
    shown = usable(readings)[-1:]
    standing = [o for o in folded(readings).observations if o.is_current]
    for last in shown:
        rows = [o.row for o in standing if o.last_seen_at == last.seen_at]
        assert sorted(map(repr, rows)) == sorted(map(repr, last.rows))
    assert len(standing) >= sum(len(last.rows) for last in shown)


@given(sequences())
@settings(deadline=None)
def test_no_observation_is_lost_or_renamed_by_later_visits(readings):
    before = {}
    for some in accumulate([[r] for r in readings]):
        now = {o.id: o for o in folded(some).observations}
        assert len(now) == len(folded(some).observations)
        for known, o in before.items():
            assert now[known].first_seen_at == o.first_seen_at
            versions = [s.row for s in now[known].sightings]
            assert versions[: len(o.sightings)] == [s.row for s in o.sightings]
        before = now


@given(sequences(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_and_number_of_times_readings_are_given_do_not_matter(readings, random):
    mixed = [*readings, *readings[::2]]
    random.shuffle(mixed)
    assert folded(mixed) == folded(readings)


@given(sequences())
@settings(deadline=None)
def test_a_page_seen_once_more_changes_only_when_it_was_last_seen(readings):
    for last in usable(readings)[-1:]:
        # What the last page lacks is withdrawn at the second look; from then on nothing changes.
        day = len(readings)
        looks = [
            replace(last, visit_id=f"w{n}", seen_at=reading((), day + n).seen_at, complete=True)
            for n in (1, 2, 3)
        ]
        before = folded([*readings, *looks[:2]])
        after = folded([*readings, *looks])
        assert after.shifts_s == before.shifts_s
        assert [_unseen(o) for o in after.observations] == [_unseen(o) for o in before.observations]


def _unseen(o):
    sightings = [(s.first_visit_id, s.row) for s in o.sightings]
    return replace(o, last_seen_at=o.first_seen_at, sightings=tuple(sightings))


@given(sequences())
@settings(deadline=None)
def test_incomplete_and_failed_readings_take_nothing_away(readings):
    standing = set()
    for some in accumulate([[r] for r in readings]):
        now = {o.id for o in folded(some).observations if o.is_current}
        last = some[-1]
        if not last.complete or not last.is_usable:
            assert standing <= now
        standing = now


@given(sequences())
@settings(deadline=None)
def test_what_is_gone_says_when_or_by_what(readings):
    observations = {o.id: o for o in folded(readings).observations}
    moments = {r.seen_at for r in usable(readings) if r.complete}
    for o in observations.values():
        assert o.withdrawn_at is None or (o.withdrawn_at in moments and o.withdrawn_at > o.last_seen_at)
        assert o.replaced_by is None or (o.withdrawn_at is None and o.replaced_by in observations)
        assert o.replaced_by != o.id
        assert o.sightings[-1].row.printed == o.row.printed or _same_words(o)
        assert o.first_seen_at <= o.last_seen_at


def _same_words(o):
    last, now = o.sightings[-1].row, o.row
    return (last.printed.time_text, last.printed.description) == (
        now.printed.time_text,
        now.printed.description,
    )


@given(sequences(), st.sampled_from([-480, -30, 60, 345]))
@settings(deadline=None)
def test_a_page_rendered_for_another_zone_makes_nothing_new(readings, minutes):
    for last in usable(readings)[-1:]:
        if len({r.printed.code or r.printed.description for r in last.rows}) < len(last.rows):
            continue
        before = folded([replace(last, viewer_offset_minutes=0)])
        moved = [replace(r, local_time=_moved(r, minutes)) for r in last.rows]
        again = replace(
            last,
            visit_id="w",
            seen_at=reading((), 99).seen_at,
            rows=tuple(moved),
            viewer_offset_minutes=minutes,
            complete=True,
        )
        after = folded([replace(last, viewer_offset_minutes=0), again])
        assert {o.id for o in after.observations} == {o.id for o in before.observations}
        assert all(o.is_current for o in after.observations)


def _moved(read, minutes):
    if read.local_time is None or read.precision == "day":
        return read.local_time
    return read.local_time + timedelta(minutes=minutes)


@given(sequences())
@settings(deadline=None)
def test_a_page_that_only_grew_is_followed_as_any_other(readings):
    by_the_short_way = fold("somebody", "RR123456785ES", readings)
    with patch.object(Track, "_goes_on", lambda track, rows: False):
        assert fold("somebody", "RR123456785ES", readings) == by_the_short_way
