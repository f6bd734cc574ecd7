"""Links in the database: what the user says is replayed, order pages are followed, rings and hops end."""

import itertools
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.derive import Deriver
from collector.derive.numbers import SAID_APART, SAID_ONE, SUCCEEDED
from collector.store.corrections import Correction, correct, corrections_of
from collector.store.facts import Visit, follow, store_visit
from collector.store.opening import open_store, writing
from scrapers import portals
from scrapers.contract import Canonical, Page, Reading, RelatedNumber, Row
from scrapers.orders import Item, Order
from scrapers.shop import Shop
from scrapers.words import Outcome, Role
from tests.collector.worlds import (
    FACTS,
    NUMBERS,
    ORDER,
    blank,
    column,
    contents,
    event,
    naming,
    one_line,
    record,
    rows,
    take_in,
    worlds,
)

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
OTHER_ORDER = "8190000000000002"


def at(hours):
    return NOW + timedelta(hours=hours)


def told(db, kind, one, other, hours=0, reason=None):
    """The user says it, and what follows is derived, as the commands do."""
    with writing(db):
        is_new = correct(db, kind, (one, other), at(hours), reason)
        deriver = Deriver(db, PORTALS)
        deriver.derive([one, other])
        deriver.settle()
    return is_new


def parcels(db):
    """The numbers of each parcel, in no order of time."""
    found = rows(db, "select parcel_id, number from tracking_numbers order by parcel_id, number")
    grouped = itertools.groupby(found, lambda r: r["parcel_id"])
    return sorted(({r["number"] for r in g} for _, g in grouped), key=sorted)


def rebuilt(db):
    """Everything derived; deriving it all again must give the same."""
    before, facts = contents(db), contents(db, FACTS)
    Deriver(db, PORTALS).rebuild()
    assert contents(db) == before
    assert contents(db, FACTS) == facts
    assert not rows(db, "pragma foreign_key_check")
    return before


# --- statements as facts --------------------------------------------------------------------------------


def test_the_last_statement_about_a_pair_holds_and_none_is_lost(db):
    for hours, kind in enumerate(("link", "unlink", "link")):
        assert correct(db, kind, ("BB2", "AA1"), at(hours), None)
    assert corrections_of(db, ["BB2"]) == [Correction(at(2), "link", "AA1", "BB2")]
    assert column(db, "select kind from corrections order by made_at") == ["link", "unlink", "link"]


def test_saying_the_same_again_is_no_new_statement_unless_for_another_reason(db):
    assert correct(db, "link", ("AA1", "BB2"), at(0), "same label")
    assert not correct(db, "link", ("BB2", "AA1"), at(1), None)
    assert not correct(db, "link", ("AA1", "BB2"), at(1), "same label")
    assert correct(db, "link", ("AA1", "BB2"), at(1), "same weight")
    assert len(rows(db, "select * from corrections")) == 2


def test_what_is_said_later_holds_even_if_the_clock_was_set_back(db):
    correct(db, "link", ("AA1", "BB2"), at(5), None)
    correct(db, "unlink", ("AA1", "BB2"), at(0), None)
    (last,) = corrections_of(db, ["AA1"])
    assert last.kind == "unlink"
    assert at(5) < last.made_at < at(6)


def test_statements_about_other_pairs_and_of_other_kinds_are_left_aside(db):
    correct(db, "link", ("AA1", "BB2"), at(0), None)
    correct(db, "link", ("CC3", "DD4"), at(0), None)
    zone = {"id": "z", "made_at": "2026-03-01T10:00:00Z", "kind": "zone", "subject": "AA1", "value": "BB2"}
    db["corrections"].insert(zone)
    assert [c.number_b for c in corrections_of(db, ["AA1", "BB2"])] == ["BB2"]


# --- replayed -------------------------------------------------------------------------------------------


def test_linked_numbers_are_one_parcel_and_show_why(db):
    take_in(db, [record(number="AA1"), record("correos", "BB2")])
    told(db, "link", "BB2", "AA1")
    assert parcels(db) == [{"AA1", "BB2"}]
    (link,) = rows(db, "select * from parcel_links")
    assert (link["number_a"], link["number_b"], link["portal"]) == ("AA1", "BB2", "user")
    assert (link["reason"], link["accepted"]) == (SAID_ONE, 1)
    rebuilt(db)


