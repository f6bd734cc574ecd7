"""The command line: exit statuses, data on stdout and talk on stderr, text safe for a terminal."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
import typer
from typer.testing import CliRunner

import scrapers
from collector.account.sessions import save_session
from collector.commands import app
from collector.drift import Sign, after_visit
from collector.lock import run_lock
from collector.store.drifts import keep_drifts
from collector.store.facts import Visit, store_visit
from collector.store.opening import open_store
from scrapers.contract import Canonical, Page
from scrapers.words import Outcome, Role
from tests.collector.accounts import BAZAAR, SECRET, cookie, session
from tests.collector.worlds import (
    CAINIAO,
    CORREOS,
    ORDER,
    column,
    event,
    naming,
    one_line,
    record,
    rows,
    take_in,
)

COMMANDS = sorted(typer.main.get_command(app).commands)
LOOKING = (["status"], ["disagreements"], ["disagreements", "--findings"], ["clocks"], ["portals"])


def followed(database):
    with open_store(database) as db:
        return column(db, "select number from followed where forgotten_at is null order by number")


# --- help and usage ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does_and_gives_an_example(name):
    command = typer.main.get_command(app).commands[name]
    text = command.help or ""
    first = text.split("\n\n")[0]
    assert first[0].isupper()
    assert first.endswith(".")
    example = text.split("Example: ")[1]
    assert example.startswith(f"crosstrack {name}")
    assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0


def test_an_example_names_only_options_the_command_has():
    for name, command in typer.main.get_command(app).commands.items():
        options = {name for parameter in command.params for name in parameter.opts}
        used = {word for word in command.help.split("Example: ")[1].split() if word.startswith("--")}
        assert used <= options | {"--help"}, name


def test_without_a_command_there_is_help_and_wrong_use_is_status_2(crosstrack):
    assert "Usage" in CliRunner().invoke(app, []).output
    assert CliRunner().invoke(app, ["--version"]).output.startswith("crosstrack ")
    crosstrack("nonsense", status=2)
    crosstrack("show", status=2)
    assert CliRunner().invoke(app, ["--db", "/", "clocks"]).exit_code == 2


# --- add, forget ---------------------------------------------------------------------------------------


def test_add_takes_any_spelling_of_a_number(crosstrack, database):
    for text in (" lp001 2345-6789012 ", "ＲＲ１２３４５６７８５ＥＳ", "420787459400111206206406260787"):
        crosstrack("add", text)
    assert followed(database) == ["9400111206206406260787", CAINIAO, CORREOS]
    assert "already" in one_line(crosstrack("add", "LP 00123456789012"))


@pytest.mark.parametrize(
    "text", ["", "   ", "héllo!", "A" * 51, "'; drop table visits; --x", "AA1\x1b[31m", "\udcff"]
)
def test_what_is_no_number_is_refused_in_one_line_and_nothing_is_followed(crosstrack, database, text):
    said = one_line(crosstrack("add", "AA1", text, status=2))
    assert said.startswith("crosstrack: ")
    assert said.rstrip("\n").isprintable()
    assert not database.exists()


def test_forget_stops_following_and_refuses_what_is_not_followed(crosstrack, filled):
    crosstrack("add", CAINIAO, "AA1")
    crosstrack("forget", CAINIAO)
    assert followed(filled) == ["AA1"]
    assert CAINIAO in one_line(crosstrack("forget", CAINIAO, status=2))
    crosstrack("show", CAINIAO)


def test_a_note_names_the_parcel(crosstrack, filled):
    crosstrack("add", CORREOS, "--note", "blue lamp")
    (parcel,) = json.loads(crosstrack("show", CAINIAO, "--json").stdout)
    assert parcel["title"] == "blue lamp"


# --- show ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [CAINIAO, "lp 00123456789012", CORREOS, ORDER, f" {ORDER} "])
def test_show_takes_any_number_of_a_parcel_or_its_order(crosstrack, filled, name):
    assert [p["id"] for p in json.loads(crosstrack("show", name, "--json").stdout)] == [CAINIAO]


def test_show_gives_findings_then_a_timeline_with_a_column_for_each_portal(crosstrack, filled):
    text = crosstrack("show", ORDER).stdout
    assert text.index("~ timezone") < text.index("UTC    ") < text.rindex("27/02/2026 11:00:00")
    assert f"{CAINIAO} (cainiao) → {CORREOS}" in text
    assert "2026-02-27 18:00:00" in text


def test_show_gives_both_parcels_of_a_number_used_again(crosstrack, database):
    with open_store(database) as db:
        times = ("2024-02-20 13:05:11", "2024-02-27 08:00:00", "2026-02-20 13:05:11")
        take_in(db, [record(events=[event(time) for time in times])])
    shown = json.loads(crosstrack("show", CAINIAO, "--json").stdout)
    assert [p["id"] for p in shown] == [CAINIAO, f"{CAINIAO}@2026-02-20"]
    assert len(json.loads(crosstrack("show", f"{CAINIAO}@2026-02-20", "--json").stdout)) == 1


@pytest.mark.parametrize("name", ["AA1", "%", "?!", "\udcff", "' or 1=1 --"])
def test_show_of_what_is_not_known_is_status_2(crosstrack, filled, name):
    assert "nothing is known" in one_line(crosstrack("show", name, status=2))


def test_nothing_a_portal_says_can_steer_the_terminal(crosstrack, database):
    evil = "Go\x1b[2J\x1b]0;title\x07 \u202egnp.exe\u202c \x9b31m\u2066x\u200b"
    with open_store(database) as db:
        seen = naming(
            CAINIAO, CORREOS, events=[event("2026-02-27 18:00" + evil, evil, place=evil)], order_ids=[evil]
        )
        seen["related_numbers"][0]["carrier"] = evil
        take_in(db, [seen, record("evil", CAINIAO, events=[event("2026-02-27 19:00", evil)])])
    crosstrack("add", CAINIAO, "--note", evil)
    for arguments in (["show", CAINIAO], *LOOKING, ["doctor"]):
        result = CliRunner().invoke(app, ["--db", str(database), *arguments])
        bad = [c for c in result.output if not c.isprintable() and c != "\n"]
        assert bad == [], arguments
    assert "Go [2J" in crosstrack("show", CAINIAO).stdout


# --- lists ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", LOOKING)
@pytest.mark.parametrize("with_rows", [False, True])
def test_lists_work_on_an_empty_and_a_filled_database(crosstrack, request, arguments, with_rows):
    if with_rows:
        request.getfixturevalue("filled")
    else:
        crosstrack("add", "AA1")
    crosstrack(*arguments)
    listed = json.loads(crosstrack(*arguments, "--json").stdout)
    assert isinstance(listed, list)
    assert bool(listed) == (with_rows or arguments == ["portals"])


def test_disagreements_are_filtered(crosstrack, filled):
    def listed(*options):
        return json.loads(crosstrack("disagreements", "--json", *options).stdout)

    assert [d["kind"] for d in listed()] == ["timezone"]
    assert listed("--kind", "conflict") == []
    assert len(listed("--portal", "correos", "--parcel", CORREOS)) == 1
    assert listed("--portal", "usps") == []
    assert len(listed("--findings")) == 3
    assert "conflict" in one_line(crosstrack("disagreements", "--kind", "nonsense", status=2))
    crosstrack("disagreements", "--parcel", "AA1", status=2)


def test_clocks_say_what_is_declared_and_how_rows_were_read(crosstrack, filled):
    told = {row["portal"]: row for row in json.loads(crosstrack("clocks", "--json").stdout)}
    assert told["cainiao"]["by_source"] == "1 stated"
    assert (told["correos"]["declared"], told["correos"]["by_source"]) == ("zone Europe/Madrid", "1 portal")
    assert (told["correos"]["believed"], told["correos"]["how_sure"]) == ("always Europe/Madrid", "declared")
    assert "correos" not in crosstrack("clocks", "--portal", "Cainiao ").stdout
    assert "nowhere" in one_line(crosstrack("clocks", "--portal", "nowhere"))


# --- doctor --------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def sessions(tmp_path, monkeypatch):
    """The folder of a test's sessions; it does not exist yet."""
    monkeypatch.setenv("CROSSTRACK_SESSIONS", str(tmp_path / "sessions"))
    return tmp_path / "sessions"


