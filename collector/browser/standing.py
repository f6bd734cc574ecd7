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

_LOG = logging.getLogger(__name__)

#: It is replaced after so many requests; the driver keeps something of every one until its page closes.
_USES = 500
_EMPTY = "about:blank"
_LEAVE = "location.replace('about:blank')"


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


async def stand(page: pw.Page, events: pw.CDPSession, frame: str, seconds: float) -> Standing | None:
    """Leads an open page of a portal to an empty one of the same origin; None where that does not go well."""
    parts = urlsplit(page.url)
    try:
        async with asyncio.timeout(seconds):
            leaving = await _world(events, frame)
            await events.send("Runtime.evaluate", {"expression": _LEAVE, "contextId": leaving})
            await page.wait_for_url(_EMPTY, wait_until="commit")
            world = await _world(events, frame)
    except (pw.Error, TimeoutError) as error:
        _LOG.debug("a page is not kept open: %s", error or type(error).__name__)
        return None
    return Standing(page, events, f"{parts.scheme}://{parts.netloc}", world)


async def _world(events: pw.CDPSession, frame: str) -> int:
    """Where our scripts run apart from the page's own."""
    made = await events.send("Page.createIsolatedWorld", {"frameId": frame})
    return int(made["executionContextId"])
