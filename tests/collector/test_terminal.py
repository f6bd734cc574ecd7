"""What a person sees of a parcel at a terminal: columns where they fit, what differs marked with its size."""

import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from collector.reconcile.kinds import SEVERITY
from collector.report import parcel_json, print_parcel
from collector.report_clocks import clock_rows, print_clocks
from collector.report_marks import MEANINGS, Mark, marks, short
from collector.report_tables import print_table
from collector.report_timeline import print_timeline, told
from scrapers.words import Milestone
from tests.collector.worlds import CAINIAO, CORREOS, event, naming, record, take_in

PRINTED = {
    "aliexpress": "Wed | Mar. 25 16:55",
    "cainiao": "2026-03-26 00:55:00",
    "correos": "26/03/2026 01:55",
}


def seen(at="2026-03-25T16:55:00Z", shown=None, **more):
    """An event as `parcel_json` has it."""
    base = {"milestone": "delivered", "description": "Entregado", "place": "Bilbao", "highlight": "notice"}
    times = {"occurred_at": at, "earliest_at": at, "latest_at": at}
    late = {"correos": {"kind": "lag", "severity": "notice", "seconds": 100_800}}
    return base | times | {"shown": shown or PRINTED, "differs": late} | more


def printed(show, what, *, width=100, terminal=True, **more):
    """The lines as they are seen, and what was written."""
    file = io.StringIO()
    out = Console(
        file=file, width=width, force_terminal=terminal, highlight=False, markup=False, emoji=False, **more
    )
    show(out, what)
    raw = file.getvalue()
    return [line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", raw).splitlines()], raw


@pytest.fixture
def parcel(db):
    """A parcel with a lag, a wrong label and two clocks, as data."""
    here = [
        event("2026-02-27 18:00:00", "Arrived", code="LH_ARRIVE", utc_offset="+08:00", place="Madrid"),
        event("2026-02-28 12:05:00", "Delivered", utc_offset="+00:00", place="Madrid"),
    ]
    there = [event("27/02/2026 11:00:00", "Llegada a España"), event("28/02/2026 12:05:00", "Entregado")]
    take_in(db, [naming(CAINIAO, CORREOS, events=here), record("correos", CORREOS, events=there)])
    return parcel_json(db, CAINIAO)


# --- marks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "+0s"),
        (40, "+40s"),
        (-61, "-1m1s"),
        (3600, "+1h"),
        (-28_800, "-8h"),
        (102_847, "+1d4h"),
        (86_400 + 120, "+1d"),
        (1_000_000, "+11d13h"),
    ],
)
def test_a_size_is_told_in_its_two_largest_units(seconds, text):
    assert short(seconds) == text


@given(st.sampled_from(sorted(MEANINGS)), st.none() | st.integers(-(10**7), 10**7))
def test_every_mark_has_a_sign_and_few_letters(kind, seconds):
    text = Mark(kind, SEVERITY[kind], seconds).text
    assert text.split()[0] in ("!!", "!", "~")
    assert len(text) <= 20


def test_every_kind_has_a_meaning():
    assert set(MEANINGS) == set(SEVERITY)


def test_the_time_that_differs_is_marked_on_the_portal_whose_it_is(db, parcel):
    found = {
        mark.kind: (portal, mark.text) for one in marks(db, CAINIAO).values() for portal, mark in one.items()
    }
    assert found["zone_label"] == ("cainiao", "! label -1h")
    arrived = parcel["events"][0]
    assert {portal: one["seconds"] for portal, one in arrived["differs"].items()} == {
        "cainiao": 28_800,
        "correos": 3_600,
    }


def test_of_several_marks_of_one_time_the_most_serious_stays(db):
    here = event("2026-02-28 12:05:00", "Delivered", utc_offset="+00:00", place="Madrid")
    on_day = record("dpd", CAINIAO, events=[event("2026-02-28", "Delivered", place="Madrid")])
    there = record("correos", CORREOS, events=[event("28/02/2026 12:05:00", "Entregado")])
    take_in(db, [naming(CAINIAO, CORREOS, events=[here]), there, on_day])
    (one,) = [found for found in marks(db, CAINIAO).values() if "cainiao" in found]
    assert one["cainiao"].kind == "zone_label"


