"""A program that keeps a browser open until it is killed: `python -m tests.browser.living OPTIONS`.

OPTIONS is JSON: arguments, profiles and endpoint, as `BrowserOptions` has them. It visits a synthetic portal
once and says "ready".
"""

import asyncio
import json
import signal
import sys
from pathlib import Path

from collector.browser import BrowserOptions, open_browser
from collector.visit import visit
from tests.browser.conftest import NOW, NUMBER, QUICK, Depot


async def _live(given):
    profiles = given.get("profiles")
    options = BrowserOptions(
        arguments=tuple(given.get("arguments", ())),
        profiles=Path(profiles) if profiles else None,
        endpoint=given.get("endpoint"),
    )
    async with open_browser(options) as browser:
        visited = await visit(
            browser, Depot(), NUMBER, language="en", clock=lambda: NOW, sleep=asyncio.sleep, limits=QUICK
        )
        print("ready", visited.outcome.value, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    # Whoever runs the tests in the background passes on that SIGINT is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asyncio.run(_live(json.loads(sys.argv[1])))
