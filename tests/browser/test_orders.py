"""An account read to its end: every order, item, parcel and number is there once, however the pages look."""

from dataclasses import replace
from datetime import timedelta

import pytest

from collector.errors import ExitStatus
from fixtures.shop import many_orders
from tests.browser.ordering import NOW, QUICK, SHOP, allowing, buyer, finished_orders, needs_browser
from tests.browser.ordering_truth import (
    assert_complete,
    assert_single,
    differing,
    expected_items,
    expected_orders,
    expected_parcels,
    found_items,
    found_orders,
    found_parcels,
)

pytestmark = [pytest.mark.browser, needs_browser]

GENERATIONS = {
    "of 2023": {"labels": "2023", "buttons": "2023", "scalars": "text", "tracking": "v1"},
    "of 2026": {"tab_counts": True},
    "of 2026 with old buttons": {"buttons": "2023", "scalars": "text", "hash_seed": "another build"},
    "mobile": {"mobile": True, "tab_counts": True, "hash_seed": "a third build"},
    "places in times": {"place_in_time": True, "zone_abbreviation": True, "empty_title": "error"},
    "on the destination's clock": {"time_zone": "destination", "labels": "2023"},
    "tokens that end soon": {"token_requests": 2, "token_twice": True},
    "in Portuguese": {"language": "pt-BR"},
}
#: Words in these languages are invented, on either side for itself: a state may not be understood.
LANGUAGES = {
    "es": {"language": "es", "tracking": "v1"},
    "de": {"language": "de", "scalars": "text"},
    "fr": {"language": "fr", "mobile": True},
}


@pytest.mark.slow
def test_two_hundred_orders_are_there_once(tmp_path):
    with buyer(tmp_path, many_orders(200), journeys={}) as made:
        made.portals[SHOP] = allowing(1000)
        made.sign_in()
        summary = made.collect()
        assert (summary.exit_status, summary.deferred, summary.troubles) == (ExitStatus.DONE, [], [])
        truth = made.shop.orders_as_of(NOW)
        assert len(truth) > 180
        assert_complete(made, truth)
        asked = made.asked()
        assert (asked["list"], asked["more"]) == (1, (len(truth) - 1) // 10)
        opened = made.opened()
        assert len(opened) == len(set(opened))


@pytest.mark.parametrize("settings", GENERATIONS.values(), ids=GENERATIONS.keys())
def test_every_generation_of_the_pages_is_read_whole(tmp_path, settings):
    with buyer(tmp_path, many_orders(25), journeys={}) as made:
        made.steer(**settings)
        made.sign_in()
        summary = made.collect()
        assert (summary.exit_status, summary.troubles) == (ExitStatus.DONE, [])
        assert_complete(made, made.shop.orders_as_of(NOW))
        assert made.visits("complete = 0") == []
        assert made.state()["listed_to_end_at"] is not None


@pytest.mark.parametrize("settings", LANGUAGES.values(), ids=LANGUAGES.keys())
def test_a_language_costs_no_order_item_or_parcel(tmp_path, settings):
    with buyer(tmp_path, many_orders(18), journeys={}) as made:
        made.steer(**settings)
        made.sign_in()
        assert made.collect().exit_status is ExitStatus.DONE
        truth = made.shop.orders_as_of(NOW)
        found, expected = found_orders(made), expected_orders(truth)
        understood = {id_ for id_, row in found.items() if row["state"] is not None}
        assert {i for i, row in expected.items() if row["state"] == "shipped"} <= understood
        for id_ in found.keys() - understood:
            expected[id_]["state"] = None
        assert found == expected
        assert found_items(made) == expected_items(truth)
        assert found_parcels(made) == expected_parcels(truth)
        assert_single(made)


def test_the_tracking_page_of_2022_still_leads_to_every_parcel(tmp_path):
    """It says no more than the number: neither what is in the parcel nor what it was called before."""
    orders = finished_orders(4)
    with buyer(tmp_path, orders, journeys={}) as made:
        made.steer(tracking="2022")
        made.sign_in()
        # The page has no data that could arrive: each visit waits for them as long as it may.
        summary = made.collect(limits=replace(QUICK, state_seconds=3))
        assert (summary.exit_status, summary.troubles) == (ExitStatus.DONE, [])
        truth = made.shop.orders_as_of(NOW)
        assert found_orders(made) == expected_orders(truth)
        assert found_items(made) == expected_items(truth)
        latest = [(order.id, order.numbers, tuple(sorted(order.packages[0].line_ids))) for order in truth]
        assert found_parcels(made) == sorted(latest)


def test_an_order_that_comes_in_between_two_pages_moves_none_out_of_sight(tmp_path):
    with buyer(tmp_path, many_orders(12), journeys={}) as made:
        made.steer(page_size=4, late_order=True)
        made.sign_in()
        assert made.collect().exit_status is ExitStatus.DONE
        newest, *others = made.shop.orders_as_of(NOW)
        assert found_orders(made) == expected_orders(others)
        assert_single(made)
        made.steer(late_order=False)
        assert made.collect(NOW + timedelta(hours=2)).new["orders"] == 1
        assert_complete(made, (newest, *others))


def test_a_budget_that_is_used_up_is_left_for_the_day_and_the_rest_read_on_the_next(tmp_path):
    with buyer(tmp_path, finished_orders(6), journeys={}) as made:
        made.portals[SHOP] = allowing(9)
        made.steer(page_size=3)
        made.sign_in()
        first = made.collect()
        assert first.outcomes.total() == 9
        assert any("budget of 9 a day is used up" in line for line in first.deferred)
        assert made.collect(NOW + timedelta(hours=3)).outcomes.total() == 0
        second = made.collect(NOW + timedelta(days=1))
        assert second.deferred == []
        assert_complete(made, made.shop.orders_as_of(NOW))


def test_everything_is_the_same_once_derived_anew(tmp_path):
    with buyer(tmp_path, many_orders(14), journeys={}) as made:
        made.sign_in()
        made.collect()
        truth = made.shop.orders_as_of(NOW)
        assert any(len(order.packages) > 1 for order in truth)
        before = made.derived()
        assert differing(before, made.rebuilt()) == {}
        assert_complete(made, truth)
