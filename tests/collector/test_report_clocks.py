"""What is said about portals' clocks, in words, from estimates put into a database by hand."""

import io

import pytest
from rich.console import Console

from collector.reconcile.clocks import Estimate
from collector.report_clocks import clock_rows, print_clocks
from collector.store.corrections import correct_zone
from scrapers.words import Leg
from tests.collector.test_pairing import NOW
from tests.collector.worlds import event, record, take_in


@pytest.fixture
def known(db):
    """One row of an unknown portal and one of each of three known ones."""
    shown = [event("2026-02-20 13:05:11", "Hm")]
    for portal in ("mine", "correos", "cainiao", "parcelsapp"):
        take_in(db, [record(portal, events=shown)])
    db.execute("delete from clock_estimates")
    return db


def learned(db, portal, leg, **estimate):
    e = Estimate(**({"support": 40, "basis": "counted"} | estimate))
    fields = {name: getattr(e, name) for name in Estimate.__dataclass_fields__}
    db["clock_estimates"].insert({"portal": portal, "leg": leg, "scope": "leg", **fields})


def counted(db, portal, leg, measure, value, count):
    db["clock_sums"].insert(
        {"portal": portal, "leg": leg, "measure": measure, "value": value, "count": count}, replace=True
    )


def of(db, portal, leg="any"):
    (row,) = (r for r in clock_rows(db, portal) if r["leg"] == leg)
    return row


def printed(db, width=100):
    out = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    print_clocks(out, clock_rows(db))
    return out.file.getvalue()


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        ("claim", "the offset it states"),
        ("place", "local time of the place"),
        ("viewer", "zone of the viewer"),
        ("copy", "repeats other portals"),
        ("UTC+05:45", "always UTC+05:45"),
        ("Europe/Berlin", "always Europe/Berlin"),
        (None, "not known"),
    ],
)
def test_every_learned_clock_has_words(known, clock, words):
    learned(known, "mine", "any", clock=clock)
    assert of(known, "mine")["believed"] == words


def test_a_sure_declared_clock_holds_against_a_learned_one(known):
    learned(known, "correos", "any", clock="UTC+05:45", offset_minutes=345)
    row = of(known, "correos")
    assert (row["believed"], row["how_sure"]) == ("always Europe/Madrid", "declared")
    assert (row["clock"], row["offset_minutes"], row["support"], row["basis"]) == (
        "UTC+05:45",
        345,
        40,
        "counted",
    )


def test_what_a_portal_declares_and_does_not_do_is_shown_beside_what_it_does(known):
    learned(known, "cainiao", "any", clock="place")
    told = " ".join(printed(known, 200).split())
    assert "local time of the place (declared: the offset it states)" in told


def test_a_universal_tracker_repeats_others_whatever_its_own_rows_have(known):
    learned(known, "parcelsapp", "any", clock="place")
    assert of(known, "parcelsapp")["believed"] == "repeats other portals; else local time of the place"
    assert of(known, "parcelsapp", "unknown")["believed"] == "local time of the place"


@pytest.mark.parametrize(
    ("habit", "words"),
    [
        ({"lag_class": "scan"}, "when scanned"),
        ({"lag_class": "receipt", "lag_minutes": 120}, "when received, up to 2 h late"),
        ({"lag_class": "receipt", "lag_minutes": 15}, "when received, up to 15 min late"),
        ({}, ""),
    ],
)
def test_every_habit_has_words(known, habit, words):
    learned(known, "mine", "unknown", **habit)
    assert of(known, "mine", "unknown")["shows"] == words


@pytest.mark.parametrize(
    ("rows", "words"), [(2, "open"), (3, "first signs"), (10, "fairly sure"), (30, "sure")]
)
def test_how_sure_follows_from_the_rows_that_fit(known, rows, words):
    learned(known, "mine", "any", clock="UTC+05:45")
    counted(known, "mine", "origin", "utc", "=345", 1)
    counted(known, "mine", "last_mile", "utc", "=345 alone", rows - 1)
    counted(known, "mine", "last_mile", "utc", "=3450", 99)
    counted(known, "mine", "last_mile", "utc", "~345", 99)
    row = of(known, "mine")
    assert (row["fits"], row["how_sure"]) == (rows, words)


def test_a_leg_with_the_usual_clock_is_as_sure_as_the_portal_and_one_of_its_own_less(known):
    learned(known, "mine", "any", clock="claim")
    learned(known, "mine", "origin", clock="claim")
    learned(known, "mine", "last_mile", clock="place")
    counted(known, "mine", "origin", "claim", "agrees", 2)
    counted(known, "mine", "import", "claim", "agrees 60", 30)
    counted(known, "mine", "last_mile", "place", "agrees", 3)
    assert of(known, "mine", "origin")["how_sure"] == "sure"
    assert of(known, "mine", "last_mile")["how_sure"] == "first signs"


def test_the_users_word_goes_before_all(known):
    correct_zone(known, "correos", None, "Asia/Tokyo", NOW, None)
    correct_zone(known, "correos", Leg.ORIGIN, "Asia/Kathmandu", NOW, None)
    learned(known, "correos", "origin", clock="place")
    assert {of(known, "correos", leg)["how_sure"] for leg in ("any", "unknown", "origin")} == {"your word"}
    assert of(known, "correos")["believed"] == "always Asia/Tokyo"
    assert of(known, "correos", "origin")["believed"] == "always Asia/Kathmandu"


def test_shares_are_in_per_cent_and_legs_in_the_order_of_the_journey(known):
    for leg in ("last_mile", "origin", "any"):
        learned(known, "mine", leg, completeness=0.7, reliability=0.4)
    assert [r["leg"] for r in clock_rows(known, "mine")] == ["any", "origin", "last_mile", "unknown"]
    (line,) = (line for line in printed(known).splitlines() if line.strip().startswith("mine"))
    assert "70%" in line
    assert "40%" in line


def test_a_terminal_of_100_columns_shows_every_column_whole(known):
    learned(known, "correos", "any", clock="place")
    learned(known, "mine", "unknown", lag_class="receipt", lag_minutes=960)
    told = printed(known)
    assert all(len(line) <= 100 for line in told.splitlines())
    assert "…" not in told
    for word in ("complete", "labels", "how sure", "Europe/Madrid", "up to 16 h late"):
        assert word in told
