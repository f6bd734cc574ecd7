"""Archived pages: found from rows, visits and pages; harmless, shut in, and served as what they are."""

import json
import zlib
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlite_utils import Database

from collector.datasette.defused import defused, harmless, source
from collector.store.facts import Visit, store_visit
from collector.store.opening import open_store, writing
from scrapers.contract import Canonical, Page
from scrapers.words import Outcome, Role
from tests.collector.datasette_served import browse
from tests.collector.worlds import CAINIAO, column, event, record, take_in

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
HOSTILE = """<!doctype html><html><head><meta http-equiv="refresh" content="0;url=https://beyond.test/">
<base href="https://beyond.test/"><link rel="preconnect" href="https://beyond.test"><script>alert(1)</script>
<style>p { color: red; background: url(https://beyond.test/x.png) }</style></head><body onload="alert(1)">
<p class="row" style="margin:0">Delivered
<a href="https://beyond.test/" ping="https://beyond.test/" target="_top">more</a></p>
<img src="https://beyond.test/x.png" srcset="https://beyond.test/y.png 2x" alt="map">
<img src="data:image/png;base64,AA==">
<form action="https://beyond.test/"><input name="q" formaction="https://beyond.test/"><button>send</button></form>
<iframe srcdoc="<script>alert(1)</script>"></iframe><object data="https://beyond.test/"></object>
<template shadowrootmode="open"><a href="https://beyond.test/">x</a></template>
<svg><a xlink:href="javascript:alert(1)"><text>s</text>
<set attributeName="href" to="javascript:alert(1)"/></a></svg>
<math><mtext href="https://beyond.test/">m</mtext></math><noscript>Please turn on scripts</noscript>
</body></html>"""


def test_nothing_that_runs_loads_or_leads_away_is_left_of_a_page():
    tree = LexborHTMLParser(defused(HOSTILE.encode()).decode())
    names = {name.lower() for node in tree.css("*") for name in node.attributes}
    assert names <= {"class", "style", "src", "alt", "type"}
    assert {node.tag for node in tree.css("*")}.isdisjoint(
        {"script", "meta", "base", "link", "iframe", "object", "template", "set", "noscript"}
    )
    assert [node.attributes["src"] for node in tree.css("[src]")] == ["data:image/png;base64,AA=="]
    assert "Delivered more" in " ".join(tree.css_first("p").text().split())
    assert "Please turn on" not in tree.body.text()


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe<p>", b"<" * 5000, b"<div>" * 2_000_000, b"\0", b"<svg><script>x"]
)
def test_a_damaged_page_is_shown_as_far_as_it_can_be(body):
    assert b"<script" not in harmless("text/html", body).body


@pytest.mark.parametrize(
    ("media_type", "body", "shown_as"),
    [
        ("text/html; charset=utf-8", b"<p>x", "text/html; charset=utf-8"),
        ("application/json", b'{"a":"<script>"}', "text/plain; charset=utf-8"),
        ("application/javascript", b"alert(1)", "text/plain; charset=utf-8"),
        ("image/svg+xml", b"<svg onload='alert(1)'/>", "text/plain; charset=utf-8"),
        ("text/html", PNG, "image/png"),
        ("image/png", b"<script>alert(1)</script>", "text/plain; charset=utf-8"),
        ("application/octet-stream", b"\0\1\2", "text/plain; charset=utf-8"),
        ("nonsense\r\nSet-Cookie: a=b", b"<p>", "text/plain; charset=utf-8"),
    ],
)
def test_a_page_is_served_as_what_it_is_not_as_what_it_is_called(media_type, body, shown_as):
    assert harmless(media_type, body).media_type == shown_as


