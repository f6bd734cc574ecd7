"""Datasette on a small database whose every text is what a hostile portal might print. Rows are made up."""

import asyncio
import html
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from collector.errors import DatabaseError, UsageError
from collector.serving import HOST, metadata, serve_arguments, usable_port
from collector.store.opening import open_store

#: A formula for a spreadsheet and a script for a browser in one.
HOSTILE = '=HYPERLINK("https://x.test/","<script>alert(1)</script>")'
HIDDEN = {
    "_sqlite_migrations",
    "pages",
    "page_sets",
    "set_pages",
    "blocked",
    "reading_spans",
    "runs",
    "portal_state",
    "account_state",
    "notices",
    "notice_rules",
    "clock_counts",
    "clock_sums",
    "underived",
    "parcel_findings",
    "parcel_portals",
}
#: The index of the search, which Datasette hides by itself and which only SQLite writes to.
SEARCH = "observations_fts"
SPECIAL: dict[str, dict[str, Any]] = {
    "events": {"shown": json.dumps({HOSTILE: HOSTILE})},
    "observations": {
        "portal": "correos",
        "milestone": "delivered",
        "latest_at": "2026-03-01T00:00:00Z",
        "duplicate_of": None,
        "replaced_by": None,
        "withdrawn_at": None,
    },
    "parcels": {"last_event_at": "2026-03-02T00:00:00Z"},
    "set_pages": {"url": "https://x.test/\"><script>alert(1)</script><a\thref='"},
    "visits": {"tracking_number": "RR123456785ES"},
    "tracking_numbers": {"number": "RR123456785ES"},
}
#: Rows besides the one every table has: a second portal contradicts the first, a third is not understood.
MORE: list[tuple[str, dict[str, Any]]] = [
    ("events", {"id": "2", "sequence": 2}),
    (
        "observations",
        {"id": "2", "portal": "usps", "milestone": "out_for_delivery", "earliest_at": "2026-03-02T00:00:00Z"},
    ),
    ("observations", {"id": "3", "portal": "usps", "milestone": None}),
    ("parcels", {"id": "9", "title": "another", "last_event_at": "2026-01-01T00:00:00Z"}),
]

#: What the program itself writes, by the column or its ending.
DATES = {"_at": "2026-03-01T00:00:00Z", "_on": "2026-04-01"}
OWN = {"milestone": "accepted", "stage": "customs", "leg": "import", "kind": "lag", "severity": "notice"}

Get = Callable[[str], Awaitable[Any]]


def row_of(db: Database, table: str) -> dict[str, Any]:
    """A row for `table`: keys are "1", numbers 1, times and days are ours, every other text is hostile."""
    keys = {k.column for k in db.table(table).foreign_keys} | set(db.table(table).pks)
    filled: dict[str, Any] = {"INTEGER": 1, "REAL": 0.5, "BLOB": b"\x00"}
    row: dict[str, Any] = {
        c.name: filled.get(
            c.type.upper(), "1" if c.name in keys else OWN.get(c.name, DATES.get(c.name[-3:], HOSTILE))
        )
        for c in db.table(table).columns
    }
    return row | SPECIAL.get(table, {})


def fill(path: Path) -> None:
    """Put a row into every table of a new database at `path`, whatever tables the schema has."""
    with open_store(path) as db, db.atomic():
        db.execute("pragma defer_foreign_keys = on")
        for table in db.table_names():
            if table.startswith(("_sqlite_", SEARCH)):
                continue
            if not db.table(table).count:  # a trigger may have filled it
                db.table(table).insert(row_of(db, table))
        for table, changes in MORE:
            db.table(table).insert(row_of(db, table) | changes)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("served") / "crosstrack.db"
    fill(path)
    return path


@pytest.fixture(scope="module")
def schema(database: Path) -> dict[str, list[str]]:
    """Columns by table and view, in order."""
    with open_store(database) as db:
        return {
            name: [row[1] for row in db.execute(f"pragma table_info([{name}])").fetchall()]
            for name in (*db.table_names(), *db.view_names())
            if not name.startswith(SEARCH)
        }


@pytest.fixture
def described() -> dict[str, Any]:
    said: dict[str, Any] = metadata("crosstrack", title="crosstrack")["databases"]["crosstrack"]
    return said


def browse(database: Path, folder: Path, script: Callable[[Get, str], Awaitable[None]]) -> None:
    """Run `script` against Datasette, made by its own command line from our arguments, without a server.

    `script` gets a function that asks for a page, following redirects, and the address of the database.
    """
    from datasette.cli import serve

    from collector.datasette.__main__ import register

    register()
    command, *rest = serve_arguments(database, folder, port=0, open_browser=False)
    assert command == "serve"
    with serve.make_context(command, rest) as context:
        datasette = serve.callback(**context.params, return_instance=True)

    async def run() -> None:
        await datasette.invoke_startup()
        (name,) = [name for name in datasette.databases if name != "_internal"]

        async def get(path: str) -> Any:
            return await datasette.client.get(path, follow_redirects=True)

        await script(get, datasette.urls.database(name))

    try:
        asyncio.run(run())
    finally:
        for served in datasette.databases.values():
            served.close()


