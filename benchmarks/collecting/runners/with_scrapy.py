"""Scrapy with scrapy-playwright as their documentation has it: a spider whose requests ask for a browser."""

from collections.abc import AsyncIterator
from typing import Any

import scrapy  # type: ignore[import-not-found]
from scrapy.crawler import CrawlerProcess  # type: ignore[import-not-found]
from scrapy_playwright.page import PageMethod  # type: ignore[import-not-found]

from benchmarks.collecting.runners.job import Job, rows_in, run

AT_ONCE = 6


def settings(job: Job) -> dict[str, Any]:
    """Scrapy's settings."""
    handler = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
    return {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": {"executable_path": job.browser, "args": job.arguments},
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": AT_ONCE,
        "PLAYWRIGHT_ABORT_REQUEST": _is_unneeded,
        "CONCURRENT_REQUESTS": AT_ONCE,
        "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE,
        "DOWNLOAD_DELAY": 0,
        "ROBOTSTXT_OBEY": False,
        "RETRY_TIMES": 3,
        "RETRY_EXCEPTIONS": ["playwright.async_api.Error", "playwright._impl._errors.Error"],
        "FEEDS": {f"{job.folder}/items.jsonl": {"format": "jsonlines"}},
        "LOG_LEVEL": "ERROR",
        "TELNETCONSOLE_ENABLED": False,
    }


def _is_unneeded(request: Any) -> bool:  # noqa: ANN401 - a Playwright request
    return request.resource_type in ("image", "font", "stylesheet", "media")


def work(job: Job) -> None:
    """Does the job."""
    found = {}

    class Parcels(scrapy.Spider):  # type: ignore[misc]
        name = "parcels"

        async def start(self) -> AsyncIterator[scrapy.Request]:
            for number in job.numbers:
                waits = [PageMethod("wait_for_selector", "tr.scan", state="attached")]
                meta = {"playwright": True, "playwright_page_methods": waits}
                yield scrapy.Request(job.url(number), meta=meta, cb_kwargs={"number": number})

        def parse(self, response: scrapy.http.Response, number: str) -> Any:  # noqa: ANN401
            found[number] = rows_in(response.text)
            yield {"number": number, "rows": found[number]}

    process = CrawlerProcess(settings(job))
    process.crawl(Parcels)
    process.start()
    job.deliver(found)


if __name__ == "__main__":
    run(work)
