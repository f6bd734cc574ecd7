"""Requests to the simulated portals within this process, with redirects and cookies as a browser has them."""

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urljoin, urlsplit

from fixtures import messages
from fixtures.messages import Answer
from fixtures.play.stage import Stage

_MOVED = (301, 302, 303, 307, 308)
#: Chromium gives up after so many redirects.
_REDIRECTS = 20


@dataclass(frozen=True, slots=True)
class Got:
    """The last answer to a request, and the address that gave it; `around`: redirected without end."""

    url: str
    answer: Answer
    around: bool = False


@dataclass(slots=True)
class Wire:
    """One visitor's requests. `jar` holds its cookies, for every host alike."""

    stage: Stage
    jar: dict[str, str] = field(default_factory=dict)

    def get(self, url: str) -> Got:
        """A page, redirects followed."""
        for _ in range(_REDIRECTS):
            answer = self.ask(url)
            target = answer.header("Location")
            if answer.status not in _MOVED or answer.ending != "whole" or target is None:
                return Got(url, answer)
            url = urljoin(url, target)
        return Got(url, answer, around=True)

    def ask(
        self, url: str, method: str = "GET", body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        """The answer to one request; its cookies are kept."""
        parts = urlsplit(url)
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())}
        sent = {**(cookies if self.jar else {}), **(headers or {})}
        lines = [
            f"{method} {target} HTTP/1.1",
            f"Host: {parts.netloc}",
            *(f"{n}: {v}" for n, v in sent.items()),
        ]
        head = "\r\n".join([*lines, "", ""]).encode()
        answer = self.stage.answer(messages.request_from(0, head, secure=True, body=body))
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                self.jar.update({key: morsel.value for key, morsel in SimpleCookie(value).items()})
        return answer
