"""What of a web address on AliExpress' pages may stay: which page it is, and of which order."""

import json
import re

from scrapers.payload import PayloadError, document
from scrapers.scrubbing import Addresses, query_of

_ID = re.compile(r"[0-9]{5,22}")
_NUMBERS = re.compile(r"[A-Za-z0-9]{6,40}(?:,[A-Za-z0-9]{6,40}){0,20}")
#: Parts of the paths of pages that are known.
_PATHS = """
p order index.html detail.html detail.htm detail.json snapshot.html tracking pop-text.html tax-ui
reverse-pages start.html refund-dispute list.html message msgDetail.htm item store shoppingcart
ug-login-page login.html login msite.html mini_login.htm mini_login account member passport signin
_____tmd_____ punish verify wholesale h5 kf imgextra global logisticsdetail.htm
"""
_PART = "|".join(re.escape(part) for part in _PATHS.split())

ADDRESSES = Addresses(
    hosts=(
        "aliexpress.com",
        "aliexpress.us",
        "aliexpress.ru",
        "aliexpress-media.com",
        "alicdn.com",
        "alibaba.com",
        "cainiao.com",
    ),
    paths=re.compile(_PART + r"|mtop\.[A-Za-z0-9_.]{1,100}|[0-9]\.[0-9]|[0-9]{5,22}\.html"),
    query={
        "api": re.compile(r"mtop\.[A-Za-z0-9_.]{1,100}"),
        "orderId": _ID,
        "tradeOrderId": _ID,
        "tradeId": _ID,
        "post": re.compile(r"[01]"),  # tells a later page of the list from its first
        "mailNoList": _NUMBERS,
        "mailNos": _NUMBERS,
    },
    emptied=frozenset({"x5secdata"}),
)

#: Of what a page asks its data service for.
_ASKED = {
    "tradeOrderId": _ID,
    "timeZone": re.compile(r"[A-Za-z][A-Za-z0-9_+:/-]{0,39}"),
    "_lang": re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z]{2,4})?"),
    "statusTab": re.compile(r"[a-z_]{0,20}"),
    "pageIndex": re.compile(r"[0-9]{1,4}"),
}


def cleaned_url(url: str) -> str:
    """`url` with nothing in it but page, order, and what was asked for; "" if it is no web address."""
    asked = next((value for key, value in query_of(url) if key == "data"), None)
    return ADDRESSES.cleaned(url, () if asked is None else [("data", _asked(asked))])


def _asked(text: str) -> str:
    try:
        value = document(text)
    except PayloadError:
        value = None
    kept = {
        key: value[key]
        for key, form in _ASKED.items()
        if isinstance(value, dict)
        and isinstance(value.get(key), str | int)
        and form.fullmatch(str(value[key]))
    }
    return json.dumps(kept, separators=(",", ":"))
