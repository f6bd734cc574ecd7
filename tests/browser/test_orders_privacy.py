"""Nothing of a person or of a session is found in what runs leave behind, whatever the shop answers.

The buyers are invented, and everything about them, their cookies and tokens is searched for: in every page
and row of the database, in the files beside it, in logs, summaries and what a command prints.
"""

import base64
import html
import json
import logging
import os
import re
import shlex
import stat
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from collector.browser.finding import find_browser
from collector.errors import ExitStatus
from fixtures import messages
from fixtures.shop import many_orders
from fixtures.sites.aliexpress.settings import WALDO, XIMENA, Challenge
from tests.browser.ordering import LIST_DATA, NOW, QUICK, buyer, finished_orders, needs_browser

pytestmark = [pytest.mark.browser, needs_browser]

ROOT = Path(__file__).parents[2]
DAY = timedelta(hours=26)
SITE, DATA_HOST = "www.aliexpress.com", "acs.aliexpress.com"
LIST, DETAIL = "/p/order/index.html", "/p/order/detail.html"
DETAIL_DATA = "/h5/mtop.aliexpress.trade.buyer.order.detail/1.0/"
#: A browser to be found in place of the installed one: what it may reach is for us alone to say.
_BROWSER = """#!/bin/sh
for argument do
  shift
  case "$argument" in --host-resolver-rules=*) ;; *) set -- "$@" "$argument" ;; esac
done
exec {program} "$@" {given}
"""
#: Parts of cookies that are words of the shop's own, or say which language and country.
_COMMON = frozenset({"aliexpress"})


def secrets(made):
    """Everything that may be found nowhere, by what it is."""
    found = {text: "personal" for account in (XIMENA, WALDO) for text in account.personal}
    for request in made.asked_shop():
        for pair in request.headers.get("cookie", "").split(";"):
            name, _, value = pair.strip().partition("=")
            for part in {value, *re.findall(r"[A-Za-z0-9]{12,}", unquote(value))} - _COMMON:
                if len(part) >= 12 and not re.fullmatch(r"1\d{12}", part):  # a time says nothing
                    found[part] = f"cookie {name}"
        for name in ("x5secdata", "sign"):
            if len(request.query.get(name, "")) >= 12:
                found[request.query[name]] = name
    return found


def written(text):
    """The ways in which a text may be written down."""
    encoded = base64.b64encode(text.encode()).decode().rstrip("=")[:-1]
    forms = {text, quote(text), quote(text, safe=""), html.escape(text), json.dumps(text)[1:-1]}
    return {form.lower() for form in forms | ({encoded} if len(text) >= 8 else set())}


def found_in(haystack, wanted):
    """Which of the secrets stand in the text; one of few digits only where it stands alone."""
    haystack = haystack.lower()
    hits = {}
    for text, what in wanted.items():
        for form in written(text):
            at = haystack.find(form)
            if at >= 0 and form.isdigit() and len(form) < 8:
                alone = re.search(rf"(?<![0-9a-z]){form}(?![0-9a-z])", haystack)
                at = -1 if alone is None else alone.start()
            if at >= 0:
                hits[text] = f"{what}: …{haystack[max(0, at - 40) : at + len(form) + 20]}…"
    return hits


def left_behind(made):
    """All that is stored: rows, pages as they were before they were compressed, and every file as it is."""
    parts = {}
    for table in [row["name"] for row in made.rows("select name from sqlite_master where type = 'table'")]:
        parts[table] = "\n".join(repr(row) for row in made.rows(f"select * from {table}"))
    for row in made.rows("select id, media_type, body from pages"):
        parts[f"page {row['media_type']} {row['id'][:8]}"] = zlib.decompress(row["body"]).decode(
            "utf-8", "replace"
        )
    for path in made.folder.rglob("*"):
        if path.is_file() and path.parent != made.sessions:
            parts[path.name] = path.read_bytes().decode("latin-1")
    return parts


def assert_private(made, **said):
    """No secret is stored or was `said`; there were secrets, and something is stored."""
    wanted = secrets(made)
    assert {"personal", "cookie xman_t", "cookie xman_us_t"} <= set(wanted.values())
    parts = left_behind(made) | said
    assert {"crosstrack.db", "crosstrack.db-wal", "visits"} <= parts.keys()
    assert {name: hits for name, text in parts.items() if (hits := found_in(text, wanted))} == {}


