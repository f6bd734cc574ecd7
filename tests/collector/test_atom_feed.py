"""The feed: valid whatever it is made of, entries that keep their names, and nothing that is not text."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.atom_feed import MOST_ENTRIES, atom_feed
from tests.collector.worlds import CAINIAO, CORREOS, blank, event, naming, one_line, record, take_in

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
#: What a record may hold.
WORDS = st.characters(codec="utf-8", exclude_characters="\0")
LATER = "2026-03-02T10:00:00Z"
#: RFC 4287: what an element may hold, as (at least, at most); None: any number.
FEED = {
    "author": (1, None), "category": (0, None), "contributor": (0, None), "generator": (0, 1), "icon": (0, 1),
    "id": (1, 1), "link": (0, None), "logo": (0, 1), "rights": (0, 1), "subtitle": (0, 1), "title": (1, 1),
    "updated": (1, 1), "entry": (0, None),
}  # fmt: skip
ENTRY = {
    "author": (0, None), "category": (0, None), "content": (1, 1), "contributor": (0, None), "id": (1, 1),
    "link": (0, None), "published": (0, 1), "rights": (0, 1), "source": (0, 1), "summary": (0, 1),
    "title": (1, 1), "updated": (1, 1),
}  # fmt: skip
#: RFC 3339 with capital T and Z, as RFC 4287 section 3.3 has it.
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def checked(text):
    """The feed, after everything that RFC 4287 demands of one like it."""
    feed = ElementTree.fromstring(text.encode())  # noqa: S314 - our own
    assert feed.tag == ATOM + "feed"
    _check_children(feed, FEED)
    names = [feed.findtext(ATOM + "id")]
    for entry in feed.iterfind(ATOM + "entry"):
        _check_children(entry, ENTRY)
        assert entry.find(ATOM + "content").get("type") == "text"
        names.append(entry.findtext(ATOM + "id"))
        published, updated = (entry.findtext(ATOM + name) for name in ("published", "updated"))
        assert datetime.fromisoformat(published) <= datetime.fromisoformat(updated)
    assert len(names) == len(set(names))
    for name in names:
        assert urlsplit(name).scheme == "urn"
        assert UUID(name).urn == name
    return feed


def _check_children(parent, allowed):
    found = [child.tag.removeprefix(ATOM) for child in parent]
    assert set(found) <= set(allowed)
    for name, (least, most) in allowed.items():
        assert least <= found.count(name) <= (found.count(name) if most is None else most), name
    for child in parent:
        name = child.tag.removeprefix(ATOM)
        if name in ("updated", "published"):
            assert DATE.fullmatch(child.text)
        if name == "category":
            assert child.get("term")
        if name in ("title", "content", "generator"):
            assert len(child) == 0
    assert parent.findtext(f"{ATOM}author/{ATOM}name", "x")


def entries(db, parcels=None):
    return [
        {child.tag.removeprefix(ATOM): child.text for child in entry}
        for entry in checked(atom_feed(db, NOW, parcels)).iterfind(ATOM + "entry")
    ]


def arrived(time_text="2026-02-27 18:00:00"):
    return event(time_text, "Arrived", code="LH_ARRIVE", utc_offset="+08:00", place="Madrid")


def test_an_event_says_what_happened_where_and_what_each_portal_prints(db):
    there = record("correos", CORREOS, events=[event("27/02/2026 11:00:00", "Llegada a España")])
    take_in(db, [naming(CAINIAO, CORREOS, events=[arrived()]), there])
    (one,) = entries(db)
    assert one["title"] == f"{CAINIAO}: arrived in the country, Madrid"
    assert one["content"].splitlines()[:3] == [
        f"2026-02-27 10:00 UTC, parcel {CAINIAO}",
        "Cainiao: 2026-02-27 18:00:00, Arrived",
        "Correos: 27/02/2026 11:00:00, Llegada a España",
    ]
    assert "the same moment" in one["content"]


def test_an_entry_keeps_its_name_and_is_updated_when_a_portal_joins(db):
    take_in(db, [naming(CAINIAO, CORREOS, events=[arrived()])])
    (before,) = entries(db)
    there = record("correos", CORREOS, LATER, events=[event("27/02/2026 11:00:00", "Llegada a España")])
    take_in(db, [there])
    (after,) = entries(db)
    assert after["id"] == before["id"]
    assert after["published"] == before["published"] < after["updated"] == LATER


def test_an_entry_keeps_its_name_when_its_time_is_changed(db):
    take_in(db, [record(events=[arrived()])])
    (before,) = entries(db)
    take_in(db, [record(seen_at=LATER, events=[arrived("2026-02-27 19:30:00")])])
    (after,) = entries(db)
    assert (after["id"], after["updated"]) == (before["id"], LATER)


def test_the_newest_stand_first_and_there_are_no_more_than_a_reader_needs(db):
    days = [f"2026-02-{day:02} {hour:02}:00:00" for day in range(1, 9) for hour in range(15)]
    take_in(db, [record(events=[event(days[0])]), record(seen_at=LATER, events=[event(d) for d in days])])
    found = entries(db)
    assert len(found) == MOST_ENTRIES
    assert found == sorted(found, key=lambda e: e["updated"], reverse=True)


def test_one_parcels_feed_has_its_events_and_another_name(db):
    take_in(db, [record(events=[arrived()]), record("usps", "AA1", events=[event(None, "Delivered")])])
    assert [one["title"].split(":")[0] for one in entries(db, [CAINIAO])] == [CAINIAO]
    everything, some = (checked(atom_feed(db, NOW, one)).findtext(ATOM + "id") for one in (None, [CAINIAO]))
    assert everything != some


def test_a_feed_of_nothing_is_a_feed(db):
    assert checked(atom_feed(db, NOW)).findtext(ATOM + "updated") == "2026-03-20T12:00:00Z"


def test_the_same_data_make_the_same_text(db):
    take_in(db, [record(events=[arrived()])])
    assert atom_feed(db, NOW) == atom_feed(db, datetime(2030, 1, 1, tzinfo=UTC))


@settings(max_examples=30)
@given(st.text(WORDS, max_size=80), st.text(WORDS, max_size=40))
def test_any_words_of_a_portal_make_a_valid_feed(description, place):
    db = blank()
    hostile = event("2026-02-27 18:00:00", f"a{description}", place=place)
    take_in(db, [record(events=[hostile]), record("usps", CAINIAO, events=[hostile])])
    entries(db)
    db.close()


def test_markup_stays_text_and_nothing_steers(db):
    evil = "</title><script>alert(1)</script>&lt; \x1b[2J \u202e \ufffe ]]>"
    take_in(db, [record(events=[event("2026-02-27 18:00:00", evil, place=evil)])])
    text = atom_feed(db, NOW)
    assert "<script" not in text
    assert not re.search("[\x1b\u202e\ufffe]", text)
    (one,) = entries(db)
    assert "<script>alert(1)</script>&lt;" in one["title"]


def test_the_command_writes_it(crosstrack, filled):
    written = crosstrack("export", "events", "--format", "atom").stdout_bytes
    assert written == crosstrack("export", "--format", "atom").stdout_bytes
    assert len(list(checked(written.decode()).iterfind(ATOM + "entry"))) == 1
    one = crosstrack("export", "--format", "atom", "--parcel", CORREOS).stdout_bytes
    checked(one.decode())


@pytest.mark.parametrize("what", ["history", "parcels", "records"])
def test_only_events_make_a_feed(crosstrack, filled, what):
    assert "events" in one_line(crosstrack("export", what, "--format", "atom", status=2))
