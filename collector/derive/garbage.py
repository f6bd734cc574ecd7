"""The garbage collector while much is derived: little of it goes round in circles, so it looks seldom."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: How many objects more than before there must be until it looks, at the newest, and at older ones. Ten times
#: as many would save little more time, and hold twice the memory.
_SELDOM = (5_000, 10, 10)


def collect_seldom() -> None:
    """Let the collector of this process look less often from now on."""
    gc.set_threshold(*_SELDOM)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """The same for the length of a `with` block."""
    before = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
