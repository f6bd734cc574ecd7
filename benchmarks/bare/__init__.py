"""Bare extraction: the fields of saved pages, as somebody takes them who trusts every page.

The document parsed once by selectolax, or the reply by the standard library, and the same fields of the same
rows that the portal's own parser gives. Nothing is checked: it reads one visit's pages and no others.
"""

import json
from collections.abc import Sequence

from benchmarks.bare import couriers, documents, platforms, posts
from benchmarks.bare.fields import Fields
from scrapers.contract import Page
from scrapers.words import Role

#: By portal, of pages.
OF_DOCUMENTS = {
    "chinapost": documents.chinapost,
    "dpd": documents.dpd,
    "japanpost": documents.japanpost,
    "parcelsapp": documents.parcelsapp,
    "usps": documents.usps,
    "yanwen": documents.yanwen,
}
#: By portal, of the values of replies.
OF_REPLIES = {
    "17track": platforms.seventeentrack,
    "aliexpress": platforms.aliexpress,
    "auspost": posts.auspost,
    "cainiao": platforms.cainiao,
    "canadapost": posts.canadapost,
    "correios": posts.correios,
    "correos": posts.correos,
    "dhl": couriers.dhl,
    "fedex": couriers.fedex,
    "gls": couriers.gls,
    "inpost": couriers.inpost,
    "israelpost": posts.israelpost,
    "laposte": posts.laposte,
    "polishpost": posts.polishpost,
    "posteitaliane": posts.posteitaliane,
    "postnl": posts.postnl,
    "royalmail": posts.royalmail,
    "ups": couriers.ups,
    "yunexpress": couriers.yunexpress,
}


def bare(name: str, pages: Sequence[Page]) -> list[Fields]:
    """What bare extraction makes of a visit to the portal called `name`, for each number."""
    if name in OF_DOCUMENTS:
        return OF_DOCUMENTS[name](pages)
    return OF_REPLIES[name]([json.loads(page.body) for page in pages if page.role is Role.PAYLOAD])
