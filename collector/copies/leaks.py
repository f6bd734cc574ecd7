"""Looking for secret words in a finished file, without trusting what made it.

Twice: in every cell, word by word, and in the bytes of the file as they lie on the disk, in UTF-8 and UTF-16;
both also in what is compressed.
"""

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from collector.copies.secret_words import SecretWords, words_of

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
#: Words are looked for in bytes by so many of their first ones: fewer stand anywhere by chance.
_PIECE = 8
_LARGEST = 64 * 1024 * 1024

Needles = Mapping[bytes, tuple[bytes, ...]]


def leaks(file: Path, secret: SecretWords) -> list[str]:
    """Where secret words are found, a place each: "table.column" or "the bytes of the file"."""
    needles = _needles(secret)
    found = ["the bytes of the file"] if _has_any(file.read_bytes(), needles) else []
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source:
        source.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for place, value in _cells(source):
            body = _unpacked(value) if isinstance(value, bytes) else value.encode()
            text = body.decode("utf-8", "replace")
            if not secret.words.isdisjoint(words_of(text)) or _has_any(body, needles):
                found.append(place)
    return found


def _cells(source: sqlite3.Connection) -> Iterator[tuple[str, str | bytes]]:
    tables = [name for (name,) in source.execute("select name from sqlite_master where type = 'table'")]
    for table in tables:
        cursor = source.execute(f'select * from "{table}"')  # noqa: S608
        names = [column[0] for column in cursor.description]
        for row in cursor:
            for name, value in zip(names, row, strict=True):
                if isinstance(value, str | bytes):
                    yield f"{table}.{name}", value


def _unpacked(body: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=47).decompress(body, _LARGEST)
    except zlib.error:
        return body


def _needles(secret: SecretWords) -> Needles:
    """The secret words as bytes, by their first ones; not those that begin within a word of everybody's."""
    open_pieces = {
        word[start : start + _PIECE]
        for word in secret.open_words
        if word.isascii()
        for start in range(len(word) - _PIECE + 1)
    }
    told = (word for word in secret.words if word[:_PIECE] not in open_pieces)
    found: dict[bytes, set[bytes]] = defaultdict(set)
    for word, encoding in ((word, encoding) for word in told for encoding in _ENCODINGS):
        data = word.encode(encoding).lower()
        if len(data) >= _PIECE and len(word) >= _PIECE / 2:
            found[data[:_PIECE]].add(data)
    return {piece: tuple(whole) for piece, whole in found.items()}


def _has_any(data: bytes, needles: Needles) -> bool:
    data = data.lower()
    return any(data.startswith(whole, at) for at, piece in _pieces(data, needles) for whole in needles[piece])


def _pieces(data: bytes, needles: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for at in range(len(data) - _PIECE + 1):
        piece = data[at : at + _PIECE]
        if piece in needles:
            yield at, piece
