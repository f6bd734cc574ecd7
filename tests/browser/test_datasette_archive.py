"""Archived pages and drawn cells in a real browser: nothing of a portal runs, leaves or leads away."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.store.facts import Visit, store_visit
from collector.store.opening import open_store, writing
from scrapers.contract import Canonical, Page
from scrapers.words import Outcome, Role
from tests.browser.datasette_served import served, walled_in
from tests.browser.ordering import needs_browser
from tests.collector.worlds import CAINIAO, column, event, naming, record, take_in

pytestmark = [pytest.mark.browser, pytest.mark.datasette, needs_browser]

ROOT = Path(__file__).parents[2]
ZONE = "Asia/Kathmandu"
#: It tries all ways out at once: to a stranger, to us, to the page around it, and to what a person clicks.
HOSTILE = """<!doctype html><meta http-equiv="refresh" content="0;url=/-/escaped">
<link rel="stylesheet" href="/-/escaped.css"><link rel="prefetch" href="/-/escaped"><link rel="preconnect"
href="https://beyond.test"><style>@import "/-/escaped.css"; body { background: url(/-/escaped.png) }</style>
<body onload="parent.broken = 1"><script>top.broken = 1; fetch("/-/escaped"); alert(1)</script>
<img src="/-/escaped.png" onerror="top.broken = 1"><p id="said">Delivered</p>
<a id="away" href="https://beyond.test/" target="_top">away</a>
<a id="js" href="javascript:top.broken=1">js</a>
<form action="/-/escaped"><input name="q" value="x"><button id="send">send</button></form>
<iframe src="/-/escaped"></iframe><svg><use href="/-/escaped.svg#x"></use></svg>"""
#: Why a request was never made: the policy forbids it, or the box has no origin to ask for one.
STOPPED = ("csp", "origin")
TEXT = '<img src=x onerror="window.broken=1">=HYPERLINK("javascript:alert(1)")\u202egnp.exe'


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "crosstrack.db"
    here = event("2026-02-27 18:00:00", TEXT, code="LH_ARRIVE", utc_offset="+08:00", place=TEXT)
    there = event("27/02/2026 11:00:00", "Llegada a España", place=TEXT)
    url = "https://correos.test/?<script>alert(1)</script>"
    pages = (
        Page(Role.DOM, url, "text/html", HOSTILE.encode(), 200),
        Page(Role.PAYLOAD, url, "application/json", json.dumps({"said": TEXT}).encode(), 200),
    )
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    with open_store(path) as db:
        take_in(db, [naming(CAINIAO, "RR123456785ES", events=[here])])
        take_in(db, [record("correos", "RR123456785ES", events=[there])])
        with writing(db):
            store_visit(
                db, None, Visit("usps", "U1", moment, "browser", Outcome.OK, True, pages), Canonical()
            )
    return path


@pytest.fixture(scope="module")
def address(database):
    with served(database) as started:
        yield started


@pytest.fixture(scope="module")
def chromium(address, tmp_path_factory):
    with walled_in(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture
def page(chromium):
    """A page whose browser runs scripts, far from UTC; what it asks for is noted if no policy stops it."""
    context = chromium.new_context(timezone_id=ZONE)
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    opened.asked, opened.troubles = [], []
    opened.on("requestfinished", lambda request: opened.asked.append(request.url))
    opened.on("requestfailed", lambda request: request.failure in STOPPED or opened.asked.append(request.url))
    opened.on("pageerror", lambda error: opened.troubles.append(str(error)))
    opened.on("dialog", lambda dialog: (opened.troubles.append(dialog.message), dialog.dismiss()))
    yield opened
    assert opened.evaluate("window.broken") is None
    assert opened.troubles == []
    assert [url for url in opened.asked if "escaped" in url or "beyond" in url] == []
    context.close()


def hostile_page(database):
    with open_store(database) as db:
        (visit,) = column(db, "select id from visits where portal = 'usps'")
    return f"/-/crosstrack/crosstrack/page/{visit}"


def try_all_ways_out(page):
    """Click and press whatever the boxed page has."""
    (box,) = [frame for frame in page.frames if frame.url.endswith("/body")]
    assert box.locator("#said").inner_text() == "Delivered"
    before = box.url
    for name in ("#away", "#js", "#send"):
        box.locator(name).click(force=True)
    if box.locator("input").count():
        box.locator("input").press("Enter")
    page.wait_for_timeout(500)
    assert len([frame for frame in page.frames if frame != page.main_frame]) <= 2
    return before, box.url


def test_an_archived_page_neither_runs_nor_phones_home_nor_leads_away(page, address, database):
    page.goto(address + hostile_page(database))
    before, after = try_all_ways_out(page)
    assert after == before
    assert page.url.startswith(address + "/-/crosstrack/")
    frame = page.locator("iframe")
    assert frame.get_attribute("sandbox") == ""
    assert "USPS" in frame.get_attribute("title")


def test_the_policy_holds_even_if_nothing_was_taken_out_of_the_page(page, address, database):
    """The first wall alone: the stored page as it came, under the headers that are really sent."""

    def as_it_came(route):
        answer = route.fetch()
        route.fulfill(status=200, headers=answer.headers, body=HOSTILE)

    page.route("**/body", as_it_came)
    page.goto(address + hostile_page(database))
    try_all_ways_out(page)
    assert page.url.startswith(address + "/-/crosstrack/")  # no link led the whole window away


def test_a_stored_page_opened_by_itself_leads_back_into_its_box(page, address, database):
    page.goto(address + hostile_page(database))
    body = page.locator("iframe").get_attribute("src")
    page.goto(address + body)
    assert not page.url.endswith("/body")
    assert page.locator("iframe").count() == 1


def test_times_are_shown_in_the_viewers_zone_with_utc_on_hover_and_what_is_printed_beside(page, address):
    page.goto(f"{address}/crosstrack/observations?portal=cainiao")
    moment = page.locator("td.col-occurred_at time")
    assert moment.inner_text() == "2026-02-27 15:45 +05:45"
    assert moment.get_attribute("title") == "2026-02-27 10:00 UTC"
    assert page.locator("td.col-occurred_at .ct-printed").inner_text() == "prints 2026-02-27 18:00:00"


def test_without_scripts_utc_stays(chromium, address):
    context = chromium.new_context(timezone_id=ZONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/crosstrack/observations?portal=cainiao")
    assert page.locator("td.col-occurred_at time").inner_text() == "2026-02-27 10:00 UTC"
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        "/crosstrack/observations",
        "/crosstrack/observations?_search=hyperlink",
        "/crosstrack/observations?_facet=description&_facet=place",
        "/crosstrack/reconciled_history",
        "/crosstrack/disagreements",
        "/crosstrack/sightings",
        "/crosstrack/visit_pages",
        "/crosstrack/claimed_on",
        "/crosstrack/changed_since",
        "/crosstrack/parcel_history",
        "/-/crosstrack/crosstrack",
        f"/-/crosstrack/crosstrack/parcel/{CAINIAO}",
    ],
)
def test_what_portals_wrote_stays_text(path, page, address):
    page.goto(address + path)
    assert page.locator("h1").count() == 1
    assert page.locator("img[onerror]").count() == 0
    assert page.locator("a[href^='javascript:' i]").count() == 0
    assert page.evaluate("document.querySelectorAll('[onerror], [onload], [onclick]').length") == 0


def test_from_a_row_one_click_leads_to_what_the_portal_showed(page, address):
    page.goto(f"{address}/crosstrack/observations?portal=correos")
    page.locator("td.col-last_seen_at a.ct-page").click()
    assert page.locator("h1").inner_text().startswith("What Correos showed")
    assert "Llegada a España" in page.locator(".ct-wordings").inner_text()
    assert page.frame_locator("iframe").locator("body").inner_text().count("Llegada a España") == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_can_be_used_without_seeing_them_and_read_by_day_and_night(scheme, chromium, address, database):
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(color_scheme=scheme, timezone_id=ZONE)
    page = context.new_page()
    found = {}
    paths = ("/crosstrack", "/crosstrack/observations", "/crosstrack/findings", "/crosstrack/claimed_on")
    for path in (*paths, hostile_page(database)):
        page.goto(address + path)
        violations = Axe().run(page).response["violations"]
        found |= {(path, v["id"]): v["nodes"] for v in violations if v["impact"] in ("serious", "critical")}
    context.close()
    assert found == {}


def test_an_archived_page_fits_a_phone(chromium, address, database):
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(address + hostile_page(database))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
