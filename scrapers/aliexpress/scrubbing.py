"""AliExpress' account pages with everything personal made unreadable, before they are stored and parsed.

The rule is to keep what is known to be harmless and needed, never to look for what is harmful. What is kept:

data replies  the keys that `scrub_keys` names: those the parser reads and a report of a changed layout needs.
              Of any other key the text becomes x's of equal length and a long number 0. Structure, types and
              short numbers stay. Replies of services without rules keep their name and their error code.
pages         tags, classes and ids; texts where `scrub_rules` says so; elsewhere only the shop's own labels
              (`scrub_labels`). On a page nobody knows nothing else is readable. What was typed into fields,
              comments, and what inline scripts and styles hold are gone: the parser reads no script, for the
              pages' data come in replies of their own. Of a script those words stay by which a check for
              people is known, and blanks for the rest, because the size of a page tells a refusal, too.
addresses     host, known paths, the order asked for; of a request its order, time zone, language, tab and
              page number (`scrub_urls`). Signatures, tokens, time stamps and traces of sharing are gone.
collected     titles, shops, prices, dates, states, numbers of orders and parcels, carriers, events, places:
              what the owner wants to have. They stay, with one exception. What was recognised anywhere in the
              visit's pages as the owner's name, address, telephone, postcode or e-mail address
              (`scrub_gather`) is made x's there, too: any two words of a name, or neighbours in an address,
              that stand together, and in prose about a parcel a single part of a name where it begins with a
              capital. A town or a title that shares one word with a name stays, and so do dates, prices and
              numbers. In that prose whatever follows words such as "signed by" or "left at" is x'ed.
anything else text that is none of this: x's but for labels. Pictures and other bytes: nothing at all.

A reply cut short, JSON or markup nested absurdly deep, and markup that never reads back as it was written
are text of no known kind. A postcode of fewer than five characters is too short to be looked for elsewhere.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from scrapers.aliexpress.scrub_gather import gather_page, gather_reply, gather_text
from scrapers.aliexpress.scrub_labels import COMMON_WORDS
from scrapers.aliexpress.scrub_markup import written
from scrapers.aliexpress.scrub_payloads import TooDeep, scrubbed_reply
from scrapers.aliexpress.scrub_texts import shown
from scrapers.aliexpress.scrub_urls import cleaned_url
from scrapers.contract import Page
from scrapers.payload import PayloadError, document
from scrapers.scrubbing import Gathered, Personal
from scrapers.select import tree
from scrapers.words import Role

_MARKUP = re.compile(r"<[a-zA-Z!/?]")
_BEGINNING = re.compile(r"<html[\s>]", re.IGNORECASE)
_END = re.compile(r"</html\s*>", re.IGNORECASE)
_NESTING = re.compile(r"[<>{}\[\]]")
_MEDIA_TYPE = re.compile(
    r"[a-z]{1,20}/[a-z0-9.+-]{1,60}(?:; ?charset=[a-z0-9-]{1,20})?(?=;|$)", re.IGNORECASE
)
_NO_TEXT = re.compile(r"image/|audio/|video/|font/|application/(?:pdf|zip|gzip|wasm)", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffd]")
#: One character in so many may be none.
_DAMAGED = 10
#: How often markup is written and read again before it is given up.
_ROUNDS = 6
_GROWTH = 3


def scrub(pages: Sequence[Page]) -> tuple[Page, ...]:
    """`pages` with everything personal replaced, addresses included. Scrubbed pages come back as they are."""
    found = Gathered()
    for page in pages:
        _gather(page, found)
    personal = found.personal(COMMON_WORDS)
    return tuple(_page(page, personal) for page in pages)


def _page(page: Page, personal: Personal) -> Page:
    media_type = _MEDIA_TYPE.match(page.media_type.strip())
    url = cleaned_url(page.url)
    text = _text(page)
    body = "" if text is None else _body(text, personal, url)
    return replace(
        page,
        url=url,
        media_type=media_type[0] if media_type else "application/octet-stream",
        body=body.encode("utf-8", "replace"),
    )


def _text(page: Page) -> str | None:
    """The body as text, None where it is something else."""
    if page.role is Role.SCREENSHOT or _NO_TEXT.match(page.media_type.strip()):
        return None
    text = page.text
    return None if len(_CONTROL.findall(text)) * _DAMAGED > len(text) else text


def _gather(page: Page, found: Gathered) -> None:
    text = _text(page)
    value = None if text is None else _json(text)
    if text is None:
        return
    if value is not None:
        gather_reply(value, found)
    elif _MARKUP.search(text):
        root = tree(text).root
        if root is not None:
            gather_page(root, found)
    else:
        gather_text(text, found)


def _body(text: str, personal: Personal, url: str) -> str:
    value = _json(text)
    try:
        if value is not None:
            return scrubbed_reply(text, value, personal, url)
        if _MARKUP.search(text):
            return _markup(text, personal, url)
    except TooDeep:
        pass
    return _plain(text)


def _json(text: str) -> object:
    """The object or list `text` is, as JSON or JSONP; None if it is none."""
    try:
        value = document(text)
    except PayloadError:
        return None
    return value if isinstance(value, dict | list) else None


def _markup(text: str, personal: Personal, url: str) -> str:
    """`text` written anew until it reads back as it was written. Raises TooDeep if it never does."""
    before, most, is_cut = "", _GROWTH * len(text) + 10_000, _is_cut(text)
    for _ in range(_ROUNDS):
        root = tree(text).root
        if root is None or root.css_first("body, frameset") is None or len(text) > most:
            raise TooDeep
        before, text = text, written(root, personal, url)
        if text == before:  # a page that was cut must not look whole
            return text.removesuffix("</html>") if is_cut else text
    raise TooDeep


def _is_cut(text: str) -> bool:
    """Whether a document begins here that does not end; a piece of a page does neither."""
    return _BEGINNING.search(text) is not None and _END.search(text) is None


def _plain(text: str) -> str:
    """`text` line by line: labels, and x's for all else. It can no more be taken for markup or data."""
    lines = _NESTING.sub(" ", text).split("\n")
    return "\n".join(shown("own", line, Personal()) for line in lines)
