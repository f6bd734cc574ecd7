"""What one writes first: a fresh page for every number, one after the other, everything loaded."""

import asyncio

from playwright.async_api import Error, async_playwright

from benchmarks.collecting.runners.job import Job, rows_in, run
from benchmarks.collecting.runners.with_lean_playwright import opened


async def collect(job: Job) -> None:
    """Does the job."""
    rows = {}
    async with async_playwright() as playwright:
        browser = await opened(playwright, job)
        for number in job.numbers:
            while number not in rows:
                page = await browser.new_page()
                try:
                    reply = await page.goto(job.url(number))
                    if reply is not None and reply.ok:
                        await page.wait_for_selector("tr.scan")
                        rows[number] = rows_in(await page.content())
                except Error:
                    pass
                finally:
                    await page.close()
        await browser.close()
    job.deliver(rows)


if __name__ == "__main__":
    run(lambda job: asyncio.run(collect(job)))
