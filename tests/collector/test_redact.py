"""A copy fit to share has nothing in it that names anybody, however the file is looked at."""

import json
import os
import re
import sqlite3
import stat
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.answer import read_pages
from collector.copies import clean_texts, redaction
from collector.copies.checks import check
from collector.copies.clean_records import Cleaner
from collector.copies.clean_texts import clean_place, clean_text, clean_time
from collector.copies.leaks import leaks
from collector.copies.secret_words import SecretWords, secret_words
from collector.copies.stand_ins import StandIns
from collector.derive import Deriver
from collector.store.corrections import correct, correct_zone
from collector.store.facts import Visit, follow, store_visit
from collector.store.opening import open_store, writing
from collector.store.shared import blocked_hosts
from scrapers import portals
from scrapers.contract import Page, Reading, Row
from scrapers.numbers import is_correos, is_impb, is_s10, may_know
from scrapers.words import Role
from tests.collector.worlds import (
    CAINIAO,
    CORREOS,
    NUMBERS,
    column,
    event,
    one_line,
    record,
    rows,
    take_in,
    worlds,
)

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
NAME, STREET, MAIL = "Ximena Quetzalrubio", "Calle Nibelungar 73", "ximena.q@postbox.example"
WORDS = ("Ximena", "Quetzalrubio", "Nibelungar", "ximena.q", "28013", "Zyzzyva", "Lampadario", "Kuttelfleck")
ORDER_ID, ACCOUNT = "8199911122233344", "quetzalhome"
ITEM = {
    "title": "Lampadario azul Kuttelfleck",
    "sku": "Zyzzyva XL",
    "price": "1234.56",
    "currency": "EUR",
    "product_id": "1005001234567890",
    "line_id": "8200012345678901",
    "quantity": 3,
}
PLANTED = f"{NAME}, {STREET}, 28013, {MAIL}, Zyzzyva"


def planted(number, portal, **more):
    """A record with a person in every text it can have."""
    rows_shown = [
        event(
            "2026-02-27 18:00:00",
            f"Delivered to {NAME}",
            code=f"{NAME} 1",
            place=f"{STREET}, Madrid",
            note=PLANTED,
            relayed_from=NAME,
            utc_offset=NAME,
        ),
        event(f"2026-02-26 {NAME}", PLANTED),
        event(
            "2026-02-25 08:00:00", "Arrived at the sorting center", utc_offset="+08:00", place="Madrid, Spain"
        ),
        event("2026-02-24 08:00:00", f"已签收 {NAME}", place=NAME),
    ]
    texts = dict.fromkeys(("status", "pickup_point", "origin_country", "destination_country"), PLANTED)
    return record(
        portal,
        number,
        events=rows_shown,
        order_ids=[ORDER_ID],
        problems=[PLANTED],
        language=NAME,
        url=f"https://www.example.com/{NAME}?zip=28013",
        related_numbers=[{"number": CORREOS, "carrier": NAME}, {"number": "XIMENA73", "carrier": "Correos"}],
        items=[ITEM],
        unknown_key={"deep": [PLANTED]},
        **texts | more,
    )


def shop_page():
    order = {
        "id": ORDER_ID,
        "status_text": f"Finished for {NAME}",
        "store": "Kuttelfleck Store",
        "items": [ITEM],
        "total": "9876.54",
        "currency": "EUR",
        "total_text": "€9,876.54",
        "placed_text": "Feb 20, 2026",
        "protection": [{"text": f"Protected until Apr 20, 2026 {NAME}", "date_text": "Apr 20, 2026"}],
        "refund_text": PLANTED,
        "destination_country": "Spain",
    }
    return {
        "portal": "aliexpress",
        "seen_at": "2026-03-01T09:00:00Z",
        "page": "list",
        "account": ACCOUNT,
        "orders": [order],
    }


@pytest.fixture
def private(database):
    """A database with a person in every text column of every table."""
    with open_store(database) as db:
        take_in(db, [planted(CAINIAO, "cainiao"), planted(CORREOS, "correos"), shop_page()])
        take_in(db, [planted("AA1", "quetzalpost", page="tracking", order_id=ORDER_ID, account=ACCOUNT)])
        with writing(db):
            follow(db, CAINIAO, NOW, {"note": f"for {NAME}", "postcode": "28013", "country": "ES"})
            correct(db, "link", (CAINIAO, CORREOS), NOW, f"{NAME} says so")
            correct_zone(db, "usps", None, "Asia/Tokyo", NOW, PLANTED)
            fill(db)
        db.execute("create table my_notes (text text)")
        db.execute("insert into my_notes values (?)", [PLANTED])
    return database


