"""The leanest honest script: pages used again, pictures blocked in the browser, rows read by selectolax."""

import asyncio

from playwright.async_api import Browser, BrowserContext, Error, Page, Playwright, async_playwright

from benchmarks.collecting.pages import Rows
from benchmarks.collecting.runners.job import Job, rows_in, run

PAGES = 5
_MOMENT_S = 0.1
_UNNEEDED = ["*.png", "*.woff2", "*.css", "*/count.js"]


async def opened(playwright: Playwright, job: Job) -> Browser:
    """The browser of the job."""
    return await playwright.chromium.launch(executable_path=job.browser, args=job.arguments)


async def lean_page(context: BrowserContext) -> Page:
    """A page that loads documents, scripts and data only."""
    page = await context.new_page()
    events = await context.new_cdp_session(page)
    await events.send("Network.enable")
    await events.send("Network.setBlockedURLs", {"urls": _UNNEEDED})
    return page


async def visited(page: Page, url: str) -> Rows:
    """The rows that the page at `url` shows, asked for up to five times."""
    for remaining in reversed(range(5)):
        try:
            reply = await page.goto(url, wait_until="commit")
            if reply is not None and reply.status < 500:
                await page.wait_for_selector("tr.scan", state="attached")
                return rows_in(await page.content())
        except Error:
            if not remaining:
                raise
            await asyncio.sleep(_MOMENT_S)  # until the browser has shown its own page about the error
    raise RuntimeError(f"no rows at {url}")


async def collect(job: Job) -> None:
    """Does the job."""
    waiting, rows = job.numbers[::-1], {}
    async with async_playwright() as playwright:
        browser = await opened(playwright, job)
        context = await browser.new_context()

        async def work() -> None:
            page = await lean_page(context)
            while waiting:
                number = waiting.pop()
                rows[number] = await visited(page, job.url(number))

        await asyncio.gather(*(work() for _ in range(PAGES)))
        await browser.close()
    job.deliver(rows)


if __name__ == "__main__":
    run(lambda job: asyncio.run(collect(job)))