def test_a_conflict_is_marked_where_the_wrong_time_stands(db):
    take_in(
        db, [record(events=[event("2026-02-28 12:05:00", "Delivered", utc_offset="+01:00", place="Madrid")])]
    )
    db.execute("pragma foreign_keys = off")
    (row,) = db.query("select id, event_id, parcel_id from observations")
    db["disagreements"].insert(
        {
            "id": "d", "parcel_id": row["parcel_id"], "event_id": row["event_id"], "kind": "conflict",
            "severity": "warning", "portal_a": "aliexpress", "portal_b": "cainiao",
            "observation_a": row["id"], "observation_b": row["id"], "shown_difference_s": 7200,
            "claimed_difference_s": 7200, "real_difference_s": 7200, "reverses_order": 0,
            "suspect_observation": None, "confidence": 0.9, "explanation": "",
        }
    )  # fmt: skip
    (both,) = marks(db, CAINIAO).values()
    assert {portal: mark.text for portal, mark in both.items()} == {
        "aliexpress": "!! -2h",
        "cainiao": "!! +2h",
    }


# --- the timeline --------------------------------------------------------------------------------------


def test_wide_terminals_have_a_column_for_each_portal(parcel):
    lines, _ = printed(print_parcel, parcel, width=140)
    (head,) = [line for line in lines if "UTC 2026" in line]
    assert head.split() == ["UTC", "2026", "event", "place", "cainiao", "correos"]
    (row,) = [line for line in lines if "02-27 10:00" in line]
    assert row.split("  ")[0] == "~"
    for text in ("2026-02-27 18:00:00  ~ +8h", "27/02/2026 11:00:00  ~ +1h"):
        assert text in row


def test_where_marks_have_no_column_they_stand_below_what_they_mark():
    lines, _ = printed(print_timeline, [seen()], width=102)
    place = lines[2].index(PRINTED["correos"])
    assert lines[3].index("! 1d4h late") == place


def test_narrow_terminals_have_a_line_for_each_portal():
    lines, _ = printed(print_timeline, [seen()], width=60)
    assert [line.split() for line in lines[:4]] == [
        ["!", "03-25", "16:55", "delivered", "·", "Bilbao"],
        ["aliexpress", *PRINTED["aliexpress"].split()],
        ["cainiao", *PRINTED["cainiao"].split()],
        ["correos", *PRINTED["correos"].split(), "!", "1d4h", "late"],
    ]
    starts = {line.index(text) for line, text in zip(lines[1:4], PRINTED.values(), strict=True)}
    assert len(starts) == 1


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 160, 200])
def test_no_line_is_wider_than_the_terminal_and_nothing_printed_is_broken(width, parcel):
    lines, _ = printed(print_parcel, parcel, width=width)
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    for one in parcel["events"]:
        assert all(shown in text for shown in one["shown"].values())


def test_sixty_rows_of_five_portals_are_readable_at_any_width():
    shown = {f"portal{n}": f"2026-03-2{n} 10:00:00" for n in range(5)}
    events = [seen(f"2026-03-25T16:{n:02}:00Z", shown, differs={}) for n in range(60)]
    for width in (80, 140, 220):
        lines, _ = printed(print_timeline, events, width=width)
        assert sum("delivered" in line for line in lines) == 60
        assert max(map(len, lines)) <= width


def test_marks_are_explained_below_and_only_those_there_are():
    lines, _ = printed(print_timeline, [seen()])
    assert "lag" in lines[-1]
    assert not any("conflict" in line for line in lines)
    plain, _ = printed(print_timeline, [seen(differs={}, highlight=None)])
    assert plain[-1].split()[0] == "03-25"


@pytest.mark.parametrize("width", [40, 70, 110, 160])
def test_wide_letters_fit_too(width):
    wide = seen(shown={"chinapost": "3月25日 16:55", "usps": "noon"}, place="深圳国际邮件互换局")
    lines, _ = printed(
        print_timeline, [wide | {"milestone": None, "description": "离开处理中心" * 6}], width=width
    )
    assert max(map(cell_len, lines)) <= width
    assert any("3月25日 16:55" in line for line in lines)


