"""The tracking page read from the data it is drawn from: one parcel for each package of an order.

Seen: one reply of 2026-09, and rows of 2026-04 and 2026-09 as others describe them. Of the recipient's
address the country is read and nothing else. A row's `note` is never read: it can hold the recipient's name.
"""

from collections.abc import Sequence
from dataclasses import replace

from scrapers.aliexpress.mtop import NAME, Reply, flag_at, language_asked
from scrapers.aliexpress.order_fields import dates_in, without_markup
from scrapers.aliexpress.states import order_id, order_in
from scrapers.aliexpress.tracking_times import estimate, with_instants, without_place
from scrapers.contract import LayoutChanged, Reading, RelatedNumber, Row
from scrapers.numbers import NumberError, tracking_number
from scrapers.orders import Item, Order, Protection
from scrapers.payload import Record, items_at, read_parcels, read_rows, record_at, string_at, whole_at
from scrapers.select import collapse
from scrapers.words import Outcome

LAYOUT = "data"
PACKAGES = "data.module.trackingDetailLineList"

#: Digits. No carrier's numbers are shorter; texts such as "Copy" have fewer.
_LEAST_DIGITS = 5
#: Digits. Below, a number without letters in the carrier's card may be somebody's telephone.
_LONGER_THAN_TELEPHONES = 12
_COPIED = 1


def packages(reply: Reply) -> tuple[Reading, ...]:
    """One reading for each package of the order, as the page's tabs show them. Raises LayoutChanged.

    An order of which nothing was sent has one reading without number and rows. What the page promises for the
    whole order stands on the first reading.
    """
    module = record_at(reply.data, "module")
    entries = items_at(module, "trackingDetailLineList")
    if entries is None:
        if flag_at(reply.data, "result") is False:
            return (Reading(Outcome.UNAVAILABLE, complete=False),)
        raise LayoutChanged(NAME, PACKAGES)
    asked = _order_asked(reply, entries)
    country = string_at(record_at(module, "logisticsReceiverInfo"), "country")
    readings = read_parcels(entries, "originMailNo", _package) or (Reading(Outcome.NO_EVENTS_YET),)
    orders = _orders(asked, record_at(module, "fastDeliveryInfoDTO"))
    return tuple(
        replace(
            reading,
            destination_country=country,
            order_ids=() if asked is None else (asked,),
            orders=() if position else orders,
            language=language_asked(reply),
        )
        for position, reading in enumerate(readings)
    )


def usable(text: str | None) -> str | None:
    """`text` if it is a tracking number, None if it is none, or one with its middle hidden."""
    try:
        number = tracking_number(text or "")
    except NumberError:
        return None
    return text if sum(c.isdigit() for c in number) >= _LEAST_DIGITS else None


def _order_asked(reply: Reply, entries: Sequence[object]) -> str | None:
    """The order the page was asked for: by the request, or by the help link of a package's headline."""
    asked = order_id(string_at(reply.asked, "tradeOrderId")) or order_in(reply.url)
    for entry in entries:
        if asked is None and isinstance(entry, dict):
            asked = order_in(string_at(record_at(entry, "etaInfo"), "tipsLink") or "")
    return asked


def _package(entry: Record) -> Reading:
    items = items_at(entry, "detailList")
    if items is None and entry.get("detailList", "missing") is not None:
        raise LayoutChanged(NAME, f"{PACKAGES}[].detailList")
    rows, problems = read_rows(items or (), _row)
    if items and not rows:
        raise LayoutChanged(NAME, f"{PACKAGES}[].detailList[].trackingDetailDesc")
    eta = record_at(entry, "etaInfo")
    if not rows and string_at(eta, "etaSceneCode") == "REAL_DELIVERY":
        raise LayoutChanged(NAME, f"{PACKAGES}[].detailList[] (the package is delivered)")
    rows, doubts = with_instants(rows)
    estimated_from, estimated_to = estimate(eta)
    number = _number(entry)
    return Reading(
        outcome=Outcome.OK if rows else Outcome.NO_EVENTS_YET,
        number=number,
        rows=rows,
        complete=not problems,
        rows_bad=len(problems),
        problems=(*problems, *doubts),
        layout=LAYOUT if rows else None,
        status_text=without_markup(string_at(eta, "etaTitleRichText")) or string_at(eta, "etaTimeText"),
        estimate_from_on=estimated_from,
        estimate_to_on=estimated_to,
        related_numbers=_related(entry, number),
        items=_items(entry),
    )


def _row(event: Record) -> Row | None:
    title = string_at(event, "trackingName")
    text = string_at(event, "trackingDetailDesc") or title
    if text is None:
        return None
    place, time = without_place(string_at(event, "timeText") or "")
    return Row(
        description=text,
        time_text=time or None,
        epoch_ms=whole_at(event, "time"),
        place=string_at(event, "detailedLocation") or collapse(place),
        code=string_at(event, "trackingSecondCode", "trackingPrimaryCode"),
        note=title if title != text else None,
    )


def _number(entry: Record) -> str | None:
    """The number that stays: the first carrier's, else the one shown, which changes at a handover."""
    origin = usable(string_at(entry, "originMailNo"))
    if origin is not None or flag_at(entry, "blockMailNo"):
        return origin
    return usable(string_at(entry, "mailNo"))


def _related(entry: Record, own: str | None) -> tuple[RelatedNumber, ...]:
    """The delivering carrier's numbers: the one shown, if it is another, and those on the carrier's card."""
    card = record_at(entry, "logisticsCpInfo")
    carrier = string_at(card, "cpName")
    shown = None if flag_at(entry, "blockMailNo") else usable(string_at(entry, "mailNo"))
    telephones = {
        _digits(text) for text in items_at(card, "cpContactPhoneList") or () if isinstance(text, str)
    }
    lines = (line for line in items_at(card, "infoList") or () if isinstance(line, dict))
    copied = (string_at(line, "content") for line in lines if whole_at(line, "clickType") == _COPIED)
    named = [shown, *(_card_number(text, telephones) for text in copied)]
    return tuple(
        RelatedNumber(number, carrier, "last_mile")
        for number in dict.fromkeys(named)
        if number is not None and number != own
    )


def _card_number(text: str | None, telephones: set[str]) -> str | None:
    number = usable(text)
    if number is None or _digits(number) in telephones:
        return None
    return number if len(number) >= _LONGER_THAN_TELEPHONES or not number.isdigit() else None


def _items(entry: Record) -> tuple[Item, ...]:
    lines = items_at(entry, "packageItemList") or ()
    items = (_item(line) for line in lines if isinstance(line, dict))
    return tuple(item for item in items if item != Item())


def _item(line: Record) -> Item:
    quantity = whole_at(line, "count")
    parts = (collapse(part) for part in (string_at(line, "skuDesc") or "").split(";"))
    return Item(
        title=string_at(line, "itemTitle"),
        sku=", ".join(part for part in parts if part) or None,
        quantity=quantity if quantity is not None and quantity > 0 else None,
        product_id=string_at(line, "itemId"),
        sku_id=string_at(line, "skuId"),
    )


def _orders(asked: str | None, promise: Record) -> tuple[Order, ...]:
    """What the page promises the buyer of the order, as far as it names dates."""
    listed = [text for text in items_at(promise, "fdContentList") or () if isinstance(text, str)]
    sentences = listed or (string_at(promise, "fdContent") or "").split(" · ")
    protection = tuple(
        Protection(sentence, printed)
        for text in sentences
        if (sentence := collapse(text)) is not None
        for printed in dates_in(sentence)
    )
    return (Order(asked, protection=protection),) if asked is not None and protection else ()


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
