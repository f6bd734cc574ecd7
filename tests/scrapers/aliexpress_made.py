"""AliExpress order pages written for tests: replies as the data service sends them, and pages as drawn.

Ids, names and prices are invented; keys and class names are those of the real pages.
"""

import json
import random
from typing import Any
from urllib.parse import quote

from scrapers.aliexpress.mtop import Reply, replies
from scrapers.contract import Page
from scrapers.words import Role

LIST_API = "mtop.aliexpress.trade.buyer.order.list"
DETAIL_API = "mtop.aliexpress.trade.buyer.order.detail"
LIST_URL = "https://www.aliexpress.com/p/order/index.html"
DETAIL_URL = "https://www.aliexpress.com/p/order/detail.html?orderId="
TRACKING_URL = "https://www.aliexpress.com/p/tracking/index.html?_addShare=no&_login=yes&tradeOrderId="

IDS = tuple(f"82100000000000{n:02}" for n in range(1, 41))


def api_url(api: str, **asked: Any) -> str:
    data = quote(json.dumps({"_lang": "en_US"} | asked))
    return f"https://acs.aliexpress.com/h5/{api}/1.0/?jsv=2.5.1&appKey=12574478&api={api}&data={data}"


def page(body: bytes | str, url: str = LIST_URL, role: Role = Role.DOM) -> Page:
    data = body if isinstance(body, bytes) else body.encode()
    return Page(role, url, "text/html" if role is Role.DOM else "application/json", data, 200)


def payload(envelope: Any, api: str = LIST_API) -> Page:
    body = envelope if isinstance(envelope, bytes) else json.dumps(envelope, ensure_ascii=False).encode()
    return page(body, api_url(api), Role.PAYLOAD)


def envelope(data: Any, *ret: str, api: str = LIST_API) -> dict[str, Any]:
    return {"api": api, "v": "1.0", "ret": list(ret or ("SUCCESS::调用成功",)), "data": data, "traceId": "x"}


def reply(data: Any, api: str = LIST_API) -> Reply:
    (one,) = replies([payload(envelope(data, api=api), api)])
    return one


def as_strings(value: Any) -> Any:
    """The same document with every scalar made a string, as some replies come."""
    if isinstance(value, dict):
        return {key: as_strings(held) for key, held in value.items()}
    if isinstance(value, list):
        return [as_strings(held) for held in value]
    return value if value is None or isinstance(value, str) else json.dumps(value)


def shuffled(value: Any, seed: int) -> Any:
    """The same document with the keys of every object in another order."""
    if isinstance(value, dict):
        keys = list(value)
        random.Random(seed).shuffle(keys)  # noqa: S311  no secret
        return {key: shuffled(value[key], seed) for key in keys}
    return [shuffled(held, seed) for held in value] if isinstance(value, list) else value


def line(n: int = 1, **changes: Any) -> dict[str, Any]:
    made = {
        "orderLineId": f"82200000000000{n:02}",
        "productId": f"10050000000000{n:02}",
        "skuId": f"120000000000000{n:02}",
        "quantity": 2,
        "itemTitle": f"Invented  cable {n}",
        "itemPriceText": "R$13,90",
        "formatPriceInfo": "R$13,90|13|90",
        "currencyCode": "BRL",
        "skuAttrs": [
            {"id": 14, "name": "Color", "text": "Black", "vid": 193},
            {"id": 380, "name": "Length", "text": "2m", "vid": 1},
        ],
    }
    return changed(made, changes)


def order_fields(order_id: str, **changes: Any) -> dict[str, Any]:
    made = {
        "orderId": order_id,
        "orderDateText": "Sep 1, 2026",
        "statusText": "Awaiting delivery",
        "totalPriceText": "R$31,93",
        "formatPriceInfo": "R$31,93|31|93",
        "currencyCode": "BRL",
        "storeName": "Invented Store",
        "paymentOutId": "12999999999999999999999999999",
        "orderLineSize": 1,
        "orderLines": [line()],
        "buttons": [{"type": "TRACKING", "text": "Track status", "href": TRACKING_URL + order_id}],
        "utParams": {"args": {"orderId": order_id, "orderStatus": "8"}},
    }
    return changed(made, changes)


