"""A page saved from a browser, or a payload saved from its network panel, as pages."""

import json
import re
from collections.abc import Mapping
from typing import Any

from collector.importing.charset import as_utf8
from collector.importing.dates import header_date
from collector.importing.imported import MAX_PAGE_BYTES, NotImportable
from collector.importing.visits import Saved
from scrapers.contract import Page
from scrapers.select import maybe, tree
from scrapers.words import Role

_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d{1,6}\)(\S{1,8000})\s*-->")
_SAVED_FROM_WITHIN = 16_384
_ADDRESSES = (("link[rel=canonical]", "href"), ('meta[property="og:url"]', "content"))


def saved_html(body: bytes) -> Saved:
    """The saved page, with the addresses it names: the browser's remark, its canonical link, its og:url."""
    body = checked_size(as_utf8(body))
    urls = addresses_in(Page(Role.DOM, "", "text/html", body).text)
    return Saved((Page(Role.DOM, next(iter(urls), ""), "text/html", body),), urls)


def saved_payload(body: bytes, data: object) -> Saved:
    """The saved payload. `data` is its JSON, None for JSONP. A reply saved with its headers is unwrapped."""
    if isinstance(data, dict) and _is_reply(data):
        return _reply(data)
    media_type = "text/javascript" if data is None else "application/json"
    return Saved((Page(Role.PAYLOAD, "", media_type, checked_size(body)),))


def addresses_in(html: str) -> tuple[str, ...]:
    """The addresses a page names as its own, surest first."""
    found = [match[1] for match in _SAVED_FROM.finditer(html, 0, _SAVED_FROM_WITHIN)]
    document = tree(html)
    for selector, attribute in _ADDRESSES:
        node = maybe(document, selector)
        address = node.attributes.get(attribute) if node is not None else None
        if address:
            found.append(address.strip())
    return tuple(dict.fromkeys(found))


def checked_size(body: bytes) -> bytes:
    """`body`, if it is small enough for a page. Raises NotImportable."""
    if len(body) > MAX_PAGE_BYTES:
        raise NotImportable(f"a page in it is larger than {MAX_PAGE_BYTES // 1024**2} MB")
    return body


def _is_reply(data: Mapping[str, Any]) -> bool:
    return (
        isinstance(data.get("status"), int)
        and isinstance(data.get("headers"), dict | list)
        and isinstance(data.get("body"), dict | list | str)
    )


def _reply(data: Mapping[str, Any]) -> Saved:
    headers = _headers(data["headers"])
    media_type = str(headers.get("content-type", "application/json")).partition(";")[0].strip().lower()
    body = checked_size(_text(data["body"]).encode("utf-8", errors="replace"))
    url = data["url"] if isinstance(data.get("url"), str) else ""
    role = Role.DOM if media_type == "text/html" else Role.PAYLOAD
    page = Page(role, url, media_type, body, data["status"])
    return Saved((page,), (url,) if url else (), header_date(headers.get("date")))


def _text(body: object) -> str:
    try:
        return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    except RecursionError:
        raise NotImportable("the JSON is nested too deeply") from None


def _headers(headers: dict[str, object] | list[object]) -> dict[str, object]:
    """Headers by lower-case name, from an object or from pairs."""
    if isinstance(headers, dict):
        return {name.lower(): value for name, value in headers.items()}
    pairs = [pair for pair in headers if isinstance(pair, list) and len(pair) == 2]
    return {name.lower(): value for name, value in pairs if isinstance(name, str)}
