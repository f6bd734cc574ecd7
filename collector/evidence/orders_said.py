"""What order pages said of orders, visit by visit: only what they had not said before."""

import json
from collections import defaultdict

from sqlite_utils import Database

from collector.derive.orders import order_from_json
from collector.evidence.claims import Claim
from collector.evidence.hiding import Texts
from collector.evidence.subject import Subject
from scrapers.orders import Order

_SIGHTINGS = """
select s.visit_id, s.shown, v.portal, v.page from order_sightings as s join visits as v on v.id = s.visit_id
where s.order_id = ? order by julianday(s.seen_at), s.visit_id
"""


def orders_said(db: Database, about: Subject, texts: Texts) -> dict[str, list[Claim]]:
    """By visit the statements on orders that the portal's pages of that kind newly made."""
    told = {visit.row["id"] for visit in about.visits}
    found: dict[str, list[Claim]] = defaultdict(list)
    for order_id in about.orders:
        last: dict[tuple[str, str, str], str] = {}
        for row in db.query(_SIGHTINGS, [order_id]):
            if row["visit_id"] not in told:
                continue
            for what, text in _statements(order_from_json(json.loads(row["shown"]))):
                key = (row["portal"], row["page"] or "", what)
                if last.get(key) != text:
                    last[key] = text
                    said = texts.said(text, row["portal"]) or ""
                    found[row["visit_id"]].append(Claim("status", said, order_id=order_id))
    return found


def _statements(order: Order) -> list[tuple[str, str]]:
    found = [("status", order.status_text), ("refund", order.refund_text)]
    found += [(f"protection {place}", one.text) for place, one in enumerate(order.protection)]
    return [(what, text) for what, text in found if text]
