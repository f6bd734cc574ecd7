"""What may be said of a broken page of an account once it is scrubbed: nothing personal, and all else.

The saved pages of a shop carry the owner's details below in the places where real pages have them. They are
looked for in every way they may be written.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, is_dataclass, replace
from urllib.parse import unquote

from scrapers.contract import LayoutChanged, Page, Reading
from scrapers.shop import Shop
from scrapers.words import Outcome, Role
from tests.fuzzing import Case
from tests.fuzzing.mutations import CRUSHING

#: Parts of the name, street, postcode and telephone of the owner of a shop's saved pages.
PLANTED = ("perpetua", "quindlethorpe", "vexillary", "73519", "6125550147")

_TAG = re.compile(r"<[^<>]*>")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def judge_scrubbing(case: Case) -> tuple[str, ...]:
    """Every promise that scrubbing breaks on the case's pages; none for a portal without accounts."""
    if not isinstance(case.portal, Shop):
        return ()
    try:
        once = case.portal.scrub(case.pages)
        twice = case.portal.scrub(once)
    except Exception as error:
        return (f"scrub raised {type(error).__name__}: {error}",)
    return tuple(_wrongs(case, once, twice))


def _wrongs(case: Case, once: Sequence[Page], twice: Sequence[Page]) -> Iterator[str]:
    if tuple(once) != tuple(twice):
        yield "scrubbing again changes more"
    if [page.role for page in once] != [page.role for page in case.pages]:
        yield "a page is gone, or is something else"
    if CRUSHING & set(case.mutations) or _texts_changed_keys(case):
        return
    for page in once:
        said = _spellings(page)
        yield from (f"{one!r} can be read in the scrubbed page" for one in PLANTED if one in said)
    before, after = _parsed(case.portal, case.pages), _parsed(case.portal, once)
    known = set(_texts(before))
    new = [text for text in _texts(after) if text not in known and not _is_hidden(text, known)]
    if new:
        yield f"{new[0]!r} is read from the scrubbed page alone"


def _texts_changed_keys(case: Case) -> bool:
    """Whether elements within the strings of a reply changed places: an address may then be anywhere."""
    return "html_elements" in case.mutations and case.sample.page.role is Role.PAYLOAD


def _parsed(shop: object, pages: Sequence[Page]) -> tuple[Reading, ...] | str:
    """What is read, or that nothing is: what was looked for may quote the page."""
    if not isinstance(shop, Shop):
        return ""
    try:
        return shop.parse(pages)
    except LayoutChanged:
        return "a changed layout"


def _texts(value: object) -> Iterator[str]:
    """Every text in readings, but for what they say of problems: with what is hidden, outcomes may go."""
    if isinstance(value, Reading):
        value = replace(value, problems=())
    if is_dataclass(value) and not isinstance(value, type):
        value = astuple(value)
    if isinstance(value, str) and not isinstance(value, Outcome):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from _texts(inner)


def _is_hidden(text: str, known: Iterable[str]) -> bool:
    """Whether a text is x's, a hidden number, one of the `known` with x's in it, or none at all."""
    if text in ("a changed layout", "0") or set(re.findall(r"\w", text)) <= {"x"}:
        return True
    return any(
        len(one) == len(text) and all(now in (was, "x") for was, now in zip(one, text, strict=True))
        for one in known
    )


def _spellings(page: Page) -> str:
    """Body, address and media type, also with what is escaped resolved, without tags, and run together."""
    found = []
    for text in (page.text, page.url, page.media_type):
        plain = text
        for _ in range(3):
            plain = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), unquote(html.unescape(plain)))
        found += [text, plain, _TAG.sub("", plain), re.sub(r"[\s().+-]", "", _TAG.sub("", plain))]
    return _folded("\n".join(found))


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
