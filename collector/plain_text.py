"""Text from strangers, made safe for a terminal."""

import unicodedata

_KEPT = frozenset({"\n"})
_STEERING = frozenset({"Cc", "Cf", "Cs", "Co"})


def plain(text: str) -> str:
    """`text` without what steers a terminal or turns its reading order: controls, bidi overrides."""
    return "".join(c if c in _KEPT or unicodedata.category(c) not in _STEERING else " " for c in text)
