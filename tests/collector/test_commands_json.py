"""What programs read: every command can say its result as JSON, and says nothing else on stdout."""

import json

import pytest
import typer

from collector.commands import app
from collector.commands.progress import counted, progress
from collector.store.opening import open_store
from tests.collector.worlds import CAINIAO, CORREOS, column, event, record, said, take_in

#: Commands without --json, and why.
WITHOUT = {
    "export": "writes data",
    "parse": "writes records",
    "serve": "runs until it is ended",
}


def data(result):
    assert result.stderr == ""
    return json.loads(result.stdout)


def test_every_command_speaks_json_but_those_with_a_reason():
    commands = typer.main.get_command(app).commands
    silent = {
        name
        for name, one in commands.items()
        if not any("--json" in getattr(option, "opts", ()) for option in one.params)
    }
    assert silent == set(WITHOUT)


def test_numbers_followed_and_forgotten(crosstrack):
    assert data(crosstrack("add", "AA1", "BB2", "--json")) == [
        {"number": "AA1", "new": True},
        {"number": "BB2", "new": True},
    ]
    assert data(crosstrack("add", "AA1", "--json")) == [{"number": "AA1", "new": False}]
    assert data(crosstrack("forget", "AA1", "--json")) == [{"number": "AA1", "followed_before": True}]


def test_an_import_with_what_is_refused(crosstrack, tmp_path):
    file = tmp_path / "records.jsonl"
    file.write_text(said(record(events=[event("2026-02-27 18:00:00")])) + "\n{}\n")
    result = crosstrack("import", file, "--json", status=1)
    told = json.loads(result.stdout)
    assert (told["new"], told["known"], told["redone"]) == (1, 0, 0)
    assert [(one["line"], bool(one["reason"])) for one in told["refused"]] == [(2, True)]
    assert "records.jsonl:2" in result.stderr


@pytest.mark.parametrize("name", ["reconcile", "rebuild"])
def test_what_is_derived_again(crosstrack, filled, name):
    assert data(crosstrack(name, "--json"))["parcels"] == 1


def test_numbers_that_are_one_parcel_or_two(crosstrack, filled):
    told = data(crosstrack("unlink", CAINIAO, CORREOS, "--json"))
    assert (told["numbers"], told["new"]) == ([CAINIAO, CORREOS], True)
    assert told["parcels"] == {CAINIAO: [CAINIAO], CORREOS: [CORREOS]}
    told = data(crosstrack("link", CAINIAO, CORREOS, "--json"))
    assert told["parcels"] == {CAINIAO: [CAINIAO, CORREOS]}


def test_rows_that_are_one_event_or_two_and_a_portals_zone(crosstrack, filled):
    with open_store(filled) as db:
        ids = column(db, "select id from observations order by id")
    told = data(crosstrack("unpair", *ids, "--json"))
    assert (told["rows"], told["new"], len(told["events"])) == (ids, True, 2)
    assert len(data(crosstrack("pair", *ids, "--json"))["events"]) == 1
    told = data(crosstrack("zone", "correos", "Atlantic/Canary", "--json"))
    assert (told["portal"], told["zone"], told["rows"], told["parcels"]) == (
        "correos", "Atlantic/Canary", 1, 1,
    )  # fmt: skip


def test_a_skeletons_files(crosstrack, tmp_path):
    files = data_of_files(crosstrack("new-portal", "atlantis", "--folder", tmp_path / "a", "--json"))
    assert any(file.endswith("pyproject.toml") for file in files)


def data_of_files(result):
    return json.loads(result.stdout)


# --- how far it is -------------------------------------------------------------------------------------


def test_where_nobody_watches_there_is_no_bar(capsys):
    with progress("copying") as tell:
        assert tell is None
    assert list(counted(iter(range(3)), "rows")) == [0, 1, 2]
    assert capsys.readouterr().err == ""


def test_on_a_terminal_a_bar_comes_and_goes(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("collector.commands.progress._STEP", 1)
    with progress("copying") as tell:
        assert tell is not None
        tell(1, 4)
    assert list(counted(iter(range(3)), "rows")) == [0, 1, 2]
    assert capsys.readouterr().out == ""


def test_what_is_said_stands_above_the_bar_as_it_is(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress("visiting") as tell:
        tell(1, 4, "[1/4] usps [bold]AA1[/]: \x1b]0;mine\x07not_found")
    said = capsys.readouterr().err
    assert "[1/4] usps [bold]AA1[/]: " in said
    assert "\x1b]" not in said
    assert "\x07" not in said
    assert said.index("AA1") < said.rindex("visiting")


def test_deriving_tells_how_far_it_is_and_ends_at_the_end(db):
    from collector.derive import Deriver
    from scrapers import portals

    take_in(db, [record(number=f"AA{n}", events=[event("2026-02-27 18:00:00")]) for n in range(5)])
    steps = []
    Deriver(db, portals(), progress=lambda done, total: steps.append((done, total))).rebuild()
    assert steps[-1] == (10, 10)
    assert steps == sorted(steps)
