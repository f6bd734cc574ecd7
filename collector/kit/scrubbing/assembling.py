"""What one visit's pages are scrubbed with, put together from what they and their readings say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from collector.kit.scrubbing.addresses import Addresses
from collector.kit.scrubbing.allowed import (
    Allowed,
    allowed_for,
    labels,
    spoken_words,
    vocabulary_texts,
    vocabulary_words,
)
from collector.kit.scrubbing.invented import Numbers
from collector.kit.scrubbing.masking import folded, is_clock, mask, without_words
from collector.kit.scrubbing.parser_words import parser_words
from collector.kit.scrubbing.people import gather_page, gather_value
from collector.kit.scrubbing.rules import Rules
from collector.kit.scrubbing.scrubber import Scrubber
from scrapers.contract import Page, Portal, Reading, Row
from scrapers.payload import PayloadError, document
from scrapers.scrubbing import Gathered, Personal
from scrapers.select import tree


def scrubber_for(
    portal: Portal, pages: Sequence[Page], readings: Sequence[Reading], numbers: Numbers
) -> Scrubber:
    """What scrubs `pages` of `portal`, which say `readings`."""
    rules = rules_for(portal, readings, numbers, _gathered(pages).personal(_known_words(portal)))
    allowed = allowed_for(portal, [_cleaned(reading, rules, numbers) for reading in readings], numbers)
    return Scrubber(allowed, numbers, rules, _addresses(portal, allowed, numbers), Counter())


def rules_for(
    portal: Portal, readings: Sequence[Reading], numbers: Numbers, personal: Personal | None = None
) -> Rules:
    """The rules for texts of rows; `personal` is what the pages say of persons."""
    known = vocabulary_texts(portal.name) | frozenset(map(folded, parser_words(portal).texts))
    clocks = (row.time_text or "" for reading in readings for row in reading.rows)
    times = frozenset(word for clock in filter(is_clock, clocks) for word in folded(clock))

    def kept(text: str) -> bool:
        bare = "".join(c for c in text if c.isalnum()).upper()
        invented = any(bare in one for one in numbers.invented.values()) and len(bare) > 3
        return invented or (len(bare) > 5 and set(folded(text)) <= times)

    rules = Rules(
        lambda text: folded(text) in known,
        _known_words(portal),
        spoken_words(),
        lambda text: _hidden(text, personal, numbers) if personal else text,
        kept,
        numbers.spaced,
    )
    return replace(rules, harmless=rules.harmless | _place_words(readings, rules))


def _known_words(portal: Portal) -> frozenset[str]:
    return labels() | vocabulary_words(portal.name)


def _hidden(text: str, personal: Personal, numbers: Numbers) -> str:
    """`text` with what is known as personal masked as everything else is, but for invented numbers."""
    hidden = personal.hide(text, parts=True)
    if hidden == text:
        return text
    if len(hidden) != len(text):  # it was there in disguise
        return mask(text)
    spans = [match.span() for match in numbers.spaced.finditer(text)] if numbers.spaced else []
    kept = {place for start, stop in spans for place in range(start, stop)}
    pairs = enumerate(zip(text, hidden, strict=True))
    return "".join(was if was == now or place in kept else mask(was) for place, (was, now) in pairs)


def _gathered(pages: Sequence[Page]) -> Gathered:
    """What the pages say of persons where they say so themselves."""
    found = Gathered()
    for page in pages:
        try:
            gather_value(document(page.text), found)
        except PayloadError:
            gather_page(tree(page.text), found)
    return found


def _place_words(readings: Sequence[Reading], rules: Rules) -> frozenset[str]:
    """The words of places that name no person."""
    places = {row.place for reading in readings for row in reading.rows if row.place}
    clean = (place for place in places if rules.cleaned(place, Counter()) == place)
    return frozenset(word for place in clean for word in folded(place))


def _cleaned(reading: Reading, rules: Rules, numbers: Numbers) -> Reading:
    """A reading with rows as they may be read."""
    count: Counter[str] = Counter()

    def text(told: str | None, *, digits: bool = True, is_sentence: bool = False) -> str | None:
        if told is None:
            return None
        return rules.cleaned(numbers.replaced(told), count, digits=digits, is_sentence=is_sentence)

    def row(told: Row) -> Row:
        return replace(
            told,
            description=text(told.description, is_sentence=True) or "",
            time_text=_clock(text(told.time_text, digits=not is_clock(told.time_text or ""))),
            offset_text=text(told.offset_text, digits=False),
            place=text(told.place),
            code=text(told.code, digits=len(told.code or "") > 8),
            note=text(told.note, is_sentence=True),
            relayed_from=text(told.relayed_from, digits=False),
        )

    return replace(reading, rows=tuple(map(row, reading.rows)), status_text=text(reading.status_text))


def _clock(text: str | None) -> str | None:
    """A row's time without words that no time has."""
    return text if text is None or is_clock(text) else without_words(text, labels())


def _addresses(portal: Portal, allowed: Allowed, numbers: Numbers) -> Addresses:
    hosts = frozenset({*portal.hosts, *portal.resource_hosts})
    return Addresses(hosts, parser_words(portal).names, allowed.telling, numbers)
