"""Which printed time of an event differs, and by how much: a short mark for each portal that shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

#: How a severity looks where there is room for a sign only.
SIGNS: Mapping[str, str] = {"warning": "!!", "notice": "!", "info": "~"}
STYLES: Mapping[str, str] = {"warning": "bold red", "notice": "yellow", "info": "cyan"}
MEANINGS: Mapping[str, str] = {
    "conflict": "somebody's time is wrong, by so much",
    "lag": "shown so much later, when the scan was received",
    "unexplained": "apart by so much, and it is not known why",
    "zone_label": "the zone that is stated is off by so much",
    "timezone": "the same moment on a clock so far from UTC",
    "precision": "the same date, no exact time",
    "revision": "the portal moved this time by so much",
}
_ORDER = {kind: place for place, kind in enumerate(MEANINGS)}

_DIFFERENCES = """
select d.event_id, d.kind, d.severity, d.portal_a, d.portal_b, d.shown_difference_s, d.real_difference_s,
       d.suspect_observation = d.observation_a as suspect_a,
       d.suspect_observation = d.observation_b as suspect_b,
       a.utc_offset_minutes as offset_a, a.claimed_offset_minutes as claim_a, a.precision as precision_a,
       b.utc_offset_minutes as offset_b, b.claimed_offset_minutes as claim_b, b.precision as precision_b
from disagreements as d
join observations as a on a.id = d.observation_a join observations as b on b.id = d.observation_b
where d.parcel_id = ? and d.event_id is not null order by d.event_id, d.id
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """One printed time that differs: the kind of the disagreement, and its size as `kind` has it.

    seconds  of `zone_label` what the label is off, of `timezone` how far the clock is from UTC, of `lag` how
             late; None where it cannot be had
    """

    kind: str
    severity: str
    seconds: int | None

    @property
    def text(self) -> str:
        """The sign of the severity and the size, such as "! 1d4h late"."""
        size = "" if self.seconds is None else short(self.seconds)
        match self.kind:
            case "lag":
                said = f"{size.lstrip('+')} late"
            case "zone_label":
                said = f"label {size}"
            case "precision":
                said = "no time"
            case "revision":
                said = f"moved {size}"
            case "unexplained":
                said = f"{size}?"
            case _:
                said = size or "wrong?"
        return f"{SIGNS[self.severity]} {said}"


def marks(db: Database, parcel_id: str) -> dict[str, dict[str, Mark]]:
    """By event and portal the mark of what the portal prints: the most serious one, of those the largest."""
    found: dict[str, dict[str, Mark]] = {}
    for row in db.query(_DIFFERENCES, [parcel_id]):
        of_event = found.setdefault(row["event_id"], {})
        for portal, mark in _marked(row):
            if portal not in of_event or _weight(mark) < _weight(of_event[portal]):
                of_event[portal] = mark
    return found


def short(seconds: int) -> str:
    """A signed size in few letters, its two largest units: "+8h", "-1d4h", "+25m", "+40s"."""
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = ((days, "d"), (hours, "h"), (minutes, "m"), (rest, "s"))
    first = next((place for place, (n, _) in enumerate(units) if n), 3)
    told = "".join(f"{n}{unit}" for n, unit in units[first : first + 2] if n) or "0s"
    return f"{'-' if seconds < 0 else '+'}{told}"


def _marked(row: Mapping[str, Any]) -> Iterator[tuple[str, Mark]]:
    """Whose printed time the disagreement marks, and how."""
    kind, a, b = row["kind"], row["portal_a"], row["portal_b"]
    later = row["real_difference_s"]
    sides = ((a, "a"), (b, "b"))
    match kind:
        case "lag":
            yield (b if (later or 0) > 0 else a), _mark(row, abs(later or 0))
        case "zone_label":
            wrong = [(portal, _off(row, side)) for portal, side in sides]
            for portal, off in [one for one in wrong if one[1]] or wrong[:1]:
                yield portal, _mark(row, off)
        case "timezone":
            for portal, side in sides:
                if row[f"offset_{side}"]:
                    yield portal, _mark(row, row[f"offset_{side}"] * 60)
        case "precision":
            coarse = [portal for portal, side in sides if row[f"precision_{side}"] in ("day", "hour")]
            yield from ((portal, _mark(row, None)) for portal in coarse or [b])
        case "revision":
            yield b, _mark(row, row["shown_difference_s"])
        case _:  # b minus a; where nobody is known to be wrong both are marked, each against the other
            for portal, side in sides:
                if row[f"suspect_{side}"] or not (row["suspect_a"] or row["suspect_b"]):
                    signed = None if later is None else later if side == "b" else -later
                    yield portal, _mark(row, signed)


def _off(row: Mapping[str, Any], side: str) -> int | None:
    """How far a stated offset is from the believed one, None if nothing is stated or it holds."""
    claim, held = row[f"claim_{side}"], row[f"offset_{side}"]
    return None if claim is None or held is None or claim == held else (claim - held) * 60


def _mark(row: Mapping[str, Any], seconds: int | None) -> Mark:
    return Mark(row["kind"], row["severity"], seconds)


def _weight(mark: Mark) -> tuple[int, int, int]:
    return list(SIGNS).index(mark.severity), _ORDER[mark.kind], -abs(mark.seconds or 0)