@pytest.fixture
def program(tmp_path):
    """Something that can be run, in place of a browser."""
    path = tmp_path / "chromium"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_doctor_is_content_without_a_database_and_with_a_good_one(crosstrack, database, program):
    assert "does not exist yet" in crosstrack("doctor", "--browser", program).stdout
    assert not database.exists()
    crosstrack("add", "AA1")
    checks = json.loads(crosstrack("doctor", "--json", "--browser", program).stdout)
    assert {c["layer"] for c in checks} >= {"browser", "portals", "disk", "database", "vocabulary"}
    assert all(c["works"] for c in checks)


def test_doctor_names_what_is_broken_and_what_to_do(crosstrack, database, program, tmp_path):
    assert "FAIL browser" in crosstrack("doctor", "--browser", tmp_path / "none", status=1).stdout
    later = datetime.now(UTC) + timedelta(days=2)
    with open_store(database) as db:
        for hours, outcome in enumerate((Outcome.OK, Outcome.LAYOUT_CHANGED)):
            seen_at = later + timedelta(hours=hours)
            visit = Visit("usps", "AA1", seen_at, "browser", outcome, complete=False)
            visit_id, _ = store_visit(db, None, visit, Canonical())
        seen = {Sign.LAYOUT_CHANGED: "a page is in no known state"}
        keep_drifts(db, "usps", after_visit([], "usps", visit_id, seen_at, seen))
    checks = json.loads(crosstrack("doctor", "--json", "--browser", program, status=1).stdout)
    broken = {c["layer"]: c for c in checks if not c["works"]}
    assert set(broken) == {"clock", "derived rows", "portal layout"}
    assert "usps" in broken["portal layout"]["seen"]
    assert all(c["advice"] for c in broken.values())


