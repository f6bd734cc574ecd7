"""What one tab's page asked the network for, followed through the browser's own events.

Only the main document and the portal's own data requests are followed; of the rest only what was blocked is
remembered. Holds no browser: it is fed the events of Chromium's Network domain.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

Event = Mapping[str, Any]

#: Chromium reports these replies as failed (ERR_ABORTED) once their headers are there.
_WITHOUT_BODY = frozenset({204, 205})


@dataclass(slots=True)
class Exchange:
    """One request and what came of it. `size` counts decoded bytes; `failure` is Chromium's ERR_… name.

    abandoned  the page itself gave the request up, or the browser left the page
    headers    with lower-case names
    """

    request_id: str
    url: str
    is_document: bool
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = ""
    size: int = 0
    state: Literal["pending", "finished", "failed", "abandoned"] = "pending"
    failure: str | None = None
    body: bytes | None = None

    @property
    def announced_size(self) -> int:
        """The larger of what arrived and what `Content-Length` says will arrive, in bytes."""
        return max(self.size, _announced(self.headers))

    @property
    def bare_url(self) -> str:
        """The URL without query and fragment."""
        return bare(self.url)


def bare(url: str) -> str:
    """`url` without query and fragment."""
    return re.split(r"[?#]", url, maxsplit=1)[0]


def host_of(url: str) -> str:
    """The host of `url` in lower case, empty if it has none or cannot be read."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


class Traffic:
    """The followed exchanges of one tab.

    changed       set whenever one of them ends
    flooded       set as soon as something is larger than may be: `too_large`, `too_much`
    loaded_bytes  all that was received, followed or not, decoded; or the one reply that announced more
    loaders       ids of the documents opened; what those in `past` ask for is not followed
    """

    def __init__(
        self,
        main_frame: str,
        payloads: Iterable[str],
        page_bytes: int,
        *,
        visit_bytes: int | None = None,
        past: frozenset[str] = frozenset(),
    ) -> None:
        self.changed = asyncio.Event()
        self.flooded = asyncio.Event()
        self.crashed = False
        self.document: Exchange | None = None
        self.payloads: list[Exchange] = []
        self.blocked_hosts: set[str] = set()
        self.loaded_bytes = 0
        self.loaders: set[str] = set()
        self._visit_bytes = visit_bytes
        self._past = past
        self._main_frame = main_frame
        self._globs = tuple(_pattern(glob) for glob in payloads)
        self._page_bytes = page_bytes
        self._followed: dict[str, Exchange] = {}
        self._others: dict[str, str] = {}

    @property
    def pending(self) -> list[Exchange]:
        """The data requests still under way."""
        return [exchange for exchange in self.payloads if exchange.state == "pending"]

    @property
    def too_large(self) -> Exchange | None:
        """The first followed exchange over the size limit, None if all are within."""
        followed = (exchange for exchange in (self.document, *self.payloads) if exchange is not None)
        return next((e for e in followed if e.announced_size > self._page_bytes), None)

    @property
    def too_much(self) -> bool:
        """Whether all that was loaded exceeds the limit, however it is divided."""
        return self._visit_bytes is not None and self.loaded_bytes > self._visit_bytes

    def will_be_sent(self, event: Event) -> None:
        """Network.requestWillBeSent; a redirect is a second one under the same id."""
        request_id, url = str(event["requestId"]), str(event["request"]["url"])
        self._leave(request_id)
        if event.get("loaderId") in self._past:
            self._others[request_id] = url
            return
        if event.get("type") == "Document":
            self.loaders.add(str(event.get("loaderId") or request_id))
        is_document = event.get("type") == "Document" and event.get("frameId") == self._main_frame
        exchange = Exchange(request_id, url, is_document)
        if is_document:
            self.document = exchange
        elif event["request"].get("method") != "OPTIONS" and self._is_payload(url):
            self.payloads.append(exchange)
        else:
            self._others[request_id] = url
            return
        self._followed[request_id] = exchange

    def response_received(self, event: Event) -> None:
        """Network.responseReceived."""
        exchange = self._followed.get(event["requestId"])
        response = event["response"]
        if exchange is None:
            self._notice_announced(event.get("type"), response)
            return
        exchange.status = int(response["status"])
        exchange.headers = _lower(response)
        exchange.media_type = str(response.get("mimeType") or "")
        self._notice_size(exchange)

    def data_received(self, event: Event) -> None:
        """Network.dataReceived."""
        self.loaded_bytes += int(event["dataLength"])
        if self.too_much:
            self.flooded.set()
        exchange = self._followed.get(event["requestId"])
        if exchange is not None:
            exchange.size += int(event["dataLength"])
            self._notice_size(exchange)

    def finished(self, event: Event) -> None:
        """Network.loadingFinished."""
        self._others.pop(event["requestId"], None)
        exchange = self._followed.get(event["requestId"])
        if exchange is not None:
            exchange.state = "finished"
            self.changed.set()

    def failed(self, event: Event) -> None:
        """Network.loadingFailed."""
        exchange = self._followed.get(event["requestId"])
        url = self._others.pop(event["requestId"], "") if exchange is None else exchange.url
        if event.get("blockedReason"):
            self.blocked_hosts.add(host_of(url))
        if exchange is not None and exchange.status in _WITHOUT_BODY:
            exchange.state, exchange.body = "finished", b""
            self.changed.set()
        elif exchange is not None:
            exchange.failure = str(event.get("errorText") or "").removeprefix("net::") or "ERR_FAILED"
            given_up = event.get("canceled") or exchange.failure == "ERR_ABORTED"
            exchange.state = "abandoned" if given_up else "failed"
            self.changed.set()

    def note_crash(self, _: object) -> None:
        """The page's process has died."""
        self.crashed = True
        self.changed.set()

    def _is_payload(self, url: str) -> bool:
        return any(glob.fullmatch(bare(url)) for glob in self._globs)

    def _leave(self, request_id: str) -> None:
        """Forgets the hop a redirect came from: its successor is what the request now means."""
        earlier = self._followed.pop(request_id, None)
        if earlier in self.payloads:
            self.payloads.remove(earlier)

    def _notice_size(self, exchange: Exchange) -> None:
        if exchange.announced_size > self._page_bytes:
            self.flooded.set()

    def _notice_announced(self, kind: object, response: Event) -> None:
        """What is announced counts as if it had come; films are only loaded in part."""
        if kind != "Media":
            self.loaded_bytes = max(self.loaded_bytes, _announced(_lower(response)))
            if self.too_much:
                self.flooded.set()


def _lower(response: Event) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in response.get("headers", {}).items()}


def _announced(headers: Mapping[str, str]) -> int:
    announced = headers.get("content-length", "")
    return int(announced[:15]) if announced.isascii() and announced.isdigit() else 0


def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in glob.split("*")), re.DOTALL)
