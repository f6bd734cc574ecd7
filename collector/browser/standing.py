"""A page that stays open on its portal's host, so that later numbers can be asked for from within it.

A page of the portal was visited there and has led itself to an empty one, which keeps its origin: nothing of
the portal runs on or asks on. What is asked for goes with its cookies, through the page's guard as before.
"""

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import playwright.async_api as pw

from collector.browser.parting import isolated_world
from collector.browser.tab import EMPTY, Tab

_LOG = logging.getLogger(__name__)

#: It is replaced after so many requests; the driver keeps something of every one until its page closes.
_USES = 500
_LEAVE = f"location.replace('{EMPTY}')"


@dataclass(slots=True)
class Standing:
    """An open page on `origin`. `is_spent`: whoever uses it now is the last to."""

    page: pw.Page
    events: pw.CDPSession
    origin: str
    world: int
    users: int = 0
    uses: int = 0
    is_spent: bool = False

    @contextmanager
    def used(self) -> Iterator[None]:
        """While this lasts, it is not closed."""
        self.users += 1
        self.uses += 1
        self.is_spent = self.is_spent or self.uses >= _USES
        try:
            yield
        finally:
            self.users -= 1

    async def evaluated(self, function: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever it gives
        """What the asynchronous `function` gives, apart from whatever the page itself may have changed."""
        given = ", ".join(json.dumps(one) for one in arguments)
        call = {
            "expression": f"({function})({given})",
            "contextId": self.world,
            "awaitPromise": True,
            "returnByValue": True,
        }
        reply = await self.events.send("Runtime.evaluate", call)
        return reply["result"].get("value")


async def stand(tab: Tab, seconds: float) -> Standing | None:
    """Leads an open page of a portal to an empty one of the same origin; None where that does not go well.

    The empty page has the policy of the one before: both may ask for what the portal's hosts have.
    """
    parts = urlsplit(tab.page.url)
    try:
        async with asyncio.timeout(seconds):
            if not await tab.guard.part(seconds, tab.guard.hosts):
                return None
            leaving = await isolated_world(tab.events, tab.frame)
            await tab.events.send("Runtime.evaluate", {"expression": _LEAVE, "contextId": leaving})
            await tab.page.wait_for_url(EMPTY, wait_until="commit")
            world = await isolated_world(tab.events, tab.frame)
    except (pw.Error, TimeoutError) as error:
        _LOG.debug("a page is not kept open: %s", error or type(error).__name__)
        return None
    return Standing(tab.page, tab.events, f"{parts.scheme}://{parts.netloc}", world)