def test_doctor_tells_how_each_account_stands_and_never_what_its_cookies_hold(
    crosstrack, program, sessions, monkeypatch
):
    monkeypatch.setattr(scrapers, "shops", lambda: {"bazaar": BAZAAR})
    arguments = ("doctor", "--browser", program)
    assert "ok   session: bazaar: no session is stored" in crosstrack(*arguments).stdout
    never_ending = cookie(expires=-1)
    save_session(sessions, session(never_ending))
    assert "ok   session: bazaar default: signed in " in crosstrack(*arguments).stdout
    save_session(sessions, session(never_ending, account="work"))
    (sessions / "bazaar.work.json").write_text(SECRET)
    said = crosstrack(*arguments, status=1).output
    assert "FAIL session: bazaar work: " in said
    assert "crosstrack login bazaar --account work" in said
    assert SECRET not in said


def test_doctor_reports_a_file_that_is_no_database(crosstrack, database, program):
    database.write_text("portal,number\n" * 100)
    assert "FAIL database" in crosstrack("doctor", "--browser", program, status=1).stdout


# --- deriving, statuses --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["reconcile", "rebuild"])
def test_deriving_again_says_how_many_parcels_and_changes_nothing(crosstrack, filled, name):
    before = crosstrack("export", "history").stdout
    assert one_line(crosstrack(name)).endswith(" 1 parcel\n")
    assert crosstrack("export", "history").stdout == before


@pytest.mark.parametrize(
    "arguments", [["show", "AA1"], ["clocks"], ["export"], ["rebuild"], ["forget", "AA1"]]
)
def test_without_a_database_what_needs_one_is_status_5_and_makes_none(crosstrack, database, arguments):
    assert "no database yet" in one_line(crosstrack(*arguments, status=5))
    assert not database.exists()


