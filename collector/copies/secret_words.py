"""The words of a database that no copy fit to share may have: all but those that are everybody's.

Worked out from the original alone, by no rule that made the copy. Everybody's are the words the program
itself is made of (its code, wordings and sentences), names of towns in places, dates and times.
"""

import json
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from zoneinfo import available_timezones

from collector.copies.clean_texts import is_known_place
from collector.read.date_forms import Parsed, parsed
from scrapers.scrubbing import fold

#: Shorter words (in bytes of UTF-8) stand anywhere by chance.
SHORTEST = 5
_WORD = re.compile(r"[^\W_]+")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9:.]{5,15}Z?)?")
_MASKED = re.compile(r"[x0]+")
#: Words of the program's own, about what stands elsewhere too.
_OWN_WORDS = frozenset({"explanation", "basis", "offset_source", "clocks_used", "measure"})
_NOT_PRIVATE = frozenset({"_sqlite_migrations", "clock_counts", "clock_sums", "clock_estimates"})
#: Columns whose values name a parcel, an order or an item, whatever the program says of such numbers.
_NAMING = frozenset(
    {"tracking_number", "number", "number_a", "number_b", "order_id", "line_id", "product_id", "sku_id"}
)
_DATA_FILES = (".py", ".toml")


@dataclass(frozen=True, slots=True)
class SecretWords:
    """What is looked for. `open_words` are everybody's. All are folded to small letters."""

    words: frozenset[str]
    open_words: frozenset[str]


def secret_words(database: Path) -> SecretWords:
    """The words of every text in the database and its record pages that are not everybody's."""
    words, naming = set[str](), set[str]()
    everybody = set(program_words())
    with closing(sqlite3.connect(database)) as source:
        for column, text in _texts(source):
            if column == "place":
                everybody.update(
                    w for part in text.split(",") if is_known_place(part) for w in words_of(part)
                )
            if not _INSTANT.fullmatch(text) and not isinstance(parsed(text), Parsed):
                words.update(words_of(text))
            if column in _NAMING and any(c.isdigit() for c in text):
                naming.update(words_of(text))
    secret = {w for w in (words - everybody) | naming if len(w.encode()) >= SHORTEST}
    return SecretWords(
        frozenset(w for w in secret if not _MASKED.fullmatch(w)), frozenset(everybody - naming)
    )


def words_of(text: str) -> Iterable[str]:
    """The words of `text` in small letters, as they are written and without accents."""
    for found in _WORD.finditer(text):
        word = found[0].casefold()
        yield word
        if not word.isascii():
            yield fold(word)


def _texts(source: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Every text in the database with its column's name; those within JSON by themselves."""
    tables = [name for (name,) in source.execute("select name from sqlite_master where type = 'table'")]
    for table in tables:
        if table in _NOT_PRIVATE or table.startswith("sqlite_"):
            continue
        cursor = source.execute(f'select * from "{table}"')  # noqa: S608
        names = [column[0] for column in cursor.description]
        for row in cursor:
            for name, value in zip(names, row, strict=True):
                if isinstance(value, str) and name not in _OWN_WORDS:
                    yield from _within(name, value)
    records = "select body from pages where id in (select page_id from visit_pages where role = 'record')"
    for (body,) in source.execute(records):
        yield from _within("", zlib.decompress(body).decode("utf-8", "replace"))


def _within(name: str, text: str) -> Iterator[tuple[str, str]]:
    if text[:1] not in ("{", "["):
        yield name, text
        return
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        yield name, text
        return
    waiting: list[tuple[str, object]] = [(name, told)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend((str(inner), held) for inner, held in value.items())
            yield from (("", str(inner)) for inner in value)
        elif isinstance(value, list):
            waiting.extend((key, held) for held in value)
        elif value is not None and not isinstance(value, bool):
            yield key, str(value)


@cache
def program_words() -> frozenset[str]:
    """The words the program is made of: its code and its data."""
    words: set[str] = set()
    for package in ("collector", "scrapers"):
        for file in _files(resources.files(package)):
            words.update(words_of(file.read_text(encoding="utf-8").replace("_", " ")))
    for zone in available_timezones():
        words.update(words_of(zone))
    return frozenset(words)


def _files(folder: Traversable) -> Iterator[Traversable]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _files(one)
        elif one.name.endswith(_DATA_FILES):
            yield one
