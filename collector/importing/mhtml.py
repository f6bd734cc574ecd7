"""MHTML: a page a browser saved with all its parts, as mail is built. The first HTML part is the page."""

from email import message_from_bytes
from email.message import Message

from collector.importing.charset import as_utf8
from collector.importing.dates import header_date
from collector.importing.imported import NotImportable
from collector.importing.saved import addresses_in, checked_size
from collector.importing.visits import Saved
from scrapers.contract import Page
from scrapers.words import Role

_HTML = ("text/html", "application/xhtml+xml")
_JSON = ("application/json", "text/json")


def saved_mhtml(body: bytes) -> Saved:
    """The page and its JSON parts. Raises NotImportable for a file without an HTML part."""
    try:
        message = message_from_bytes(body)
        parts = [part for part in message.walk() if not part.is_multipart()]
    except RecursionError:
        raise NotImportable("the parts of the MHTML are nested too deeply") from None
    address = _header(message, "Snapshot-Content-Location")
    documents = [part for part in parts if part.get_content_type() in _HTML]
    if not documents:
        raise NotImportable("the MHTML holds no HTML page")
    page = _page(documents[0], Role.DOM, _header(documents[0], "Content-Location") or address)
    payloads = [
        _page(part, Role.PAYLOAD, _header(part, "Content-Location"))
        for part in parts
        if part.get_content_type() in _JSON
    ]
    urls = (address, page.url, *addresses_in(page.text))
    return Saved(
        (page, *payloads),
        tuple(dict.fromkeys(url for url in urls if url)),
        header_date(_header(message, "Date")),
    )


def _page(part: Message, role: Role, url: str) -> Page:
    content = part.get_payload(decode=True)
    body = content if isinstance(content, bytes) else b""
    return Page(role, url, part.get_content_type(), checked_size(as_utf8(body, _charset(part))))


def _charset(part: Message) -> str | None:
    charset = part.get_content_charset()
    return charset if isinstance(charset, str) else None


def _header(message: Message, name: str) -> str:
    return str(message.get(name, "")).strip()
