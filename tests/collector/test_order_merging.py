"""One order from what several pages said of it: which word counts, and which items there are."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.derive.order_merging import Sighting, item_rows, order_row, parcel_items
from scrapers.orders import Item, Order, Protection

ID = "8190000000000001"
FIRST = datetime(2026, 3, 1, 10, tzinfo=UTC)
LAMP = Item("Lamp", "Color:Black", 2, "€3.50", "3.50", "EUR", line_id="71", product_id="1005", sku_id="12000")
SOCKS = Item("Socks", None, 1, "€1.00", "1.00", "EUR", line_id="72", product_id="1006", sku_id="12001")


def sighting(page="list", hours=0, **told):
    return Sighting(
        f"v{hours}{page}", "aliexpress", "default", page, FIRST + timedelta(hours=hours), Order(ID, **told)
    )


def test_the_latest_word_on_each_field_counts():
    first = sighting(status_text="Processing", store="Old name", placed_text="Feb 27, 2026")
    later = sighting("detail", 24, status_text="Awaiting delivery", store="New name")
    row = order_row([first, later])
    assert (row["status"], row["store"], row["placed_on"]) == ("Awaiting delivery", "New name", "2026-02-27")
    assert (row["first_seen_at"], row["last_seen_at"]) == ("2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z")


def test_a_page_that_says_nothing_of_a_field_takes_nothing_away():
    row = order_row([sighting(total_text="€8.00", currency="EUR"), sighting("tracking", 1)])
    assert (row["total"], row["currency"]) == ("8.00", "EUR")


def test_a_status_nobody_knows_is_kept_and_not_guessed():
    row = order_row([sighting(status_text="Zxqv wartet")])
    assert (row["status"], row["state"]) == ("Zxqv wartet", None)


def test_of_two_protection_dates_the_earlier_is_the_one_to_act_by_and_both_are_kept():
    detail = sighting("detail", protection=(Protection("Refund, Sep 4, 2026", "Sep 4, 2026"),))
    tracking = sighting("tracking", 1, protection=(Protection("Refund before Sep 3, 2026", "Sep 3, 2026"),))
    row = order_row([detail, tracking])
    assert (row["protection_ends_on"], row["protection_latest_on"]) == ("2026-09-03", "2026-09-04")
    assert row["protection_text"] == "Refund before Sep 3, 2026"


def test_a_protection_that_was_prolonged_replaces_the_one_the_same_page_named_before():
    before = sighting("detail", protection=(Protection("Refund", "Mar 20, 2026"),))
    after = sighting("detail", 48, protection=(Protection("Refund", "Apr 9, 2026"),))
    assert order_row([before, after])["protection_ends_on"] == "2026-04-09"


def test_a_coupon_for_a_delay_is_not_the_end_of_the_protection():
    promises = (
        Protection("Coupon if delayed by Aug 3, 2026", "Aug 3, 2026"),
        Protection("Refund if no delivery before Sep 4, 2026", "Sep 4, 2026"),
    )
    row = order_row([sighting("detail", protection=promises)])
    assert (row["protection_ends_on"], row["protection_text"]) == (
        "2026-09-04",
        "Refund if no delivery before Sep 4, 2026",
    )


def test_protection_without_a_date_is_told_and_not_dated():
    row = order_row([sighting(protection=(Protection("75-day protection"),))])
    assert (row["protection_text"], row["protection_ends_on"]) == ("75-day protection", None)


def test_items_come_from_the_page_that_tells_most_not_from_the_last():
    card = sighting(items=(LAMP, SOCKS), items_claimed=2)
    pictures = sighting(hours=5, items=(Item(product_id="1005"),), items_claimed=2)
    assert [row["title"] for row in item_rows([card, pictures])] == ["Lamp", "Socks"]


def test_two_lines_of_one_product_are_two_items():
    twice = sighting(items=(replace(LAMP, line_id=None), replace(LAMP, line_id=None)))
    rows = item_rows([twice])
    assert len({row["id"] for row in rows}) == 2


@given(st.randoms(use_true_random=False), st.integers(2, 6))
def test_an_order_follows_from_its_sightings_whatever_order_they_were_stored_in(rng: random.Random, n):
    seen = [
        sighting(
            rng.choice(["list", "detail"]), hour, items=(LAMP,) * rng.randint(0, 2), status_text=f"s{hour}"
        )
        for hour in range(n)
    ]
    shuffled = sorted(rng.sample(seen, n), key=lambda s: (s.seen_at, s.visit_id))
    assert order_row(shuffled) == order_row(seen)
    assert item_rows(shuffled) == item_rows(seen)


def rows_of(*items):
    return item_rows([sighting(items=items)])


def test_a_parcel_holds_the_items_its_page_names_by_product_and_variant():
    rows = rows_of(LAMP, SOCKS)
    inside = [Item("Lampe", quantity=1, product_id="1005", sku_id="12000")]
    assert list(parcel_items(inside, [ID], rows)) == [(rows[0]["id"], 1)]


def test_another_variant_of_the_same_product_is_not_taken_for_it_while_the_right_one_is_there():
    rows = rows_of(replace(LAMP, sku_id="999", line_id="70"), LAMP)
    inside = [Item(quantity=2, product_id="1005", sku_id="12000")]
    assert list(parcel_items(inside, [ID], rows)) == [(rows[1]["id"], 2)]


def test_no_row_lies_twice_in_one_parcel():
    rows = rows_of(LAMP)
    inside = [Item(product_id="1005", sku_id="12000")] * 2
    assert len(list(parcel_items(inside, [ID], rows))) == 1


@pytest.mark.parametrize("stranger", [Item("Hat"), Item(product_id="7"), Item()])
def test_an_item_no_order_has_is_nobodys(stranger):
    assert list(parcel_items([stranger], [ID], rows_of(LAMP, SOCKS))) == []
