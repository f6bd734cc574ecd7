"""Saved pages of every portal and what must be read from them: `fixtures/pages/NAME/cases.toml`."""

from dataclasses import replace
from pathlib import Path

import pytest

import scrapers
from collector.kit.cases import cases, differences, shortcomings
from scrapers import vocabulary
from scrapers.contract import Page

ROOT = Path(__file__).parents[2] / "fixtures" / "pages"
#: By portal, what its site makes impossible to save.
LACKING: dict[str, list[str]] = {}
PORTALS = [name for name, one in scrapers.portals().items() if type(one).__module__.startswith("scrapers.")]
CASES = {
    name: cases(ROOT / name, scrapers.portals()[name])
    for name in PORTALS
    if (ROOT / name / "cases.toml").exists()
}
every_case = pytest.mark.parametrize(
    "case", [pytest.param(one, id=f"{name}-{one.name}") for name, known in CASES.items() for one in known]
)


@every_case
def test_a_saved_page_is_read_as_it_is_written_down_beside_it(case):
    assert differences(case) == []


@every_case
def test_a_reading_that_is_not_what_is_written_down_is_noticed(case):
    if case.readings is None:
        assert differences(replace(case, readings=[{"outcome": "ok"}])) != []
        return
    assert differences(replace(case, readings=None)) != []
    assert differences(replace(case, readings=[{**case.readings[0], "number": "XX"}])) != []
    if case.milestones:
        assert differences(replace(case, milestones=["cancelled", *case.milestones])) != []


@every_case
def test_the_pages_of_a_case_are_the_portals_own(case):
    hosts = (*case.portal.hosts, *case.portal.resource_hosts)
    assert all(isinstance(page, Page) and page.url.split("/")[2] in hosts for page in case.pages)


@pytest.mark.parametrize("portal", sorted(CASES))
def test_the_cases_of_a_portal_show_every_state_and_say_the_same_in_every_language(portal):
    assert shortcomings(scrapers.portals()[portal], CASES[portal]) == LACKING.get(portal, [])


@pytest.mark.parametrize("portal", PORTALS)
def test_a_portal_finds_the_number_in_its_own_address(portal):
    one = scrapers.portals()[portal]
    for language in vocabulary.facts(portal).languages:
        assert one.number_in(one.url(one.example, language)) == one.example


@pytest.mark.parametrize("portal", PORTALS)
def test_a_portals_facts_are_complete(portal):
    one, facts = scrapers.portals()[portal], vocabulary.facts(portal)
    assert facts.title
    assert facts.kind != "unknown"
    assert one.hosts
    assert one.states or one.payloads
    assert one.default_language in facts.languages
    assert one.politeness.because
    assert one.evidence.seen


@pytest.mark.parametrize("portal", PORTALS)
def test_every_portal_has_saved_pages(portal):
    if portal in ("aliexpress", "cainiao", "correos", "usps"):
        pytest.skip("its pages are read in tests of its own")
    assert portal in CASES
