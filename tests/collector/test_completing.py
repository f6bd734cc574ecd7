"""What Tab offers: names and numbers that are known, and nothing harmful; the database stays as it is."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from collector.commands import app
from collector.store.opening import open_store
from tests.collector.worlds import CAINIAO, CORREOS, ORDER, event, record, take_in


def offered(line, database=None):
    """What bash is offered at the end of a line."""
    words = f"crosstrack --db {database} {line}" if database else f"crosstrack {line}"
    told = {"_CROSSTRACK_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    return CliRunner().invoke(app, [], prog_name="crosstrack", env=told).stdout.split()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_every_shell_can_be_shown_its_completion(shell):
    told = {"_CROSSTRACK_COMPLETE": f"source_{shell}"}
    assert "_CROSSTRACK_COMPLETE" in CliRunner().invoke(app, [], prog_name="crosstrack", env=told).stdout
    done = CliRunner().invoke(app, ["--help"])
    assert {"--install-completion", "--show-completion"} <= set(done.stdout.split())


@pytest.mark.parametrize(
    ("line", "among"),
    [
        ("re", {"reconcile", "rebuild", "restore", "redact"}),
        ("export --format ", {"csv", "jsonl", "ics", "atom"}),
        ("export ", {"history", "events", "findings"}),
        ("clocks --portal c", {"cainiao", "canadapost", "correos"}),
        ("disagreements --kind ", {"conflict", "zone_label"}),
        ("collect --portal us", {"usps"}),
        ("login ", {"aliexpress"}),
        ("status --", {"--json", "--all", "--limit"}),
    ],
)
def test_what_there_is_to_say_is_offered(line, among):
    assert among <= set(offered(line))


@pytest.mark.parametrize("line", ["show ", "export --parcel ", "link ", "disagreements --parcel "])
def test_numbers_and_orders_are_offered(filled, line):
    assert offered(line, filled) == [CAINIAO, CORREOS, ORDER]


def test_the_beginning_chooses(filled):
    assert offered("show RR", filled) == [CORREOS]
    assert offered("collect --order 81", filled) == [ORDER]
    assert offered("collect --number 81", filled) == []


def test_nothing_is_written_and_no_database_is_no_trouble(filled, tmp_path):
    before = {file.name: file.read_bytes() for file in filled.parent.iterdir()}
    offered("show ", filled)
    assert {file.name: file.read_bytes() for file in filled.parent.iterdir()} == before
    assert offered("show ", tmp_path / "none" / "x.db") == []
    assert not (tmp_path / "none").exists()
    (tmp_path / "broken.db").write_text("no database")
    assert offered("show ", tmp_path / "broken.db") == []


def test_nothing_a_shell_could_run_is_offered(database):
    with open_store(database) as db:
        take_in(db, [record(order_ids=["$(touch /tmp/x)", "`id`", 'a"b', "8190"], events=[event(None)])])
    assert offered("show ", database) == [CAINIAO, "8190"]


def test_completion_loads_neither_browser_nor_what_derives(filled):
    script = (
        "import sys; from collector.commands import app\n"
        "try: app(prog_name='crosstrack')\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    told = {
        "_CROSSTRACK_COMPLETE": "complete_bash",
        "COMP_WORDS": f"crosstrack --db {filled} show ",
        "COMP_CWORD": "4",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=told
    )
    assert done.stdout.split()[0] == CAINIAO
    assert not {"playwright", "rich", "sqlite_utils", "collector.derive"} & set(done.stderr.split())