def test_unlinked_numbers_are_two_parcels_and_both_sides_are_derived_whichever_is_touched(db):
    take_in(db, [naming("AA1", "BB2", events=[event("2026-02-27 13:05:11")]), record("correos", "BB2")])
    told(db, "unlink", "AA1", "BB2")
    assert parcels(db) == [{"AA1"}, {"BB2"}]
    said = {r["portal"]: (r["reason"], r["accepted"]) for r in rows(db, "select * from parcel_links")}
    assert said == {"cainiao": (SAID_APART, 0), "user": (SAID_APART, 0)}
    later = "2026-03-02T10:00:00Z"
    take_in(db, [record("correos", "BB2", seen_at=later)])
    take_in(db, [naming("AA1", "BB2", seen_at=later)])
    assert parcels(db) == [{"AA1"}, {"BB2"}]
    rebuilt(db)
    told(db, "link", "AA1", "BB2", hours=1)
    assert parcels(db) == [{"AA1", "BB2"}]
    rebuilt(db)


def test_a_statement_about_numbers_no_portal_was_asked_about_waits(db):
    for number in ("AA1", "BB2"):
        follow(db, number, NOW, {})
    told(db, "link", "AA1", "BB2")
    assert parcels(db) == rows(db, "select * from parcel_links") == []
    take_in(db, [record("correos", "BB2")])
    assert parcels(db) == [{"AA1", "BB2"}]
    rebuilt(db)


def test_keeping_a_number_apart_does_not_make_it_known(db):
    take_in(db, [record(number="AA1")])
    follow(db, "BB2", NOW, {})
    told(db, "unlink", "AA1", "BB2")
    assert parcels(db) == [{"AA1"}]
    rebuilt(db)


def test_a_new_way_between_parted_numbers_is_cut_when_it_appears(db):
    take_in(db, [naming("AA1", "BB2")])
    told(db, "unlink", "AA1", "BB2")
    take_in(db, [naming("AA1", "CC3", seen_at="2026-03-02T10:00:00Z")])
    assert parcels(db) == [{"AA1", "CC3"}, {"BB2"}]
    take_in(db, [naming("BB2", "CC3", seen_at="2026-03-03T10:00:00Z")])
    assert parcels(db) == [{"AA1", "CC3"}, {"BB2"}]
    rebuilt(db)


@pytest.mark.parametrize("size", [2, 3, 7, 40])
def test_a_ring_of_links_ends_and_is_one_parcel(db, size):
    ring = [f"N{n:03}" for n in range(size)]
    take_in(db, [naming(a, b) for a, b in itertools.pairwise([*ring, ring[0]])])
    assert parcels(db) == [set(ring)]
    told(db, "unlink", ring[0], ring[1])
    assert sum(map(len, parcels(db))) == size
    assert not any({ring[0], ring[1]} <= numbers for numbers in parcels(db))
    rebuilt(db)


def test_hops_are_followed_through_numbers_that_were_never_visited(db):
    take_in(db, [naming("AA1", "BB2"), naming("CC3", "BB2", portal="correos"), naming("CC3", "DD4")])
    told(db, "link", "DD4", "EE5")
    take_in(db, [naming("EE5", "FF6")])
    assert parcels(db) == [{"AA1", "BB2", "CC3", "DD4", "EE5", "FF6"}]
    rebuilt(db)


def test_a_portal_called_user_says_nothing_in_the_users_name(db):
    take_in(db, [naming("AA1", "BB2", portal="user"), naming("AA1", "BB2")])
    assert parcels(db) == [{"AA1", "BB2"}]
    assert column(db, "select portal from parcel_links") == ["cainiao"]


statements = st.lists(
    st.tuples(st.sampled_from(["link", "unlink"]), st.permutations(NUMBERS).map(lambda n: n[:2])), max_size=4
)


