"""New events as an Atom feed (RFC 4287): an entry for each event, the newest first.

An entry keeps its name when a further portal shows the event, or one changes its time; it is then updated.
The feed holds parcels' titles and tracking numbers; no account, name or address.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from sqlite_utils import Database

from collector import __version__
from collector.plain_text import one_line, plain
from collector.read.offsets import iso_utc
from collector.report_words import WORDS
from scrapers import vocabulary
from scrapers.words import Milestone

#: A reader asks again and again: what is older it has, or nobody waits for it.
MOST_ENTRIES = 100
_ATOM = "http://www.w3.org/2005/Atom"
_LONGEST_TITLE = 200

#: What became known last: an event counts from when the last of the portals showed it.
_NEWEST = """
select e.id, e.parcel_id, p.title, e.milestone, e.leg, e.place, e.description, e.occurred_at, e.earliest_at,
       e.latest_at, max(o.first_seen_at) as updated_at
from events as e join parcels as p on p.id = e.parcel_id join observations as o on o.event_id = e.id
where {parcel} group by e.id order by updated_at desc, e.parcel_id, e.sequence desc limit ?
"""
#: Every row of an event with those it took the place of, the one that was seen first at the head.
_ROWS = """
with recursive shown (id, first_seen_at, portal) as (
    select id, first_seen_at, portal from observations where event_id = :event
    union select o.id, o.first_seen_at, o.portal
    from shown join observations as o on o.replaced_by = shown.id)
select id, first_seen_at from shown order by first_seen_at, portal, id limit 1
"""
_PRINTED = """
select portal, time_text, description from observations
where event_id = ? and duplicate_of is null order by portal, first_seen_at, id
"""
_DIFFERENCES = """
select explanation from disagreements where event_id = ?
order by case severity when 'warning' then 0 when 'notice' then 1 else 2 end, id
"""
_LAST_VISIT = "select max(seen_at) as at from visits"


def atom_feed(db: Database, now: datetime, parcels: Sequence[str] | None = None) -> str:
    """The feed, of all parcels or of some; the same text for the same data, whatever `now` is.

    `now` dates the feed of a database in which nothing was ever visited.
    """
    entries = [_entry(db, row) for row in _rows(db, parcels)]
    (visited,) = db.query(_LAST_VISIT)
    feed = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _put(feed, "id", _name("feed", *(parcels or ())))
    _put(feed, "title", "Crosstrack: what happened to your parcels")
    _put(
        feed,
        "updated",
        max((e.findtext("updated", "") for e in entries), default=None) or visited["at"] or iso_utc(now),
    )
    _put(_put(feed, "author"), "name", "Crosstrack")
    _put(feed, "generator", "Crosstrack", version=__version__)
    feed.extend(entries)
    ElementTree.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode") + "\n"


def _rows(db: Database, parcels: Sequence[str] | None) -> Iterator[Mapping[str, Any]]:
    condition = "1" if parcels is None else f"e.parcel_id in ({','.join('?' * len(parcels))})"
    return iter(list(db.query(_NEWEST.format(parcel=condition), [*(parcels or ()), MOST_ENTRIES])))


def _entry(db: Database, row: Mapping[str, Any]) -> ElementTree.Element:
    (first,) = db.query(_ROWS, {"event": row["id"]})
    entry = ElementTree.Element("entry")
    _put(entry, "id", _name("event", first["id"]))
    _put(entry, "title", one_line(f"{row['title']}: {_what(row)}", _LONGEST_TITLE))
    _put(entry, "published", min(first["first_seen_at"], row["updated_at"]))
    _put(entry, "updated", row["updated_at"])
    _put(entry, "category", term=one_line(row["parcel_id"]), label="parcel")
    if row["milestone"]:
        _put(entry, "category", term=row["milestone"], label="milestone")
    _put(entry, "content", "\n".join(_lines(db, row)), type="text")
    return entry


def _what(row: Mapping[str, Any]) -> str:
    """What happened, with the place where it is known."""
    milestone = row["milestone"]
    known = milestone is not None and milestone != Milestone.NOTICE
    said = WORDS.get(Milestone(milestone)) if known else None
    return f"{said or row['description']}" + (f", {row['place']}" if row["place"] else "")


def _lines(db: Database, row: Mapping[str, Any]) -> Iterator[str]:
    """When it was, what each portal says of it, and where they disagree; each on a line."""
    if row["occurred_at"]:
        yield f"{row['occurred_at'][:16].replace('T', ' ')} UTC, parcel {one_line(row['parcel_id'])}"
    elif row["earliest_at"]:
        yield f"between {row['earliest_at']} and {row['latest_at']}, parcel {one_line(row['parcel_id'])}"
    else:
        yield f"at an unknown time, parcel {one_line(row['parcel_id'])}"
    for shown in db.query(_PRINTED, [row["id"]]):
        said = f"{shown['time_text'] or 'no time'}, {shown['description']}"
        yield one_line(f"{vocabulary.facts(shown['portal']).title}: {said}")
    for differing in db.query(_DIFFERENCES, [row["id"]]):
        yield one_line(differing["explanation"])


def _name(*parts: str) -> str:
    """A name that stays the same, from which nothing can be read."""
    return uuid5(NAMESPACE_URL, "\0".join(("crosstrack", *parts))).urn


def _put(
    parent: ElementTree.Element, tag: str, text: str | None = None, **attributes: str
) -> ElementTree.Element:
    """A new child; its texts hold nothing that XML cannot."""
    made = ElementTree.SubElement(parent, tag, {k: _in_xml(v) for k, v in attributes.items()})
    made.text = None if text is None else _in_xml(text)
    return made


def _in_xml(text: str) -> str:
    """`text` without controls, and without the code points that no XML document may hold."""
    return "".join(c for c in plain(text) if ord(c) & 0xFFFE != 0xFFFE)