@pytest.fixture
def made(tmp_path, caplog, capfd):
    """An account whose every trace is searched for once a test has made its runs."""
    caplog.set_level(logging.DEBUG)
    summaries = []
    with buyer(tmp_path / "kept", many_orders(7), journeys={}) as ready:
        ready.steer(page_size=4)
        collect = ready.collect

        def collecting(*given, **named):
            summary = collect(*given, **named)
            summaries.append(summary)
            return summary

        ready.collect = collecting
        yield ready
        out, err = capfd.readouterr()
        assert_private(
            ready,
            log="\n".join(f"{r.name} {r.getMessage()} {r.args!r} {r.exc_text}" for r in caplog.records),
            summaries="\n".join(f"{s!r} {s.as_json()}" for s in summaries),
            out=out,
            err=err,
            session=repr(ready.session()),
        )
        assert ready.rows("select 1 from visit_pages where role = 'screenshot'") == []
        assert stat.S_IMODE(ready.session_file().stat().st_mode) == 0o600


def test_nothing_personal_is_kept_of_an_account_that_is_read(made):
    made.sign_in()
    assert made.collect().exit_status is ExitStatus.DONE
    made.collect(NOW + DAY)
    # The names were on the pages: what is stored is not all that came.
    assert made.rows("select 1 from visits where page = 'detail' and outcome = 'ok'") != []


@pytest.mark.parametrize(
    "generation",
    [{"tracking": "v1", "labels": "2023", "mobile": True}, {"language": "es", "scalars": "text"}],
)
def test_nor_from_another_generation_of_its_pages(made, generation):
    made.steer(**generation)
    made.sign_in()
    assert made.collect().exit_status is ExitStatus.DONE


@pytest.mark.parametrize("on", ["list", "tracking", "detail"])
def test_nor_where_a_check_for_people_comes_in_between(made, on):
    forms = ["page", "dialog", "api"]
    made.sign_in()
    for n, form in enumerate(forms):
        made.steer(challenges=[Challenge(form, on)])
        made.collect(NOW + n * DAY)
    assert made.met()[0] == forms
    assert "x5secdata" in secrets(made).values()
    assert made.rows("select 1 from visit_pages where url like '%punish%'") != []


def test_nor_of_a_wall(made):
    made.steer(challenges=[Challenge("wall", "list")])
    made.sign_in()
    made.collect()
    assert made.met()[0] == ["wall"]


@pytest.mark.parametrize("dead", ["shell", "redirect"])
def test_nor_where_the_session_has_ended(made, dead):
    made.steer(dead_session=dead)
    made.sign_in()
    made.collect(after_visit=lambda visited: len(made.told) == 3 and made.shop.door.end_sessions())
    made.collect(NOW + DAY)
    assert len(made.visits("outcome = 'login_required'")) == 2


def test_nor_of_pages_in_a_form_that_nobody_knows(made):
    made.sign_in()
    made.collect()
    made.steer(unheard_of=True)
    made.collect(NOW + DAY)
    assert made.visits("outcome = 'layout_changed'") != []


def person(account=XIMENA):
    """A page, and data, that nobody knows, about a person."""
    told = {
        "title": f"Orders of {account.name}",
        "novel": {
            "to": account.name,
            "where": [account.street, account.street2, account.city, account.postcode],
        },
        account.email: {"tel": account.phone, "id": account.member_id, "region": account.province},
    }
    page = f"""<!doctype html><html><head><title>{account.name}</title>
      <meta name="who" content="{account.email}"><script>window.profile = {json.dumps(told)};</script></head>
      <body data-member="{account.member_id}"><!-- {account.phone} --><h1>Hello {account.name}!</h1>
      <p title="{account.street}">{account.street2}, {account.postcode} <b>{account.city}</b>
      ({account.province})</p><a href="/u/{account.member_id}?mail={account.email}">{account.phone}</a>
      <input value="{account.password}"></body></html>"""
    return page, told


