"""What is known of an archived page: the visits that brought it, the rows that stood on it, its bytes."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.datasette.served import OpenDatabase

Row = Mapping[str, Any]

_VISIT = """
select v.id, v.portal, v.tracking_number, v.order_id, v.seen_at, v.source, v.outcome, v.viewer_zone,
       v.language, v.error
from visits as v where v.id = ?
"""
_PARTS = """
select m.position, m.page_id, m.role, m.url, m.status, p.media_type, p.bytes
from visit_pages as m join pages as p on p.id = m.page_id
where m.visit_id = ?
order by m.role = 'record', m.role = 'payload', m.role = 'screenshot', m.position
"""
_WITH_PAGE = """
select v.id, v.portal, v.tracking_number, v.order_id, v.seen_at
from visit_pages as m join visits as v on v.id = m.visit_id
where m.page_id = ? group by v.id order by v.seen_at desc, v.id limit 50
"""
_SAID = """
select o.id, o.portal, o.parcel_id, s.time_text, s.description, s.place,
       s.first_visit_id, a.seen_at as first_seen_at, s.last_visit_id, b.seen_at as last_seen_at
from sightings as s
join observations as o on o.id = s.observation_id
join visits as a on a.id = s.first_visit_id
join visits as b on b.id = s.last_visit_id
where s.observation_id = ? order by b.seen_at desc, a.seen_at desc limit 50
"""
_PAGE = "select id, media_type, bytes from pages where id = ?"
_BODY = "select media_type, body, bytes from pages where id = ?"


@dataclass(frozen=True, slots=True)
class Archived:
    """What one address shows.

    visit   the visit whose page is shown, None for a page that no visit has any more
    parts   every page of that visit, the one that looks like the portal first
    part    the one shown, None if the visit brought nothing
    visits  the visits that brought the very same page, newest first, at most 50
    said    of a row: each wording it has had, with the visits between which it stood so
    """

    visit: Row | None
    parts: tuple[Row, ...]
    part: Row | None
    visits: tuple[Row, ...] = ()
    said: tuple[Row, ...] = ()


async def archived(
    database: OpenDatabase, name: str, position: int | None, visit_id: str | None
) -> Archived | None:
    """What an id leads to: a row of a portal, a visit or a stored page; None if it is none of these.

    `position` chooses among the pages of a visit, `visit_id` among the visits that brought a page.
    """
    said = await _rows(database, _SAID, name)
    if said:
        return await _visited(database, said[0]["last_visit_id"], position, said)
    found = await _visited(database, name, position)
    if found is not None:
        return found
    pages = await _rows(database, _PAGE, name)
    if not pages:
        return None
    visits = await _rows(database, _WITH_PAGE, name)
    chosen = next((v["id"] for v in visits if v["id"] == visit_id), visits[0]["id"] if visits else "")
    of_visit = await _visited(database, chosen, None)
    whole = {"position": None, "page_id": name, "role": "page", "url": "", "status": None}
    shown = {**whole, "media_type": pages[0]["media_type"], "bytes": pages[0]["bytes"]}
    if of_visit is None:
        return Archived(None, (), shown)
    part = next((one for one in of_visit.parts if one["page_id"] == name), shown)
    return Archived(of_visit.visit, of_visit.parts, part, visits)


async def stored_body(database: OpenDatabase, page_id: str) -> tuple[str, bytes] | None:
    """Media type and bytes of a stored page; None if there is none, or it is damaged."""
    rows = await _rows(database, _BODY, page_id)
    if not rows:
        return None
    page = rows[0]
    try:
        body = zlib.decompressobj().decompress(page["body"], page["bytes"] + 1)
    except zlib.error:
        return None
    return (page["media_type"], body) if len(body) == page["bytes"] else None


async def _visited(
    database: OpenDatabase, visit_id: str, position: int | None, said: Sequence[Row] = ()
) -> Archived | None:
    visits = await _rows(database, _VISIT, visit_id)
    if not visits:
        return None
    parts = await _rows(database, _PARTS, visit_id)
    chosen = next((one for one in parts if one["position"] == position), parts[0] if parts else None)
    return Archived(visits[0], parts, chosen, said=tuple(said))


async def _rows(database: OpenDatabase, sql: str, value: str) -> tuple[Row, ...]:
    return tuple(dict(row) for row in (await database.execute(sql, [value])).rows)
