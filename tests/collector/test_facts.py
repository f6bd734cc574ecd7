"""Facts: a visit is stored once, like pages are shared, and nothing that follows changes either."""

from contextlib import closing
from datetime import UTC, datetime

from sqlite_utils import Database

from collector.derive import Deriver
from collector.store.facts import Visit, follow, forget, page_body, store_visit, visits_of
from collector.store.sync import sync
from scrapers import portals
from scrapers.contract import Canonical, Page
from scrapers.words import Outcome, Role
from tests.collector.worlds import FACTS, column, contents, event, naming, record, rows, take_in

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def a_visit(body=b"<p>Hi", seen_at=NOW, **more) -> Visit:
    page = Page(Role.DOM, "https://a.example/", "text/html", body)
    return Visit("usps", "AA1", seen_at, "browser", Outcome.OK, complete=True, pages=(page,), **more)


def test_a_visit_stored_twice_is_one(db):
    one, is_new = store_visit(db, None, a_visit(), Canonical())
    assert is_new
    assert store_visit(db, None, a_visit(attempts=3), Canonical()) == (one, False)
    assert store_visit(db, None, a_visit(b"<p>Ho"), Canonical())[1]
    assert store_visit(db, None, a_visit(seen_at=NOW.replace(hour=11)), Canonical())[1]
    assert column(db, "select count(*) from visits") == [3]


def test_loads_that_differ_only_in_nonces_share_a_page_and_others_do_not(db):
    bodies = (b"<p nonce=1>Hi<script>1</script>", b"<p nonce=2>Hi<script>2</script>", b"<p nonce=2>Ho")
    ids = [
        store_visit(db, None, a_visit(b, NOW.replace(hour=h)), Canonical())[0] for h, b in enumerate(bodies)
    ]
    assert len(set(ids)) == 3
    assert column(db, "select count(*) from pages") == [2]
    stored = [v.pages[0].page_id for v in visits_of(db, ["AA1"])]
    assert [page_body(db, page)[1] for page in stored] == [bodies[0], bodies[0], bodies[2]]


def test_no_later_operation_changes_a_fact(db):
    take_in(db, [naming("AA1", "BB2", events=[event("2026-02-27 13:05:11")])])
    follow(db, "AA1", NOW, {})
    before = contents(db, FACTS)
    deriver = Deriver(db, portals())
    deriver.reconcile_all()
    deriver.rebuild()
    forget(db, "AA1", NOW)
    take_in(db, [record("correos", "BB2", seen_at="2026-03-02T10:00:00Z")])
    after = contents(db, FACTS)
    assert all(set(before[table]) <= set(after[table]) for table in FACTS)
    assert len(after["visits"]) == len(before["visits"]) + 1


def test_following_forgetting_and_following_again(db):
    assert follow(db, "AA1", NOW, {"note": "lamp", "country": None})
    assert not follow(db, "AA1", NOW, {"country": "ES"})
    assert rows(db, "select note, country from followed") == [{"note": "lamp", "country": "ES"}]
    assert forget(db, "AA1", NOW)
    assert not forget(db, "AA1", NOW)
    assert follow(db, "AA1", NOW, {})


def test_syncing_touches_only_rows_that_differ(db):
    with closing(Database(memory=True)) as small:
        small["t"].insert_all(
            [{"id": n, "of": "a", "v": n} for n in range(3)] + [{"id": 9, "of": "b", "v": 0}]
        )
        wanted = [{"id": 0, "of": "a", "v": 0}, {"id": 1, "of": "a", "v": 7}, {"id": 5, "of": "a", "v": 5}]
        small["t"].transform(pk="id")
        assert sync(small, "t", ("id",), "[of] in ({marks})", ["a"], wanted) == 3
        assert list(small["t"].rows_where("[of] = 'a'", order_by="id")) == wanted
        assert small["t"].get(9)["v"] == 0
        assert sync(small, "t", ("id",), "[of] in ({marks})", ["a"], wanted) == 0
        assert sync(small, "t", ("id",), "[of] in ({marks})", [], []) == 0
