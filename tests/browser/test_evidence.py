"""The report of a bundle in a real browser: nothing runs, nothing is asked for, and it can be printed."""

import os
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from collector.browser.finding import BrowserMissing, find_browser, runs_as_root
from collector.evidence.printing import printed
from tests.collector.bundles import NOW, bundle, filled_with, shop, story
from tests.collector.test_evidence import HOSTILE
from tests.collector.worlds import CAINIAO, event

#: What the report's own policy must keep from running, should it ever get in.
PLANTED = (
    "<script>document.title = 'ran'</script>"
    """<img src="https://x.example/p.png" onerror="document.title='ran'">"""
    '<link rel="stylesheet" href="https://x.example/s.css"><iframe src="https://x.example/"></iframe>'
    '<form action="https://x.example/"><button>x</button></form>'
    "<style>body { background: url(https://x.example/b.png) }</style></body>"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An unpacked bundle in whose texts somebody wrote markup."""
    base = tmp_path_factory.mktemp("evidence")
    hostile = story(note=HOSTILE[0], place=HOSTILE[1])
    hostile[0]["events"] += [event("2026-02-26 10:00:00", text, utc_offset="+08:00") for text in HOSTILE]
    long = event("2026-02-26 09:00:00", "W" * 900, utc_offset="+08:00", place="P" * 300)
    hostile[0]["events"].append(long)
    filled_with(base / "crosstrack.db", *hostile, shop(store=HOSTILE[2]))
    bundle(base / "crosstrack.db", base / "e.zip", keep=True)
    with zipfile.ZipFile(base / "e.zip") as archive:
        archive.extractall(base / "out")
    return base / "out"


@pytest.fixture(scope="module")
def chromium():
    try:
        path = find_browser(None, os.environ).path
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, chromium_sandbox=not runs_as_root())
        yield browser
        browser.close()


@pytest.fixture
def reader(chromium):
    """A page that notes what is asked for, and what the browser complains of."""
    page = chromium.new_page(viewport={"width": 1000, "height": 900})
    page.asked, page.complaints, page.stopped = [], [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("requestfailed", lambda request: page.stopped.append((request.url, request.failure)))
    page.on("console", lambda message: page.complaints.append(message.text))
    yield page
    page.close()


def test_the_report_opens_without_asking_for_anything(reader, folder):
    reader.goto((folder / "report.html").as_uri())
    assert reader.asked == [(folder / "report.html").as_uri()]
    assert reader.complaints == []
    assert reader.locator("h1").inner_text() == f"What portals claimed of parcel {CAINIAO}"
    assert reader.locator("svg[role=img]").bounding_box()["height"] > 200
    assert reader.locator(".look").get_by_text("<script>alert(1)</script>").first.is_visible()
    # Its styles apply: the policy names them by their digests.
    assert reader.locator(".badge").first.evaluate("e => getComputedStyle(e).fontWeight") == "650"


def test_its_policy_stops_whatever_would_get_in(reader, folder):
    spoilt = folder / "spoilt.html"
    spoilt.write_text((folder / "report.html").read_text().replace("</body>", PLANTED))
    reader.goto(spoilt.as_uri())
    reader.wait_for_timeout(200)
    assert reader.title().startswith("Evidence")
    assert {failure for _, failure in reader.stopped} == {"csp"}
    assert {url for url in reader.asked if url.startswith("http")} == {url for url, _ in reader.stopped}
    reader.get_by_role("button").click(no_wait_after=True)
    reader.wait_for_timeout(200)
    assert reader.url == spoilt.as_uri()
    spoilt.unlink()


@pytest.mark.parametrize("width", [360, 1000])
def test_nothing_is_wider_than_the_window(reader, folder, width):
    reader.set_viewport_size({"width": width, "height": 800})
    reader.goto((folder / "report.html").as_uri())
    assert reader.evaluate("document.documentElement.scrollWidth") <= width


def test_it_reads_well_aloud(chromium, folder):
    # Axe brings a script of its own, which the report's policy would stop.
    page = chromium.new_context(bypass_csp=True).new_page()
    page.goto((folder / "report.html").as_uri())
    found = Axe().run(page).response["violations"]
    page.context.close()
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] != "minor"] == []


def test_it_prints_the_same_pages_every_time(folder):
    html = (folder / "report.html").read_text()
    with ThreadPoolExecutor() as pool:  # Playwright's loop of the other tests runs in this thread
        first, second = (pool.submit(printed, html, NOW, os.environ).result() for _ in range(2))
    assert first.startswith(b"%PDF-")
    assert b"D:20260320120000" in first
    assert second == first


def test_stored_pages_open_as_text(reader, folder):
    for file in sorted(folder.glob("pages/*")):
        assert file.suffix in (".txt", ".json", ".bin")
