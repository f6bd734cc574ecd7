"""The data requests of the simulated shop's pages."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from collector.visit.asked import Asked
from scrapers.contract import Page
from scrapers.words import Role
from tests.year.scripts import Call
from tests.year.wire import Wire

_LIST = "mtop.aliexpress.trade.buyer.order.list"
_DETAIL = "mtop.aliexpress.trade.buyer.order.detail"
_TRACKING = "mtop.ae.ld.querydetail"


def calls(asked: Asked, wire: Wire) -> Iterator[Call]:
    """What the page in question asks for; a first reply without a token brings one, and is asked again."""
    made = {
        "list": _call(_LIST, {"renderType": "init"}),
        "detail": _call(_DETAIL, {"tradeOrderId": asked.order_id}),
        "tracking": _call(_TRACKING, {"tradeOrderId": asked.order_id, "timeZone": "GMT+00:00"}),
    }[asked.page or "list"]
    if b"FAIL_SYS_TOKEN" in wire.ask(made.url).body:
        yield made
    yield made


def next_list_call(following: dict[str, str]) -> Call:
    """What the button under the list asks for."""
    body = urlencode({"data": json.dumps({"params": json.dumps(following)})}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Call(
        f"https://acs.aliexpress.com/h5/{_LIST}/1.0/?{urlencode({'api': _LIST})}", "POST", body, headers
    )


def following(pages: Sequence[Page]) -> dict[str, str]:
    """What the list's next page is asked for with, from the pages of the one before."""
    found = [page.body for page in pages if page.role is Role.PAYLOAD]
    return parameters(found[-1]) if found else {}


def parameters(body: bytes) -> dict[str, str]:
    """The same from one reply."""
    try:
        page = json.loads(body)["data"]
        key, shown = _of(page, "pc_om_list_body")
        chosen, action = _of(page, "pc_om_list_header_action")
    except (ValueError, KeyError, TypeError, StopIteration):
        return {}
    fields = shown["fields"]
    raised = {**shown, "fields": {**fields, "pageIndex": int(fields["pageIndex"]) + 1}}
    parts = {name: json.dumps(page[name]) for name in ("linkage", "hierarchy", "endpoint") if name in page}
    return {"data": json.dumps({key: raised, chosen: action}), "operator": key, **parts}


def _of(page: Any, tag: str) -> tuple[str, Any]:
    return next((key, one) for key, one in page["data"].items() if one["tag"] == tag)


def _call(api: str, data: dict[str, str]) -> Call:
    return Call(
        f"https://acs.aliexpress.com/h5/{api}/1.0/?{urlencode({'api': api, 'data': json.dumps(data)})}"
    )
