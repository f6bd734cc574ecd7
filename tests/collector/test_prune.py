"""What leaves the database, what never does, and that everything derived stays as it is."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collector.answer import read_pages
from collector.copies import pruning
from collector.copies.checks import check
from collector.copies.page_records import equal_record
from collector.copies.pruning import prune_pages, prune_pictures
from collector.derive import Deriver
from collector.derive.parsing import Parser
from collector.lock import run_lock
from collector.store.facts import StoredVisit, Visit, store_visit, stored_visits
from collector.store.opening import open_store, writing
from scrapers.contract import Canonical, Page
from scrapers.numbers import tracking_number
from scrapers.words import Outcome, Role
from tests.collector.worlds import blank, column, contents, event, one_line, record, said
from tests.journeys import PORTALS, everything
from tests.scrapers.aliexpress_made import DETAIL_API, IDS, detail_data, envelope, list_data, payload
from tests.scrapers.test_aliexpress_tracking import (
    body,
    package,
)
from tests.scrapers.test_aliexpress_tracking import (
    event as tracking_event,
)
from tests.scrapers.test_aliexpress_tracking import (
    payload as tracking_payload,
)
from tests.scrapers.test_saved_pages import CASES

START = datetime(2026, 1, 1, 10, tzinfo=UTC)
FAR = datetime(2030, 1, 1, tzinfo=UTC)


def picture(n):
    return Page(Role.SCREENSHOT, "", "image/png", b"\x89PNG" + str(n).encode() * 500)


def shown(
    n, *, portal="cainiao", number="LP00123456789012", outcome=Outcome.OK, time_text="2026-01-01 09:00:00"
):
    """The visit of day `n`, with a record and a picture."""
    at = START + timedelta(days=n)
    line = said(record(portal, number, at.isoformat(), [event(time_text)])).encode()
    body = Page(Role.RECORD, "", "application/json", line)
    return Visit(portal, number, at, "browser", outcome, True, (body, picture(f"{portal}{number}{n}")))


def stored(db, *visits):
    with writing(db):
        ids = [store_visit(db, None, one, Canonical())[0] for one in visits]
    Deriver(db, PORTALS).catch_up()
    return ids


def pictured(db):
    return set(column(db, "select visit_id from visit_pages where role = 'screenshot'"))


# --- pictures --------------------------------------------------------------------------------------------


def test_the_first_and_the_last_picture_of_each_portal_and_number_stay(db):
    ids = stored(db, *(shown(n) for n in range(5)), shown(2, number="BB2"), shown(1, portal="correos"))
    before = contents(db)
    assert prune_pictures(db, FAR).visits == 3
    assert pictured(db) == {ids[0], ids[4], ids[5], ids[6]}
    assert contents(db) == before
    assert prune_pictures(db, FAR).visits == 0


def test_pictures_that_are_not_old_enough_stay(db):
    ids = stored(db, *(shown(n) for n in range(5)))
    prune_pictures(db, START + timedelta(days=2))
    assert pictured(db) == {ids[0], ids[2], ids[3], ids[4]}


def test_a_picture_behind_a_disagreement_stays(db):
    moved = [shown(n, time_text="2026-01-01 09:00:00" if n < 3 else "2026-01-01 15:30:00") for n in range(7)]
    ids = stored(db, *moved)
    assert column(db, "select kind from disagreements") == ["revision"]
    prune_pictures(db, FAR)
    assert pictured(db) == {ids[0], ids[2], ids[3], ids[6]}


def test_a_picture_of_a_page_that_was_not_understood_stays(db):
    visits = [shown(n) for n in range(5)]
    visits[2] = replace(visits[2], outcome=Outcome.LAYOUT_CHANGED)
    ids = stored(db, *visits)
    with writing(db):
        drift = {"portal": "cainiao", "sign": "x", "since": "", "visit_id": ids[3], "last_seen_at": ""}
        db["drift"].insert({**drift, "visits": 1, "clean_visits": 0, "detail": ""})
    prune_pictures(db, FAR)
    assert pictured(db) == {ids[0], ids[2], ids[3], ids[4]}


def test_the_picture_a_notice_was_made_from_stays(db):
    ids = stored(db, *(shown(n) for n in range(5)))
    made_at = (START + timedelta(days=2, hours=1)).isoformat().replace("+00:00", "Z")
    db["notices"].insert(
        {"parcel_id": "LP00123456789012", "rule": "delivered", "subject": "", "made_at": made_at}
    )
    prune_pictures(db, FAR)
    assert pictured(db) == {ids[0], ids[2], ids[4]}


def test_a_picture_that_another_visit_shows_stays_in_the_database(db):
    visits = [replace(shown(n), pages=(shown(n).pages[0], picture("same"))) for n in range(5)]
    ids = stored(db, *visits)
    done = prune_pictures(db, FAR)
    assert (done.visits, done.pages) == (3, 0)
    assert pictured(db) == {ids[0], ids[4]}
    assert column(db, "select count(*) from pages where media_type = 'image/png'") == [1]


# --- pages -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def journeys():
    return everything()


def with_pages(journeys):
    db = blank()
    with writing(db):
        for one in journeys:
            store_visit(db, None, one, PORTALS[one.portal].canonical)
    Deriver(db, PORTALS).catch_up()
    return db


def rebuilt(db):
    Deriver(db, PORTALS).rebuild()
    return contents(db)


def but_for_pages(db):
    """The facts, but for which pages the visits have."""
    visits = [{**row, "page_set_id": None} for row in db["visits"].rows]
    return visits, list(db["corrections"].rows)


def test_without_its_pages_a_database_is_rebuilt_with_the_same_rows(journeys):
    db = with_pages(journeys)
    before = contents(db)
    facts = but_for_pages(db)
    done = prune_pages(db, PORTALS, FAR)
    assert done.visits > 100
    assert done.pages > 100
    assert contents(db) == before
    assert but_for_pages(db) == facts
    left = column(
        db,
        """select distinct v.outcome from visit_pages as p join visits as v on v.id = p.visit_id
           where p.role in ('dom', 'payload')""",
    )
    assert done.kept == 0 or left
    assert rebuilt(db) == before
    assert prune_pages(db, PORTALS, FAR).visits == 0
    assert not list(db.query("pragma foreign_key_check"))
    db.close()


def test_a_page_a_later_visit_shows_stays(journeys):
    db = with_pages(journeys[: len(journeys) // 2])
    before = contents(db)
    (middle,) = column(db, "select seen_at from visits order by seen_at limit 1 offset 200")
    prune_pages(db, PORTALS, datetime.fromisoformat(middle))
    unreadable = """select count(*) from visits as v where v.outcome = 'ok' and not exists
                    (select 1 from visit_pages as p where p.visit_id = v.id)"""
    assert column(db, unreadable) == [0]
    assert rebuilt(db) == before
    db.close()


def test_a_page_that_no_record_can_stand_for_stays(db):
    bad = Page(Role.PAYLOAD, "https://x.example", "application/json", b'{"a": 1}')
    at = START
    stored(db, Visit("cainiao", "LP00123456789012", at, "browser", Outcome.OK, True, (bad,)))
    unknown = Visit("cainiao", "LP00123456789012", at, "browser", Outcome.LAYOUT_CHANGED, False, (bad,))
    stored(db, replace(unknown, seen_at=at + timedelta(days=1)))
    done = prune_pages(db, PORTALS, FAR)
    assert (done.visits, done.kept) == (0, 1)
    assert column(db, "select count(*) from visit_pages") == [2]


@pytest.mark.parametrize("portal", sorted(CASES))
def test_a_record_says_all_that_saved_pages_say(portal):
    for case in CASES[portal]:
        answer = read_pages(case.portal, case.number, case.pages)
        visit = StoredVisit(
            "x", portal, tracking_number(case.number), None, None, None, START, answer.outcome, None, ()
        )
        assert (equal_record(visit, answer) is not None) == bool(answer.readings), case.name


def shop_page(page, pages, *, order_id=None, number=None):
    """A visit to a page of the shop."""
    at = START + timedelta(hours=len(pages[0].body) % 24)
    outcome = read_pages(PORTALS["aliexpress"], number, pages).outcome
    whose = {"order_id": order_id, "account": "me", "page": page}
    return Visit("aliexpress", number, at, "browser", outcome, True, pages, **whose)


def shop_pages():
    """The list of orders, an order, and the tracking page of its parcels."""
    two = tuple(
        package(tracking_event(), mailNo=f"LP0012345678901{n}", originMailNo=f"LP0012345678901{n}")
        for n in (1, 2)
    )
    tracking = (tracking_payload(body(*two)),)
    return [
        shop_page("list", (payload(envelope(list_data())),)),
        shop_page("detail", (payload(envelope(detail_data(), api=DETAIL_API), DETAIL_API),), order_id=IDS[0]),
        *(
            shop_page("tracking", tracking, order_id=IDS[0], number=reading.number)
            for reading in read_pages(PORTALS["aliexpress"], None, tracking).readings
            if reading.number
        ),
    ]


def test_records_stand_for_order_pages_too(db):
    visits = shop_pages()
    stored(db, *visits)
    assert [one.page for one in visits] == ["list", "detail", "tracking", "tracking"]
    before = contents(db)
    told = {v.id: Parser(db, PORTALS).answer(v).readings for v in stored_visits(db, "1", ())}
    assert any(reading.orders for readings in told.values() for reading in readings)
    done = prune_pages(db, PORTALS, FAR)
    assert (done.visits, done.kept) == (len(visits), 0)
    assert rebuilt(db) == before


# --- the command -----------------------------------------------------------------------------------------


def grown(database):
    """A database with old pictures, none of which can be made smaller."""
    with open_store(database) as db:
        noise = [bytes((n * k + k // 7) % 251 for k in range(20_000)) for n in range(1, 30)]
        visits = [
            replace(shown(n), pages=(shown(n).pages[0], replace(picture(n), body=noise[n])))
            for n in range(25)
        ]
        stored(db, *visits)
    return database.stat().st_size


def test_the_file_shrinks_and_a_trial_changes_nothing(crosstrack, database):
    before = grown(database)
    trial = json.loads(crosstrack("prune", "--screenshots-older-than", "1d", "--dry-run", "--json").stdout)
    assert trial["screenshots"]["pages"] == 23
    assert database.stat().st_size == before
    with open_store(database) as db:
        assert len(pictured(db)) == 25
    done = json.loads(crosstrack("prune", "--screenshots-older-than", "1d", "--json").stdout)
    assert done["screenshots"] == trial["screenshots"]
    assert database.stat().st_size == before - done["file_smaller_by"]
    assert done["file_smaller_by"] > 0
    assert all(result.works for result in check(database, PORTALS))


def test_without_room_to_shrink_the_pictures_go_all_the_same(crosstrack, database, monkeypatch):
    before = grown(database)
    monkeypatch.setattr(pruning, "shrink", lambda _: False)
    assert "keeps its size" in crosstrack("prune", "--screenshots-older-than", "1d", status=1).stderr
    assert database.stat().st_size == before
    with open_store(database) as db:
        assert len(pictured(db)) == 2


def test_a_file_that_others_hold_keeps_its_size(database, monkeypatch):
    monkeypatch.setattr(pruning, "BUSY_TIMEOUT_S", 0.01)
    grown(database)
    with open_store(database) as db, writing(db):
        assert not pruning.shrink(database)


@pytest.mark.parametrize(
    "options", [[], ["--screenshots-older-than", "soon"], ["--pages-older-than", "99999y"]]
)
def test_an_age_that_cannot_be_meant_is_refused(crosstrack, filled, options):
    one_line(crosstrack("prune", *options, status=2))


def test_pruning_needs_the_lock_and_a_database(crosstrack, database):
    one_line(crosstrack("prune", "--pages-older-than", "1d", status=5))
    with run_lock(database):
        one_line(crosstrack("prune", "--pages-older-than", "1d", status=4))
