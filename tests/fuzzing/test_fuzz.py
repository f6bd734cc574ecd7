"""A few broken pages of every portal; `python -m tests.fuzzing` runs many more."""

import os
from pathlib import Path

import pytest

from scrapers.contract import Page, Portal, Reading, Row
from scrapers.orders import Item, Order
from scrapers.shop import Shop
from scrapers.words import Outcome
from tests.fuzzing import Case, Sample, portals, samples
from tests.fuzzing.mutations import case
from tests.fuzzing.oracle import judge
from tests.fuzzing.order_oracle import invented
from tests.fuzzing.scrub_oracle import PLANTED, judge_scrubbing

PAGES = int(os.environ.get("CROSSTRACK_FUZZ", "200"))
SHOPS = [pytest.param(portal, id=portal.name) for portal in portals() if isinstance(portal, Shop)]
PORTALS = [pytest.param(portal, id=portal.name) for portal in portals()]


@pytest.mark.parametrize("portal", PORTALS)
def test_every_portal_brings_a_page_with_rows(portal: Portal) -> None:
    readings = [sample.reading for sample in samples(portal.name)]
    assert any(r is not None and r.outcome is Outcome.OK for r in readings), (
        f"put a page of {portal.name} with rows into tests/fuzzing/pages/{portal.name}"
    )


@pytest.mark.parametrize("portal", PORTALS)
def test_a_broken_page_ends_with_a_named_outcome_and_without_an_invented_row(
    portal: Portal, tmp_path: Path
) -> None:
    for seed in range(1, PAGES + 1):
        tried = case(portal, seed)
        wrongs = (*judge(tried).wrongs, *judge_scrubbing(tried))
        if wrongs:
            for position, page in enumerate(tried.pages):
                (tmp_path / f"{portal.name}-{seed}-{position}").write_bytes(page.body)
            pytest.fail(
                f"python -m tests.fuzzing --portal {portal.name} --pages 1 --seed {seed}\n"
                f"{tried.sample.source}: {', '.join(tried.mutations)} (pages in {tmp_path})\n"
                + "\n".join(wrongs)
            )


@pytest.mark.parametrize("shop", SHOPS)
def test_scrubbing_a_whole_page_costs_nothing_that_is_read_and_leaves_nothing_personal(shop: Shop) -> None:
    planted = "".join(sample.page.text for sample in samples(shop.name)).casefold()
    assert [one for one in PLANTED if one not in planted] == []
    for sample in samples(shop.name):
        if sample.reading is not None:
            assert shop.parse(shop.scrub([sample.page])) == shop.parse([sample.page]), sample.source
        assert judge_scrubbing(_whole(shop, sample)) == (), sample.source


def test_scrubbing_that_leaves_a_name_raises_or_makes_something_up_is_noticed() -> None:
    def said(**changed: object) -> tuple[str, ...]:
        shop = type("Careless", (type(SHOPS[0].values[0]),), changed)()
        sample = next(one for one in samples(shop.name) if one.source.endswith("/tracking.html"))
        return judge_scrubbing(_whole(shop, sample))

    def failing(_: object, pages: list[Page]) -> None:
        raise ValueError

    assert any("perpetua" in wrong for wrong in said(scrub=lambda _, pages: tuple(pages)))
    assert said(scrub=failing) == ("scrub raised ValueError: ",)
    assert said() == ()
    readings = iter(
        [(Reading(),), (Reading(rows=(Row("Delivered"),)),)]
    )  # of the page, and of what is left of it
    assert "'Delivered' is read from the scrubbed page alone" in said(parse=lambda _, pages: next(readings))


@pytest.mark.parametrize(
    "order",
    [
        Order("8190000000000002"),
        Order("8190000000000001", status_text="Delivered"),
        Order("8190000000000001", items=(Item(title="Brass drawer knob"),)),
        Order("8190000000000001", total_text="€18.80"),
    ],
    ids=["the order", "its status", "another order's item", "another order's total"],
)
@pytest.mark.parametrize("page", ["list.json", "list.html"])
def test_an_order_that_does_not_stand_on_the_page_like_that_is_noticed(order: Order, page: str) -> None:
    (sample,) = (one for one in samples("aliexpress") if one.source.endswith(f"/{page}"))
    assert sample.reading is not None
    assert list(invented([sample.reading], [sample.page.text])) == []
    readings = [Reading(orders=(order, sample.reading.orders[1]))]
    assert len(list(invented(readings, [sample.page.text]))) == 1


def _whole(portal: Portal, sample: Sample) -> Case:
    return Case(portal, 0, sample, (sample.page,), (), foreign=False)