def changed(made: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`made` with `changes`; `...` takes a key away."""
    return {key: value for key, value in (made | changes).items() if value is not ...}


def list_data(
    ids: tuple[str, ...] = IDS[:10],
    *,
    suffix: str = "109702",
    orders: dict[str, Any] | None = None,
    **body: Any,
) -> dict[str, Any]:
    """The data of a page of the list; `orders` gives other fields for an id."""
    top, middle = f"pc_om_list_page_{suffix}", f"pc_om_list_body_{suffix}"
    told = {"hasMore": True, "hasMoreText": "View orders", "pageIndex": 1, "pageSize": 10}
    components: dict[str, Any] = {
        f"pc_om_list_order_{one}": {
            "id": one,
            "tag": "pc_om_list_order",
            "fields": (orders or {}).get(one, order_fields(one)),
        }
        for one in reversed(ids)
    }
    components[top] = {"id": suffix, "tag": "pc_om_list_page", "fields": {}}
    components[middle] = {"id": suffix, "tag": "pc_om_list_body", "fields": changed(told, body)}
    within = {top: [middle], middle: [f"pc_om_list_order_{one}" for one in ids]}
    return {"container": {"data": []}, "data": components, "hierarchy": {"root": top, "structure": within}}


def detail_data(order_id: str = IDS[0], **changed_fields: Any) -> dict[str, Any]:
    """The data of a detail page; a tag as keyword (without `detail_`) replaces its fields."""
    button = {"type": "TRACKING", "text": "Track status", "href": TRACKING_URL + order_id}
    eta = {"etaAndTrack": {"expectDeliveryDateTitle": "Estimated delivery date: Aug 3, 2026"}}
    promise = (
        "Apply for code if delayed by Aug 3, 2026 · Refund if no delivery before Sep 4, 2026 · Refund if lost"
    )
    fields = {
        "order_status_block": {"orderId": int(order_id), "title": "Completed ", "buttonVOList": [button]},
        "simple_order_info_component": {
            "tradeOrderId": int(order_id),
            "orderCreatTime": "Jul 15, 2026",
            "orderCreatTimeTile": "Order placed on",
            "payTime": "Jul 16, 2026",
            "orderShipTime": "Jul 17, 2026",
            "orderEndTime": "Jul 28, 2026",
            "paymentMethod": "Credit/Debit card",
            "addressVO": {
                "contactName": "Somebody Secret",
                "countryCode": "BR",
                "detailAddress": "Secret street 1",
                "fullPhoneNo": "+55 11999999999",
                "postCode": "00000-000",
            },
        },
        "product_block": {"productVOList": [line(1, **eta)], "sellerVO": {"sellerName": "Invented Store"}},
        "order_price_block": {
            "priceDetails": [{"title": "Subtotal", "value": "R$126,59"}],
            "totalPrice": {
                "title": "Total",
                "value": "R$132,74",
                "currencyCode": "BRL",
                "formatPriceInfo": "R$132,74|132|74",
            },
        },
        "service_progress_bar": {
            "nodes": [
                {"text": "Paid", "time": "Jul 15, 2026"},
                {"text": "R$5", "time": "Aug 5, 2026"},
                {"text": "Refund", "time": "Sep 4, 2026"},
            ]
        },
        "order_services": {"data": [{"title": "Fast delivery", "content": promise}]},
        "logistic_package_block": {"packageInfoList": [{"trackingNumber": "AP00000000000001"}]},
    }
    components = {
        f"detail_{tag}_{n}": {"tag": f"detail_{tag}", "fields": held}
        for n, (tag, held) in enumerate(changed(fields, changed_fields).items(), start=100)
    }
    names = list(components)
    root = {"detail_root_container_1": {"tag": "detail_root_container", "fields": {}}}
    structure = {"detail_root_container_1": names}
    return {"data": dict(reversed(components.items())) | root, "hierarchy": {"structure": structure}}
