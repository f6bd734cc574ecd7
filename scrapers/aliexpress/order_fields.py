"""Fields that the replies for the list and for one order share: prices, lines, buttons, dates in prose."""

import re
from collections.abc import Iterable
from datetime import date

from scrapers.aliexpress.order_components import digits_at
from scrapers.orders import Item
from scrapers.payload import Record, items_at, string_at, whole_at
from scrapers.select import collapse

#: As in "R$31,93|31|93" and "₩11,110|11110|": the text, its whole part, its fraction.
_PARTS = re.compile(r"([^|]+)\|([0-9][0-9.,'’\s]*)\|([0-9]{0,3})")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MARKUP = re.compile(r"<[^<>]*>")
_MONTH = r"[^\W\d_]{2,12}\.?"
_DATE = re.compile(
    rf"\b{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s20\d\d\b"
    rf"|\b\d{{1,2}}(?:\.|º|st|nd|rd|th|er)?\s(?:de\s)?{_MONTH},?\s(?:del?\s)?20\d\d\b"
    r"|\b20\d\d\s?[년年]\s?\d{1,2}\s?[월月]\s?\d{1,2}\s?[일日]"
    r"|\b20\d\d([-/.])\s?\d{1,2}\1\s?\d{1,2}\b"
    r"|\b\d{1,2}([-/.])\d{1,2}\2\s?20\d\d\b"
)
_LONGEST = 2_000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH = re.compile(r"([A-Z][a-z]{2})[a-z]*\.? ([0-9]{1,2}), (20[0-9]{2})")


def exact_price(record: Record) -> str | None:
    """The price in `formatPriceInfo` as decimal text; None where its parts do not make up its text."""
    parts = _PARTS.fullmatch(string_at(record, "formatPriceInfo") or "")
    if parts is None:
        return None
    text, whole, fraction = parts[1], "".join(re.findall("[0-9]", parts[2])), parts[3]
    if _digits(text) != whole + fraction:
        return None
    sign = "-" if any(c in "-−" for c in text) else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def currency_at(record: Record) -> str | None:
    """The ISO code under `currencyCode`."""
    code = string_at(record, "currencyCode") or ""
    return code if _CURRENCY.fullmatch(code) else None


def items_in(lines: Iterable[object]) -> tuple[Item | None, ...]:
    """An item for each order line, None for a line that cannot be read."""
    return tuple(_item(line) if isinstance(line, dict) else None for line in lines)


def offers_tracking(buttons: Iterable[object]) -> bool | None:
    """True where a button leads to the tracking page; else None: completed orders lose theirs."""
    for button in buttons:
        if isinstance(button, dict) and (
            (string_at(button, "type") or "").upper() == "TRACKING"
            or "/p/tracking/" in (string_at(button, "href") or "")
        ):
            return True
    return None


def without_markup(text: str | None) -> str | None:
    """`text` without HTML tags, white space collapsed."""
    return collapse(_MARKUP.sub(" ", text)) if text is not None else None


def dates_in(text: str) -> tuple[str, ...]:
    """The dates with a year that stand in a sentence, as printed; month names of any language are taken."""
    return tuple(found[0] for found in _DATE.finditer(text[:_LONGEST]))


def span(texts: Iterable[str | None]) -> tuple[str | None, str | None]:
    """The first and last ISO date that English texts name; nothing where one of them names none."""
    days = [[_iso(printed) for printed in dates_in(text or "")] for text in texts]
    flat = [day for found in days for day in found if day is not None]
    if not flat or any(not found or None in found for found in days):
        return None, None
    return min(flat), max(flat)


def _iso(printed: str) -> str | None:
    english = _ENGLISH.fullmatch(printed)
    if english is None or english[1].lower() not in _MONTHS:
        return None
    try:
        return date(int(english[3]), _MONTHS.index(english[1].lower()) + 1, int(english[2])).isoformat()
    except ValueError:
        return None


def _item(line: Record) -> Item | None:
    item = Item(
        title=string_at(line, "itemTitle"),
        sku=_sku(line),
        quantity=_quantity(line),
        price_text=string_at(line, "itemPriceText"),
        price=exact_price(line),
        currency=currency_at(line),
        line_id=digits_at(line, "orderLineId"),
        product_id=digits_at(line, "productId"),
        sku_id=digits_at(line, "skuId"),
    )
    return None if (item.title, item.line_id, item.product_id) == (None, None, None) else item


def _quantity(line: Record) -> int | None:
    quantity = whole_at(line, "quantity")
    return quantity if quantity is not None and quantity > 0 else None


def _sku(line: Record) -> str | None:
    """The variant as the detail page prints it: `Color:Black, Length:2m`."""
    told = string_at(line, "skuAttrs")
    if told is not None:
        return told
    pairs = (
        (string_at(attribute, "name"), string_at(attribute, "text"))
        for attribute in items_at(line, "skuAttrs") or ()
        if isinstance(attribute, dict)
    )
    return ", ".join(f"{name}:{text}" if name else text for name, text in pairs if text) or None


def _digits(text: str) -> str:
    return "".join(str(int(c)) for c in text if c.isdecimal())