def test_nor_of_pages_and_data_that_were_never_seen(made):
    page, told = person()
    brief = replace(QUICK, state_seconds=3)  # what is not known is waited for
    made.sign_in()
    made.sites.fail(SITE, None, [messages.page(page), messages.page(page, status=404)], path=LIST)
    made.collect(limits=brief)
    made.collect(NOW + DAY, limits=brief)
    made.sites.fail(
        DATA_HOST, None, [messages.data({"ret": ["SUCCESS::ok"], "data": told})] * 2, path=LIST_DATA
    )
    made.collect(NOW + 2 * DAY, limits=brief)
    made.collect(NOW + 3 * DAY, limits=brief)
    made.sites.fail(SITE, None, [messages.page(page)], path=DETAIL)
    made.sites.fail(DATA_HOST, None, [messages.data(told)], path=DETAIL_DATA)
    made.collect(NOW + 4 * DAY, limits=brief)
    strange = made.visits("outcome <> 'ok'")
    assert {(visit["page"], visit["outcome"]) for visit in strange} >= {
        ("list", "layout_changed"),
        ("detail", "layout_changed"),
    }
    kept = "select distinct v.page from visits as v join visit_pages as p on p.visit_id = v.id"
    pages = made.rows(f"{kept} where v.outcome = 'layout_changed'")
    assert {row["page"] for row in pages} == {"list", "detail"}


def test_nor_of_outages_that_speak_of_a_person(made):
    page, _ = person()
    made.sign_in()
    outages = [[messages.page(page, status=503)] * 2, [messages.page(page, status=403)], [messages.cut()]]
    for n, failing in enumerate((*outages, [messages.page(page, status=429)] * 2)):
        made.sites.fail(SITE, None, failing, path=LIST)
        made.collect(NOW + n * DAY)
    assert {visit["outcome"] for visit in made.visits()} == {"unavailable", "rate_limited"}


def test_pages_are_kept_as_received_only_where_that_is_asked_for(tmp_path):
    """What the other tests search for is there, and is found."""
    with buyer(tmp_path / "kept", finished_orders(1), journeys={}) as made:
        made.sign_in()
        made.steer(challenges=[Challenge("page", "detail")])
        made.collect(keep_personal=True)
        made.steer(challenges=[])
        made.collect(NOW + DAY, keep_personal=True)
        pictures = made.rows(
            """select v.outcome from visits as v join visit_pages as p on p.visit_id = v.id
               where p.role = 'screenshot'"""
        )
        assert [row["outcome"] for row in pictures] == ["challenge"]
        wanted = secrets(made)
        stored = {name: text for name, text in left_behind(made).items() if name.startswith("page ")}
        hits = {text for one in stored.values() for text in found_in(one, wanted)}
        assert {XIMENA.name, XIMENA.street, XIMENA.phone, XIMENA.postcode, XIMENA.city} <= hits
        assert not {text for text, what in wanted.items() if what.startswith("cookie xman_t")} & hits
        derived = {
            name: text
            for name, text in left_behind(made).items()
            if name in ("orders", "observations", "reading_spans", "parcels")
        }
        assert {name: hits for name, text in derived.items() if (hits := found_in(text, wanted))} == {}


@pytest.mark.parametrize(
    ("trouble", "status"), [(None, 0), ("challenge", 3), ("signed out", 3), ("refused", 1)]
)
def test_a_command_says_nothing_of_the_person_however_talkative_it_is(tmp_path, trouble, status):
    """One unpaid order, so that the command asks for the list alone and has no pauses to make."""
    (unpaid,) = [order for order in many_orders(8) if order.status(NOW) == "unpaid"]
    with buyer(tmp_path / "kept", (unpaid,), journeys={}) as made:
        made.sites.today = NOW
        made.sign_in()
        if trouble == "challenge":
            made.steer(challenges=[Challenge("page", "list")])
        if trouble == "signed out":
            made.shop.door.end_sessions()
        if trouble == "refused":
            made.sites.fail(SITE, None, [messages.page(person()[0], status=403)], path=LIST)
        done = command(made, tmp_path, "--verbose", "--debug", "collect", "--portal", "aliexpress", "--json")
        assert done.returncode == status, done.stderr
        assert sum(json.loads(done.stdout)["visits"].values()) == 1
        assert_private(made, out=done.stdout, err=done.stderr)


def command(made, folder, *arguments):
    """What the command line does in a process of its own; its browser reaches the simulated portals alone."""
    browser = folder / "browser"
    given = " ".join(shlex.quote(argument) for argument in made.sites.chromium_arguments)
    program = shlex.quote(find_browser(None, os.environ).path)
    browser.write_text(_BROWSER.format(program=program, given=given), encoding="utf-8")
    browser.chmod(0o700)
    settings = {"CROSSTRACK_BROWSER": str(browser), "CROSSTRACK_SESSIONS": str(made.sessions)}
    return subprocess.run(
        [sys.executable, "-m", "collector", "--db", str(made.folder / "crosstrack.db"), *arguments],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