def fill(db):
    """Texts into what is kept beside the facts, and into every column that is still empty."""
    db["runs"].insert(
        {
            "id": f"r{ACCOUNT}",
            "command": NAME,
            "version": "1",
            "started_at": "2026-03-01T10:00:00Z",
            "summary": json.dumps({"troubles": [PLANTED]}),
        }
    )
    db["portal_state"].insert({"portal": "cainiao", "budget_used": 3}, ignore=True)
    db["account_state"].insert({"portal": "aliexpress", "account": ACCOUNT}, ignore=True)
    db["notices"].insert({"parcel_id": CAINIAO, "rule": NAME, "subject": PLANTED, "made_at": ""})
    (visit,) = column(db, "select id from visits order by id limit 1")
    db["drift"].insert(
        {
            "portal": "quetzalpost",
            "sign": "rows_bad",
            "since": "2026-03-01T10:00:00Z",
            "visit_id": visit,
            "last_seen_at": "2026-03-01T10:00:00Z",
            "visits": 1,
            "clean_visits": 0,
            "detail": PLANTED,
        }
    )
    for table in db.table_names():
        if table.startswith(("sqlite_", "_sqlite")):
            continue
        keys = {key.column for key in db[table].foreign_keys} | set(db[table].pks)
        for info in db[table].columns:
            if info.type == "TEXT" and info.name not in keys and not info.name.endswith(("_at", "_on")):
                db.execute(f"update {table} set {info.name} = ? where {info.name} is null", [PLANTED])
    db.execute(
        "update visits set error = ?, blocked_id = ?, language = ?, viewer_zone = ?, server_date = ?",
        [PLANTED, blocked_hosts(db, [f"{NAME}.example"]), NAME, NAME, PLANTED],
    )
    db.execute("update set_pages set url = ?", [f"https://x.example/{NAME}"])


def bytes_of(path):
    """The file as it lies there, and everything in it that is compressed."""
    yield path.read_bytes()
    with closing(sqlite3.connect(path)) as db:
        for (body,) in db.execute("select body from pages"):
            yield zlib.decompress(body)


def hidden(text):
    return [text.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")] + [
        json.dumps(text)[1:-1].encode()
    ]


def test_nothing_planted_is_in_the_copy_in_any_form(private, crosstrack, tmp_path):
    told = json.loads(crosstrack("redact", tmp_path / "clean.db", "--json").stdout)
    assert told["visits"] == 4
    assert told["left_out"] == 0
    secret = [
        *WORDS,
        NAME,
        STREET,
        MAIL,
        CAINIAO,
        CORREOS,
        ORDER_ID,
        ACCOUNT,
        "quetzalpost",
        "XIMENA73",
        "9876.54",
        "1234.56",
        ITEM["product_id"],
        ITEM["line_id"],
        "example.com",
    ]
    with open_store(private) as db:
        secret += column(db, "select id from visits") + column(db, "select id from observations")
    for data in bytes_of(tmp_path / "clean.db"):
        for text in secret:
            for form in hidden(text):
                assert form.lower() not in data.lower(), text
    assert stat.S_IMODE((tmp_path / "clean.db").stat().st_mode) == 0o600
    assert {p.name for p in tmp_path.iterdir()} - {"crosstrack.db-wal", "crosstrack.db-shm"} == {
        "clean.db",
        "crosstrack.db",
    }


def test_the_planted_words_were_there_to_be_found(private):
    words = secret_words(private).words
    for word in (
        "ximena",
        "quetzalrubio",
        "nibelungar",
        "zyzzyva",
        "lampadario",
        ACCOUNT,
        CAINIAO.lower(),
        ORDER_ID,
    ):
        assert word in words
    assert leaks(private, secret_words(private))


