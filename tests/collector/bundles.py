"""Bundles of evidence for tests: a database with a story in it, and ways to take a bundle apart."""

import zipfile
from datetime import UTC, datetime

from collector.evidence.archive import entry
from collector.evidence.making import make
from collector.store.opening import open_store
from scrapers import portals
from tests.collector.worlds import CAINIAO, CORREOS, ORDER, event, naming, record, take_in

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
FIRST, SECOND, THIRD = "2026-03-01T10:00:00Z", "2026-03-05T10:00:00Z", "2026-03-09T10:00:00Z"


def cainiao(*events):
    return [event(time, text, code=code, utc_offset="+08:00") for time, text, code in events]


def story(portal="somewhere", **more):
    """Records of a parcel over three visits: a time is changed, a row goes, it is delivered somewhere."""
    accepted = ("2026-02-27 10:00:00", "Accepted by carrier", "A")
    lost = ("2026-02-28 09:00:00", "Sent the wrong way", "W")
    later = ("2026-03-01 12:00:00", "Leave the warehouse", "L")
    arrived = ("2026-03-03 20:00:00", "Arrived", "B")
    moved = ("2026-02-27 11:30:00", "Accepted by carrier", "A")
    item = {"title": "Blue lamp", "sku": "Large", "price": "12.50", "currency": "EUR", "product_id": "1005"}
    return [
        naming(CAINIAO, CORREOS, seen_at=FIRST, order_ids=[ORDER], items=[item],
               events=cainiao(later, lost, accepted)),
        naming(CAINIAO, CORREOS, seen_at=SECOND, order_ids=[ORDER], items=[item],
               events=cainiao(arrived, later, moved)),
        record("correos", CORREOS, THIRD, [event("06/03/2026 11:00:00", "Entregado", place="Sevilla"),
                                           event("05/03/2026 09:00:00", "Admitido")]),
        record(portal, CORREOS, THIRD, [event("06 Mar 2026", "Delivered, left with neighbour", **more)]),
    ]  # fmt: skip


def shop(order=ORDER, **more):
    """A record of a shop's page of one order."""
    told = {
        "id": order,
        "status_text": "Awaiting delivery",
        "store": "Lamp Store",
        "total": "12.50",
        "total_text": "€12.50",
        "currency": "EUR",
        "placed_text": "Feb 20, 2026",
        "items": [{"title": "Blue lamp", "quantity": 1}],
        "protection": [{"text": "Protected until Apr 20, 2026", "date_text": "Apr 20, 2026"}],
    }
    return {
        "portal": "aliexpress",
        "seen_at": FIRST,
        "page": "detail",
        "order_id": order,
        "account": "quetzalhome",
        "orders": [told | more],
    }


def filled_with(path, *records):
    with open_store(path) as db:
        take_in(db, records)
    return path


def bundle(path, target, name=CAINIAO, *, keep=False, printer=None):
    """A bundle made without the command, never printed unless by `printer`."""
    with open_store(path) as db:
        return make(db, name, portals(), target, NOW, keep=keep, printer=printer)


def members(file):
    """The members of a ZIP, in order."""
    with zipfile.ZipFile(file) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def packed(file, contents, made_at=NOW):
    """A ZIP of these members with entries as bundles have them."""
    pairs = contents.items() if isinstance(contents, dict) else contents
    with zipfile.ZipFile(file, "w", allowZip64=False) as archive:
        for name, data in pairs:
            archive.writestr(entry(name, made_at), data, compresslevel=6)
    return file