def test_json_is_laid_out_and_its_source_is_not():
    body = b'{"b":1,"a":"\xc3\xa9"}'
    assert harmless("application/json", body).body.decode() == '{\n  "b": 1,\n  "a": "é"\n}'
    assert source(body).body == body
    assert harmless("application/json", b"[" * 100_000).body == b"[" * 100_000
    assert harmless("application/json", b'"\\ud800"').body


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A database with a visit that brought a page, data and a picture, and a visit that brought a record."""
    path = tmp_path_factory.mktemp("archive") / "crosstrack.db"
    with open_store(path) as db:
        take_in(db, [record(events=[event("2026-02-27 18:00:00", '<b>Arrived</b> "x"')])])
        with writing(db):
            store_visit(db, None, visit(), Canonical())
    return path


def visit():
    url = "https://correos.test/?n=<script>alert(1)</script>"
    pages = (
        Page(Role.DOM, url, "text/html", HOSTILE.encode(), 200),
        Page(Role.PAYLOAD, url, "application/json", json.dumps({"a": "<script>"}).encode(), 200),
        Page(Role.SCREENSHOT, url, "image/png", PNG, 200),
    )
    return Visit("correos", "RR1", datetime(2026, 3, 2, tzinfo=UTC), "browser", Outcome.OK, True, pages)


def ids(path, sql):
    with open_store(path) as db:
        return column(db, sql)


@pytest.mark.datasette
def test_a_row_a_visit_and_a_page_lead_to_the_same_archived_page(archive, tmp_path):
    (row,) = ids(archive, "select id from observations")
    (brought,) = ids(archive, "select visit_id from visit_pages where role = 'record'")
    (stored,) = ids(archive, "select page_id from visit_pages where role = 'record'")

    async def script(get, address):
        for name in (row, brought, stored):
            answer = await get(f"/-/crosstrack/crosstrack/page/{name}")
            assert answer.status_code == 200, name
            assert f'src="/-/crosstrack/crosstrack/page/{stored}/body"' in answer.text
            assert "What Cainiao showed" in answer.text
            assert f"number {CAINIAO}" in answer.text
            assert "<b>Arrived" not in answer.text
        shown = await get(f"/-/crosstrack/crosstrack/page/{row}")
        assert "&lt;b&gt;Arrived&lt;/b&gt;" in shown.text
        assert "2026-02-27 18:00:00" in shown.text

    browse(archive, tmp_path / "s", script)


@pytest.mark.datasette
def test_every_part_of_a_visit_is_shown_and_served_under_a_policy(archive, tmp_path):
    (brought,) = ids(archive, "select id from visits where portal = 'correos'")

    async def script(get, address):
        kinds = {}
        for part in range(3):
            answer = await get(f"/-/crosstrack/crosstrack/page/{brought}?part={part}")
            assert "<script>alert" not in answer.text
            assert answer.headers["content-security-policy"].startswith("frame-src 'self'; ")
            (src,) = {s for s in _sources(answer.text) if s.endswith("/body")}
            served = await get(src)
            kinds[part] = served.headers["content-type"]
            policy = served.headers["content-security-policy"]
            assert policy.startswith("sandbox; default-src 'none'; ")
            assert "allow-" not in policy
            assert served.headers["x-content-type-options"] == "nosniff"
            assert served.headers["cache-control"] == "no-store"
            text = await get(src.removesuffix("body") + "source")
            assert text.headers["content-type"] == "text/plain; charset=utf-8"
            assert "sandbox" in text.headers["content-security-policy"]
        assert kinds == {
            0: "text/html; charset=utf-8", 1: "text/plain; charset=utf-8", 2: "image/png",
        }  # fmt: skip

    browse(archive, tmp_path / "s", script)


def _sources(html):
    return [node.attributes["src"] for node in LexborHTMLParser(html).css("[src]")]


@pytest.mark.datasette
def test_the_body_alone_leads_back_to_the_page_around_it(archive, tmp_path):
    (stored,) = ids(archive, "select page_id from visit_pages where role = 'dom'")
    page = f"/-/crosstrack/crosstrack/page/{stored}"

    async def script(get, address):
        alone = await get(f"{page}/body", headers={"Sec-Fetch-Dest": "document"})
        assert (alone.status_code, alone.headers["location"]) == (302, page)
        boxed = await get(f"{page}/body", headers={"Sec-Fetch-Dest": "iframe"})
        assert boxed.status_code == 200

    browse(archive, tmp_path / "s", script)


@pytest.mark.datasette
def test_what_is_not_there_or_damaged_is_said(archive, tmp_path):
    damaged = sha256(b"damaged").hexdigest()
    with open_store(archive) as db:
        row = {"id": damaged, "canonical": "x", "media_type": "text/html", "body": b"no zlib", "bytes": 7}
        db["pages"].insert(row, ignore=True)

    async def script(get, address):
        for name in ("nothing", "~2E~2E", "a'b"):
            assert (await get(f"/-/crosstrack/crosstrack/page/{name}")).status_code == 404
        assert (await get(f"/-/crosstrack/elsewhere/page/{damaged}")).status_code == 404
        assert (await get(f"/-/crosstrack/crosstrack/page/{damaged}/body")).status_code == 404
        answer = await get(f"/-/crosstrack/crosstrack/page/{damaged}")
        assert "damaged" in answer.text

    browse(archive, tmp_path / "s", script)


@pytest.mark.datasette
def test_a_page_that_lies_about_its_size_is_read_no_further(archive, tmp_path):
    bomb = zlib.compress(b"\0" * 50_000_000)
    with open_store(archive) as db:
        row = {"id": "bomb", "canonical": "y", "media_type": "text/plain", "body": bomb, "bytes": 10}
        db["pages"].insert(row, ignore=True)

    async def script(get, address):
        answer = await get("/-/crosstrack/crosstrack/page/bomb/source")
        assert answer.status_code == 404

    browse(archive, tmp_path / "s", script)


@pytest.mark.datasette
def test_a_database_that_is_not_ours_stays_as_it_is(archive, tmp_path):
    other = tmp_path / "other.db"
    strange = Database(other)
    strange["visits"].insert({"id": "1", "kind": "conflict", "seen_at": "2026-03-01T10:00:00Z"}, pk="id")
    strange.close()

    async def script(get, address):
        page = (await get("/other/visits")).text
        assert "2026-03-01T10:00:00Z" in page
        for mark in ("ct-badge", 'class="moment"', "crosstrack.css", "moments.js"):
            assert mark not in page, mark
        assert (await get("/-/crosstrack/other/page/1")).status_code == 404
        front = (await get("/")).text
        assert "crosstrack.css" not in front  # not every database here is ours
        ours = (await get(f"{address}/visits")).text
        assert 'class="moment"' in ours
        assert "crosstrack.css" in ours

    browse(archive, tmp_path / "s", script, other)


@pytest.mark.datasette
def test_script_and_style_are_ours_and_nothing_else_of_the_folder_is_served(archive, tmp_path):
    async def script(get, address):
        page = (await get(f"{address}/visits")).text
        tree = LexborHTMLParser(page)
        links = {n.attributes["href"] for n in tree.css("link[rel=stylesheet]")} | set(_sources(page))
        assert all(link.startswith("/-/") for link in links)
        for name, kind in (("crosstrack.css", "text/css"), ("moments.js", "text/javascript")):
            answer = await get(f"/-/crosstrack-static/{name}")
            assert answer.headers["content-type"].startswith(kind)
        for name in ("..~2fplugin.py", "plugin.py", "nothing.css", "CON.js"):
            assert (await get(f"/-/crosstrack-static/{name}")).status_code == 404

    browse(archive, tmp_path / "s", script)
