"""The names of towns within the names of places, for comparison. Pure."""

import re
from functools import lru_cache

from scrapers import vocabulary

_WORD = re.compile(r"[^\W\d_]{4,}")
#: Words of place names that name no place.
_COMMON = frozenset(
    [
        "international",
        "airport",
        "facility",
        "center",
        "centre",
        "distribution",
        "regional",
        "sorting",
        "office",
        "processing",
        "network",
        "delivery",
        "post",
        "mail",
        "depot",
        "station",
        "terminal",
        "logistics",
        "province",
        "city",
        "district",
    ]
)


@lru_cache(maxsize=4096)
def towns(place: str | None) -> frozenset[str]:
    """The longer words of a place's name; places that share one are taken for the same."""
    return frozenset(_WORD.findall(vocabulary.normal(place))) - _COMMON if place else frozenset()
