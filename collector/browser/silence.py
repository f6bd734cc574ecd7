"""Keeping Playwright from logging what it is told: cookies and passwords are among it."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

#: What makes Playwright, its driver included, write down everything it is told to type.
_TELLTALES = ("DEBUG", "DEBUGP", "DEBUG_FILE", "PWDEBUG")


@contextmanager
def telling_nobody(environ: MutableMapping[str, str]) -> Iterator[None]:
    """While this lasts, `environ` holds nothing that makes Playwright log what it is told."""
    removed = {name: environ.pop(name) for name in _TELLTALES if name in environ}
    try:
        yield
    finally:
        environ.update(removed)
