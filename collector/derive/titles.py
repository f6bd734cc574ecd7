"""What pages say is in a parcel, and which orders they put it under. Pure."""

from collections.abc import Iterable

from collector.derive.parcels import SeenParcel


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