@settings(max_examples=60, deadline=None)
@given(world=worlds, said=statements, data=st.data())
def test_what_is_said_before_between_and_after_visits_ends_in_the_same_parcels(world, said, data):
    def ended(steps):
        with closing(blank()) as db:
            remaining = iter(enumerate(said))
            for step in steps:
                if step is None:
                    hours, (kind, pair) = next(remaining)
                    told(db, kind, *pair, hours=hours)
                else:
                    take_in(db, [step])
            together = parcels(db)
            last = {frozenset(pair): kind for kind, pair in said}
            for pair, kind in last.items():
                if kind == "unlink":
                    assert not any(pair <= numbers for numbers in together)
            return rebuilt(db)

    steps = [*world, *([None] * len(said))]
    assert ended(data.draw(st.permutations(steps))) == ended(steps)


# --- a shop's page that shows another number ------------------------------------------------------------


class Store(Shop):
    """A shop whose tracking page is a list of packages as JSON, made up here."""

    name = "aliexpress"

    def parse(self, pages):
        return tuple(
            Reading(
                number=package["number"],
                complete=package.get("complete", True),
                rows=(Row("Accepted", "2026-02-20 10:00"),) if package.get("moves", True) else (),
                items=tuple(Item(product_id=letter) for letter in package["items"]),
                order_ids=(package["order"],),
                orders=(Order(package["order"]),) if package.get("tells") else (),
                related_numbers=tuple(RelatedNumber(n) for n in package.get("names", ())),
            )
            for package in json.loads(pages[0].text)
        )


PORTALS = portals() | {"aliexpress": Store()}


def package(number, items="", **more):
    return {"number": number, "items": items, **more}


def loaded(db, hours, *packages, order=ORDER, outcome=Outcome.OK):
    """A load of an order's page, kept as one visit per package; packages are numbers and what is in them."""
    shown = [{**(package(*p) if isinstance(p, tuple) else p), "order": order} for p in packages]
    page = Page(Role.PAYLOAD, "https://shop.example/", "application/json", json.dumps(shown).encode())
    numbers = [package["number"] for package in shown if package["number"]]
    with writing(db):
        for number in numbers or [None]:
            about = {"order_id": order, "account": "default", "page": "tracking", "pages": (page,)}
            visit = Visit("aliexpress", number, at(hours), "browser", outcome, complete=True, **about)
            store_visit(db, None, visit, Canonical())
        Deriver(db, PORTALS).catch_up()


def test_a_number_that_takes_anothers_place_on_an_order_page_is_the_same_parcel(db):
    loaded(db, 0, ("LP1", "a"), ("LP9", "b"))
    loaded(db, 5, ("CN2", "a"), ("LP9", "b"))
    assert parcels(db) == [{"LP1", "CN2"}, {"LP9"}]
    (link,) = rows(db, "select * from parcel_links")
    assert (link["number_a"], link["number_b"], link["portal"]) == ("LP1", "CN2", "aliexpress")
    assert (link["reason"], link["accepted"]) == (SUCCEEDED, 1)
    assert link["first_seen_at"] == "2026-03-01T15:00:00Z"
    rebuilt(db)


def test_what_a_page_says_of_an_order_alone_is_no_package(db):
    loaded(db, 0, ("LP1", ""))
    loaded(db, 5, package(None, moves=False, tells=True), ("CN2", ""))
    assert parcels(db) == [{"CN2", "LP1"}]


def test_what_the_pages_of_joined_numbers_say_of_their_order_is_all_there_after_a_rebuild(db):
    loaded(db, 0, package("LP1", tells=True))
    loaded(db, 5, package("CN2", tells=True))
    assert parcels(db) == [{"CN2", "LP1"}]
    rebuilt(db)


def test_packages_of_two_orders_do_not_follow_each_other(db):
    loaded(db, 0, ("LP1", "a"))
    loaded(db, 5, ("CN2", "a"), order=OTHER_ORDER)
    assert parcels(db) == [{"CN2"}, {"LP1"}]


def test_a_number_two_orders_share_is_followed_on_the_pages_of_both(db):
    for hours, number in ((0, "LP1"), (5, "CN2")):
        loaded(db, hours + 1, (number, "a"), order=ORDER)
        loaded(db, hours, (number, "a"), order=OTHER_ORDER)
    assert parcels(db) == [{"CN2", "LP1"}]
    assert column(db, "select order_id from parcel_orders order by 1") == [ORDER, OTHER_ORDER]
    assert column(db, "select first_seen_at from parcel_links") == ["2026-03-01T15:00:00Z"]


