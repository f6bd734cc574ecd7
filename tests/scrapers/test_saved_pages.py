"""Saved pages of every portal and what must be read from them: data in `fixtures/pages/NAME/cases.toml`.

    [[case]]
    name = "delivered"                 # unique within the portal
    says = "where its shape was seen"
    number = "..."                     # the number a visit asked for
    state = "events"                   # the portal's declared state the document is in; left out without one
    journey = "a"                      # cases of one journey (in several languages) mean the same milestones
    milestones = ["delivered", ""]     # of the first reading's rows; "" where the wording is not understood

    [[case.pages]]                     # what the visit brought, in order
    file = "delivered.json"
    role = "payload"                   # or "dom"
    url = "https://..."
    status = 200                       # 200 if left out

    [[case.readings]]                  # every field that is not as in an empty Reading; none: layout_changed
    outcome = "ok"
    number = "..."
    rows = [{ description = "...", time_text = "..." }]
"""

import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

import scrapers
from scrapers import vocabulary
from scrapers.contract import LayoutChanged, Page, Reading
from scrapers.words import Milestone, Outcome, Role

ROOT = Path(__file__).parents[2] / "fixtures" / "pages"
TYPES = {".json": "application/json", ".html": "text/html", ".txt": "text/plain"}
CASES = [
    pytest.param(file.parent.name, case, id=f"{file.parent.name}-{case['name']}")
    for file in sorted(ROOT.glob("*/cases.toml"))
    for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
]
NAMES = sorted({one.values[0] for one in CASES})


def cases_of(portal):
    return [one.values[1] for one in CASES if one.values[0] == portal]


def pages(portal, case):
    for told in case["pages"]:
        file = ROOT / portal / told["file"]
        media_type = TYPES[file.suffix]
        yield Page(Role(told["role"]), told["url"], media_type, file.read_bytes(), told.get("status", 200))


def read(portal, case):
    return scrapers.portals()[portal].parse(list(pages(portal, case)))


def as_data(value):
    """A reading as the data of a case: what is as in an empty one left out."""
    if isinstance(value, tuple):
        return [as_data(one) for one in value]
    if not hasattr(value, "__dataclass_fields__"):
        return str(value) if isinstance(value, Outcome) else value
    told = {one.name: getattr(value, one.name) for one in fields(value)}
    defaults = {one.name: one.default for one in fields(value)}
    kept = {name: one for name, one in told.items() if one != defaults[name] or name == "outcome"}
    return {name: as_data(one) for name, one in kept.items()}


def milestones(portal, reading):
    for row in reading.rows:
        meaning = vocabulary.meaning(
            portal, code=row.code, description=row.description, note=row.note, place=row.place
        )
        yield str(meaning.milestone or "") if meaning else ""


@pytest.mark.parametrize(("portal", "case"), CASES)
def test_a_saved_page_is_read_as_it_is_written_down_beside_it(portal, case):
    if "readings" not in case:
        with pytest.raises(LayoutChanged):
            read(portal, case)
        return
    readings = read(portal, case)
    assert [as_data(one) for one in readings] == case["readings"]
    assert list(milestones(portal, readings[0])) == case.get("milestones", [])


@pytest.mark.parametrize(("portal", "case"), CASES)
def test_a_document_is_in_the_state_its_case_names_and_in_none_that_contradicts_it(portal, case):
    states = scrapers.portals()[portal].states
    trees = [LexborHTMLParser(p.text) for p in pages(portal, case) if p.role is Role.DOM]
    shown = {
        name
        for name, state in states.items()
        for tree in trees
        if any(tree.css_first(selector) is not None for selector in state.selectors)
    }
    wanted = case.get("state")
    assert wanted is None or wanted in shown
    outcomes = {states[name].outcome for name in shown} - {None}
    assert outcomes <= {Outcome(case["readings"][0]["outcome"])} if "readings" in case else not outcomes


@pytest.mark.parametrize("portal", NAMES)
def test_every_state_a_portal_declares_has_a_saved_page(portal):
    assert set(scrapers.portals()[portal].states) == {
        case["state"] for case in cases_of(portal) if "state" in case
    }


@pytest.mark.parametrize("portal", NAMES)
def test_one_journey_means_the_same_whatever_the_language_of_the_page(portal):
    journeys = {}
    for case in cases_of(portal):
        if "journey" in case:
            journeys.setdefault(case["journey"], []).append(case["milestones"])
    for told in journeys.values():
        assert all(one == told[0] for one in told)
        assert all(Milestone(word) for one in told for word in one if word)


@pytest.mark.parametrize("portal", sorted(scrapers.portals()))
def test_a_portal_finds_the_number_in_its_own_address(portal):
    one = scrapers.portals()[portal]
    for language in vocabulary.facts(portal).languages or (one.default_language,):
        assert one.number_in(one.url(one.example, language)) == one.example


@pytest.mark.parametrize("portal", sorted(scrapers.portals()))
def test_a_portals_facts_are_complete(portal):
    one, facts = scrapers.portals()[portal], vocabulary.facts(portal)
    assert facts.title
    assert facts.kind != "unknown"
    assert facts.languages
    assert one.hosts
    assert one.states or one.payloads
    assert one.default_language in facts.languages
    assert one.politeness.because
    assert one.evidence.seen


@pytest.mark.parametrize("portal", sorted(scrapers.portals()))
def test_every_portal_has_saved_pages_with_what_is_to_be_read_from_them(portal):
    if portal in ("aliexpress", "cainiao", "correos", "usps"):
        pytest.skip("its pages are read in tests of its own")
    outcomes = {one["outcome"] for case in cases_of(portal) for one in case.get("readings", ())}
    assert {"ok", "not_found"} <= outcomes
    assert any("readings" not in case for case in cases_of(portal)), "a page in no known state is missing"
