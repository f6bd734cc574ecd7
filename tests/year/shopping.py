"""The data requests of the simulated shop's pages."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from collector.visit.asked import Asked
from fixtures.messages import Answer
from tests.year.scripts import Call
from tests.year.wire import Wire

_LIST = "mtop.aliexpress.trade.buyer.order.list"
_DETAIL = "mtop.aliexpress.trade.buyer.order.detail"
_TRACKING = "mtop.ae.ld.querydetail"
_STALE = b"FAIL_SYS_TOKEN"


def calls(asked: Asked, wire: Wire) -> Iterator[Call]:
    """What the page in question asks for; a first reply without a token brings one, and is asked again."""
    made = {
        "list": _call(_LIST, {"renderType": "init"}),
        "detail": _call(_DETAIL, {"tradeOrderId": asked.order_id}),
        "tracking": _call(_TRACKING, {"tradeOrderId": asked.order_id, "timeZone": "GMT+00:00"}),
    }[asked.page or "list"]
    if _STALE in wire.ask(made.url).body:
        yield made
    yield made


def answered(call: Call, wire: Wire) -> Answer:
    """The reply to a call, to the second one where the first only brought a token."""
    answer = wire.ask(call.url, call.method, call.body, call.headers)
    if _STALE in answer.body:
        return wire.ask(call.url, call.method, call.body, call.headers)
    return answer


def next_list_call(following: dict[str, str]) -> Call:
    """What the button under the list asks for."""
    body = urlencode({"data": json.dumps({"params": json.dumps(following)})}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Call(
        f"https://acs.aliexpress.com/h5/{_LIST}/1.0/?{urlencode({'api': _LIST})}", "POST", body, headers
    )


def parameters(body: bytes) -> dict[str, str]:
    """What the list's next page is asked for with, from the reply with the page before."""
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