def addresses(schema: dict[str, list[str]], described: dict[str, Any]) -> Iterator[str]:
    """Every page below the database: tables, views, and queries without and with a parameter."""
    yield from schema
    yield from described["queries"]
    yield "parcel_history?parcel=RR123456785ES"


def test_every_table_view_and_column_is_described_and_nothing_else(
    schema: dict[str, list[str]], described: dict[str, Any]
) -> None:
    tables = described["tables"]
    assert {name: list(table["columns"]) for name, table in tables.items()} == schema
    for name, table in tables.items():
        assert table["title"], name
        assert table["description_html"].startswith("<p>"), name
        assert all(table["columns"].values()), name


def test_sorting_facets_and_labels_name_columns(
    schema: dict[str, list[str]], described: dict[str, Any]
) -> None:
    for name, table in described["tables"].items():
        used = [
            *table.get("facets", ()),
            *(table[k] for k in ("sort", "sort_desc", "label_column") if k in table),
        ]
        assert set(used) <= set(schema[name]), name
        assert not {"sort", "sort_desc"} <= set(table), name


@pytest.mark.parametrize(
    ("ending", "unit"),
    [("_at", "UTC"), ("_s", "second"), ("_ms", "milliseconds"), ("offset_minutes", "minutes east")],
)
def test_columns_say_their_unit(described: dict[str, Any], ending: str, unit: str) -> None:
    texts = {
        f"{name}.{column}": text
        for name, table in described["tables"].items()
        for column, text in table["columns"].items()
        if column.endswith(ending)
    }
    assert texts
    assert [where for where, text in texts.items() if unit not in text] == []


def test_links_in_descriptions_lead_to_tables_and_queries(described: dict[str, Any]) -> None:
    known = {*described["tables"], *described["queries"]}
    texts = [described, *described["tables"].values(), *described["queries"].values()]
    links = [link for text in texts for link in re.findall(r'href="([^"]*)"', text["description_html"])]
    assert len(links) > 5
    for link in links:
        if link == "/-/crosstrack/crosstrack":  # the overview
            continue
        begin, database, place = re.split("[/?]", link)[:3]
        assert (begin, database) == ("", "crosstrack"), link
        assert place in known, link
    assert "{database}" not in json.dumps(described)


def test_every_query_is_titled_and_bounded(described: dict[str, Any]) -> None:
    assert {"where_is_everything", "parcel_history", "disagreements_by_kind", "portal_clocks"} <= set(
        described["queries"]
    )
    for name, query in described["queries"].items():
        assert query["title"], name
        assert query["description_html"], name
        assert re.search(r"\nlimit \d+\n$", query["sql"]), name


@pytest.mark.datasette
def test_machinery_is_hidden(database: Path, tmp_path: Path, described: dict[str, Any]) -> None:
    assert {name for name, table in described["tables"].items() if table.get("hidden")} == HIDDEN

    async def script(get: Get, address: str) -> None:
        front = (await get("/.json")).json()["crosstrack"]
        assert front["hidden_tables_count"] == len(HIDDEN) + 5
        assert not HIDDEN & {table["name"] for table in front["tables_and_views_truncated"]}
        listed = (await get(f"{address}.json")).json()["tables"]
        hidden = {table["name"] for table in listed if table["hidden"]}
        assert {name for name in hidden if not name.startswith(SEARCH)} == HIDDEN
        page = (await get(address)).text
        assert f'href="{address}/parcels"' in page
        assert f'href="{address}/runs"' not in page

    browse(database, tmp_path, script)


@pytest.mark.datasette
@pytest.mark.parametrize("stem", ["crosstrack", "my parcels", "2026.03 é+50%#1", "_internal", "-"])
def test_every_page_and_query_answers_whatever_the_file_is_called(
    stem: str, tmp_path: Path, schema: dict[str, list[str]], described: dict[str, Any]
) -> None:
    database = tmp_path / f"{stem}.db"
    fill(database)

    async def script(get: Get, address: str) -> None:
        front = await get("/")
        assert front.status_code == 200
        assert "<h1>Crosstrack</h1>" in front.text
        for link in set(re.findall(r'href="(/[^"]*)"', front.text)):
            assert (await get(html.unescape(link))).status_code == 200, link
        page = await get(address)
        assert f"<h1>{stem}</h1>" in page.text
        for place in addresses(schema, described):
            answer = await get(f"{address}/{place}")
            assert answer.status_code == 200, place
            assert "message-error" not in answer.text, place
        # Datasette makes the links of foreign keys by another way than all others.
        links = set(re.findall(r'href="([^"]*/parcels/1)"', (await get(f"{address}/events")).text))
        assert len(links) == 1
        assert HOSTILE in html.unescape((await get(links.pop())).text)

    browse(database, tmp_path, script)


