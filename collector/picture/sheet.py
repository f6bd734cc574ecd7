"""Where things stand across the sheet: the column of times, the lanes, the column of events. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.picture.story import Portal

WIDE, NARROW = 860, 360
#: Average width of a letter in ems, of the sans-serif fonts computers have.
_LETTER = 0.57


@dataclass(frozen=True, slots=True)
class Sheet:
    """Measures in pixels. `lanes` gives the middle of each portal's lane."""

    width: float
    is_narrow: bool
    times_x: float
    lanes: dict[str, float]
    spacing: float
    events_x: float
    font: float
    right: float

    @property
    def first_lane(self) -> float:
        """The left edge of the lanes."""
        return min(self.lanes.values()) - self.spacing / 2

    @property
    def last_lane(self) -> float:
        """The right edge of the lanes."""
        return max(self.lanes.values()) + self.spacing / 2

    @property
    def event_letters(self) -> int:
        """How many letters of an event's words there is room for."""
        return int((self.right - self.events_x) / (self.font * _LETTER))

    @property
    def heading_letters(self) -> int:
        """How many letters of a portal's name there is room for above its lane."""
        return 13 if self.is_slanted else max(int(self.spacing / (self.font * _LETTER)), 8)

    @property
    def is_slanted(self) -> bool:
        """Whether portals' names are turned because their lanes are narrow."""
        return self.is_narrow or self.spacing < 84


def text_width(text: str, font: float) -> float:
    """About how wide a text is."""
    return len(text) * font * _LETTER


def sheet(portals: Sequence[Portal], width: float) -> Sheet:
    """The sheet for these lanes; it grows where there are more than fit."""
    is_narrow = width < 560
    times, words = (58.0, 128.0) if is_narrow else (142.0, 250.0)
    least, most = (24.0, 52.0) if is_narrow else (40.0, 118.0)
    count = max(len(portals), 1)
    spacing = min(max((width - times - words) / count, least), most)
    width = max(width, times + words + count * spacing)
    lanes = {portal.name: times + spacing * (place + 0.5) for place, portal in enumerate(portals)}
    return Sheet(
        width=width,
        is_narrow=is_narrow,
        times_x=14.0,
        lanes=lanes,
        spacing=spacing,
        events_x=times + count * spacing + (4 if is_narrow else 10),
        font=11.0 if is_narrow else 12.5,
        right=width - 4,
    )
