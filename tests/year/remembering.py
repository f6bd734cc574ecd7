"""Rows that are read once: a year in one process meets the same page in hundreds of runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from unittest import mock

from collector.read import read_rows

#: More readings than the parcels under way have at any time, and few enough not to be the year's memory.
_KEPT = 10_000


@contextmanager
def rows_remembered() -> Iterator[None]:
    """While this lasts, what a reading says is worked out once. It depends on nothing but the reading."""
    with mock.patch("collector.derive.tracks.read_rows", lru_cache(_KEPT)(read_rows)):
        yield
