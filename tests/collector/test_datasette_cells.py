"""Badges, moments, lengths and links in cells: what they say, and that portals' texts stay text."""

import re

import pytest
from markupsafe import Markup

from collector.datasette.badges import badge
from collector.datasette.cells import Cell, Places, drawn
from collector.datasette.moments import in_words, length, moment
from scrapers.words import Outcome

PLACES = Places(
    page=lambda name: f"/page/{name}",
    row=lambda table, key: f"/{table}/{key}",
    parcel=lambda p: f"/parcel/{p}",
    of_visit=lambda view, visit: f"/{view}?visit_id__exact={visit}",
)
HOSTILE = '"><script>alert(1)</script><a href="javascript:alert(1)" x="'


def cell(column, value, table=None, is_table=False, **row):
    return drawn(Cell(value, column, table, {column: value, **row}), PLACES, is_table=is_table)


def text(markup):
    return None if markup is None else " ".join(re.sub("<[^>]*>", " ", markup).split())


@pytest.mark.parametrize("word", ["conflict", "lag", "timezone", "delivered twice"])
def test_a_badge_says_what_its_word_means_to_eyes_hands_and_ears(word):
    drawn_badge = badge("kind", word)
    means = re.search('title="([^"]+)"', drawn_badge)[1]
    assert len(means) > 15
    assert drawn_badge.count(means) == 2
    assert f" {word}<" in drawn_badge


def test_every_outcome_has_a_badge():
    assert [o for o in Outcome if badge("outcome", o.value) is None] == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "zone"),
        ("kind", HOSTILE),
        ("severity", None),
        ("severity", 1),
        ("portal", "conflict"),
        ("stage", ""),
    ],
)
def test_what_has_no_meaning_has_no_badge(column, value):
    assert badge(column, value) is None


def test_an_instant_is_an_element_that_a_script_can_put_into_any_zone():
    at = moment("2026-03-01T10:00:00Z")
    assert at == (
        '<time class="moment" datetime="2026-03-01T10:00:00Z" title="2026-03-01 10:00 UTC">'
        "2026-03-01 10:00 UTC</time>"
    )
    assert "2026-03-01 10:00:05 UTC</time>" in moment("2026-03-01T10:00:05Z")
    assert 'datetime="2026-03-01T10:00:05Z"' in moment("2026-03-01T10:00:05.123Z")


@pytest.mark.parametrize(
    "value", [None, "", 5, "2026-03-01", "2026-03-01T10:00:00", "soon", f"2026-03-01T10:00:00Z{HOSTILE}"]
)
def test_what_is_no_instant_is_left_alone(value):
    assert moment(value) is None
    assert cell("seen_at", value, "visits") is None or "<time" not in str(cell("seen_at", value, "visits"))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0"),
        (59, "59 s"),
        (-32400, "-9 h"),
        (30600, "8 h 30 min"),
        (3605, "1 h"),
        (90061, "1 d 1 h"),
        (86400 * 40, "40 d"),
        (-60, "-1 min"),
    ],
)
def test_lengths_are_said_in_two_units_at_most(seconds, words):
    assert in_words(seconds) == words
    assert f'title="{seconds} s"' in length(seconds)


def test_what_a_portal_prints_stands_beside_the_moment():
    drawn_cell = cell(
        "occurred_at", "2026-03-01T10:00:00Z", "observations", time_text=f"01/03 11:00 {HOSTILE}"
    )
    assert text(drawn_cell).startswith("2026-03-01 10:00 UTC prints 01/03 11:00")
    assert "<script" not in drawn_cell
    assert "prints" not in cell("first_seen_at", "2026-03-01T10:00:00Z", "observations", time_text="x")
    assert "prints" not in cell("occurred_at", "2026-03-01T10:00:00Z", "events")


def test_times_of_an_event_stand_on_lines_of_their_own():
    assert cell("shown", '{"usps": "b", "correos": "<i>"}', "events") == (
        '<span class="ct-shown">correos &lt;i&gt;<br>usps b</span>'
    )
    assert text(cell("shown", "correos 1 · usps 2")) == "correos 1 usps 2"
    assert text(cell("shown", "[" * 100_000, "events")).startswith("[[[")


@pytest.mark.parametrize(
    ("table", "column", "value", "row", "leads_to"),
    [
        ("observations", "last_seen_at", "2026-03-01T10:00:00Z", {"id": "o1"}, "/page/o1"),
        ("visits", "seen_at", "2026-03-01T10:00:00Z", {"id": "v1"}, "/page/v1"),
        ("visit_pages", "page_id", "p1", {}, "/page/p1"),
        ("sightings", "last_visit_id", {"value": "v2", "label": "2026-03-01T10:00:00Z"}, {}, "/page/v2"),
        ("readings", "outcome", "ok", {"visit_id": "v3"}, "/page/v3"),
        ("pages", "media_type", "text/html", {"id": "p2"}, "/page/p2"),
        (None, "observation_id", "o2", {}, "/page/o2"),
    ],
)
def test_rows_lead_to_what_was_seen(table, column, value, row, leads_to):
    drawn_cell = cell(column, value, table, is_table=table is not None, **row)
    assert f'<a class="ct-page" href="{leads_to}"' in drawn_cell


def test_a_row_without_the_column_it_needs_has_no_link():
    assert "ct-page" not in cell("last_seen_at", "2026-03-01T10:00:00Z", "observations")
    assert drawn(Cell("ok", "outcome", "readings", ("ok",)), PLACES, is_table=True) == badge("outcome", "ok")


def test_references_with_a_time_for_a_label_are_moments_and_still_lead_to_their_row():
    drawn_cell = cell("run_id", {"value": "r1", "label": "2026-03-01T10:00:00Z"}, "visits", is_table=True)
    assert drawn_cell.startswith('<a href="/runs/r1"><time class="moment"')
    assert cell("parcel_id", {"value": "p", "label": HOSTILE}, "events", is_table=True) is None


def test_views_and_queries_lead_to_parcels_and_rows_as_tables_do():
    assert cell("parcel_id", "LP1", "findings") == '<a href="/parcel/LP1">LP1</a>'
    assert cell("worst", "d1", "findings") == '<a href="/disagreements/d1">d1</a>'
    assert cell("parcel_id", "LP1", "clock_counts", is_table=True) is None
    assert cell("parcel_id", HOSTILE).count("<") == 2
    assert cell("description", HOSTILE, "observations", is_table=True) is None


def test_a_visit_leads_to_its_pages_and_its_reading_which_are_rows_of_views():
    assert cell("page_set_id", 7, "visits", is_table=True, id="v1") == (
        '<a href="/visit_pages?visit_id__exact=v1">pages</a>'
    )
    outcome = cell("outcome", "ok", "visits", is_table=True, id="v1")
    assert outcome == badge("outcome", "ok") + Markup(
        ' <a class="ct-page" href="/readings?visit_id__exact=v1">reading</a>'
    )
    assert cell("page_set_id", 7, "set_pages", is_table=True) is None
    assert drawn(Cell("ok", "outcome", "visits", ("ok",)), PLACES, is_table=True) == badge("outcome", "ok")
    assert cell("visit_id", "v1", "readings") == '<a href="/visits/v1">v1</a>'


def test_all_that_is_drawn_is_marked_as_html_already():
    for one in (cell("kind", "lag"), cell("seen_at", "2026-03-01T10:00:00Z"), cell("parcel_id", HOSTILE)):
        assert isinstance(one, Markup)