@pytest.mark.datasette
def test_text_of_portals_stays_text(
    database: Path, tmp_path: Path, schema: dict[str, list[str]], described: dict[str, Any]
) -> None:
    shown = set()

    async def script(get: Get, address: str) -> None:
        facets = [f"observations?_facet={column}" for column in ("description", "place", "code")]
        for place in (*addresses(schema, described), *facets, "events/1", "disagreements/1", "parcels/1"):
            page = (await get(f"{address}/{place}")).text
            assert "<script>alert" not in page, place
            assert 'href="=' not in page, place
            if "&lt;script&gt;alert(1)&lt;/script&gt;" in page:
                shown.add(place)
        for place in ("", "/parcel/1", "/page/1", "/page/1?part=1", "/page/1/body", "/page/1/source"):
            page = await get(f"/-/crosstrack/crosstrack{place}")
            assert page.status_code == (404 if place.startswith("/page/1/") else 200), place
            assert "<script>alert" not in page.text, place
        answer = await get(f"{address}/observations.json?_shape=array")
        assert answer.headers["content-type"].startswith("application/json")
        assert HOSTILE in {row["description"] for row in answer.json()}

    browse(database, tmp_path, script)
    silent = {
        "_sqlite_migrations",
        "account_state",
        "clock_counts",
        "clock_sums",
        "deadlines",
        "page_sets",
        "parcel_items",
        "parcel_orders",
        "underived",
    }
    assert {*schema, *described["queries"]} - silent <= shown


@pytest.mark.datasette
def test_a_parcel_is_found_by_any_of_its_numbers_or_its_order(database: Path, tmp_path: Path) -> None:
    async def script(get: Get, address: str) -> None:
        async def history(asked: str) -> list[tuple[str, int]]:
            rows = (await get(f"{address}/parcel_history.json?_shape=array&parcel={asked}")).json()
            return [(row["parcel_id"], row["sequence"]) for row in rows]

        for asked in ("rr 123 456-785 ES".replace(" ", "%20"), "1", "%201%20", ""):
            assert await history(asked) == [("1", 1), ("1", 2)], asked
        assert await history("RR000000005ES") == []
        assert await history("9") == []  # a parcel without events

        rows = (await get(f"{address}/where_is_everything.json?_shape=array")).json()
        assert [row["parcel_id"] for row in rows] == ["1", "9"]

    browse(database, tmp_path, script)


@pytest.mark.datasette
def test_nothing_can_be_written_or_downloaded(database: Path, tmp_path: Path) -> None:
    before = database.read_bytes()

    async def script(get: Get, address: str) -> None:
        for statement in ("delete+from+parcels", "with+x+as+(select+1)+delete+from+parcels"):
            assert (await get(f"{address}?sql={statement}")).status_code >= 400
        assert (await get(f"{address}.db")).status_code >= 400

    browse(database, tmp_path, script)
    assert database.read_bytes() == before


@pytest.mark.datasette
def test_the_style_sheet_is_served(database: Path, tmp_path: Path) -> None:
    async def script(get: Get, address: str) -> None:
        (link,) = re.findall(r'href="([^"]*crosstrack\.css)"', (await get(f"{address}/parcels")).text)
        assert "dl.column-descriptions" in (await get(link)).text

    browse(database, tmp_path, script)


def test_only_this_computer_is_listened_to(database: Path, tmp_path: Path) -> None:
    arguments = serve_arguments(database, tmp_path, port=0, open_browser=False)
    assert arguments[arguments.index("--host") + 1] == HOST == "127.0.0.1"
    assert int(arguments[arguments.index("--port") + 1]) > 0
    assert "--open" not in arguments
    assert not {"--cors", "--root", "--immutable", "--crossdb"} & set(arguments)


def test_a_browser_is_opened_when_asked_for(database: Path, tmp_path: Path) -> None:
    assert "--open" in serve_arguments(database, tmp_path, port=0, open_browser=True)


def test_no_database_is_said_as_everywhere(tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    with pytest.raises(DatabaseError) as usual, open_store(missing, must_exist=True):
        pass
    with pytest.raises(DatabaseError) as said:
        serve_arguments(missing, tmp_path, port=0, open_browser=False)
    assert str(said.value) == str(usual.value)
    assert not missing.exists()


def test_a_port_that_is_taken_or_is_none_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port}: .*choose another"):
            usable_port(port)
    for port in (-1, 65536):
        with pytest.raises(UsageError, match="from 0 to 65535"):
            usable_port(port)


@pytest.mark.datasette
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("told", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_the_server_ends_with_the_command(told: str, database: Path) -> None:
    port = usable_port(0)
    program = (
        "import signal, sys; from pathlib import Path; from collector.serving import serve;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        "sys.exit(serve(Path(sys.argv[1]), int(sys.argv[2]), False))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(database), str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as command:
        try:
            assert command.stderr is not None
            assert any("running on" in line for line in command.stderr), "it did not start"
            connection = http.client.HTTPConnection(HOST, port, timeout=20)
            connection.request("GET", "/crosstrack/parcels.json")
            assert connection.getresponse().status == 200
            connection.close()
            command.send_signal(getattr(signal, told))
            assert command.wait(timeout=20) == 0
        finally:
            command.kill()
    assert usable_port(port) == port
