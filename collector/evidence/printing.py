"""A page as PDF, by the browser that is installed. Nothing is asked of any host; the page runs no script."""

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import playwright.async_api as pw

from collector.browser.finding import BrowserMissing, find_browser, runs_as_root
from collector.browser.starting import QUIET
from collector.evidence.report import NoPdf

_SECONDS = 120.0
#: No host can be found, whoever asks.
_WALL = "--host-resolver-rules=MAP * ~NOTFOUND"
_DATES = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}([^)]*)\)")
_FOOTER = (
    '<div style="width:100%;font:7pt sans-serif;text-align:center;color:#555">'
    '<span class="pageNumber"></span> / <span class="totalPages"></span></div>'
)


def printed(html: str, made_at: datetime, environ: Mapping[str, str]) -> bytes:
    """The page as PDF, dated `made_at`. Raises NoPdf."""
    try:
        found = find_browser(None, environ)
        pdf = asyncio.run(_printed(html, found.path))
    except BrowserMissing as error:
        raise NoPdf(str(error)) from error
    except (pw.Error, TimeoutError, OSError) as error:
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise NoPdf(f"the browser printed nothing: {said}") from error
    moment = f"{made_at.astimezone(UTC):%Y%m%d%H%M%S}".encode()
    return _DATES.sub(lambda match: b"/%b (D:%b%b)" % (match[1], moment, match[2]), pdf)


async def _printed(html: str, executable: str) -> bytes:
    async with asyncio.timeout(_SECONDS), pw.async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable, chromium_sandbox=not runs_as_root(), args=[*QUIET, _WALL]
        )
        try:
            context = await browser.new_context(
                java_script_enabled=False, offline=True, accept_downloads=False, service_workers="block"
            )
            page = await context.new_page()
            await page.route("**/*", lambda route: route.abort())
            await page.set_content(html)
            return await page.pdf(
                format="A4",
                print_background=True,
                prefer_css_page_size=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=_FOOTER,
                tagged=True,
                outline=True,
            )
        finally:
            await browser.close()
