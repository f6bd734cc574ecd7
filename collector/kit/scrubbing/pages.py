"""The pages of one visit, scrubbed together: what is personal on one is hidden on all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from collector.kit.scrubbing.assembling import scrubber_for
from collector.kit.scrubbing.invented import Numbers, numbers_for
from collector.kit.scrubbing.markup import NoMarkup, scrubbed_page, scrubbed_part
from collector.kit.scrubbing.masking import mask
from collector.kit.scrubbing.replies import NoReply, masked_lines, scrubbed_reply
from collector.kit.scrubbing.scrubber import Scrubber
from scrapers.contract import Page, Portal, Reading
from scrapers.scrubbing import undisguised
from scrapers.shop import Shop
from scrapers.words import Role

#: Times that pages are scrubbed, at most, until nothing changes more.
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """Scrubbed pages.

    number   the invented number that stands for the one asked for
    numbers  which numbers stand for which
    found    how often something was replaced, by kind
    """

    pages: tuple[Page, ...]
    number: str
    numbers: Numbers
    found: Counter[str]


def scrub(portal: Portal, number: str, pages: Sequence[Page]) -> Scrubbed:
    """`pages` of a visit that asked `portal` for `number`, without screenshots, fit to be shown."""
    pages = [page for page in pages if page.role in (Role.DOM, Role.PAYLOAD)]
    if isinstance(portal, Shop):
        pages = list(portal.scrub(pages))
    readings = readings_of(portal, pages)
    numbers = numbers_for(portal.name, _known(portal, number, pages, readings), map(_plain, pages))
    if isinstance(portal, Shop):
        made = tuple(_numbered(page, numbers) for page in pages)
        return Scrubbed(
            made, numbers.replaced(number), numbers, Counter({"tracking numbers": len(numbers.invented)})
        )
    made, found = _once(portal, pages, readings, numbers)
    for _ in range(_ROUNDS):  # what was read of scripts and styles that are gone is read no more
        before = made
        made, _ = _once(portal, before, readings_of(portal, before), numbers)
        if made == before:
            break
    is_number = any(map(str.isdigit, number))
    return Scrubbed(made, numbers.replaced(number) if is_number else mask(number), numbers, found)


def _once(
    portal: Portal, pages: Sequence[Page], readings: Sequence[Reading], numbers: Numbers
) -> tuple[tuple[Page, ...], Counter[str]]:
    """`pages` scrubbed by what `readings` say, and how often something was replaced, by kind."""
    scrubber = scrubber_for(portal, pages, readings, numbers)
    made = tuple(_page(page, scrubber) for page in pages)
    return made, Counter({kind: count for kind, count in scrubber.found.items() if count})


def readings_of(portal: Portal, pages: Sequence[Page]) -> tuple[Reading, ...]:
    """What `portal` reads; nothing where the pages are in no known state, or its parser fails on them."""
    try:
        return portal.parse(pages)
    except Exception:  # LayoutChanged, or a bug: a report may be about either
        return ()


def _numbered(page: Page, numbers: Numbers) -> Page:
    """A page that is scrubbed already, with invented numbers."""
    body = numbers.replaced(page.text).encode("utf-8", "replace")
    return replace(page, url=numbers.replaced(page.url), body=body)


def _plain(page: Page) -> str:
    return undisguised(page.text)


def _known(portal: Portal, number: str, pages: Sequence[Page], readings: Sequence[Reading]) -> list[str]:
    """The numbers that readings and addresses name, the one asked for first."""
    told = [reading.number for reading in readings]
    told += [one.number for reading in readings for one in reading.related_numbers]
    told += [order for reading in readings for order in (*reading.order_ids, *(o.id for o in reading.orders))]
    told += [portal.number_in(page.url) for page in pages]
    return [number, *filter(None, told)]


def _page(page: Page, scrubber: Scrubber) -> Page:
    text = page.text
    try:
        body = scrubbed_reply(text, scrubber, lambda part: scrubbed_part(part, scrubber))
    except NoReply:
        try:
            body = scrubbed_page(text, scrubber) if "<" in text else masked_lines(text, scrubber)
        except NoMarkup:
            body = masked_lines(text, scrubber)
    url = scrubber.addresses.cleaned(page.url)
    scrubber.found["addresses"] += url != page.url
    return replace(page, url=url, body=body.encode("utf-8", "replace"))
