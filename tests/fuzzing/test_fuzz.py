"""A few broken pages of every portal; `python -m tests.fuzzing` runs many more."""

import os
from pathlib import Path

import pytest

from scrapers.contract import Portal
from scrapers.words import Outcome
from tests.fuzzing import portals, samples
from tests.fuzzing.mutations import case
from tests.fuzzing.oracle import judge

PAGES = int(os.environ.get("CROSSTRACK_FUZZ", "200"))
PORTALS = [pytest.param(portal, id=portal.name) for portal in portals()]


@pytest.mark.parametrize("portal", PORTALS)
def test_every_portal_brings_a_page_with_rows(portal: Portal) -> None:
    readings = [sample.reading for sample in samples(portal.name)]
    assert any(r is not None and r.outcome is Outcome.OK for r in readings), (
        f"put a page of {portal.name} with rows into fixtures/pages/{portal.name}"
    )


@pytest.mark.parametrize("portal", PORTALS)
def test_a_broken_page_ends_with_a_named_outcome_and_without_an_invented_row(
    portal: Portal, tmp_path: Path
) -> None:
    for seed in range(1, PAGES + 1):
        tried = case(portal, seed)
        wrongs = judge(tried).wrongs
        if wrongs:
            for position, page in enumerate(tried.pages):
                (tmp_path / f"{portal.name}-{seed}-{position}").write_bytes(page.body)
            pytest.fail(
                f"python -m tests.fuzzing --portal {portal.name} --pages 1 --seed {seed}\n"
                f"{tried.sample.source}: {', '.join(tried.mutations)} (pages in {tmp_path})\n"
                + "\n".join(wrongs)
            )
