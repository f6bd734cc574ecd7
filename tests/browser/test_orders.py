"""An account read to its end: every order, item, parcel and number is there once, whatever the pages look like."""

import os
from datetime import timedelta

import pytest

from collector.browser.finding import BrowserMissing, find_browser
from collector.errors import ExitStatus
from fixtures.shop import many_orders
from tests.browser.ordering import (
    NOW,
    QUICK,
    assert_complete,
    buyer,
    differing,
    expected_items,
    expected_orders,
    expected_parcels,
    found_items,
    found_orders,
    found_parcels,
)

pytestmark = pytest.mark.browser

GENERATIONS = {
    "of 2023": {"labels": "2023", "buttons": "2023", "scalars": "text", "tracking": "v1"},
    "mobile, counted tabs": {"mobile": True, "tab_counts": True, "hash_seed": "another build"},
    "of 2026 with old buttons": {"buttons": "2023", "scalars": "text", "hash_seed": "third build"},
    "places in times": {"place_in_time": True, "zone_abbreviation": True, "empty_title": "error"},
    "on the destination's clock": {"time_zone": "destination", "labels": "2023"},
    "tokens that end soon": {"token_requests": 2, "token_twice": True},
}


@pytest.fixture(scope="module", autouse=True)
def _needs_browser():
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.slow
def test_two_hundred_orders_are_there_once_after_as_many_days_as_the_shop_allows(tmp_path):
    with buyer(tmp_path, many_orders(200), journeys={}) as made:
        made.sign_in()
        days = 0
        while True:
            now = NOW + timedelta(days=days)
            summary = made.collect(now)
            assert summary.exit_status is ExitStatus.DONE
            assert made.state()["budget_used"] <= made.portals["aliexpress"].politeness.per_day
            if not summary.deferred:
                break
            days += 1
            assert days < 6
        assert days > 0
        truth = made.shop.orders_as_of(now)
        assert len(truth) > 180
        assert found_orders(made) == expected_orders(truth)
        assert found_items(made) == expected_items(truth)
        shown = {(order, lines): set(numbers) for order, numbers, lines in found_parcels(made)}
        assert len(shown) == len(found_parcels(made))
        # What a package was called on another day of these stays with it.
        assert {key: numbers <= shown[key] for *key, numbers in _keyed(truth)} == {
            key: True for key in shown
        }
        before = made.derived()
        assert differing(before, made.rebuilt()) == {}


def _keyed(truth):
    return [(order, lines, set(numbers)) for order, numbers, lines in expected_parcels(truth)]
