"""Which numbers are one parcel, from links alone: whose word counts, what the user keeps apart, rings."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.derive.numbers import (
    SAID_APART,
    SAID_ONE,
    USER,
    chain,
    groups_of,
    link,
    said,
    settled,
    successor,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
NUMBERS = ("AA1", "BB2", "CC3", "DD4", "EE5")
#: A carrier, a marketplace, and a portal not known here, which only relays.
REAL = {"carrier": "cainiao", "shop": "aliexpress", "relay": "parcelsapp"}


def at(hours):
    return START + timedelta(hours=hours)


def named(a, b, portal="carrier", hours=0):
    return link(a, b, REAL[portal], "other", None, at(hours))


def one(a, b, hours=0):
    return said(a, b, at(hours), are_one=True)


def apart(a, b, hours=0):
    return said(a, b, at(hours), are_one=False)


def groups(*links):
    done = settled(links)
    return [set(g) for g in groups_of({n for k in done for n in k.ends}, done)]


def reasons(*links):
    return {(k.number_a, k.number_b, k.portal): k.reason for k in settled(links) if not k.accepted}


# --- what the user says ---------------------------------------------------------------------------------


def test_the_user_joins_what_no_portal_names_together_and_what_a_relay_only_proposes():
    assert groups(one("BB2", "AA1")) == [{"AA1", "BB2"}]
    assert groups(named("AA1", "BB2", "relay")) == [{"AA1"}, {"BB2"}]
    assert groups(named("AA1", "BB2", "relay"), one("AA1", "BB2")) == [{"AA1", "BB2"}]


def test_a_statement_is_the_same_whichever_number_is_named_first():
    assert one("BB2", "AA1") == one("AA1", "BB2")
    assert (one("BB2", "AA1").number_a, one("BB2", "AA1").portal) == ("AA1", USER)
    assert (one("AA1", "BB2").reason, apart("AA1", "BB2").reason) == (SAID_ONE, SAID_APART)


@pytest.mark.parametrize("portal", ["carrier", "shop"])
@pytest.mark.parametrize("pair", [("AA1", "BB2"), ("BB2", "AA1")])
def test_the_user_parts_what_portals_join_in_either_direction(portal, pair):
    links = (named(*pair, portal), apart("AA1", "BB2"))
    assert groups(*links) == [{"AA1"}, {"BB2"}]
    assert reasons(*links) == {(*pair, REAL[portal]): SAID_APART, ("AA1", "BB2", USER): SAID_APART}


def test_a_number_the_user_parts_is_no_candidate_any_more():
    assert (
        reasons(named("AA1", "BB2", "relay"), apart("AA1", "BB2"))["AA1", "BB2", REAL["relay"]] == SAID_APART
    )


def test_the_user_joins_a_number_to_a_collective_one_and_the_others_stay_out():
    bag = [named(n, "BAG") for n in ("AA1", "BB2", "CC3")]
    assert groups(*bag, one("BAG", "BB2")) == [{"AA1"}, {"BAG", "BB2"}, {"CC3"}]
    assert groups(*bag, one("BAG", "AA1")) == [{"AA1", "BAG"}, {"BB2"}, {"CC3"}]


def test_what_the_user_says_makes_no_number_a_collective_one():
    assert groups(one("AA1", "BAG"), named("BB2", "BAG"), named("CC3", "BAG")) == [
        {"AA1", "BAG", "BB2", "CC3"}
    ]


def test_parting_a_number_from_a_collective_one_does_not_join_the_others_through_it():
    bag = [named(n, "BAG") for n in ("AA1", "BB2", "CC3")]
    assert groups(*bag, apart("AA1", "BAG")) == [{"AA1"}, {"BAG"}, {"BB2"}, {"CC3"}]


def test_numbers_the_user_makes_one_are_no_unrelated_namers():
    bag = [named(n, "BAG") for n in ("AA1", "BB2", "CC3")]
    assert groups(*bag, one("AA1", "CC3")) == [{"AA1", "BAG", "BB2", "CC3"}]


# --- kept apart although other numbers join them --------------------------------------------------------


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ((named("AA1", "CC3", "shop"), named("CC3", "BB2")), [{"AA1"}, {"BB2", "CC3"}]),
        ((named("AA1", "CC3"), named("CC3", "BB2", "shop")), [{"AA1", "CC3"}, {"BB2"}]),
        ((one("AA1", "CC3"), named("CC3", "BB2")), [{"AA1", "CC3"}, {"BB2"}]),
        # Of equally strong ones the portals' latest goes, and the user's earliest.
        ((named("AA1", "CC3", hours=1), named("CC3", "BB2", hours=2)), [{"AA1", "CC3"}, {"BB2"}]),
        ((one("AA1", "CC3", 1), one("CC3", "BB2", 2)), [{"AA1"}, {"BB2", "CC3"}]),
        # Several hops, and two ways at once: one link of each goes.
        (
            (named("AA1", "CC3"), named("CC3", "DD4", "shop"), named("DD4", "BB2")),
            [{"AA1", "CC3"}, {"BB2", "DD4"}],
        ),
        (
            (
                named("AA1", "CC3"),
                named("CC3", "BB2", "shop"),
                named("AA1", "DD4", "shop"),
                named("DD4", "BB2"),
            ),
            [{"AA1", "CC3"}, {"BB2", "DD4"}],
        ),
    ],
)
def test_the_weakest_link_of_each_way_goes(links, expected):
    assert groups(*links, apart("AA1", "BB2", 9)) == expected


def test_a_refused_link_says_which_numbers_it_would_join():
    links = (named("AA1", "CC3"), named("CC3", "BB2", "shop"), apart("AA1", "BB2"))
    assert "AA1 and BB2" in reasons(*links)["CC3", "BB2", REAL["shop"]]


def test_a_stronger_portal_saying_the_same_saves_a_link():
    weak = (named("AA1", "CC3", "shop"), named("CC3", "BB2", hours=5))
    assert groups(*weak, apart("AA1", "BB2")) == [{"AA1"}, {"BB2", "CC3"}]
    assert groups(*weak, named("AA1", "CC3"), apart("AA1", "BB2")) == [{"AA1", "CC3"}, {"BB2"}]


@st.composite
def some_links(draw):
    """Any links, at most one per portal and direction; the user speaks once of a pair."""
    found = {}
    for _ in range(draw(st.integers(0, 12))):
        a, b = draw(st.permutations(NUMBERS))[:2]
        hours = draw(st.integers(0, 3))
        kind = draw(st.sampled_from([*REAL, "one", "apart"]))
        new = {"one": one, "apart": apart}.get(kind, lambda a, b, h, k=kind: named(a, b, k, h))(a, b, hours)
        found[new.number_a, new.number_b, new.portal] = new
    return list(found.values())


@given(links=some_links(), data=st.data())
def test_whatever_the_links_the_user_is_obeyed_and_their_order_does_not_matter(links, data):
    done = settled(links)
    assert settled(data.draw(st.permutations(links))) == done
    together = {frozenset(two) for g in groups_of(NUMBERS, done) for two in itertools.combinations(g, 2)}
    parted = {k.ends for k in links if k.portal == USER and not k.accepted}
    assert not together & parted
    if not parted:
        assert together >= {k.ends for k in links if k.portal == USER}
    mine = sorted((k for k in links if k.portal == USER), key=lambda k: k.first_seen_at)
    if mine and mine[-1].first_seen_at not in {k.first_seen_at for k in mine[:-1]}:
        assert (mine[-1].ends in together) == mine[-1].accepted  # what was said last always holds
    assert {(k.number_a, k.number_b, k.portal, k.first_seen_at) for k in done} == {
        (k.number_a, k.number_b, k.portal, k.first_seen_at) for k in links
    }


@given(links=some_links())
def test_no_more_links_are_refused_than_the_statements_need(links):
    """Each refused link, taken back alone, would join two numbers the user keeps apart."""
    parted = {k.ends for k in links if k.portal == USER and not k.accepted}
    without = settled(k for k in links if k.ends not in parted)
    done = settled(links)
    for mine in done:
        if "would join" in mine.reason:
            others = [replace(k, accepted=True) if k is mine else k for k in done]
            assert any(pair <= g for pair in parted for g in groups_of(NUMBERS, others))
    if not parted:
        assert done == without


# --- successors and ways --------------------------------------------------------------------------------


def test_a_successor_joins():
    assert groups(successor("AA1", "BB2", "shop", START)) == [{"AA1", "BB2"}]


def test_a_chain_is_the_shortest_way_over_links_that_join():
    ring = settled([named("AA1", "CC3"), named("CC3", "DD4"), named("DD4", "BB2"), named("BB2", "AA1")])
    assert [k.ends for k in chain(ring, "AA1", "DD4")] == [{"AA1", "CC3"}, {"CC3", "DD4"}]
    assert chain(ring, "AA1", "EE5") == []
    assert chain(settled([named("AA1", "BB2", "relay")]), "AA1", "BB2") == []


@given(links=some_links())
def test_a_chain_leads_from_one_to_the_other_exactly_where_they_are_one_parcel(links):
    done = settled(links)
    for a, b in itertools.combinations(NUMBERS, 2):
        way = chain(done, a, b)
        assert bool(way) == any({a, b} <= g for g in groups_of(NUMBERS, done))
        here = a
        for step in way:
            (here,) = step.ends - {here}
        assert here == (b if way else a)
