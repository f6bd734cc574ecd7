"""The demo without its browser: the story it tells, what it says of it, and when it says that it failed."""

import io
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from collector.browser import BrowserFailed
from collector.report import print_findings
from collector.report_timeline import print_timeline
from collector.summary import Summary
from collector.visit import Visited
from demo import __main__ as demo
from demo import outcome, promises, result, story
from demo.progress import progress
from fixtures.journeys import load
from fixtures.shop import bought
from scrapers.words import Outcome
from tests.collector.worlds import CAINIAO, CORREOS, event, naming, record, take_in


@pytest.fixture(scope="module")
def sites():
    with story.simulated() as running:
        yield running


def moments(thing):
    """Every day and instant in an order or a journey, in a fixed order."""
    found = []

    def look(part):
        if hasattr(part, "isoformat"):
            found.append(part)
        elif isinstance(part, tuple):
            for one in part:
                look(one)
        elif hasattr(part, "items"):
            look(tuple(part.values()))
        elif hasattr(part, "__dataclass_fields__"):
            look(tuple(getattr(part, name) for name in part.__dataclass_fields__))

    look(thing)
    return found


@given(st.sampled_from(sorted(load())), st.integers(0, 60))
def test_a_journey_told_later_is_the_same_journey_that_much_later(name, weeks):
    journey = load()[name]
    moved = story.later(journey, weeks)
    assert {b - a for a, b in zip(moments(journey), moments(moved), strict=True)} <= {timedelta(weeks=weeks)}
    assert story.later(moved, -weeks) == journey


def test_an_order_told_later_takes_its_parcels_along():
    order = next(order for order in bought(load()) if order.id == "8190000000030301")
    moved = story.later(order, 12)
    assert moved.placed_at - order.placed_at == timedelta(weeks=12)
    assert [p.journey.happenings[0].at for p in moved.packages] == [
        p.journey.happenings[0].at + timedelta(weeks=12) for p in order.packages
    ]


def test_every_order_goes_to_the_country_of_its_account(sites):
    for orders, account in ((sites.shop.orders, "spain"), (sites.shop.others, "america")):
        assert {order.country for order in orders} == {story.BUYERS[account].country}


def test_more_is_known_every_evening(sites):
    known = [{order.id for order in story.orders_as_of(sites, evening)} for evening in story.EVENINGS]
    assert known[0] < known[1] < known[2]
    assert len(known[2]) == len(story.SPANISH_ORDERS) + len(story.AMERICAN_ORDERS)
    assert story.numbers_followed(story.EVENINGS[0]).keys() < story.numbers_followed(story.EVENINGS[2]).keys()


def test_nothing_collected_is_no_success(db, sites):
    missing = promises.broken(db, sites, story.EVENINGS[-1])
    orders = len(story.SPANISH_ORDERS) + len(story.AMERICAN_ORDERS)
    assert sum("order" in line and "was not collected" in line for line in missing) == orders
    assert "aliexpress showed nothing" in missing
    assert "no finding of the kind conflict" in missing
    assert any("in customs" in line for line in missing)


@pytest.mark.parametrize(
    "summary",
    [
        Summary(),
        Summary(outcomes=Counter(ok=3, login_required=1)),
        Summary(outcomes=Counter(ok=3, layout_changed=1), troubles=["usps 1: layout_changed: odd"]),
        Summary(outcomes=Counter(ok=3), locked=["aliexpress account spain: ended"]),
        Summary(outcomes=Counter(ok=3), deferred=["usps: 2 visits put off"]),
    ],
)
def test_a_run_that_missed_something_is_no_success(summary):
    assert promises.broken_by_run(summary)


def test_a_number_that_one_portal_does_not_know_is_no_failure():
    assert promises.broken_by_run(Summary(outcomes=Counter(ok=3, not_found=1))) == []


