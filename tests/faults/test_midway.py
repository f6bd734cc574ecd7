"""Portals that go wrong in the middle of a run: what the run makes of it, and how it ends."""

import json
from datetime import timedelta

import pytest

from collector.errors import ExitStatus
from collector.store.opening import open_store
from scrapers.words import Outcome
from tests.collector.worlds import rows
from tests.faults.runs import NOW, NUMBERS, PORTALS, page_of

HERE, THERE = "cainiao", "correos"
LAST = NUMBERS[-1]


def outcomes(database):
    """What became of each portal's last visit about each number."""
    with open_store(database) as db:
        found = rows(db, "select portal, tracking_number as n, outcome, error from visits order by seen_at")
    return {(row["portal"], row["n"]): (row["outcome"], row["error"]) for row in found}


def failing(world, answer, portal=HERE, numbers=NUMBERS[1:]):
    """From now on the portal answers so about these numbers."""
    world.fault = lambda name, number: answer if name == portal and number in numbers else None


def mended(world, database):
    """Once the portal answers again, everything it shows is there; nothing of before was lost."""
    with open_store(database) as db:
        before = {row["id"] for row in rows(db, "select id from observations")}
    world.fault, world.now = lambda name, number: None, NOW + timedelta(days=2)
    assert world.collect(database).exit_status is ExitStatus.DONE
    with open_store(database) as db:
        after = {row["id"] for row in rows(db, "select id from observations")}
    assert before <= after
    assert len(after) == 21


@pytest.mark.fault(
    "A portal changes its layout in the middle of a run",
    "Pages that nobody understands are kept and said; what was read before stays, other portals are read",
    layer="portal",
    exit_status="1",
)
def test_a_layout_that_changes_midway(world, database):
    failing(world, b'{"parcel": "in another form altogether"}')
    summary = world.collect(database)
    assert summary.exit_status is ExitStatus.SOME_FAILED
    assert summary.outcomes == {"ok": 4, "layout_changed": 2}
    assert [one.portal for one in summary.drift] == [HERE]
    with open_store(database) as db:
        assert rows(db, "select 1 from visits join visit_pages on visit_id = id where outcome <> 'ok'")
    mended(world, database)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            b"",
            marks=pytest.mark.fault(
                "A portal answers 200 and an empty body",
                "`layout_changed`, never taken for a parcel without events",
                layer="portal",
                exit_status="1",
            ),
        ),
        pytest.param(
            b'{"number": "LP00799',
            marks=pytest.mark.fault(
                "A portal's data end in the middle, without an error of the network",
                "`layout_changed`, no half of a row is believed",
                layer="portal",
                exit_status="1",
            ),
        ),
        pytest.param(
            page_of(HERE, "LP00700000000000", NOW),
            marks=pytest.mark.fault(
                "A portal answers about another number than the one asked for",
                "`layout_changed` naming both numbers; no row lands on the wrong parcel",
                layer="portal",
                exit_status="1",
            ),
        ),
        pytest.param(
            bytes(range(256)) * 40,
            marks=pytest.mark.fault(
                "A portal sends bytes that are no text",
                "`layout_changed`, the bytes are kept",
                layer="portal",
                exit_status="1",
            ),
        ),
        pytest.param(
            json.dumps({"number": LAST, "rows": [["x" * 30_000, "9999-99-99", "+99:99"]] * 3}).encode(),
            marks=pytest.mark.fault(
                "A portal sends absurd dates and texts",
                "They are kept as printed, without a time; no other row suffers",
                layer="portal",
                exit_status="0",
            ),
        ),
    ],
    ids=["empty", "cut", "another number", "no text", "absurd"],
)
def test_an_answer_that_is_none(world, database, answer):
    failing(world, answer, numbers=(LAST,))
    summary = world.collect(database)
    is_readable = b"9999" in answer
    assert summary.exit_status is (ExitStatus.DONE if is_readable else ExitStatus.SOME_FAILED)
    outcome, error = outcomes(database)[HERE, LAST]
    assert outcome == ("ok" if is_readable else "layout_changed")
    assert error is None or len(error) < 500
    with open_store(database) as db:
        shown = rows(db, "select portal, occurred_at from observations where tracking_number = ?", LAST)
    assert len([row for row in shown if row["portal"] == THERE]) == 2
    assert [row["occurred_at"] for row in shown if row["portal"] == HERE] == [None] * 3 * is_readable


