"""The leanest way where rows come with the document: one open page asks for the others itself."""

import asyncio

from playwright.async_api import Page, async_playwright

from benchmarks.collecting.pages import Rows
from benchmarks.collecting.runners.job import Job, rows_in, run
from benchmarks.collecting.runners.with_lean_playwright import lean_page, opened, visited

AT_ONCE = 6
_FETCH = """async url => {
  for (let tries = 3; tries > 0; tries--) {
    const reply = await fetch(url).catch(() => null);
    if (reply && reply.ok) return await reply.text();
  }
  return '';
}"""


async def fetched(page: Page, url: str) -> Rows:
    """The rows at `url`, as the page gets them."""
    return rows_in(await page.evaluate(_FETCH, url))


async def collect(job: Job) -> None:
    """Does the job."""
    first, *waiting = job.numbers
    async with async_playwright() as playwright:
        browser = await opened(playwright, job)
        page = await lean_page(await browser.new_context())
        rows = {first: await visited(page, job.url(first))}

        async def work() -> None:
            while waiting:
                number = waiting.pop()
                rows[number] = await fetched(page, job.url(number))

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        await browser.close()
    job.deliver(rows)


if __name__ == "__main__":
    run(lambda job: asyncio.run(collect(job)))
