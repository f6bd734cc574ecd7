"""What bare extraction gives: readings and rows as plain dictionaries, by the names of the contract."""

from typing import Any

Fields = dict[str, Any]


def row(description: str, time: str | None, place: str | None = None, **more: object) -> Fields:
    """One event."""
    return {"description": description, "time_text": time, "place": place, **more}
