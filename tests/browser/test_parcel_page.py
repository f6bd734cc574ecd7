"""The overview and a parcel's page in a real browser: by mouse, by keyboard, on a phone, on paper, by ear."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from collector.store.opening import open_store
from tests.browser.datasette_served import served, walled_in
from tests.browser.ordering import needs_browser
from tests.collector.picture_stories import fill
from tests.collector.worlds import CAINIAO, USPS

pytestmark = [pytest.mark.browser, pytest.mark.datasette, needs_browser]

ROOT = Path(__file__).parents[2]
OVERVIEW = "/-/crosstrack/crosstrack"
PARCEL = f"{OVERVIEW}/parcel/{CAINIAO}"
HOSTILE = "<script>window.broken = 1</script><img src='https://beyond.test/x' onerror='window.broken = 1'>"
#: The worst that axe finds; what is merely good practice is not asked of Datasette's own pages.
SERIOUS = {"serious", "critical"}
#: Datasette's own templates name no language, and no label for their filters and their editor; their links in
#: text differ by colour only, and some of it is pale. Chromium lets the keyboard scroll what axe doubts.
OF_DATASETTE = {"html-has-lang", "label", "select-name", "link-in-text-block", "scrollable-region-focusable"}
PALE = ('<input type="submit"', '<button id="sql-format"', "<em>")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where the real command serves a database: one parcel asks for somebody, some texts are hostile."""
    path = tmp_path_factory.mktemp("pages") / "crosstrack.db"
    with open_store(path) as db:
        fill(db)
        db.execute(
            "update parcels set stage = 'pickup', milestone = 'available_for_pickup' where id = ?", [CAINIAO]
        )
        db.execute("update parcels set title = 'A blue lamp' where id = ?", [CAINIAO])
        db.execute("update parcels set title = ? where id = ?", [HOSTILE, USPS])
        db.execute("update observations set description = ? where milestone = 'accepted'", [HOSTILE])
        db.execute("update events set place = ?", [HOSTILE])
    with served(path) as started:
        yield started