@pytest.mark.parametrize(
    "between",
    [
        [package("LP1", "a"), package(None, moves=False)],  # whose number is hidden
        [package(None, tells=True), package("LP1", "a")],
        [package("LP1", "a", complete=False)],
    ],
)
def test_a_load_that_may_lack_a_package_tells_nothing(db, between):
    loaded(db, 0, ("LP1", "a"))
    loaded(db, 1, ("LP1", "a"), ("LP9", ""))
    loaded(db, 2, *between)
    loaded(db, 3, ("LP1", "a"), ("CN8", ""))
    assert parcels(db) == [{"CN8", "LP9"}, {"LP1"}]


def test_a_load_that_failed_stands_between_no_two_others(db):
    loaded(db, 0, ("LP1", "a"))
    loaded(db, 4, outcome=Outcome.UNAVAILABLE)
    loaded(db, 5, ("CN2", "a"))
    assert parcels(db) == [{"CN2", "LP1"}]
    rebuilt(db)


def test_an_older_load_taken_in_late_undoes_what_no_longer_follows(db):
    loaded(db, 0, ("LP1", ""))
    loaded(db, 9, ("CN2", ""))
    assert parcels(db) == [{"CN2", "LP1"}]
    loaded(db, 5, ("AP4", ""), ("AP5", ""))
    assert parcels(db) == [{"AP4"}, {"AP5"}, {"CN2"}, {"LP1"}]
    rebuilt(db)


def test_an_older_load_undoes_it_also_where_it_shows_none_of_these_numbers(db):
    loaded(db, 0, ("LP1", "a"), ("AP4", "b"))
    loaded(db, 9, ("CN2", "a"), ("AP4", "b"))
    assert parcels(db) == [{"AP4"}, {"CN2", "LP1"}]
    loaded(db, 5, ("AP4", "b"))
    assert parcels(db) == [{"AP4"}, {"CN2"}, {"LP1"}]
    rebuilt(db)


def test_the_user_parts_what_an_order_page_seemed_to_say(db):
    loaded(db, 0, ("LP1", ""))
    loaded(db, 5, ("CN2", ""))
    told(db, "unlink", "LP1", "CN2")
    assert parcels(db) == [{"CN2"}, {"LP1"}]
    loaded(db, 9, ("CN2", ""))
    assert parcels(db) == [{"CN2"}, {"LP1"}]
    rebuilt(db)


