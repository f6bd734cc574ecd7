"""Pages of `crosstrack serve` as pictures: the real server on a free port, photographed by a real browser.

Only what is the same every time is shown: nothing moves, and the footer, which counts milliseconds, is left
out.
"""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Page, sync_playwright

from collector.browser.finding import find_browser, runs_as_root
from collector.browser.starting import QUIET, wall
from collector.serving import HOST, usable_port
from demo.small_png import NotAScreenshot, with_palette
from demo.terminal_pictures import PictureFailed

WIDTH, HEIGHT = 1280, 800
WIDEST, TALLEST = 1500, 1300
_ROOT = Path(__file__).parents[1]
_START_SECONDS = 60.0
_PAGE_SECONDS = 30.0
_END_SECONDS = 15.0
#: Text in shades of one colour, whatever the screen: smaller files, and the same ones on more machines.
_PLAIN_TEXT = ("--disable-lcd-text", "--font-render-hinting=none")
_STILL = "*, *::before, *::after { animation: none !important; transition: none !important; }"
#: Where the picture begins and ends: at the top of the element; after the last row of the table that fits
#: whole, without a table before the footer. And how far anything reaches beyond the right edge.
_MEASURE = """([selector, height, whole]) => {
    const edges = element => element.getBoundingClientRect();
    const top = Math.max(0, Math.floor(edges(document.querySelector(selector)).top + window.scrollY) - 12);
    const ends = [...document.querySelectorAll('table tr')].map(row => edges(row).bottom + window.scrollY);
    const fitting = ends.filter(bottom => bottom <= top + height);
    const footer = edges(document.querySelector('footer')).top + window.scrollY;
    const shown = edges(document.querySelector(selector)).bottom + window.scrollY;
    const widest = [document.documentElement, ...document.querySelectorAll('.table-wrapper')];
    return {
        top: top,
        bottom: Math.ceil(whole ? shown + 12 : Math.max(0, ...fitting) || Math.min(footer, top + height)),
        overhang: Math.max(...widest.map(part => part.scrollWidth - part.clientWidth)),
    };
}"""


@dataclass(frozen=True, slots=True)
class Shot:
    """One page to photograph.

    name   the picture's, without suffix
    path   the page's path and query below the database's own; empty for the front page. One that begins with
           a slash is the server's, with {database} for the database's path
    top    CSS selector of the element the picture begins with
    whole  whether it ends with that element, however tall that is
    """

    name: str
    path: str
    top: str = "body"
    whole: bool = False

    def address(self, database: str) -> str:
        """The path of the page, that of the database being `database`."""
        if self.path.startswith("/"):
            return self.path.replace("{database}", database)
        return f"{database}/{self.path}" if self.path else "/"


@contextmanager
def served(database: Path) -> Iterator[str]:
    """The address of `crosstrack serve` on `database`, which ends with the block. Raises PictureFailed."""
    port = usable_port(0)
    command = [
        sys.executable,
        "-m",
        "collector",
        "--db",
        str(database.absolute()),
        "serve",
        "--port",
        str(port),
    ]
    quiet = subprocess.DEVNULL
    with tempfile.TemporaryFile() as said:
        server = subprocess.Popen(command, cwd=_ROOT, stdin=quiet, stdout=quiet, stderr=said)
        try:
            address = f"http://{HOST}:{port}"
            _wait_for(address, server, said)
            yield address
        finally:
            _end(server)


def photographed(address: str, shots: Sequence[Shot]) -> Iterator[tuple[Shot, bytes]]:
    """Each page at `address` as PNG. Raises PictureFailed, and BrowserMissing."""
    found = find_browser(None, os.environ)
    doing = f"{found.description} did not start"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=found.path,
                chromium_sandbox=not runs_as_root(),
                args=[*QUIET, *wall((HOST,)), *_PLAIN_TEXT],
            )
            page = browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT},
                device_scale_factor=1,
                locale="en",
                timezone_id="UTC",
                color_scheme="light",
                reduced_motion="reduce",
            )
            page.set_default_timeout(_PAGE_SECONDS * 1000)
            doing = "the front page of Datasette"
            _open(page, f"{address}/")
            database = page.locator("h2 a").first.get_attribute("href") or "/"
            for shot in shots:
                doing = f"the picture {shot.name} ({shot.path or 'the front page'})"
                _open(page, f"{address}{shot.address(database)}")
                yield shot, _picture(page, shot)
    except BrowserError as error:
        raise PictureFailed(f"{doing}: {error.message.strip().splitlines()[0]}") from error


def _open(page: Page, url: str) -> None:
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    answer = page.goto(url, wait_until="load")
    if answer is None or not answer.ok:
        status = "no answer" if answer is None else f"status {answer.status}"
        raise PictureFailed(
            f"Datasette answers {url.partition(HOST)[2].partition('/')[2] or '/'} with {status}"
        )


def _picture(page: Page, shot: Shot) -> bytes:
    page.add_style_tag(content=_STILL)
    page.evaluate("document.fonts.ready")
    if not page.locator(shot.top).count():
        raise PictureFailed(f"the picture {shot.name}: the page has no {shot.top}")
    measured = page.evaluate(_MEASURE, [shot.top, HEIGHT, shot.whole])
    width = WIDTH + measured["overhang"]
    if width > WIDEST:
        raise PictureFailed(f"the picture {shot.name}: the page needs {width} pixels, more than {WIDEST}")
    if width > WIDTH:  # a window that much wider: no column is cut off
        page.set_viewport_size({"width": width, "height": HEIGHT})
        measured = page.evaluate(_MEASURE, [shot.top, HEIGHT, shot.whole])
    if measured["overhang"] > 0:
        raise PictureFailed(f"the picture {shot.name}: columns would be cut off however wide the window is")
    height = min(measured["bottom"] - measured["top"], TALLEST)
    part = {"x": 0, "y": measured["top"], "width": width, "height": height}
    taken = page.screenshot(full_page=True, clip=part, animations="disabled", caret="hide")  # type: ignore[arg-type]
    try:
        return with_palette(taken)
    except NotAScreenshot as error:
        raise PictureFailed(f"the picture {shot.name}: the browser's PNG cannot be read: {error}") from error


def _wait_for(address: str, server: "subprocess.Popen[bytes]", said: IO[bytes]) -> None:
    """Return once the server answers. Raises PictureFailed if it ends or takes too long."""
    latest = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < latest:
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=5)
        try:
            connection.request("GET", "/-/versions.json")
            connection.getresponse()
            return
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines() or ["it said nothing"]
    raise PictureFailed(f"`crosstrack serve` did not start: {lines[-1]}")


def _end(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