@pytest.fixture(scope="module")
def chromium(address, tmp_path_factory):
    with walled_in(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture
def open_page(chromium, address):
    """Opens a page as a person with a screen, a taste and a zone would; nothing may go wrong on it."""
    contexts, asked, troubles = [], [], []

    def opened(path, viewport=DESK, scheme="light", **more):
        context = chromium.new_context(
            viewport=viewport, color_scheme=scheme, timezone_id="Europe/Madrid", **more
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console", lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
        assert page.goto(address + path).status == 200
        return page

    yield opened
    for context in contexts:
        context.close()
    assert {url for url in asked if not url.startswith(f"{address}/")} == set()
    assert troubles == []


def serious(page):
    """What axe calls serious on a page, by its rule, with the places."""
    found = Axe().run(page).response["violations"]
    return {
        one["id"]: [node["html"][:120] for node in one["nodes"]] for one in found if one["impact"] in SERIOUS
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/crosstrack/parcels", "/crosstrack/disagreements"])
def test_datasettes_own_pages_have_nothing_serious_but_what_its_templates_have(open_page, path, scheme):
    found = serious(open_page(path, scheme=scheme))
    for rule in OF_DATASETTE:
        found.pop(rule, None)
    contrast = [place for place in found.pop("color-contrast", []) if not place.startswith(PALE)]
    assert (found, contrast) == ({}, [])


def is_wider_than_the_screen(page):
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_stands_in_the_way_of_a_screen_reader(open_page, scheme):
    page = open_page(OVERVIEW, scheme=scheme)
    assert serious(page) == {}
    page = open_page(PARCEL, scheme=scheme)
    for summary in page.locator("summary").all():
        summary.click()
    assert serious(page) == {}


def test_nothing_serious_stands_in_the_way_on_a_phone(open_page):
    assert serious(open_page(PARCEL, PHONE)) == {}


def test_two_clicks_to_what_needs_action_and_three_to_why_portals_disagree(open_page):
    page = open_page("/")
    page.get_by_role("link", name="Overview").first.click()
    first = page.locator("table.parcels tbody tr").first
    expect(first).to_contain_text("fetch it")
    first.get_by_role("link", name="A blue lamp").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A blue lamp")
    expect(page.locator(".actions")).to_contain_text("Fetch it: it is ready for pickup")
    finding = page.locator("details.finding").first
    expect(finding.locator("p").first).not_to_be_visible()
    finding.locator("summary").click()
    expect(finding.locator("p").first).to_contain_text("Cainiao prints")
    expect(finding.locator("p").first).to_contain_text("apart")


def test_everything_is_reached_by_keyboard(open_page):
    page = open_page(OVERVIEW)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    met = []
    for _ in range(20):
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id"))
        if met[-1] == "A blue lamp":
            break
    assert met[-1] == "A blue lamp"
    assert "q" in met
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{PARCEL}")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.finding").first.get_attribute("open") is not None
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(
            "document.activeElement.closest('.timeline, section[aria-labelledby=timeline]') !== null"
        ):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


@pytest.mark.parametrize("path", [OVERVIEW, PARCEL])
def test_a_phone_needs_no_scrolling_sideways(open_page, path):
    page = open_page(path, PHONE)
    for summary in page.locator("summary").all():
        summary.click()
    assert not is_wider_than_the_screen(page)
    if path == PARCEL:
        expect(page.locator(".picture.narrow svg")).to_be_visible()
        expect(page.locator(".picture.wide svg")).not_to_be_visible()
        assert page.locator(".picture.narrow svg").bounding_box()["width"] <= PHONE["width"]


def test_the_picture_has_a_name_and_a_table_beside_it(open_page):
    page = open_page(PARCEL)
    expect(page.get_by_role("img", name="A blue lamp: what portals show, and when")).to_be_visible()
    expect(page.get_by_role("table").first).to_be_visible()
    headings = page.get_by_role("columnheader").all_inner_texts()
    assert headings[:4] == ["Believed time", "Event", "Cainiao prints", "Correos prints"]
    page = open_page(PARCEL, PHONE)
    assert page.get_by_role("row").count() > 4  # a table for who hears it, though cards for who sees it
    assert page.get_by_role("rowheader").count() > 3


def test_times_stand_in_the_zone_of_who_looks_with_what_portals_print_beside(open_page):
    page = open_page(PARCEL)
    row = page.locator("table.timeline tbody tr", has_text="27/02/2026 11:00:00")
    expect(row.locator(".when")).to_have_text("2026-02-27 11:00 +01:00")
    expect(row).to_contain_text("2026-02-27 18:00:00")
    page = open_page(PARCEL, java_script_enabled=False)
    row = page.locator("table.timeline tbody tr", has_text="27/02/2026 11:00:00")
    expect(row.locator(".when")).to_have_text("2026-02-27 10:00 UTC")


def test_paper_has_the_picture_whole_and_nothing_to_click(open_page):
    page = open_page(PARCEL, scheme="dark")
    page.emulate_media(media="print")
    expect(page.locator("header.top")).not_to_be_visible()
    expect(page.locator(".picture.wide svg")).to_be_visible()
    expect(page.locator(".picture.narrow svg")).not_to_be_visible()
    colours = page.evaluate(
        """() => [document.body, document.querySelector('.wide svg rect.paper')].map(
            one => getComputedStyle(one)[one === document.body ? 'backgroundColor' : 'fill'])"""
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(255, 255, 255)"]
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_scripts_in_the_texts_of_portals_stay_text(open_page):
    for path in (OVERVIEW, PARCEL, f"{OVERVIEW}/parcel/{USPS}"):
        page = open_page(path)
        assert page.evaluate("window.broken") is None
        assert page.locator("img").count() == 0
    assert page.locator("h1").inner_text() == HOSTILE


def test_a_parcel_is_searched_from_the_overview(open_page):
    page = open_page(OVERVIEW)
    page.get_by_label("Title, number or order").fill(USPS[:10])
    page.keyboard.press("Enter")
    expect(page.locator("table.parcels tbody tr")).to_have_count(1)
    expect(page.locator("table.parcels tbody")).to_contain_text(USPS)
