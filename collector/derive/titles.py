"""What a parcel is called: the user's note, else what is in it, else its number. Pure."""

from collections.abc import Iterable, Sequence

from collector.derive.parcels import SeenParcel

_LONGEST = 80


def title(note: str | None, contents: Sequence[str], number: str) -> str:
    """The name a person knows the parcel by; of several items the first, and how many more there are."""
    if note or not contents:
        return note or number
    first = contents[0] if len(contents[0]) <= _LONGEST else contents[0][: _LONGEST - 1].rstrip() + "…"
    more = len(contents) - 1
    return f"{first} and {more} more" if more else first


def contents(seen: Iterable[SeenParcel]) -> list[str]:
    """The titles of the items that pages put into a parcel, of each order from the page seen last."""
    latest: dict[tuple[str, ...], list[str]] = {}
    for one in sorted(seen, key=lambda s: (s.seen_at, s.visit_id)):
        titles = [item.title for item in one.reading.items if item.title]
        if titles:
            latest[one.reading.order_ids] = titles
    return list(dict.fromkeys(title for _, titles in sorted(latest.items()) for title in titles))


def orders_of(seen: Iterable[SeenParcel]) -> set[str]:
    """The orders that pages put the parcel under."""
    return {order for one in seen for order in one.reading.order_ids}
