"""What the saved pages of one visit say together: which of them speak, and which one is believed.

The data service may answer several times: its last answer counts, for the page renews a stale token by
itself. A check for people lies over everything. A page that is empty because nobody is signed in looks like a
list without orders: without an answer of the data service it is never taken for one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scrapers.aliexpress import states
from scrapers.aliexpress.mtop import NAME, Reply, is_stale_token, outcome_of, replies
from scrapers.aliexpress.order_components import components, fields_of
from scrapers.aliexpress.order_data import order_detail, order_list
from scrapers.aliexpress.order_pages import crosschecked, order_detail_page, order_list_page
from scrapers.aliexpress.states import Document, Kind
from scrapers.aliexpress.tracking_data import packages
from scrapers.aliexpress.tracking_pages import package_tabs, tracking_page
from scrapers.aliexpress.tracking_times import digits
from scrapers.contract import LayoutChanged, Page, Reading, Row
from scrapers.orders import Order
from scrapers.payload import string_at, whole_at
from scrapers.vocabulary import normal
from scrapers.words import Outcome, Role

#: The data service's names for what the pages are drawn from.
KINDS: Mapping[str, Kind] = {
    "mtop.aliexpress.trade.buyer.order.list": Kind.LIST,
    "mtop.aliexpress.trade.buyer.order.detail": Kind.DETAIL,
    "mtop.ae.ld.querydetail": Kind.TRACKING,
}
#: Readings that answer what was asked; a broken one stands among packages that could be read.
_ANSWERS = frozenset({Outcome.OK, Outcome.NO_EVENTS_YET, Outcome.LAYOUT_CHANGED})

Readings = tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class _Saved:
    """The pages of one visit, sorted: replies of the data service, documents, and whatever else came."""

    said: tuple[Reply, ...]
    documents: tuple[Document, ...]
    others: tuple[Document, ...]

    @property
    def opened(self) -> tuple[Kind, ...]:
        """The kinds of page that were opened, by their addresses."""
        return tuple(dict.fromkeys(d.kind for d in self.documents if d.kind is not None))

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of page there may be: those opened, those whose data came; any, if none was opened."""
        asked = (KINDS[reply.api] for reply in self.said if reply.api in KINDS)
        return tuple(dict.fromkeys((*self.opened, *asked, *(() if self.opened else Kind))))

    def of(self, kind: Kind) -> tuple[tuple[Reply, ...], tuple[Document, ...]]:
        """The replies about one kind of page, and the documents that may be one."""
        return (
            tuple(reply for reply in self.said if KINDS.get(reply.api) is kind),
            tuple(document for document in self.documents if document.kind in (kind, None)),
        )


def parse(pages: Sequence[Page]) -> Readings:
    """What the pages show. Raises LayoutChanged."""
    saved = _sorted(pages)
    last = {reply.api: reply for reply in saved.said}
    if any(map(states.is_challenge, saved.others)) or Outcome.CHALLENGE in map(outcome_of, last.values()):
        return _nothing(Outcome.CHALLENGE)
    if any(states.is_sign_in_address(document.page.url) for document in saved.documents):
        return _nothing(Outcome.LOGIN_REQUIRED)
    found: dict[Kind, Readings] = {}
    missing: list[LayoutChanged] = []
    for kind in saved.kinds:
        try:
            found[kind] = _read(kind, *saved.of(kind))
        except LayoutChanged as changed:
            missing.append(changed)
    read = [reading for one in found.values() for reading in one]
    wanted = [reading for kind in saved.opened or saved.kinds for reading in found.get(kind, ())]
    if any(reading.outcome in _ANSWERS for reading in wanted):
        return tuple(reading for reading in read if reading.outcome in _ANSWERS)
    return tuple(wanted[:1]) or _why_not(saved, missing)


def _sorted(pages: Sequence[Page]) -> _Saved:
    readable = [page for page in pages if page.role in (Role.DOM, Role.PAYLOAD)]
    found = [(page, replies((page,))) for page in readable]
    others = tuple(Document(page) for page, answers in found if not answers)
    return _Saved(
        said=tuple(reply for _, answers in found for reply in answers),
        documents=tuple(document for document in others if document.page.role is Role.DOM),
        others=others,
    )


def _nothing(outcome: Outcome) -> Readings:
    return (Reading(outcome, complete=False),)


def _why_not(saved: _Saved, missing: Sequence[LayoutChanged]) -> Readings:
    """Why pages that hold no answer hold none. Raises LayoutChanged where they do not tell."""
    is_answered = any(reply.api in KINDS and outcome_of(reply) is None for reply in saved.said)
    statuses = [document.page.status or 0 for document in saved.others]
    if any(map(states.is_sign_in, saved.documents)):
        return _nothing(Outcome.LOGIN_REQUIRED)
    if 429 in statuses:
        return _nothing(Outcome.RATE_LIMITED)
    if any(status >= 500 for status in statuses):
        return _nothing(Outcome.UNAVAILABLE)
    lists = saved.of(Kind.LIST)[1]
    if not is_answered and any(map(states.is_list_skeleton, lists)):
        return _nothing(Outcome.LOGIN_REQUIRED)
    if not saved.said and any(map(states.is_quiet_wall, saved.documents)):
        return _nothing(Outcome.CHALLENGE)
    raise (
        missing[0] if missing else LayoutChanged(NAME, "a reply of the data service or a page of the account")
    )


