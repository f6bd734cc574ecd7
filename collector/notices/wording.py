"""Texts of strangers, made fit for a message: one line, of bounded length, steering nothing. Pure."""

import re

from collector.plain_text import plain

LONGEST_TITLE, LONGEST_TEXT = 80, 600
#: A seller's or a portal's words must not become something to click on in somebody's messenger.
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.)\S+", re.IGNORECASE)


def said(text: str, longest: int = LONGEST_TITLE) -> str:
    """`text` on one line without controls, bidi overrides and links, cut to `longest` characters."""
    line = " ".join(plain(_LINK.sub("(link)", plain(text[: 4 * longest]))).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
