"""What pages say of persons under keys and classes that mean one: hidden wherever else it stands.

A reply that has `recipientName` tells the name that a row's remark may have, too.
"""

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise

from selectolax.lexbor import LexborHTMLParser

from scrapers.scrubbing import Gathered
from scrapers.select import collapse

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_A-Za-z]+")
_TELLING = ("person", "name", "address", "postcode", "phone", "email", "other")
#: Characters of what is looked for elsewhere, and levels of a reply.
_MOST, _DEEPEST = 120, 60


@cache
def words_in(kind: str) -> frozenset[str]:
    """The words of keys of one kind, from `people.toml`."""
    file = resources.files("collector.kit.scrubbing") / "people.toml"
    told: dict[str, str] = tomllib.loads(file.read_text(encoding="utf-8"))
    return frozenset(told[kind].split())


def is_personal(key: str) -> bool:
    """Whether what stands under `key` may say who or where somebody is."""
    return bool(_key_words(key) & _told())


def is_birthday(key: str) -> bool:
    """Whether a date under `key` is a person's."""
    return "birth" in key.lower()


def is_time(key: str) -> bool:
    """Whether a number under `key` may count the seconds since 1970."""
    return re.search(r"time|date|stamp|eta(?![a-z])|at$", key, re.IGNORECASE) is not None


def is_country(key: str) -> bool:
    """Whether a country stands under `key`: too large to be personal."""
    return bool(_key_words(key) & words_in("country"))


def gather_value(value: object, found: Gathered, path: tuple[str, ...] = ()) -> None:
    """Adds what a reply's value says of persons, lists as their entries."""
    if len(path) > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, held in value.items():
            gather_value(held, found, (*path, str(key)))
    elif isinstance(value, list):
        for held in value:
            gather_value(held, found, path)
    elif isinstance(value, str | int) and not isinstance(value, bool) and path:
        _gather(str(value), _key_words(path[-1]), _key_words(" ".join(path)), found)


def gather_page(root: LexborHTMLParser, found: Gathered) -> None:
    """Adds what elements say of persons whose class, id or property means one."""
    for node in root.css("[class], [id], [itemprop]"):
        told = _key_words(" ".join(node.attributes.get(name) or "" for name in ("class", "id", "itemprop")))
        if told & _told() and len(node.text()) <= _MOST:
            _gather(node.text(), told, told, found)


def _gather(text: str, own: frozenset[str], above: frozenset[str], found: Gathered) -> None:
    text = (collapse(text) or "")[:_MOST]
    if not text or own & words_in("public"):
        return
    if own & (words_in("email") | words_in("phone")):
        found.phones.add(text)
    elif own & words_in("postcode"):
        found.codes.add(text)
    elif own & words_in("address") or ("address" in own and above & words_in("person")):
        found.addresses.add(text)
    elif own & words_in("name") and above & (words_in("person") | {"by"}) and any(c.isalpha() for c in text):
        found.names.add(text)


@cache
def _told() -> frozenset[str]:
    return frozenset().union(*map(words_in, _TELLING))


@lru_cache(maxsize=4096)
def _key_words(key: str) -> frozenset[str]:
    words = [word.lower() for word in _WORDS.findall(key)]
    return frozenset({*words, *(first + second for first, second in pairwise(words)), key.lower()})
