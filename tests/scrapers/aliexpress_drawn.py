"""AliExpress order pages drawn as HTML for tests: every form of card, and the page of one order.

The markup is put together from class names others describe; all texts and ids are invented.
"""

from tests.scrapers.aliexpress_made import TRACKING_URL


def price(text: str, build: str = "1Hlfkoj") -> str:
    """A price as the page splits it: a span for every character."""
    return (
        f'<div class="es--wrap--{build} notranslate">' + "".join(f"<span>{c}</span>" for c in text) + "</div>"
    )


def single(
    order_id: str,
    *,
    labels: tuple[str, str] = ("Order date: ", "Order ID: "),
    copy: str = "Copy",
    date: str = "Apr 27, 2026",
    status: str = "Awaiting delivery",
    store: str = '<a href="//www.aliexpress.com/store/1100000001"><span>Invented Store</span></a>',
    track: bool = True,
    refund: str = "",
    link: bool = True,
    total: str = "US $1,234.56",
) -> str:
    """The card of an order with one line."""
    detail = (
        f'<a data-pl="order_item_header_detail" href="/p/order/detail.html?orderId={order_id}">Details</a>'
    )
    button = f'<a class="comet-btn order-item-btn" href="{TRACKING_URL}{order_id}">Track order</a>'
    return f"""
<div class="order-item">
  <div class="order-item-header">
    <div class="order-item-header-status" data-pl="order_item_header_status">
      <span class="order-item-header-status-text">{status}</span></div>
    <div class="order-item-header-right">
      <div class="order-item-header-right-info" data-pl="order_item_header_info">
        <div>{labels[0]}{date}</div>
        <div>{labels[1]}{order_id}<span class="order-item-header-right-copy">{copy}</span></div>
      </div><span class="order-item-header-line"></span>{detail if link else ""}</div></div>
  <div class="order-item-store"><img class="order-item-store-icon">
    <span class="order-item-store-name" data-pl="order_item_store_name">{store}</span></div>
  <div class="order-item-content">
    <div class="order-item-content-body">
      <a href="//www.aliexpress.com/item/1005000000000001.html"><div class="order-item-content-img"></div></a>
      <div class="order-item-content-info">
        <div class="order-item-content-info-name" data-pl="order_item_content_info_name">
          <a href="//www.aliexpress.com/item/1005000000000001.html">
            <span title="Invented cable, with the whole title">Invented cable, wi...</span></a></div>
        <div class="order-item-content-info-sku">Black, 2m</div>
        <div class="order-item-content-info-number">{price("US $617.28")}
          <span class="order-item-content-info-number-quantity">x2</span></div>
      </div></div>
    <div class="order-item-content-opt"><div class="order-item-content-opt-price">
      <span class="order-item-content-opt-price-total" data-pl="order_item_content_price_total">Total:
        {price(total)}</span></div>
      <div class="order-item-btns-wrap"><div class="order-item-btns">{button if track else ""}</div>
      </div></div>
  </div>{refund}
</div>"""


def several(order_id: str, pictures: tuple[str | None, ...]) -> str:
    """The card of an order with several lines: pictures only, each in a link to a product or in none."""
    shown = "".join(
        f'<a href="//www.aliexpress.com/item/{one}.html"><div class="order-item-content-img"></div></a>'
        if one
        else '<div class="order-item-content-img"></div>'
        for one in pictures
    )
    return f"""
<div class="order-item"><div class="order-item-header">
  <div class="order-item-header-status"><span class="order-item-header-status-text">Completed</span></div>
  <div class="order-item-header-right-info">
    <div>Date: May 18, 2026</div><div>Ref. Number: {order_id}</div></div></div>
  <div class="order-item-content"><div class="order-item-content-body">{shown}</div></div></div>"""


def mobile(order_id: str) -> str:
    """The card of the mobile page, which is a link itself."""
    return f"""
<a class="order-item order-item-mobile" href="//m.aliexpress.com/p/order/detail.html?orderId={order_id}">
  <span class="order-item-header-status-text">Completed</span>
  <div class="order-item-content"><div class="order-item-content-body">
    <div class="order-item-content-img"></div></div></div></a>"""


MORE = (
    '<div class="order-more" data-pl="order_more">'
    '<button class="comet-btn comet-btn-large"><span>View orders</span></button></div>'
)
REFUND = (
    '<div class="order-item-bottom-action"><div class="expose-info">'
    '<div class="expose-info-item-title">Refunded <span>US $5.00</span></div></div></div>'
)


def list_page(*cards: str, more: str = "", tab: str = "View all", lang: str = "en") -> str:
    return f"""<!doctype html><html lang="{lang}"><body><div id="root">
<div class="order-nav"><div class="comet-tabs"><div class="comet-tabs-nav">
  <div class="comet-tabs-nav-item comet-tabs-nav-item-active">{tab}</div>
  <div class="comet-tabs-nav-item">To ship (7)</div></div></div></div>
<div class="order-wrap"><div class="order-main"><div class="order-content" data-spm="order_list_main">
  <div class="comet-checkbox-group">{"".join(cards)}</div>{more}</div></div></div>
</div></body></html>"""


def info_rows(*rows: str) -> str:
    return "".join(f'<div class="info-row">{row}</div>' for row in rows)


ROWS = (
    "Ref. Number: 8210000000000001<span>Copy</span>",
    "Order placed on: Jul 15, 2026",
    "Paid on: Jul 16, 2026",
    "Shipment completed on: Jul 17, 2026",
    "Order completed on: Jul 28, 2026",
    "Payment method: Credit/Debit card",
)


def detail_page(rows: tuple[str, ...] = ROWS, *, total: str = "Total", items: bool = True) -> str:
    item = f"""
<div class="order-detail-item"><div class="order-detail-item-store">
    <span class="store-name">Invented Store</span></div>
  <div class="order-detail-item-content-wrap"><div class="order-detail-item-content">
    <a class="order-detail-item-content-img" href="//www.aliexpress.com/item/1005000000000001.html"></a>
    <div class="order-detail-item-content-info"><div class="item-title"><a href="#">Invented cable</a></div>
      <div class="item-sku-attr">Color:Black, Length:2m</div>
      <div class="item-price"><div>{price("R$126,59")}</div><span class="item-price-quantity">x2</span>
      </div></div>
    <div class="order-detail-item-track">
      <div class="order-detail-item-track-eta-text">Estimated delivery date: Aug 3, 2026</div>
      <a class="order-detail-item-track-info track-detail" href="{TRACKING_URL}8210000000000001">
        <div class="order-detail-item-track-info-desc">Delivered</div></a></div></div></div></div>"""
    return f"""<!doctype html><html lang="en-US"><body><div id="root">
<div class="order-status">
  <div class="order-block-title">Completed</div><div class="order-status-content"></div></div>
<div class="order-detail-info-item"><div class="contact-info">Somebody Secret +55 11999999999</div></div>
<div class="order-detail-info-item order-detail-order-info">
  <div class="order-detail-info-content has-switch expand-info">{info_rows(*rows)}</div></div>
{item if items else ""}
<div class="order-price">
  <div class="order-price-item"><span class="left-col">Subtotal</span>
    <span class="right-col">R$126,59</span></div>
  <div class="order-price-item"><span class="left-col">{total}</span>
    <div class="right-col">{price("R$132,74")}</div>
  </div></div></div></body></html>"""
