"""Signs that a portal's pages change, and how long they are remembered."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.drift import FORGOTTEN_AFTER, Sign, after_visit, described, signs
from scrapers.contract import Portal, Reading, Row
from scrapers.words import Outcome

NOW = datetime(2026, 3, 10, 20, tzinfo=UTC)


class Depot(Portal):
    """A synthetic portal with two layouts."""

    name = "depot"
    layouts = ("cards", "table")


def reading(rows=5, **more):
    return Reading(rows=tuple(Row(f"row {n}") for n in range(rows)), layout="cards", **more)


def seen(outcome=Outcome.OK, of=None, before=None, unknown=()):
    return set(signs(Depot(), outcome, of, before, unknown))


def test_a_page_like_the_last_one_shows_no_sign():
    assert seen(of=reading(6), before=5) == set()


@pytest.mark.parametrize(
    ("of", "before", "sign"),
    [
        (Reading(rows=(Row("x"),), layout="table"), None, Sign.OTHER_LAYOUT),
        (reading(rows_bad=2), None, Sign.BAD_ROWS),
        (reading(rows_claimed=9), None, Sign.MISSING_ROWS),
        (reading(2), 5, Sign.SHRUNK),
    ],
)
def test_each_change_of_a_page_has_its_sign(of, before, sign):
    assert seen(of=of, before=before) == {sign}


def test_a_short_history_that_gets_shorter_says_nothing():
    assert seen(of=reading(1), before=3) == set()


def test_an_unknown_layout_and_unknown_wordings_are_signs_without_a_reading():
    assert seen(Outcome.LAYOUT_CHANGED) == {Sign.LAYOUT_CHANGED}
    assert seen(of=reading(), unknown=("Beamed up",)) == {Sign.NEW_WORDINGS}


def test_the_first_visit_that_showed_a_sign_is_kept():
    first = after_visit([], "depot", "v1", NOW, {Sign.SHRUNK: "2 rows"})
    later = after_visit(first, "depot", "v2", NOW + timedelta(days=1), {Sign.SHRUNK: "1 row"})
    (drift,) = later
    assert (drift.visit_id, drift.since, drift.visits) == ("v1", NOW, 2)
    assert "since 2026-03-10, on 2 visits" in described(drift)


def test_a_sign_is_forgotten_after_enough_clean_visits_in_a_row_and_no_sooner():
    standing = after_visit([], "depot", "v", NOW, {Sign.SHRUNK: "2 rows"})
    for _ in range(FORGOTTEN_AFTER - 1):
        standing = after_visit(standing, "depot", "w", NOW, {})
    assert standing
    again = after_visit(standing, "depot", "x", NOW, {Sign.SHRUNK: "2 rows"})
    assert again[0].clean_visits == 0
    assert after_visit(standing, "depot", "y", NOW, {}) == []


@given(st.lists(st.sets(st.sampled_from(Sign)), max_size=60))
def test_there_is_never_more_than_one_entry_for_a_sign(history):
    standing = []
    for visit, shown in enumerate(history):
        standing = after_visit(standing, "depot", str(visit), NOW, dict.fromkeys(shown, "seen"))
        assert len({one.sign for one in standing}) == len(standing)
        assert shown <= {one.sign for one in standing}
