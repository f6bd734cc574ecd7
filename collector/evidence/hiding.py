"""Texts of portals without what names a person or a door, or as they are where that is asked for.

Rules find e-mail addresses, telephone numbers, postcodes, streets, names behind words such as "signed by",
and what a portal's data call a name or an address, wherever else it stands. Towns, dates, the parcel's own
numbers and everything a portal says to anybody stay readable.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from collector.evidence.subject import Subject
from collector.kit.scrubbing.allowed import labels, spoken_words
from collector.kit.scrubbing.assembling import rules_for, scrubber_for
from collector.kit.scrubbing.invented import Numbers
from collector.kit.scrubbing.masking import is_clock
from collector.kit.scrubbing.rules import Rules
from scrapers.contract import Page, Portal, Reading, Row
from scrapers.shop import Shop

#: What an order or a tracking number may have between its characters.
_BETWEEN = r"[\s.\u00a0-]?"


@dataclass(slots=True)
class Texts:
    """Makes texts fit to be handed on. `rules` by portal; a portal that is not there has `general` ones.

    Texts that were cleaned are remembered: what another table repeats without its portal is cleaned alike.
    """

    keep: bool
    rules: Mapping[str, Rules]
    general: Rules
    secret: re.Pattern[str] | None = None
    _known: dict[str, str] = field(default_factory=dict)

    def said(self, text: str | None, portal: str | None = None) -> str | None:
        """What a portal says of the parcel."""
        return self._cleaned(text, portal, is_sentence=True)

    def named(self, text: str | None, portal: str | None = None) -> str | None:
        """A place, a code, the name of a carrier."""
        return self._cleaned(text, portal)

    def time(self, text: str | None, portal: str | None = None) -> str | None:
        """A printed time."""
        return self._cleaned(text, portal, digits=not is_clock(text or ""))

    def repeated(self, text: str | None) -> str | None:
        """A text that was cleaned before, as it became then."""
        if text is None or self.keep:
            return text
        return self._known[text] if text in self._known else self.said(text)

    def within(self, text: str | None) -> str | None:
        """A sentence of ours that repeats printed texts."""
        if text is None or self.keep:
            return text
        for was, now in sorted(self._known.items(), key=lambda pair: -len(pair[0])):
            if was != now and was in text:
                text = text.replace(was, now)
        return text

    def _cleaned(
        self, text: str | None, portal: str | None, *, digits: bool = True, is_sentence: bool = False
    ) -> str | None:
        if text is None or self.keep:
            return text
        rules = self.rules.get(portal or "", self.general)
        made = rules.cleaned(text, Counter(), digits=digits, is_sentence=is_sentence)
        if self.secret is not None:
            made = self.secret.sub(lambda match: "0" * len(match[0]), made)
        self._known[text] = made
        return made


def texts_for(
    about: Subject,
    portals: Mapping[str, Portal],
    seen: Mapping[str, tuple[Sequence[Page], Sequence[Reading]]],
    postcodes: Iterable[str],
    *,
    keep: bool,
) -> Texts:
    """How texts are cleaned; `seen` has all pages and readings of each portal."""
    numbers = own_numbers(about)
    rules: dict[str, Rules] = {}
    for name, (pages, readings) in seen.items() if not keep else ():
        portal = portals.get(name)
        if isinstance(portal, Shop):  # its pages are scrubbed by rules of its own
            rules[name] = rules_for(portal, readings, numbers)
        elif portal is not None:
            rules[name] = scrubber_for(portal, pages, readings, numbers).rules
    codes = [re.escape(code) for code in postcodes if len(code) > 2]
    secret = re.compile(rf"(?<!\w)(?:{'|'.join(codes)})(?!\w)", re.IGNORECASE) if codes else None
    return Texts(keep, rules, _general(numbers), secret)


def own_numbers(about: Subject) -> Numbers:
    """The parcel's numbers and orders, which stay as they are."""
    known = {n.upper(): n.upper() for n in (*about.numbers, *about.orders) if len(n) > 2}
    patterns = (_BETWEEN.join(map(re.escape, n)) for n in sorted(known, key=lambda n: (-len(n), n)))
    spaced = re.compile("|".join(patterns), re.IGNORECASE) if known else None
    return Numbers(known, None, spaced)


def cleaned_reading(reading: Reading, portal: str, texts: Texts, orders: Iterable[str]) -> Reading:
    """What a visit's pages say, of these orders only, fit to be handed on."""
    wanted = set(orders)
    kept = tuple(order for order in reading.orders if order.id in wanted)
    if texts.keep:
        return replace(reading, orders=kept)
    return replace(
        reading,
        rows=tuple(_row(row, portal, texts) for row in reading.rows),
        status_text=texts.said(reading.status_text, portal),
        pickup_point=texts.said(reading.pickup_point, portal),
        problems=(),
        orders=tuple(
            replace(
                order,
                status_text=texts.said(order.status_text, portal),
                refund_text=texts.said(order.refund_text, portal),
                protection=tuple(
                    replace(one, text=texts.said(one.text, portal) or "x") for one in order.protection
                ),
            )
            for order in kept
        ),
    )


def _row(row: Row, portal: str, texts: Texts) -> Row:
    return replace(
        row,
        description=texts.said(row.description, portal) or "x",
        time_text=texts.time(row.time_text, portal),
        place=texts.named(row.place, portal),
        code=texts.named(row.code, portal),
        note=texts.said(row.note, portal),
        relayed_from=texts.named(row.relayed_from, portal),
    )


def _general(numbers: Numbers) -> Rules:
    """Rules for what no module is known of: words of every portal's vocabulary name nobody."""
    spoken = spoken_words()
    return Rules(
        known=lambda _: False,
        harmless=spoken | labels(),
        spoken=spoken,
        hide=lambda text: text,
        kept=lambda text: any(text.upper() in number for number in numbers.invented) and len(text) > 3,
        numbers=numbers.spaced,
    )
