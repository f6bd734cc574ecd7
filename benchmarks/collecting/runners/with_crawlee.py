"""Crawlee for Python as its documentation has it: a PlaywrightCrawler with a handler, and a data set.

`--tuned` blocks what is not needed and fixes how many pages are open, as its guides advise.
"""

import asyncio
import os
import sys

from crawlee import ConcurrencySettings  # type: ignore[import-not-found]
from crawlee.crawlers import (  # type: ignore[import-not-found]
    PlaywrightCrawler,
    PlaywrightCrawlingContext,
    PlaywrightPreNavCrawlingContext,
)

from benchmarks.collecting.runners.job import Job, rows_in, run

AT_ONCE = 6


async def collect(job: Job, *, tuned: bool) -> None:
    """Does the job."""
    fixed = ConcurrencySettings(min_concurrency=AT_ONCE, desired_concurrency=AT_ONCE, max_concurrency=AT_ONCE)
    crawler = PlaywrightCrawler(
        browser_type="chromium",
        headless=True,
        browser_launch_options={"executable_path": job.browser, "args": job.arguments},
        concurrency_settings=fixed if tuned else None,
        max_request_retries=3,
        configure_logging=False,
    )

    @crawler.router.default_handler  # type: ignore[untyped-decorator]
    async def handle(context: PlaywrightCrawlingContext) -> None:
        await context.page.wait_for_selector("tr.scan", state="attached")
        number = context.request.url.rpartition("=")[2]
        await context.push_data({"number": number, "rows": rows_in(await context.page.content())})

    if tuned:

        @crawler.pre_navigation_hook  # type: ignore[untyped-decorator]
        async def block(context: PlaywrightPreNavCrawlingContext) -> None:
            await context.block_requests(extra_url_patterns=["count.js"])

    await crawler.run([job.url(number) for number in job.numbers])
    found = await crawler.get_data(limit=None)
    job.deliver({one["number"]: one["rows"] for one in found.items})


def work(job: Job) -> None:
    """Does the job, with what Crawlee stores in the job's folder."""
    os.environ["CRAWLEE_STORAGE_DIR"] = job.folder
    asyncio.run(collect(job, tuned="--tuned" in sys.argv))


if __name__ == "__main__":
    run(work)
