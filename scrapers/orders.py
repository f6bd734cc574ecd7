"""What order pages say of an order and its items, as printed. Pure data; dates and money are read later."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order, or what of it lies in a package.

    line_id          the shop's own id of the order line, None where the page shows none
    product_id, sku_id   the shop's ids, None where the page shows none
    sku              the variant in words, as shown ("Color:Black, Length:2m")
    price_text       price of one piece, as printed
    price            the same as decimal text ("13.90"), only where the page's data give it as a number
    currency         ISO code, only where the page's data name it
    """

    title: str | None = None
    sku: str | None = None
    quantity: int | None = None
    price_text: str | None = None
    price: str | None = None
    currency: str | None = None
    line_id: str | None = None
    product_id: str | None = None
    sku_id: str | None = None


@dataclass(frozen=True, slots=True)
class Protection:
    """One statement of how long a buyer is protected. `date_text` is the date in it, as printed."""

    text: str
    date_text: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What one page says of one order. What the page does not say is None or empty, never guessed.

    status_text, status_code  as shown, white space collapsed; the shop's own code for it
    *_text              dates as printed
    total_text, total, currency   as of `Item`
    items_claimed       how many lines the page says there are, None where it does not
    protection          every statement on the page, in page order
    destination_country as printed or as the shop's code: the only part of the address that is ever read
    refund_text         what the page says of a refund or return
    has_tracking        whether the page offers a way to the tracking page; None where it cannot be told
    """

    id: str
    status_text: str | None = None
    status_code: str | None = None
    placed_text: str | None = None
    paid_text: str | None = None
    shipped_text: str | None = None
    finished_text: str | None = None
    store: str | None = None
    total_text: str | None = None
    total: str | None = None
    currency: str | None = None
    items: tuple[Item, ...] = ()
    items_claimed: int | None = None
    protection: tuple[Protection, ...] = ()
    destination_country: str | None = None
    refund_text: str | None = None
    has_tracking: bool | None = None
