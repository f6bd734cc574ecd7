"""The shape most tracking sites have: one page per number, filled by replies that its own script asks for.

A `TrackingPortal` declares where it is asked and how its states look, and gives two functions: `read_reply`
for a JSON reply, `read_page` for the rendered document. What every such portal does alike is here: replies
before the document, refusals told apart, a page that was cut never taken for whole, one reading per number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, TypedDict, Unpack
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser

from scrapers.contract import (
    Confidence,
    LayoutChanged,
    Page,
    Portal,
    Reading,
    Recipient,
    RelatedNumber,
    Row,
)
from scrapers.documents import Document, document_of, rows_of, shown_text
from scrapers.numbers import advice, tracking_number
from scrapers.payload import Reply, reply
from scrapers.select import maybe
from scrapers.words import Outcome, Role

#: What the modules of portals of this shape take from here.
__all__ = [
    "Address",
    "Document",
    "TrackingPortal",
    "document_of",
    "one_per_number",
    "read_with",
    "rows_of",
    "shown_text",
]

#: Why nothing could be read, most telling first.
REFUSALS = (Outcome.CHALLENGE, Outcome.INPUT_NEEDED, Outcome.RATE_LIMITED, Outcome.UNAVAILABLE)
#: What pages of the usual walls against automation hold, in lower case: delivery networks answer in a
#: portal's place with them.
WALLS = (
    "errors.edgesuite.net",
    "/cdn-cgi/challenge-platform/",
    "challenges.cloudflare.com",
    "geo.captcha-delivery.com",
    "captcha.px-cdn.net",
    "px-captcha",
    "_incapsula_resource",
    "awswafcaptcha",
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a portal is asked.

    page        the page's URL, with `{number}` and perhaps `{language}`
    to_postcode the same for a recipient whose postcode is known (`{postcode}`), and perhaps `{country}`
    languages   what a language is called there, where it is not its two letters
    keys        parameters of page and payload URLs that hold numbers
    path        finds the number in a path or fragment (the group `number`)
    separators  what parts several numbers in one parameter
    """

    page: str
    languages: dict[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    path: re.Pattern[str] | None = None
    separators: str = r"[,;\s]+"
    to_postcode: str = ""


class Told(TypedDict, total=False):
    """What a page may say of a number beside its rows: fields of `Reading`."""

    outcome: Outcome
    number: str | None
    rows_claimed: int | None
    status_text: str | None
    language: str | None
    origin_country: str | None
    destination_country: str | None
    pickup_point: str | None
    estimate_from_on: str | None
    estimate_to_on: str | None
    related_numbers: tuple[RelatedNumber, ...]


class TrackingPortal(Portal):
    """A tracking site asked for one number. Beside what every portal declares:

    address    where it is asked
    walls      what a page holds, in lower case, that asks whether a person is there
    refused    HTTP statuses that mean the same, with a page or reply in no known state
    looked_for what is missing when nothing on the pages is known
    """

    address: ClassVar[Address]
    walls: ClassVar[tuple[str, ...]] = ()
    refused: ClassVar[tuple[int, ...]] = ()
    looked_for: ClassVar[str]

    def accepts(self, number: str) -> Confidence:
        """Advice from the records in `scrapers/numbers/forms`."""
        found = advice(self.name, number)
        return Confidence(found.level, found.because)

    def url(self, number: str, language: str) -> str:
        """The page a person would open for `number`."""
        asked = self.address.languages.get(language, language)
        return self.address.page.format(number=quote(number, safe=""), language=asked)

    def url_for(self, number: str, language: str, recipient: Recipient) -> str:
        """The page for `number`, with the recipient's postcode where the portal takes one and it is known."""
        template = self.address.to_postcode
        wants_country = "{country}" in template
        if not template or not recipient.postcode or (wants_country and not recipient.country):
            return self.url(number, language)
        return template.format(
            number=quote(number, safe=""),
            language=self.address.languages.get(language, language),
            postcode=quote(recipient.postcode.replace(" ", ""), safe=""),
            country=quote(recipient.country or "", safe=""),
        )

    def batch_url(self, numbers: Sequence[str], language: str) -> str:
        """The page for several numbers, where `url` takes them in one parameter with commas between."""
        return self.url(",".join(numbers), language)

    def number_in(self, url: str) -> str | None:
        """The number a URL of this portal asks for, None if it asks for none or several."""
        try:
            parts = urlsplit(url)
            if parts.hostname not in (*self.hosts, *self.resource_hosts):
                return None
            texts = list(_asked(self.address, parts.path, parts.query, parts.fragment))
            numbers = {tracking_number(one) for one in texts}
        except ValueError:  # NumberError is one too
            return None
        return numbers.pop() if len(numbers) == 1 else None

    def parse(self, pages: Sequence[Page]) -> tuple[Reading, ...]:
        """What the replies say; the document is asked where they say nothing of any number."""
        said: list[Reading] = []
        missing: list[str] = []
        for role in (Role.PAYLOAD, Role.DOM):
            for page in pages:
                if page.role is role:
                    try:
                        said += self._read(page)
                    except LayoutChanged as changed:
                        missing.append(changed.looked_for)
            answers = [one for one in said if one.outcome not in REFUSALS]
            # A reply that is not understood may hold what another denies.
            if answers and (not missing or any(one.rows for one in answers)):
                return self.joined(answers if len(answers) == len(said) else _answering(said), missing)
        for outcome in REFUSALS:
            refusals = [one for one in said if one.outcome is outcome]
            if refusals:
                return one_per_number([one for one in refusals if one.number] or refusals[:1])
        raise LayoutChanged(self.name, missing[0] if missing else self.looked_for)

    def joined(self, readings: Sequence[Reading], missing: Sequence[str]) -> tuple[Reading, ...]:
        """The one reading for each number, in page order; `missing` is what replies not understood lack."""
        return one_per_number(readings)

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """What a reply says that is no document: `answer.value`, None where it is plain text.

        Raises LayoutChanged if it is in no known shape.
        """
        raise LayoutChanged(self.name, self.looked_for)

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """What a document says that is in none of the states that settle it. Raises LayoutChanged."""
        raise LayoutChanged(self.name, self.looked_for)

    def _read(self, page: Page) -> tuple[Reading, ...]:
        answer = reply(page)
        status = answer.status or 200
        is_document = answer.value is None and not (page.role is Role.PAYLOAD and _is_plain(answer.text))
        if status == 429:
            return (Reading(Outcome.RATE_LIMITED),)
        if is_document and status >= 400 and self._is_walled(answer.text):
            return (Reading(Outcome.CHALLENGE),)
        if is_document and status >= 500:
            return (Reading(Outcome.UNAVAILABLE),)
        try:
            if is_document:
                page = page if page.status == answer.status else replace(page, status=answer.status)
                return self._document(document_of(page, answer.text))
            return self.read_reply(answer, page)
        except LayoutChanged:
            # A wall's script may stand in an ordinary page too: only one that says nothing else is a wall.
            if status in self.refused or self._is_walled(answer.text):
                return (Reading(Outcome.CHALLENGE),)
            if status >= 500:
                return (Reading(Outcome.UNAVAILABLE),)
            raise

    def _is_walled(self, text: str) -> bool:
        lowered = text.lower()
        return any(wall in lowered for wall in (*WALLS, *self.walls))

    def _document(self, document: Document) -> tuple[Reading, ...]:
        settled = self._settled(document.root)
        if settled is not None:
            return (Reading(settled),)
        readings = self.read_page(document)
        return readings if document.whole else tuple(replace(one, complete=False) for one in readings)

    def _settled(self, root: LexborHTMLParser) -> Outcome | None:
        """The outcome of the first declared state that the document is in and that settles the visit."""
        settling = [state for state in self.states.values() if state.outcome is not None]
        # Nearly every document is in none of them: all are looked for at once.
        if (
            settling
            and maybe(root, ", ".join(one for state in settling for one in state.selectors)) is not None
        ):
            return next(state.outcome for state in settling if maybe(root, state.selectors) is not None)
        return None


def _is_plain(text: str) -> bool:
    """Whether a text is no document."""
    return "<" not in text and bool(text.strip())


def _answering(said: Sequence[Reading]) -> list[Reading]:
    """The answers, and the refusals of numbers that no answer may speak of."""
    answered = {one.number for one in said if one.outcome not in REFUSALS}
    return [
        one
        for one in said
        if one.outcome not in REFUSALS or (one.number and not answered & {one.number, None})
    ]


def read_with(
    rows: tuple[Row, ...],
    problems: tuple[str, ...],
    layout: str | None = None,
    *,
    complete: bool = True,
    **told: Unpack[Told],
) -> Reading:
    """A reading of these rows, and of what else is told: complete where each could be read, if at all."""
    return Reading(
        rows=rows,
        complete=complete and not problems,
        rows_bad=len(problems),
        problems=problems,
        layout=layout,
        **told,
    )


def one_per_number(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Of several readings of one number the last counts, unless only an earlier one has rows."""
    chosen: dict[str | None, Reading] = {}
    for one in readings:
        earlier = chosen.get(one.number)
        if earlier is None or one.rows or not earlier.rows:
            chosen[one.number] = one
    return tuple(chosen.values())


def _asked(address: Address, path: str, query: str, fragment: str) -> list[str]:
    pairs = parse_qsl(query, max_num_fields=50)
    texts = [value for key, value in pairs if key in address.keys]
    if address.path is not None:
        found = (address.path.search(unquote(text)) for text in (path, fragment))
        texts += [match["number"] for match in found if match is not None]
    return [one for text in texts for one in re.split(address.separators, text) if one]