@pytest.mark.fault(
    "The code that reads a portal's pages has a bug that a page brings out",
    "The page is kept as `layout_changed`; the other visits of the run are made",
    layer="portal",
    exit_status="1",
)
def test_a_parser_that_fails(world, database, monkeypatch):
    parse = type(PORTALS[HERE]).parse

    def buggy(portal, pages):
        if LAST.encode() in pages[0].body and portal.name == HERE:
            raise ZeroDivisionError
        return parse(portal, pages)

    with monkeypatch.context() as patched:
        patched.setattr(type(PORTALS[HERE]), "parse", buggy)
        summary = world.collect(database)
    assert summary.exit_status is ExitStatus.SOME_FAILED
    assert summary.outcomes == {"ok": 5, "layout_changed": 1}
    assert "ZeroDivisionError" in outcomes(database)[HERE, LAST][1]
    mended(world, database)


@pytest.mark.parametrize(
    ("outcome", "status", "rests"),
    [
        pytest.param(
            Outcome.CHALLENGE,
            ExitStatus.HUMAN_NEEDED,
            True,
            marks=pytest.mark.fault(
                "A portal puts up a check for people in the middle of a run",
                "It is not asked again for a day, with the cool-down stored; other portals are read",
                layer="portal",
                exit_status="3",
            ),
        ),
        pytest.param(
            Outcome.LOGIN_REQUIRED,
            ExitStatus.HUMAN_NEEDED,
            False,
            marks=pytest.mark.fault(
                "A portal asks for a login all of a sudden",
                "The visits say so; what was read before stays",
                layer="portal",
                exit_status="3",
            ),
        ),
        pytest.param(
            Outcome.RATE_LIMITED,
            ExitStatus.SOME_FAILED,
            True,
            marks=pytest.mark.fault(
                "A portal says that it was asked too often in the middle of a run",
                "It is left alone for hours, across runs; the rest of its queue is due then",
                layer="portal",
                exit_status="1",
            ),
        ),
    ],
    ids=lambda value: value.value if isinstance(value, Outcome) else None,
)
def test_a_portal_that_refuses_midway(world, database, outcome, status, rests):
    failing(world, outcome)
    summary = world.collect(database)
    assert summary.exit_status is status
    assert summary.outcomes["ok"] == 4
    refused = [one for one in world.asked if one[0] == HERE and one[1] != NUMBERS[0]]
    assert len(refused) == (1 if rests else 2)
    assert bool(summary.put_off) is rests
    world.asked.clear()
    world.now = NOW + timedelta(hours=2)
    world.collect(database)
    assert bool([one for one in world.asked if one[0] == HERE]) is not rests
    mended(world, database)


@pytest.mark.fault(
    "Every portal is down",
    "Every visit says so; after three failures in a row a portal is left alone, longer each time",
    layer="portal",
    exit_status="1",
)
def test_everything_is_down(world, database):
    world.fault = lambda name, number: Outcome.UNAVAILABLE
    summary = world.collect(database)
    assert summary.exit_status is ExitStatus.SOME_FAILED
    assert summary.outcomes == {"unavailable": 6}
    world.asked.clear()
    assert world.collect(database).exit_status is ExitStatus.DONE
    assert not world.asked
    mended(world, database)


@pytest.mark.fault(
    "The command is run while a portal fails",
    "One line for each trouble and one for the run on stderr, the summary as JSON on stdout",
    layer="portal",
    exit_status="1",
)
def test_the_command_says_what_failed(world, crosstrack):
    failing(world, Outcome.UNAVAILABLE, numbers=(LAST,))
    crosstrack("add", *NUMBERS)
    done = crosstrack("collect", "--json", status=1)
    assert json.loads(done.stdout)["visits"] == {"ok": 5, "unavailable": 1}
    assert f"{HERE} {LAST}: unavailable: made up" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("visits: 5 ok, 1 unavailable")