@pytest.mark.parametrize(
    ("wanted", "environ", "platform", "shown"),
    [
        (None, {}, "linux", False),
        (None, {"DISPLAY": ":0"}, "linux", True),
        (None, {"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        (None, {"DISPLAY": ""}, "linux", False),
        (None, {}, "darwin", True),
        (None, {}, "win32", True),
        (False, {"DISPLAY": ":0"}, "linux", False),
        (True, {}, "linux", True),
    ],
)
def test_the_browser_shows_its_window_where_there_is_a_screen(wanted, environ, platform, shown):
    assert demo.has_window(wanted, environ, platform) is shown


def no_window(monkeypatch):
    """A demo whose browser cannot open a window; the runs it made, True for a headed one."""
    runs = []

    def told(_places, is_headed):
        runs.append(is_headed)
        if is_headed:
            raise BrowserFailed("no screen answers")
        return []

    monkeypatch.setattr(demo, "_told", told)
    monkeypatch.setattr(demo, "has_window", lambda window, *_: window is not False)
    return runs


def test_a_window_that_cannot_be_had_is_done_without(monkeypatch, tmp_path, capsys):
    runs = no_window(monkeypatch)
    assert demo._shown(demo.Places(tmp_path / "db", tmp_path), None) == []
    assert runs == [True, False]
    assert "no screen answers" in capsys.readouterr().err


def test_a_window_that_was_demanded_is_not_done_without(monkeypatch, tmp_path):
    runs = no_window(monkeypatch)
    with pytest.raises(BrowserFailed):
        demo._shown(demo.Places(tmp_path / "db", tmp_path), window=True)
    assert runs == [True]


def finding(kind, parcel, size=0, severity="notice"):
    sentence = f"{kind} of {parcel}, told in words enough to need a second line, and then some more of it."
    return {
        "kind": kind,
        "parcel_id": parcel,
        "largest_s": size,
        "severity": severity,
        "title": f"Goods in {parcel}",
        "sentence": sentence,
    }


def test_of_every_kind_the_largest_finding_is_told():
    findings = [finding(kind, n) for kind in ("timezone", "conflict", "revision") for n in "AB"]
    told = [(f["kind"], f["parcel_id"]) for f in outcome.chosen(findings)]
    assert told == [("conflict", "A"), ("revision", "B"), ("timezone", "A")]


def test_a_second_of_a_kind_is_of_another_parcel():
    findings = [finding("zone_label", n) for n in "AAB"]
    assert [f["parcel_id"] for f in outcome.chosen(findings)] == ["A", "B"]
    assert [f["parcel_id"] for f in outcome.chosen(findings[:2])] == ["A"]


@given(st.lists(st.tuples(st.sampled_from(outcome.TELLING), st.sampled_from("ABCD"))))
def test_never_more_than_a_few_findings_are_told_and_none_twice(pairs):
    findings = [finding(kind, parcel, size) for size, (kind, parcel) in enumerate(pairs)]
    told = outcome.chosen(findings)
    assert len(told) <= outcome.MOST_FINDINGS
    assert len({f["largest_s"] for f in told}) == len(told)
    assert bool(told) == bool(findings)
    kinds = [outcome.TELLING.index(f["kind"]) for f in told]
    assert kinds == sorted(kinds)


def printed(show, *arguments, width=100):
    out = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    show(out, *arguments)
    return out.file.getvalue().splitlines()


def test_findings_stand_under_the_parcel_and_their_sentences_are_indented():
    lines = printed(print_findings, [finding("zone_label", "A", severity="warning")], width=60)
    assert lines[0].split() == ["!!", "zone", "label", "Goods", "in", "A"]
    column = lines[0].index("Goods")
    assert len(lines) > 2
    assert all(line[:column].strip() == "" and line[column] != " " for line in lines[1:])


def test_a_finding_cannot_steer_the_terminal():
    hostile = finding("conflict", "A", severity="warning") | {"title": "\x1b[2J", "sentence": "\x1b]0;x\x07"}
    assert not any("\x1b" in line or "\x07" in line for line in printed(print_findings, [hostile]))


def seen_at(occurred_at, **shown):
    return {
        "milestone": "arrived_destination_country",
        "description": "Landed",
        "place": None,
        "occurred_at": occurred_at,
        "earliest_at": occurred_at,
        "latest_at": occurred_at,
        "highlight": "notice",
        "shown": shown,
    }


def test_three_portals_times_are_whole_at_a_hundred_columns():
    shown = {
        "aliexpress": "Wed | Mar. 25 16:55",
        "cainiao": "2026-03-26 00:55:00",
        "correos": "26/03/2026 01:55:00",
    }
    lines = printed(print_timeline, [seen_at("2026-03-25T16:55:00Z", **shown)])
    assert max(map(len, lines)) <= 100
    assert all(text in lines[2] for text in (*shown.values(), "03-25 16:55"))


def test_the_year_is_told_where_it_changes():
    events = [seen_at(f"{day}T10:00:00Z", usps="noon") for day in ("2025-12-31", "2026-01-01")]
    text = "\n".join(printed(print_timeline, events))
    assert "2025-12-31 10:00" in text
    assert "2026-01-01 10:00" in text


@pytest.fixture
def two_clocks(db):
    here = event("2026-02-27 18:00:00", "LH_ARRIVE", code="LH_ARRIVE", utc_offset="+08:00")
    there = record("correos", CORREOS, events=[event("27/02/2026 11:00:00", "Llegada a España")])
    take_in(db, [naming(CAINIAO, CORREOS, events=[here]), there])
    return db


def test_the_result_fits_and_names_what_it_found(two_clocks, tmp_path):
    evening = datetime(2026, 3, 1, 20, tzinfo=UTC)
    lines = printed(result.show, two_clocks, evening, tmp_path / "crosstrack.db")
    text = "\n".join(lines)
    assert max(map(len, lines)) <= max(100, len(str(tmp_path)) + 100)
    assert "1 parcel with 2 tracking numbers" in text
    assert "7 h apart on paper" in text
    assert "serve --open" in text


def visited(**more):
    given = {
        "portal": "usps",
        "tracking_number": "9400100000000000000000",
        "seen_at": datetime(2026, 3, 1, 20, tzinfo=UTC),
        "outcome": Outcome.NOT_FOUND,
        "complete": True,
        "pages": (),
        "readings": (),
        "attempts": 1,
        "duration_ms": 10,
        "viewer_zone": "UTC",
        "viewer_offset_minutes": 0,
        "language": "en",
        "server_date": None,
        "blocked_hosts": (),
        "error": None,
    }
    return Visited(**(given | more))


def test_without_a_terminal_every_visit_is_a_line(capsys):
    with progress(Console(file=io.StringIO())) as told:
        told(0, 3, None)
        told(1, 3, visited())
        told(2, 3, visited(portal="aliexpress", tracking_number="", page="list", account="spain"))
    first, second = capsys.readouterr().err.splitlines()
    assert first.split() == ["1/3", "usps", "9400100000000000000000", "not", "found"]
    assert second.split() == ["2/3", "aliexpress", "orders", "of", "account", "spain", "not", "found"]
    assert first.index("not found") == second.index("not found")


def test_on_a_terminal_a_bar_names_the_portal_that_answered():
    screen = Console(file=io.StringIO(), width=100, force_terminal=True, color_system=None)
    with progress(screen) as told:
        told(1, 3, visited())
        shown = screen.file.getvalue()
    assert "usps: 9400100000000000000000" in shown + screen.file.getvalue()
    assert "1/3" in screen.file.getvalue()


@pytest.mark.parametrize(("missing", "status"), [([], 0), (["order 1 was not collected"], 1)])
def test_what_is_missing_is_said_and_is_no_success(monkeypatch, tmp_path, capsys, missing, status):
    monkeypatch.setattr(demo, "_told", lambda *_, **__: missing)
    monkeypatch.setattr("sys.argv", ["demo", "--headless", "--data", str(tmp_path)])
    assert demo.main() == status
    assert all(f"demo: {line}" in capsys.readouterr().err for line in missing)