def _read(kind: Kind, said: Sequence[Reply], documents: Sequence[Document]) -> Readings:
    """What replies and markup of one kind of page say, () where there are none. Raises LayoutChanged."""
    answers = [reply for reply in said if not is_stale_token(reply)]
    if answers and (outcome := outcome_of(answers[-1])) is not None:
        return _nothing(outcome)
    shown, missing = _shown(kind, documents)
    if not answers:
        if said and not shown:
            raise LayoutChanged(NAME, "a reply after the stale token's (the page did not renew its token)")
        if missing and not shown:
            raise missing[0]
        return shown
    successes = [reply for reply in answers if outcome_of(reply) is None]
    try:
        told = _told(kind, successes)
    except LayoutChanged as changed:
        if not shown:
            raise
        doubt = f"read from the page alone; in its data is no {changed.looked_for}"
        return tuple(_with_problem(reading, doubt) for reading in shown)
    if kind is Kind.TRACKING:
        return _tracking_checked(told, shown, documents)
    if kind is Kind.LIST:
        first = any(_is_first_page(reply) for reply in successes)
        for page in shown:
            told = tuple(crosschecked(reading, page, is_first_page=first) for reading in told)
    return told


def _shown(kind: Kind, documents: Iterable[Document]) -> tuple[Readings, list[LayoutChanged]]:
    """What the markup shows, and what was looked for in vain."""
    readers: dict[Kind, Callable[[Document], Readings]] = {
        Kind.LIST: lambda document: _single(order_list_page(document.page)),
        Kind.DETAIL: lambda document: _single(order_detail_page(document.page)),
        Kind.TRACKING: lambda document: tracking_page(document) or (),
    }
    readings: list[Reading] = []
    missing: list[LayoutChanged] = []
    for document in documents:
        try:
            if not document.is_whole:
                raise LayoutChanged(NAME, "</html> (the page was cut)")
            readings.extend(readers[kind](document))
        except LayoutChanged as changed:
            missing.append(changed)
    return tuple(readings), missing


def _told(kind: Kind, successes: Sequence[Reply]) -> Readings:
    """What the data say. Of several replies about one order the last counts; pages of the list add up."""
    if kind is Kind.LIST:
        return (_joined([_each(order_list, reply) for reply in successes]),)
    last = {
        (string_at(reply.asked, "tradeOrderId"), string_at(reply.asked, "tradeOrderLineId")): reply
        for reply in successes
    }
    if kind is Kind.DETAIL:
        return tuple(order_detail(reply) for reply in last.values())
    return tuple(reading for reply in last.values() for reading in packages(reply))


def _each(read: Callable[[Reply], Reading], reply: Reply) -> Reading | LayoutChanged:
    try:
        return read(reply)
    except LayoutChanged as changed:
        return changed


def _joined(parts: Sequence[Reading | LayoutChanged]) -> Reading:
    """One reading of all pages of the list; a page that cannot be read costs the others nothing."""
    read = [part for part in parts if isinstance(part, Reading)]
    broken = [part for part in parts if isinstance(part, LayoutChanged)]
    if not read:
        raise broken[0]
    orders: dict[str, Order] = {order.id: order for part in read for order in part.orders}
    lost = tuple(f"a page of the list could not be read: no {changed.looked_for}" for changed in broken)
    return replace(
        read[-1],
        orders=tuple(orders.values()),
        complete=all(part.complete for part in read) and not broken,
        rows_bad=sum(part.rows_bad for part in read),
        problems=tuple(dict.fromkeys((*(line for part in read for line in part.problems), *lost))),
        has_more=None if isinstance(parts[-1], LayoutChanged) else read[-1].has_more,
    )


def _is_first_page(reply: Reply) -> bool:
    """Whether a reply holds the list's first page; later ones are asked for with POST."""
    fields = next(iter(fields_of(components(reply).values(), "pc_om_list_body")), {})
    index = whole_at(fields, "pageIndex")
    return index == 1 if index is not None else "post=1" not in reply.url


def _tracking_checked(told: Readings, shown: Readings, documents: Sequence[Document]) -> Readings:
    """The data's packages held against the one the page shows; the page's address may name their order."""
    asked = {order for document in documents if (order := states.order_in(document.page.url))}
    if len(asked) == 1:
        told = tuple(replace(one, order_ids=one.order_ids or tuple(asked)) for one in told)
    checked = list(told)
    tabs = max(map(package_tabs, documents), default=0)
    if tabs > len(checked):
        checked[0] = _with_problem(checked[0], f"the page has {tabs} packages, its data {len(told)}")
    for page in shown:
        position = _same_package(page, told)
        if position is None:
            continue
        lacking = _lacking(page.rows, told[position].rows)
        if lacking:
            line = f"the page shows {lacking} rows that its data lack"
            checked[position] = _with_problem(checked[position], line)
    return tuple(checked)


def _same_package(page: Reading, told: Readings) -> int | None:
    for position, reading in enumerate(told):
        numbers = {reading.number, *(related.number for related in reading.related_numbers)}
        if page.number is not None and page.number in numbers:
            return position
    return 0 if len(told) == 1 else None


def _lacking(ours: Iterable[Row], theirs: Iterable[Row]) -> int:
    """How many of `ours` are not among `theirs`, by the numbers in their times, or by their words."""

    def key(row: Row) -> object:
        return digits(row.time_text) if row.time_text else normal(row.description)

    left = Counter(map(key, ours))
    left.subtract(Counter(map(key, theirs)))
    return sum(count for count in left.values() if count > 0)


def _single(reading: Reading | None) -> Readings:
    return () if reading is None else (reading,)


def _with_problem(reading: Reading, line: str) -> Reading:
    return replace(reading, complete=False, problems=(*reading.problems, line))
