"""Whose account it is, as far as the pages of a visit tell: names, addresses, telephones, postcodes.

They are looked for where they are known to stand (keys of the data, the contact block, a greeting, what is
typed into fields, what scripts repeat from cookies), so that they can be hidden where nobody expects them: in
a carrier's remark, in a title.
"""

import re
from collections.abc import Iterable

from selectolax.lexbor import LexborNode

from scrapers.aliexpress.scrub_keys import PERSONAL
from scrapers.aliexpress.scrub_labels import is_label
from scrapers.aliexpress.scrub_markup import Spot, saved_reply, script_text, texts
from scrapers.aliexpress.scrub_payloads import gather
from scrapers.scrubbing import Gathered, undisguised, words_in

_LONGEST = 200
_QUOTE = r"\\{0,3}[\"']"
_KEYS = "|".join(sorted(PERSONAL, key=lambda key: (-len(key), key)))
_TOLD = re.compile(
    rf"\b({_KEYS})(?:{_QUOTE})?\s{{0,5}}[:=]\s{{0,5}}{_QUOTE}"
    r"((?:[^\"'\\<>\n]|\\u[0-9a-f]{4}){1,200})",
    re.IGNORECASE,
)
#: In the cookie a script may repeat: country, first name, last name, kind, id.
_MEMBER = re.compile(r"\bx_user(?:=|%3D)([^&;\"'\s\\]{1,200})")
_EMAIL = re.compile(r"([^\s@<>\"'(),;:=&?/%]{1,64})@[\w-]{1,64}\.[\w.-]{1,64}")
_GREETING = re.compile(
    r"(?:hi|hello|hola|olá|oi|bonjour|salut|hallo|ciao|hej|cześć|witaj|привет|안녕하세요"
    r"|welcome(?: back)?(?=,))"
    r"\s?[,!]?\s{0,3}(.{0,80}?)[!.]?",
    re.IGNORECASE,
)
_TYPED = frozenset({"", "text", "email", "tel"})


def gather_reply(value: object, found: Gathered) -> None:
    """Adds what the keys of a reply say of a person."""
    gather(value, found)


def gather_text(text: str, found: Gathered) -> None:
    """Adds what a script, or data that cannot be read as such, say of a person."""
    for match in _TOLD.finditer(text):
        told = undisguised(match[2]).strip()
        if told and not is_label(told):
            getattr(found, PERSONAL[match[1].lower()]).add(told[:_LONGEST])
    for match in _MEMBER.finditer(text):
        parts = undisguised(match[1]).replace("+", " ").split("|")
        found.names.add(" ".join(parts[1:3])[:_LONGEST])
    _mail_names(text, found)


def gather_page(root: LexborNode, found: Gathered) -> None:
    """Adds what a page says of a person."""
    named: set[int] = set()
    greeted = False
    for at, node in texts(root):
        text = (node.text_content or "").strip()
        if not text:
            continue
        greeting = _GREETING.fullmatch(text) if at.kind == "own" and len(text) <= _LONGEST else None
        if greeted and not is_label(text):
            found.names.add(text[:_LONGEST])
        greeted = greeting is not None and not greeting[1]
        if greeting and greeting[1] and not is_label(greeting[1]):
            found.names.add(greeting[1])
        _by_place(text[:_LONGEST], at, named, found)
        _mail_names(text, found)
    for node in root.css("input[value]"):
        _typed(node, found)
    for node in root.css("script"):
        gather_text(script_text(node), found)
    for node in root.css("pre"):
        gather_reply(saved_reply(node), found)


def _by_place(text: str, at: Spot, named: set[int], found: Gathered) -> None:
    """Adds a text that stands where an account's name or an address stands."""
    if at.kind == "account" and not is_label(text):
        found.names.add(text)
    if at.kind not in ("contact", "address") or is_label(text):
        return
    if any(c.isdigit() for c in text):
        _line(text, found)
    elif at.run not in named and (at.kind == "contact" or _looks_named(text)):
        named.add(at.run)
        found.names.add(text)


def _line(text: str, found: Gathered) -> None:
    digits, letters = sum(c.isdigit() for c in text), sum(c.isalpha() for c in text)
    if digits > letters:
        (found.phones if digits > 8 else found.codes).add(text)
    else:
        found.addresses.add(text)


def _looks_named(text: str) -> bool:
    words = text.split()
    return 2 <= len(words) <= 5 and all(word[0].isupper() for word in words)


def _typed(node: LexborNode, found: Gathered) -> None:
    value = (node.attributes.get("value") or "").strip()[:_LONGEST]
    if (node.attributes.get("type") or "").lower() not in _TYPED or not value:
        return
    if sum(c.isdigit() for c in value) > 6:
        found.phones.add(value)
    _mail_names(value, found)


def _mail_names(text: str, found: Gathered) -> None:
    """Adds the names an e-mail address is made of: ana.example@example.org is Ana Example's."""
    if "@" not in text:
        return
    parts: Iterable[list[str]] = (words_in(match[1]) for match in _EMAIL.finditer(text))
    found.names.update(" ".join(words) for words in parts if len(words) > 1)