@pytest.mark.parametrize(
    "arguments", [["add", "AA1"], ["show", "AA1"], ["collect", "--dry-run"], ["rebuild"]]
)
def test_a_file_that_is_no_database_is_status_5(crosstrack, database, arguments):
    database.write_text("portal,number\n" * 100)
    assert "not a SQLite database" in one_line(crosstrack(*arguments, status=5))
    assert database.read_text().startswith("portal,number")


@pytest.mark.parametrize("arguments", [["rebuild"], ["reconcile"], ["collect"]])
def test_while_another_run_holds_the_lock_writing_is_status_4_and_reading_works(
    crosstrack, filled, arguments
):
    held, done = threading.Event(), threading.Event()

    def hold():
        with run_lock(filled):
            held.set()
            done.wait(30)

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert held.wait(30)
        assert "another run" in one_line(crosstrack(*arguments, status=4))
        crosstrack("show", CAINIAO)
        crosstrack("add", "AA1")
    finally:
        done.set()
        other.join()


def test_debug_adds_a_traceback_to_the_line(database):
    result = CliRunner().invoke(app, ["--db", str(database), "--debug", "show", "AA1"])
    assert (result.exit_code, "Traceback" in result.stderr) == (5, True)


def test_what_is_due_can_be_listed_without_visiting(crosstrack, database):
    crosstrack("add", CAINIAO)
    told = crosstrack("collect", "--dry-run")
    assert told.stdout.startswith(f"cainiao {CAINIAO}: ")
    assert "never visited" in told.stdout
    assert told.stderr.endswith("visits due; left out: 0\n")
    plan = json.loads(crosstrack("collect", "--dry-run", "--json").stdout)
    assert (plan[0]["portal"], plan[0]["number"], plan[0]["put_off"]) == ("cainiao", CAINIAO, None)
    assert "no portal named" in one_line(crosstrack("collect", "--portal", "nonsense", status=2))
    with open_store(database) as db:
        assert rows(db, "select * from visits") == []


def test_a_plan_can_be_for_all_for_an_order_and_for_what_is_due(crosstrack, database):
    done = [event("2026-02-28 10:00:00", "Delivered", code="GTMS_SIGNED", utc_offset="+00:00")]
    with open_store(database) as db:
        take_in(db, [record(number=CAINIAO, order_ids=[ORDER], events=done)])
        take_in(db, [record(number=CAINIAO, events=done, seen_at="2026-03-20T10:00:00Z")])
    only = ("collect", "--dry-run", "--portal", "cainiao")
    assert crosstrack(*only).stdout == ""
    for options in (["--all"], ["--order", ORDER], ["--number", CAINIAO]):
        line = crosstrack(*only, *options).stdout
        assert line.startswith(f"cainiao {CAINIAO}: ")
        assert line.endswith("; last visit 2026-03-20 10:00 UTC\n")
    assert "no order 1 is known" in one_line(crosstrack("collect", "--order", "1", status=2))
    assert "AA1 is not followed" in one_line(crosstrack("collect", "--number", "AA1", status=2))


def test_a_users_file_changes_how_often_portals_are_asked(crosstrack, database, monkeypatch, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('[cadence.label_only]\nevery = "0 h"', encoding="utf-8")
    monkeypatch.setenv("CROSSTRACK_CONFIG", str(file))
    assert "[cadence.label_only]: every = '0 h' is out of bounds" in one_line(crosstrack("collect", status=2))


def test_rebuild_says_whose_pages_nobody_here_can_read(crosstrack, database):
    page = Page(Role.DOM, "https://gone.example/", "text/html", b"<p>Delivered</p>", 200)
    with open_store(database) as db:
        seen = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
        visited = Visit("gonepost", "AA1", seen, "browser", Outcome.OK, complete=True, pages=(page,))
        store_visit(db, None, visited, Canonical())
    said = crosstrack("rebuild").stderr
    assert "gonepost: 1 of its visits say nothing now" in said
    assert "install it, and rebuild" in said
