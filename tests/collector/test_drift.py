"""Signs that a portal's pages change, and how long they are remembered."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.drift import (
    FORGOTTEN_AFTER,
    RowCount,
    Sign,
    after_run,
    after_visit,
    described,
    shrinking,
    signs,
)
from collector.store.drifts import drifts, note_shrinking
from collector.store.facts import Visit, store_visit
from scrapers.contract import Canonical, Portal, Reading, Row
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


# --- across parcels -------------------------------------------------------------------------------------


def counts(**rows):
    """Readings of each number, one a day, the last of them today."""
    return [
        RowCount(number, f"{number}{place}", NOW - timedelta(days=len(shown) - 1 - place), n)
        for number, shown in rows.items()
        for place, n in enumerate(shown)
    ]


@pytest.mark.parametrize(
    "rows",
    [
        {"a": [5, 4], "b": [6, 5]},
        {"a": [5, 5], "b": [6, 7], "c": [4, 4]},
        {"a": [5, 4], "b": [6, 5], "c": [4, 3], "d": [1, 2], "e": [2, 2], "f": [3, 3], "g": [1, 1]},
        {"a": [5, 4, 4, 4, 4], "b": [6, 5, 5, 5, 5], "c": [9, 8, 8, 8, 8]},
        {"a": [5, 4, 5], "b": [6, 5, 6], "c": [9, 8, 9]},
        {"a": [5], "b": [6], "c": [9]},
    ],
    ids=["two", "none", "a few of many", "long ago", "back again", "seen once"],
)
def test_parcels_that_lose_a_row_now_and_then_are_no_sign(rows):
    assert shrinking(counts(**rows), NOW) is None


def test_rows_that_go_missing_on_several_parcels_at_once_are_a_sign_with_the_first_page():
    rows = {"a": [5, 5, 4], "b": [6, 5, 5], "c": [9, 9, 7], "d": [3, 3, 4]}
    found = shrinking(counts(**rows), NOW)
    assert (found.visit_id, found.since) == ("b1", NOW - timedelta(days=1))
    assert found.detail == "3 of 4 parcels lost 4 rows"
    first = after_run([], "depot", NOW, found)
    assert "since 2026-03-09, on 1 run: 3 of 4" in described(first[0])
    other = after_visit(first, "depot", "v", NOW, {Sign.BAD_ROWS: "1 of 2"})
    again = after_run(other, "depot", NOW, found)
    assert [(one.sign, one.visits) for one in again] == [(Sign.BAD_ROWS, 1), (Sign.SHRUNK_ACROSS, 2)]
    assert after_run(again, "depot", NOW, None) == again


def test_it_is_looked_for_in_the_complete_visits_of_one_portal(db):
    for number in ("AA1", "BB2", "CC3"):
        for days, rows in ((2, 8), (1, 7)):
            made = Visit(
                "depot", number, NOW - timedelta(days=days), "browser", Outcome.OK, True, rows_read=rows
            )
            store_visit(db, None, made, Canonical())
        bad = Visit("other", number, NOW, "browser", Outcome.OK, False, rows_read=0)
        store_visit(db, None, bad, Canonical())
    note_shrinking(db, {"depot", "other"}, NOW)
    (found,) = drifts(db)
    assert (found.portal, found.sign, found.since) == ("depot", Sign.SHRUNK_ACROSS, NOW - timedelta(days=1))


def test_a_portal_that_shows_guests_a_part_is_not_changing_for_that():
    class Partly(Depot):
        """Counts all rows and shows some."""

        shows_all = False

    assert signs(Partly(), Outcome.OK, reading(rows_claimed=9), None, ()) == {}
