"""What portals said of where a parcel was left, question by question; nothing where nothing was said."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sqlite_utils import Database

from scrapers import vocabulary
from scrapers.scrubbing import fold

_ENDINGS = (
    "delivered",
    "available_for_pickup",
    "delivery_attempted",
    "returning",
    "returned",
    "held_at_depot",
)
_ROWS = f"""
select portal, time_text, description, note, place from observations
where milestone in ({", ".join(f"'{one}'" for one in _ENDINGS)}) and replaced_by is null
order by coalesce(occurred_at, earliest_at), portal, position
"""  # noqa: S608 - constants
_PICKUP = """
select v.portal, r.pickup_point as description, max(v.seen_at) as seen_at from readings as r
join visits as v on v.id = r.visit_id where r.pickup_point is not null group by 1, 2 order by 3, 1, 2
"""
_AT_PICKUP = "Pickup point"


@dataclass(frozen=True, slots=True)
class Question:
    """Something to look for or to ask; `said` are the portals' own words for it."""

    about: str
    ask: str
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    about: str
    ask: str
    words: tuple[str, ...]


def checklist(db: Database) -> list[Question]:
    """The questions, with what the portals of an excerpt say to each."""
    rows = [
        (_told(row["portal"], row["time_text"], row["description"], row["note"], row["place"]), row)
        for row in db.query(_ROWS)
    ]
    points = [_told(row["portal"], None, row["description"], None, None) for row in db.query(_PICKUP)]
    found = []
    for asked in _questions():
        said = [told for told, row in rows if _speaks((row["description"], row["note"]), asked.words)]
        said += points if asked.about == _AT_PICKUP else []
        found.append(Question(asked.about, asked.ask, tuple(dict.fromkeys(said))))
    return found


def _speaks(texts: Iterable[str | None], words: Iterable[str]) -> bool:
    folded = [fold(text) for text in texts if text]
    return any(word in text for word in words for text in folded)


def _told(portal: str, time: str | None, text: str, note: str | None, place: str | None) -> str:
    more = " · ".join(part for part in (text, note, place) if part)
    return f"{vocabulary.facts(portal).title}{f', {time}' if time else ''}: {more}"


@cache
def _questions() -> tuple[_Asked, ...]:
    file = resources.files("collector.evidence") / "checklist.toml"
    told = tomllib.loads(file.read_text(encoding="utf-8"))["question"]
    return tuple(_Asked(one["about"], one["ask"], tuple(map(fold, one["words"]))) for one in told)
