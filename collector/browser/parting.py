"""How an open page is made ready to go: before it is left or closed, it can ask for nothing any more.

While a browser puts one page in the place of another, the first lives on for a moment that no guard holds. So
the page is told before, by a policy that it cannot take back, what it may still load: nothing, as a rule.
Where a tab keeps its frame for the next number, that is not needed, and would take a seventh of a visit.
"""

import asyncio
import json
import logging
from collections.abc import Iterable

import playwright.async_api as pw

_LOG = logging.getLogger(__name__)

#: A policy counts from the moment it is in a document's head, whatever becomes of its element. Then all that
#: the page shows goes, and the frames in it end while their guard still holds; and what it kept in its tab.
_SILENCE = """(policy => {
  const made = name => document.createElementNS('http://www.w3.org/1999/xhtml', name);
  if (!document.head) {
    document.replaceChildren();
    document.append(made('html'));
    document.documentElement.append(made('head'));
  }
  document.head.append(Object.assign(made('meta'), {httpEquiv: 'Content-Security-Policy', content: policy}));
  document.replaceChildren();
  try { window.name = ''; sessionStorage.clear() } catch {}
  return true;
})(%s)"""


async def isolated_world(events: pw.CDPSession, frame: str) -> int:
    """Where our scripts run in `frame` apart from the page's own, which can change nothing in it."""
    made = await events.send("Page.createIsolatedWorld", {"frameId": frame})
    return int(made["executionContextId"])


async def silenced(events: pw.CDPSession, frame: str, seconds: float, hosts: Iterable[str] = ()) -> bool:
    """Whether the page that `frame` shows could be told to ask nobody but `hosts` from now on."""
    allowed = " ".join(f"https://{host}" for host in sorted(hosts)) or "'none'"
    call = {"expression": _SILENCE % json.dumps(f"default-src {allowed}"), "returnByValue": True}
    try:
        async with asyncio.timeout(seconds):
            call["contextId"] = await isolated_world(events, frame)
            reply = await events.send("Runtime.evaluate", call)
    except (pw.Error, TimeoutError) as error:
        _LOG.debug("a page could not be silenced: %s", error or type(error).__name__)
        return False
    return reply["result"].get("value") is True
