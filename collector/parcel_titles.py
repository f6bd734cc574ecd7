"""What a parcel is called: the user's note, else what is in it, else its number. Pure."""

from collections.abc import Sequence

_LONGEST = 80


def title(note: str | None, contents: Sequence[str], number: str) -> str:
    """The name a person knows the parcel by; of several items the first, and how many more there are."""
    if note or not contents:
        return note or number
    first = contents[0] if len(contents[0]) <= _LONGEST else contents[0][: _LONGEST - 1].rstrip() + "…"
    more = len(contents) - 1
    return f"{first} and {more} more" if more else first
