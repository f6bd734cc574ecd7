"""The texts a portal's parser itself compares pages with: constants of its code, found from its class.

They stand in the program, so they tell nothing of a parcel, and without them a scrubbed page would no longer
be read: "There are no results" in a paragraph, `tb-step` among its classes, the name of a wall in a script.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from types import CodeType, FunctionType

from collector.kit.scrubbing.masking import folded
from scrapers.contract import Portal

#: Modules whose data are not the parser's: numbers and their examples, other portals' facts.
_NOT_READ = ("scrapers.numbers", "scrapers.vocabulary", "scrapers.outside", "scrapers.words")
_IN_QUOTES = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_NO_RUN = re.compile(r"\\.|\(\?(?:P<\w+>|<?[=!]|[a-zA-Z-]*[:>)])|\[[^\]]*\]|[(){}|*+?^$.]")
_SELECTOR = re.compile(r"[\s\[\]().#:*=~^$|>+,'\"]+")
_NAME = re.compile(r"(?=[\w$-]*[A-Za-z])[\w$-]{2,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ParserWords:
    """What stands in a parser's code.

    texts    whole texts, and the literal parts of patterns
    patterns the latter alone
    names    parts of selectors, keys and addresses: classes, ids, names of attributes
    numbers  whole numbers of four digits and more
    """

    texts: frozenset[str]
    patterns: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[int]


@cache
def parser_words(portal: Portal) -> ParserWords:
    """The constants that can be reached from the class of `portal`."""
    texts: set[str] = set()
    patterns: set[str] = set()
    numbers: set[int] = set()
    for value in _constants(type(portal)):
        if isinstance(value, re.Pattern):
            patterns.update(_literal_runs(str(value.pattern)))
        elif isinstance(value, str):
            texts.add(value)
            texts.update(first or second for first, second in _IN_QUOTES.findall(value))
        elif abs(value) >= 1000:
            numbers.add(value)
    texts |= patterns
    names = {name for text in texts for name in _SELECTOR.split(text) if _NAME.fullmatch(name)}
    names |= {name for text in texts for name in re.split(r"[/{}?&;\s.:=]+", text) if _NAME.fullmatch(name)}
    said = frozenset(text for text in texts if folded(text))
    return ParserWords(said, said & patterns, frozenset(names), frozenset(numbers))


def _literal_runs(pattern: str) -> list[str]:
    """What of a regular expression is plain text."""
    return [run for run in (one.strip() for one in _NO_RUN.split(pattern)) if len(run) > 1]


def _constants(start: type) -> Iterator[str | int | re.Pattern[str]]:
    seen: set[int] = set()
    waiting: list[object] = [start]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Enum | bool):
            continue
        if isinstance(value, str | int | re.Pattern):
            yield value
        elif id(value) not in seen:
            seen.add(id(value))
            waiting.extend(_within(value, start))


def _within(value: object, start: type) -> list[object]:
    """What a class, function, code, collection or dataclass holds."""
    if isinstance(value, type):
        return [held for one in value.__mro__ if _is_read(one, start) for held in _members(one)]
    if isinstance(value, CodeType):
        return [one for one in value.co_consts if not (isinstance(one, str) and "\n" in one)]
    if isinstance(value, FunctionType):
        if not _is_read(value, start):
            return []
        named = [value.__globals__[name] for name in _names(value.__code__) if name in value.__globals__]
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        consts = [one for one in value.__code__.co_consts if one != value.__doc__]
        return [*consts, *named, *cells, *(value.__defaults__ or ())]
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    if is_dataclass(value):
        return [getattr(value, one.name) for one in fields(value)]
    wrapped = getattr(value, "__wrapped__", None) or getattr(value, "__func__", None)
    return [wrapped or getattr(value, "fget", None)]


def _members(kind: type) -> list[object]:
    return [held for name, held in vars(kind).items() if not name.startswith("__") and name != "example"]


def _is_read(value: type | FunctionType, start: type) -> bool:
    """Whether a class or function is part of the portal's package, or of what portals share."""
    module = value.__module__ or ""
    if any(module == one or module.startswith(f"{one}.") for one in _NOT_READ):
        return False
    return module.partition(".")[0] in ("scrapers", start.__module__.partition(".")[0])


def _names(code: CodeType) -> set[str]:
    inner = (one for one in code.co_consts if isinstance(one, CodeType))
    return set(code.co_names).union(*map(_names, inner))
