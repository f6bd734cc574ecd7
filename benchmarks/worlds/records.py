"""The records of a portal's visits, in the format that is imported and exported."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from benchmarks.worlds.model import Parcel, Shown
from benchmarks.worlds.visits import Track
from benchmarks.worlds.zones import offset_text


@dataclass(frozen=True, slots=True)
class Naming:
    """Which numbers a parcel has, by role, which of them are asked about, and from when others are named.

    collective  a broker's number that is named for many parcels, and joins none
    """

    numbers: Mapping[str, str]
    used: frozenset[str]
    from_at: datetime
    collective: str | None


def records(parcel: Parcel, track: Track, naming: Naming) -> Iterator[dict[str, Any]]:
    """One record per visit that shows anything."""
    for visit, (seen_at, viewer) in enumerate(zip(track.seen_at, track.viewer_minutes, strict=True)):
        shown = [row.shown[visit] for row in track.rows]
        events = [_event(one) for one in shown if one is not None]
        if not events:
            continue
        record: dict[str, Any] = {
            "portal": track.portal.name,
            "tracking_number": track.number,
            "seen_at": seen_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "language": track.portal.language,
            "origin_country": "CN",
            "destination_country": parcel.destination,
            "events": events,
        }
        if viewer is not None:
            record["viewer_utc_offset"] = offset_text(viewer)
        if track.portal.kind == "marketplace":
            record["order_ids"] = [f"81{parcel.index:014}"]
        if related := list(_related(track, naming, seen_at)):
            record["related_numbers"] = related
        yield record


def _event(shown: Shown) -> dict[str, Any]:
    rest = {
        "utc_offset": shown.utc_offset,
        "place": shown.place,
        "code": shown.code,
        "relayed_from": shown.relayed_from,
    }
    filled = {key: value for key, value in rest.items() if value is not None}
    return {"time_text": shown.time_text, "description": shown.description} | filled


def _related(track: Track, naming: Naming, seen_at: datetime) -> Iterator[dict[str, str]]:
    """Cainiao names every later number, who knows the post's names its own; a broker's goes with both."""
    if track.portal.kind != "carrier" or seen_at < naming.from_at:
        return
    roles = {"cainiao": ("post", "own")}.get(track.portal.name, ("own",))
    if track.portal.name != "cainiao" and track.number != naming.numbers.get("post"):
        return
    for role in roles:
        number = naming.numbers.get(role)
        if number in naming.used and number != track.number:
            yield {"number": str(number), "role": "last_mile"}
    if naming.collective:
        yield {"number": naming.collective, "role": "other"}