def test_the_copy_is_a_sound_database_that_says_the_same_things(private, crosstrack, tmp_path):
    clean = tmp_path / "clean.db"
    crosstrack("redact", clean)
    assert all(result.works for result in check(clean, portals()))
    with open_store(private) as old, open_store(clean) as new:
        same = "select count(*) as n, count(occurred_at) as o from {}"
        assert rows(new, same.format("observations")) == rows(old, same.format("observations"))
        assert column(new, "select count(*) from parcels") == column(old, "select count(*) from parcels")
        assert column(new, "select count(*) from observations where milestone = 'arrived_facility'") == [3]
        places = set(column(new, "select place from observations where place is not null"))
        assert "Madrid, Spain" in places
        numbers = column(new, "select number from followed")
        assert numbers == column(new, "select tracking_number from visits where portal = 'cainiao'")
        linked = rows(new, "select subject, value from corrections where kind = 'link'")[0]
        assert set(linked.values()) == {
            numbers[0],
            *column(new, "select tracking_number from visits where portal = 'correos'"),
        }
        (correos,) = set(linked.values()) - set(numbers)
        assert is_s10(correos)
        assert correos.endswith("ES")
        assert column(new, "select account from orders") == ["account-1"]
        assert column(new, "select store from orders") == ["Store 1"]
        assert column(new, "select total from orders") == [None]
        assert column(new, "select postcode from followed") == [None]
        assert set(column(new, "select role from visit_pages")) == {"record"}


def test_prices_stay_and_places_go_on_request(private, crosstrack, tmp_path):
    clean = tmp_path / "clean.db"
    crosstrack("redact", clean, "--keep-prices", "--no-places")
    with open_store(clean) as db:
        assert column(db, "select total from orders") == ["9876.54"]
        assert column(db, "select count(*) from observations where place is not null") == [0]


def test_a_leak_costs_the_copy(private, crosstrack, tmp_path, monkeypatch):
    monkeypatch.setattr("collector.copies.clean_records.clean_text", lambda text: text)
    said = one_line(crosstrack("redact", tmp_path / "clean.db", status=1))
    assert "deleted" in said
    assert "Ximena" not in said
    assert not (tmp_path / "clean.db").exists()
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_a_file_is_replaced_only_when_told(private, crosstrack, tmp_path):
    (tmp_path / "clean.db").write_text("mine")
    one_line(crosstrack("redact", tmp_path / "clean.db", status=2))
    assert (tmp_path / "clean.db").read_text() == "mine"
    crosstrack("redact", tmp_path / "clean.db", "--force")
    one_line(crosstrack("redact", private, "--force", status=2))


def test_redacting_does_not_change_the_original_and_works_during_a_run(private, crosstrack, tmp_path):
    from collector.lock import run_lock

    before = private.read_bytes()
    with run_lock(private):
        crosstrack("redact", tmp_path / "clean.db")
    assert private.read_bytes() == before


@given(worlds)
@settings(max_examples=15)
def test_any_world_can_be_shared(tmp_path_factory, records):
    folder = tmp_path_factory.mktemp("world")
    with open_store(folder / "a.db") as db:
        take_in(db, records)
    redaction.redact(folder / "a.db", folder / "clean.db", portals(), Cleaner())
    data = b"".join(bytes_of(folder / "clean.db"))
    for number in NUMBERS[:3]:
        assert number.encode() not in data


def test_real_pages_of_an_account_leave_nothing_behind(database, tmp_path):
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    if not folder:
        pytest.skip("CROSSTRACK_CAPTURES names no folder of captured pages")
    shop = portals()["aliexpress"]
    with open_store(database) as db, writing(db):
        for name, kind in (("logistics-querydetail.json", "tracking"), ("order-list-init.json", "list")):
            pages = (
                Page(Role.PAYLOAD, "", "application/json", (Path(folder) / "aliexpress" / name).read_bytes()),
            )
            (first, *_) = read_pages(shop, None, pages).readings
            visit = Visit(
                "aliexpress", first.number, NOW, "browser", first.outcome, True, pages, account=ACCOUNT
            )
            store_visit(db, None, replace(visit, page=kind), shop.canonical)
    with open_store(database) as db:
        Deriver(db, portals()).catch_up()
        secret = column(db, "select id from orders") + column(db, "select title from order_items")
        secret += column(db, "select number from tracking_numbers")
        assert len(secret) > 2
    done = redaction.redact(database, tmp_path / "clean.db", portals(), Cleaner())
    assert (done.visits, done.left_out) == (2, 0)
    data = b"".join(bytes_of(tmp_path / "clean.db")).lower()
    assert not [text for text in secret if text and text.lower().encode() in data]