def test_an_event_without_any_time_stands_without_one():
    undated = seen(None, {"aliexpress": None}, differs={}, highlight=None)
    for width in (40, 120):
        lines, _ = printed(print_timeline, [undated, seen()], width=width)
        assert any("delivered" in line and "16:55" not in line for line in lines)


def test_a_day_alone_is_told_as_a_day():
    day = {"occurred_at": None, "earliest_at": "2026-03-24T23:00:00Z", "latest_at": "2026-03-25T22:59:59Z"}
    lines, _ = printed(print_timeline, [seen(**day)], terminal=False, width=10_000)
    assert lines[2].split()[:3] == ["!", "2026-03-25", "delivered"]


def test_every_milestone_has_words_and_others_words_are_cut():
    assert all(told(seen(milestone=str(one))) for one in Milestone)
    assert told(seen(milestone=None, description="x" * 99)) == "x" * 27 + "…"


# --- colours and pipes ---------------------------------------------------------------------------------


def test_a_pipe_gets_no_colours_whole_sentences_and_whole_years(parcel, crosstrack):
    lines, raw = printed(print_parcel, parcel, terminal=False, width=10_000, no_color=True)
    assert "\x1b" not in raw
    assert any("2026-02-27 10:00" in line for line in lines)
    sentence = parcel["findings"][0]["sentence"]
    assert any(line.endswith(sentence) for line in lines)


def test_no_color_is_heeded_on_a_terminal(parcel, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    _, raw = printed(print_parcel, parcel)
    assert not re.search(r"\x1b\[[\d;]*3\d[\d;]*m", raw)


def test_nothing_printed_steers_the_terminal():
    evil = "Go\x1b[2J\x9b31m\u202egnp\nnext"
    one = seen(shown={"evil": evil}, place=evil, description=evil, milestone=None, differs={})
    for terminal in (True, False):
        lines, raw = printed(print_timeline, [one], terminal=terminal, no_color=True, width=50)
        assert "\x9b" not in raw
        assert "\u202e" not in raw
        assert "\x1b[2J" not in raw
        assert not any(line.startswith("next") for line in lines)


def test_data_has_the_marks_too(parcel, crosstrack, filled):
    (told_,) = json.loads(crosstrack("show", CAINIAO, "--json").stdout)
    (first, *_) = told_["events"]
    assert first["differs"]["cainiao"] == {"kind": "timezone", "severity": "info", "seconds": 28_800}


# --- lists ---------------------------------------------------------------------------------------------

COLUMNS = {"parcel": "parcel", "kind": "kind", "what": "what"}
FOUND = {"parcel": "LP00783300440044", "kind": "conflict", "what": "word " * 30, "severity": "warning"}


def listed(width, **more):
    return printed(lambda out, rows: print_table(out, rows, COLUMNS), [FOUND], width=width, **more)


def test_a_list_is_a_table_where_it_fits():
    lines, raw = listed(100)
    assert lines[0].split() == ["parcel", "kind", "what"]
    assert "\x1b[1;31m" in raw
    assert all("…" not in line for line in lines)


def test_a_list_that_does_not_fit_is_told_row_by_row_and_nothing_is_cut():
    lines, _ = listed(50)
    assert lines[0] == "LP00783300440044"
    assert lines[1].startswith("  kind: conflict · what: word")
    assert max(map(len, lines)) <= 50
    assert " ".join(lines).count("word") == 30


def test_a_list_in_a_pipe_has_a_line_for_each_row():
    lines, raw = listed(10_000, terminal=False, no_color=True)
    assert len(lines) == 3
    assert lines[2].count("word") == 30
    assert "\x1b" not in raw


@pytest.mark.parametrize("width", [50, 80, 120, 200])
def test_clocks_are_legible_at_any_width(db, parcel, width):
    lines, _ = printed(print_clocks, clock_rows(db), width=width)
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert "always Europe/Madrid" in text
    assert "…" not in text