some_loads = st.lists(
    st.tuples(
        st.sampled_from([ORDER, OTHER_ORDER]),
        st.dictionaries(st.sampled_from(["LP1", "CN2", "RR3"]), st.sampled_from(["", "a", "b"]), min_size=1),
        st.lists(st.sampled_from(["LP1", "CN2", "RR3"]), max_size=1),
    ),
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(loads=some_loads, data=st.data())
def test_loads_taken_in_in_any_order_end_in_the_same_parcels(loads, data):
    def ended(order):
        with closing(blank()) as db:
            for hours in order:
                of, packages, names = loads[hours]
                shown = [package(n, items, names=names) for n, items in packages.items()]
                loaded(db, hours, *shown, order=of)
            return rebuilt(db)

    assert ended(data.draw(st.permutations(range(len(loads))))) == ended(range(len(loads)))


# --- the commands ---------------------------------------------------------------------------------------


@pytest.fixture
def known(database):
    """Three parcels: AA1 with BB2, CC3 alone, and DD4 that an order holds."""
    with open_store(database) as db:
        take_in(db, [naming("AA1", "BB2"), record("correos", "CC3"), record(number="DD4", order_ids=[ORDER])])
    return database


def stored(database, sql):
    with open_store(database) as db:
        return rows(db, sql)


def test_link_says_which_parcel_results_and_is_kept_with_its_reason(crosstrack, known):
    said = crosstrack("link", "cc-3", "BB2", "--reason", "same label").stderr
    assert "BB2 and CC3 are linked" in said.replace("CC3 and BB2", "BB2 and CC3")
    assert "parcel AA1 (AA1, BB2, CC3)" in said
    (kept,) = stored(known, "select * from corrections")
    assert (kept["kind"], kept["subject"], kept["value"]) == ("link", "BB2", "CC3")
    assert kept["reason"] == "same label"
    assert "said before" in crosstrack("link", "BB2", "CC3").stderr
    crosstrack("rebuild")
    assert len(json.loads(crosstrack("show", "CC3", "--json").stdout)[0]["numbers"]) == 3


def test_unlink_parts_and_link_takes_it_back(crosstrack, known):
    assert "parcel AA1 (AA1); parcel BB2 (BB2)" in crosstrack("unlink", "AA1", "BB2").stderr
    assert "parcel AA1 (AA1, BB2)" in crosstrack("link", "AA1", "BB2").stderr
    assert [r["kind"] for r in stored(known, "select kind from corrections order by made_at")] == [
        "unlink",
        "link",
    ]


def test_unlink_names_the_way_that_joined_the_two_all_the_same_and_what_counts_no_longer(crosstrack, known):
    crosstrack("link", "BB2", "CC3")
    said = crosstrack("unlink", "AA1", "CC3").stderr.splitlines()
    assert "parcel AA1 (AA1); parcel BB2 (BB2, CC3)" in said[0]
    assert "AA1 and BB2 (cainiao: " in said[1]
    assert "BB2 and CC3 (the user says so)" in said[1]
    assert said[2].startswith("so AA1 and BB2 (cainiao: ")


def test_link_says_what_it_parts_because_of_what_was_said_before(crosstrack, known):
    crosstrack("unlink", "AA1", "CC3")
    said = crosstrack("link", "BB2", "CC3").stderr.splitlines()
    assert "parcel BB2 (BB2, CC3)" in said[0]
    assert "AA1 and BB2 (cainiao: " in said[1]


def test_linked_numbers_far_apart_in_time_stay_two_parcels_and_the_command_says_so(crosstrack, database):
    with open_store(database) as db:
        for number, year in (("AA1", 2024), ("BB2", 2026)):
            shown = [event(f"{year}-02-20 13:05:11")]
            take_in(db, [record(number=number, seen_at=f"{year}-03-01T10:00:00Z", events=shown)])
    assert "far apart in time" in crosstrack("link", "AA1", "BB2").stderr


def test_an_order_stands_for_its_number(crosstrack, known):
    assert "parcel AA1 (AA1, BB2, DD4)" in crosstrack("link", ORDER, "AA1").stderr
    assert "DD4" in one_line(crosstrack("unlink", ORDER, "AA1", status=2))
    assert "parcel DD4 (DD4)" in crosstrack("unlink", "DD4", "AA1").stderr
    assert "parcel AA1 (AA1, BB2); parcel DD4 (DD4)" in crosstrack("unlink", ORDER, "AA1").stderr


def test_an_order_of_several_parcels_is_no_one_number(crosstrack, known):
    with open_store(known) as db:
        take_in(db, [record(number="EE5", order_ids=[ORDER])])
    for name in ("link", "unlink"):
        assert "DD4, EE5" in one_line(crosstrack(name, "AA1", ORDER, status=2))


@pytest.mark.parametrize("name", ["link", "unlink"])
@pytest.mark.parametrize(
    "pair", [("AA1", "ZZ9"), ("AA1", "aa-1"), ("AA1", ""), ("AA1", "\udcff"), ("'; x", "AA1")]
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_kept(crosstrack, known, name, pair):
    assert one_line(crosstrack(name, *pair, status=2)).startswith("crosstrack: ")
    assert stored(known, "select * from corrections") == []


def test_numbers_that_are_followed_and_not_yet_visited_can_be_linked(crosstrack, database):
    crosstrack("add", "AA1", "BB2")
    assert "once a portal has been asked" in crosstrack("link", "AA1", "BB2").stderr


@pytest.mark.parametrize("name", ["link", "unlink"])
def test_without_a_database_nothing_can_be_linked(crosstrack, database, name):
    one_line(crosstrack(name, "AA1", "BB2", status=5))
    assert not database.exists()