def test_there_must_be_a_database(crosstrack, tmp_path):
    one_line(crosstrack("redact", tmp_path / "clean.db", status=5))


# --- looking for leaks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("where", ["cell", "blob", "packed", "free"])
def test_a_secret_is_found_wherever_it_hides(tmp_path, code, where):
    path, secret = tmp_path / "a.db", SecretWords(frozenset({"quetzalrubio"}), frozenset())
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("create table t (a)")
        data = ("about Quetzalrubio and more" * 3).encode(code)
        value = {"cell": "seen: QUETZALRUBIO.", "packed": zlib.compress(data)}.get(where, data)
        db.execute("insert into t values (?)", [value])
    if where == "free":
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("pragma secure_delete = off")
            db.execute("drop table t")
    assert leaks(path, secret)


def test_a_short_secret_is_found_as_a_word_and_not_within_others(tmp_path):
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("create table t (a)")
        db.execute("insert into t values ('a280137f')")
    secret = SecretWords(frozenset({"28013"}), frozenset())
    assert leaks(path, secret) == []
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("insert into t values ('in 28013 Madrid')")
    assert leaks(path, secret) == ["t.a"]


# --- texts -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Delivered", "Delivered"),
        (f"Delivered, {NAME}", "Delivered, xxxxxx xxxxxxxxxxxx"),
        (f"已签收 {NAME}", "已签收 xxxxxx xxxxxxxxxxxx"),
        ("Ring 73 twice", "xxxx 00 xxxxx"),
        ("", ""),
    ],
)
def test_only_wordings_of_the_vocabulary_stay(text, clean):
    assert clean_text(text) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Madrid, Spain", "Madrid, Spain"),
        ("LOS ANGELES, CA", "LOS ANGELES, CA"),
        (f"{STREET}, Madrid", "xxxxx xxxxxxxxxx 00, Madrid"),
        ("LOS ANGELES, CA 90001", "LOS ANGELES, xx 00000"),
    ],
)
def test_only_known_places_stay(text, clean):
    assert clean_place(text) == clean


@pytest.mark.parametrize("text", ["2026-02-27 18:00:00", "27 febrero 2026, 11:05", "March 5, 2026, 6:01 pm"])
def test_times_stay_and_what_stands_beside_them_does_not(text):
    assert clean_time(text) == text
    assert NAME not in clean_time(f"{text} {NAME}")
    assert clean_time("28013") == "00000"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    for clean in (clean_text, clean_place, clean_time):
        assert clean(clean(text)) == clean(text)


def test_every_field_of_a_row_is_thought_of():
    row = Row(*[PLANTED] * 3, 1, 2, *[PLANTED] * 4)
    (cleaned,) = Cleaner().reading(Reading(rows=(row,))).rows
    assert not any(word in str(cleaned) for word in WORDS)
    assert clean_texts.masked("a1") == "x0"


# --- stand-ins -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "holds"),
    [
        ("RR123456785ES", is_s10),
        ("9400100000000000000000", is_impb),
        ("PQ4F6P0710394950128014X", is_correos),
        ("LP00123456789012", lambda n: re.fullmatch(r"LP\d{14}", n)),
        ("JOHNSMITH7", lambda n: re.fullmatch(r"[A-Z]{9}\d", n)),
    ],
)
def test_a_number_keeps_its_form_and_its_check_digit(number, holds):
    for _ in range(20):
        ins = StandIns()
        made = ins.number(number)
        assert made != number
        assert made == ins.number(number) == ins.number(f" {number.lower()} ")
        assert not holds(number) or holds(made)
        assert set(may_know(number)) <= set(may_know(made))


def test_stand_ins_are_the_same_for_the_same_and_differ_for_others():
    ins = StandIns()
    made = [ins.number(f"LP001234567890{n:02}") for n in range(100)]
    assert len(set(made)) == 100
    assert ins.counted("Item", "a") == ins.counted("Item", "a") == "Item 1"
    assert ins.counted("Item", "b") == "Item 2"
    assert ins.counted("Store", "b") == "Store 1"
    assert ins.digits("order", "81") != "81"
    assert ins.digits("order", None) is None
    assert ins.number("not a number!") is None
