"""What an open tab may reach: its portal's hosts and nothing else. What more its page asked for is noted.

No single means of the browser holds for everything, so there are three here, and none costs the page its
cache, as intercepting every request would:

- `Network.setBlockedURLs` for what documents load (see `blocking`),
- `Fetch` for documents, frames, data requests and beacons: it holds for redirects and a page's workers too,
- a stand-in for web sockets that lead elsewhere, in place before any script of the page.

Frames that the browser runs in a process of their own, and workers, are held until the same list holds for
them. What a shared worker asks for, and a worker's web sockets, only the browser as a whole can refuse: see
`starting.wall`.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import playwright.async_api as pw

from collector.browser.blocking import url_patterns, wildcards
from collector.browser.parting import silenced
from collector.browser.traffic import Event, host_of
from scrapers.contract import Portal

_LOG = logging.getLogger(__name__)

_DECIDED = ("Document", "XHR", "Fetch", "EventSource", "Ping")
#: How long workers may take to end: one that is too busy to hear of it is also too busy to ask for anything.
_WORKERS_SECONDS = 0.5
_POLL_SECONDS = 0.005
_WEB = frozenset({"http", "https"})
#: In place of a web socket to a stranger: one that fails. The host is told by a request that is refused and
#: listed like any other. Playwright's own way, `route_web_socket`, answers by calls into the page that pass
#: for the act of a person: after it a page may open windows, and those no guard holds.
#: What it relies on it takes before the page's scripts can replace it.
_NO_SOCKETS = """(own => {
  const real = window.WebSocket, Address = URL, {construct} = Reflect, ask = window.fetch;
  const part = name => Object.getOwnPropertyDescriptor(URL.prototype, name).get;
  const read = Function.prototype.call.bind(Function.prototype.call);
  const hostname = part('hostname'), host = part('host');
  const isOwn = name => {
    for (let n = 0; n < own.length; n++) if (own[n] === name) return true;
    return false;
  };
  const failed = () => {
    const socket = new EventTarget();
    Object.assign(socket, {readyState: 3, bufferedAmount: 0, close() {}, send() {}});
    setTimeout(() => {
      for (const name of ['error', 'close']) {
        const event = new Event(name);
        socket.dispatchEvent(event);
        if (typeof socket['on' + name] === 'function') socket['on' + name](event);
      }
    });
    return socket;
  };
  const standIn = new Proxy(real, {construct(_, given, target) {
    const text = `${given[0]}`, url = new Address(text, location.href);
    if (isOwn(read(hostname, url))) return construct(real, [text, given[1] ?? []], target);
    ask('https://' + read(host, url) + '/', {mode: 'no-cors'}).catch(() => 0);
    return failed();
  }});
  window.WebSocket = real.prototype.constructor = standIn;
})(%s)"""


class Guard:
    """Keeps one tab within its portal's hosts.

    blocked_hosts  asked for and refused since `begin`
    has_company    whether frames or workers with processes of their own were admitted since then
    led_to         a foreign host (or URL without one) the tab itself was led to since then, None if to none
    hosts          all it may load from
    on_data        told of what frames and workers with processes of their own receive (Network.dataReceived)
    """

    def __init__(self, page: pw.Page, events: pw.CDPSession, main_frame: str, portal: Portal) -> None:
        self.blocked_hosts: set[str] = set()
        self.has_company = False
        self.led_to: str | None = None
        self.on_data: Callable[[Event], None] | None = None
        self._page = page
        self._events = events
        self._main_frame = main_frame
        self._navigable = frozenset(portal.hosts)
        self.hosts = frozenset((*portal.hosts, *portal.resource_hosts))
        self._messages = 0
        self._company: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Forget what was refused so far."""
        self.blocked_hosts = set()
        self.has_company = False
        self.led_to = None

    async def start(self, page_bytes: int) -> None:
        """Put everything in place; also bounds what the browser keeps of what the page loads."""
        events = self._events
        events.on("Fetch.requestPaused", lambda event: self._spawn(self._decide(event)))
        events.on("Target.attachedToTarget", lambda event: self._spawn(self._admit(event)))
        events.on("Target.detachedFromTarget", lambda event: self._company.discard(str(event["sessionId"])))
        events.on("Target.receivedMessageFromTarget", self._overhear)
        buffers = {"maxResourceBufferSize": page_bytes, "maxTotalBufferSize": 4 * page_bytes}
        await events.send("Network.enable", buffers)
        try:
            await events.send("Network.setBlockedURLs", self._blocked_urls())
        except pw.Error:  # browsers before 2025 know wildcards only, and no exceptions to them
            await events.send("Network.setBlockedURLs", {"urls": wildcards()})
        patterns = [{"urlPattern": "*", "resourceType": kind} for kind in _DECIDED]
        await events.send("Fetch.enable", {"patterns": patterns})
        attach = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": False}
        await events.send("Target.setAutoAttach", attach)
        await self._page.add_init_script(_NO_SOCKETS % json.dumps(sorted(self.hosts)))

    async def part(self, seconds: float, hosts: Iterable[str] = ()) -> bool:
        """Makes the page ready to be left or closed: it asks nobody but `hosts`, and its workers end.

        Whether it could be told in time. A worker that does not end is for `starting.wall`.
        """
        if not await silenced(self._events, self._main_frame, seconds, hosts):
            return False
        with suppress(pw.Error, TimeoutError):
            async with asyncio.timeout(_WORKERS_SECONDS):
                await self._dismiss()
        return True

    def _blocked_urls(self) -> dict[str, Any]:
        return {"urlPatterns": url_patterns(sorted(self.hosts))}

    async def _decide(self, event: Event) -> None:
        """Fetch.requestPaused: lets a request pass or fails it."""
        url, request_id = str(event["request"]["url"]), str(event["requestId"])
        host = host_of(url)
        navigates = event.get("resourceType") == "Document" and event.get("frameId") == self._main_frame
        allowed = self._navigable if navigates else self.hosts
        if urlsplit(url).scheme in _WEB and host in allowed:
            await self._events.send("Fetch.continueRequest", {"requestId": request_id})
            return
        self.blocked_hosts.add(host)
        if navigates:
            self.led_to = host or url[:80]
        refusal = {"requestId": request_id, "errorReason": "BlockedByClient"}
        await self._events.send("Fetch.failRequest", refusal)

    async def _admit(self, event: Event) -> None:
        """Target.attachedToTarget: a frame or worker with a process of its own waits to be told to go on."""
        self.has_company = True
        session = str(event["sessionId"])
        self._company.add(session)
        await self._tell(session, "Network.enable", maxTotalBufferSize=0, maxResourceBufferSize=0)
        await self._tell(session, "Network.setBlockedURLs", **self._blocked_urls())
        await self._tell(session, "Runtime.runIfWaitingForDebugger")

    async def _dismiss(self) -> None:
        """Ends workers, and waits until they have gone with the frames."""
        for session in tuple(self._company):
            await self._tell(session, "Runtime.evaluate", expression="self.close()")
        while self._company:  # noqa: ASYNC110 - it changes by what the browser tells, within milliseconds
            await asyncio.sleep(_POLL_SECONDS)

    async def _tell(self, session: str, method: str, **parameters: object) -> None:
        self._messages += 1
        message = json.dumps({"id": self._messages, "method": method, "params": parameters})
        await self._events.send("Target.sendMessageToTarget", {"sessionId": session, "message": message})

    def _overhear(self, event: Event) -> None:
        """Target.receivedMessageFromTarget: what frames and workers with processes of their own ask for."""
        said: Mapping[str, Any] = json.loads(event["message"])
        parameters = said.get("params", {})
        match said.get("method"):
            case "Network.requestWillBeSent":
                self._note_foreign(str(parameters["request"]["url"]))
            case "Network.webSocketCreated":
                self._note_foreign(str(parameters["url"]))
            case "Network.dataReceived" if self.on_data is not None:
                self.on_data(parameters)

    def _note_foreign(self, url: str) -> None:
        host = host_of(url)
        if host and host not in self.hosts:
            self.blocked_hosts.add(host)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(self._quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except pw.Error as error:  # the tab, the frame or the request has gone meanwhile
            _LOG.debug("a request was decided too late: %s", error.message)
