"""What a portal is, and what its pages say: the types every portal module and every reader of pages share.

Pure data. Nothing here opens a browser, a file or a database. A `Reading` holds what was printed, as it was
printed; dates, offsets and milestones are worked out later, from these rows, by the program.
"""

from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from scrapers.orders import Item, Order
from scrapers.words import Outcome, Role


class LayoutChanged(Exception):
    """The page is in none of the portal's known states, or a known state lacks what makes it one.

    `looked_for` names the selector, key or text that was missing; it is what a bug report needs.
    """

    def __init__(self, portal: str, looked_for: str) -> None:
        super().__init__(f"{portal}: the page is in no known state; looked for {looked_for}")
        self.portal = portal
        self.looked_for = looked_for


@dataclass(frozen=True, slots=True)
class Page:
    """One thing a visit brought back. `body` is what the portal sent; `status` is HTTP's, if known."""

    role: Role
    url: str
    media_type: str
    body: bytes
    status: int | None = None

    @property
    def text(self) -> str:
        """The body as text: UTF-8 (a byte order mark dropped), undecodable bytes replaced, never an error."""
        return self.body.removeprefix(BOM_UTF8).decode("utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Row:
    """One event row, as printed.

    time_text    the date and time exactly as shown, white space collapsed; None when the row has none
    offset_text  the zone or offset the portal claims for this row ("GMT+8"), None when it claims none
    instant_ms   Unix milliseconds, only where the portal's data prove the true instant (never a wall clock
                 converted by the portal with a zone of its own choosing)
    epoch_ms     Unix milliseconds the portal's data give for this row, right or wrong: kept as evidence
    place        as shown, None when the row names none
    code         the portal's own event code
    note         a second text beside the description (a carrier's remark, the long form)
    relayed_from the carrier or portal this row is said to come from
    """

    description: str
    time_text: str | None = None
    offset_text: str | None = None
    instant_ms: int | None = None
    epoch_ms: int | None = None
    place: str | None = None
    code: str | None = None
    note: str | None = None
    relayed_from: str | None = None


@dataclass(frozen=True, slots=True)
class RelatedNumber:
    """Another number the portal names for this parcel."""

    number: str
    carrier: str | None = None
    role: Literal["shipment", "last_mile", "other"] = "other"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the pages of one visit say about one number. Rows stand in the order the portal shows them.

    number          as the page gives it, None when the page names none (it then means the number asked for)
    complete        whether everything the page claims to hold was read
    rows_bad        rows that could not be read (they are not in `rows`); `problems` says which and why
    countries       as printed ("Mainland China"), not ISO codes
    estimate_*_on   ISO dates
    order_ids       the marketplace orders the page puts this parcel under
    items           what the page says is in this parcel
    orders          what the page says of whole orders; on an order page this is the reading
    has_more        whether a list of orders goes on beyond what is shown, None where it cannot be told
    counts          the shop's words for states of orders, with how many of the whole list it says are in each
    layout          which of the portal's `layouts` the rows were read from, None where it has but one
    """

    outcome: Outcome = Outcome.OK
    number: str | None = None
    rows: tuple[Row, ...] = ()
    complete: bool = True
    rows_claimed: int | None = None
    rows_bad: int = 0
    problems: tuple[str, ...] = ()
    status_text: str | None = None
    language: str | None = None
    origin_country: str | None = None
    destination_country: str | None = None
    pickup_point: str | None = None
    estimate_from_on: str | None = None
    estimate_to_on: str | None = None
    related_numbers: tuple[RelatedNumber, ...] = ()
    order_ids: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    orders: tuple[Order, ...] = ()
    has_more: bool | None = None
    counts: tuple[tuple[str, int], ...] = ()
    layout: str | None = None


@dataclass(frozen=True, slots=True)
class Confidence:
    """How likely a portal knows a number: advice with its reason, never a gate. `level` runs from 0 to 1."""

    level: float
    reason: str


@dataclass(frozen=True, slots=True)
class State:
    """One state a portal's page can be in, and the CSS selectors any of which identifies it in the DOM.

    `outcome` is None where only parsing can tell (a list of rows may turn out empty). Where a portal has
    `payloads`, such a state is not yet an answer: they are waited for, unless the rows are `in_document`.
    """

    outcome: Outcome | None
    selectors: tuple[str, ...]
    in_document: bool = False


@dataclass(frozen=True, slots=True)
class Politeness:
    """How gently a portal is visited. `because` is the reason, for people.

    seconds_between  from the beginning of one visit to that of the next
    at_once          how many visits may be under way, where they last longer than that
    """

    seconds_between: float
    per_day: int
    because: str
    at_once: int = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """What this portal's module rests on: real pages seen (`captured`), or other people's documents only."""

    kind: Literal["captured", "documented"]
    seen: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Canonical:
    """What of a page changes at every load and says nothing: left out when two pages are compared.

    selectors   elements removed whole (scripts, styles and comments always are)
    attributes  attributes removed wherever they stand
    keys        keys removed from a JSON payload, at any depth
    """

    selectors: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """What the owner of a parcel told of where it goes: some portals show more, or anything, with it.

    country  ISO code
    """

    postcode: str | None = None
    country: str | None = None


NOBODY = Recipient()


class Portal:
    """One tracking site: declared facts as class attributes, and a pure `parse`.

    Title, kind, country, clock, languages and words stand in `scrapers/vocabulary/NAME.toml`, which loads
    without this class. A subclass declares:

    hosts           may be navigated to and typed into
    resource_hosts  may be asked for scripts and data the page needs
    payloads        globs (`*` only) over URLs without query: the page's own data requests, to archive
    states          states the rendered page can be in, by name; a visit waits for one or a payload
    dates_rows      whether its pages always date some row: a list without any date is a changed layout
    layouts         the forms its rows are known to come in, today's first: another one is a sign of drift
    shows_all       whether a visitor is shown all rows the page counts: if so, fewer are a sign of drift
    consent         selectors (CSS, or Playwright's such as `button:has-text("...")`) of the buttons of a
                    cookie banner that refuse, or else close it; refusing first
    reveal          selectors of buttons that show more of the parcel ("Show details"); each that is shown is
                    pressed once
    batch           how many numbers one page may be asked for, and `parse` reads then; see `batch_url`
    fetches         whether later numbers of a run are asked for from within an open page of the portal, and
                    read without being shown: only where the document holds all rows, and the portal was seen
                    to answer both ways alike. What comes otherwise than usual is visited in full
    example         a number of the right form, for structure tests
    """

    name: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]]
    resource_hosts: ClassVar[tuple[str, ...]] = ()
    payloads: ClassVar[tuple[str, ...]] = ()
    layouts: ClassVar[tuple[str, ...]] = ()
    shows_all: ClassVar[bool] = True
    dates_rows: ClassVar[bool] = False
    states: ClassVar[Mapping[str, State]]
    consent: ClassVar[tuple[str, ...]] = ()
    reveal: ClassVar[tuple[str, ...]] = ()
    batch: ClassVar[int] = 1
    fetches: ClassVar[bool] = False
    politeness: ClassVar[Politeness]
    evidence: ClassVar[Evidence]
    canonical: ClassVar[Canonical] = Canonical()
    default_language: ClassVar[str] = "en"
    example: ClassVar[str]

    def accepts(self, number: str) -> Confidence:
        """How likely this portal knows `number`, already normalised (see `scrapers.numbers`)."""
        raise NotImplementedError

    def url(self, number: str, language: str) -> str:
        """The page a person would open for `number`."""
        raise NotImplementedError

    def url_for(self, number: str, language: str, recipient: Recipient) -> str:
        """The page for `number` where the portal may be told the recipient's postcode or country."""
        return self.url(number, language)

    def batch_url(self, numbers: Sequence[str], language: str) -> str:
        """The page for several numbers, at most `batch` of them; only for portals that take several."""
        raise NotImplementedError

    def number_in(self, url: str) -> str | None:
        """The number a URL of this portal (page or payload) asks for, None if it asks for none or several."""
        raise NotImplementedError

    def parse(self, pages: Sequence[Page]) -> tuple[Reading, ...]:
        """What the pages say, one reading per number on them, in page order.

        Pure: no clock, network, database or vocabulary. Raises `LayoutChanged`, and nothing else, when the
        pages are in no state the portal is known to have; any input is accepted, truncated ones too. One
        bad row never costs the others.
        """
        raise NotImplementedError
