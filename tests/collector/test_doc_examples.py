"""Every command that README and docs/ tell people to type: it runs, or at least it could.

The lines of a page run in its order, in a folder of their own, on a small database. Those that need a
network, a browser, a person or this machine's scheduler are only held against the commands' options.
"""

import json
import re
import shlex
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from collector.commands import app
from collector.store.opening import open_store
from tests.collector.worlds import CAINIAO, CORREOS, ORDER, event, naming, record, said, take_in

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = typer.main.get_command(app).commands
#: Fences of these languages hold no commands; those without one do.
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^    .*\n)+", re.MULTILINE)
SPAN = re.compile(r"`(crosstrack [^`]+)`")

#: Lines that begin so are not run, and why.
NOT_RUN = {
    "crosstrack login": "a person signs in, in a browser",
    "crosstrack collect": "visits portals",
    "crosstrack serve": "runs until it is ended",
    "crosstrack capture": "visits a portal",
    "crosstrack notify": "needs addresses, and sends to them",
    "crosstrack schedule": "reads and changes this machine's scheduler",
    "crosstrack doctor": "looks at this machine's browser and network",
    "crosstrack parse atlantispost": "of a package that the page's reader writes",
}
#: The exception: these beginnings of the above run after all.
RUN = ("crosstrack collect --dry-run",)


def lines_of(page):
    """The commands in a page's fences and indented blocks, in order; `a && b` is two."""
    text = page.read_text(encoding="utf-8")
    blocks = [m[2] for m in FENCE.finditer(text) if m[1] in ("", "sh", "bash", "console")]
    blocks += INDENTED.findall(FENCE.sub("", text))
    for block in blocks:
        for line in block.replace("\\\n", " ").splitlines():
            for part in line.strip().removeprefix("$ ").split("&&"):
                if part.strip().startswith(("crosstrack ", ".venv/bin/crosstrack ")):
                    yield part.strip().removeprefix(".venv/bin/")


def arguments_of(line):
    """What the command is given: without a comment, a redirection, or what a shell would replace."""
    words = shlex.split(line, comments=True)[1:]
    ends = [words.index(sign) for sign in (">", "|") if sign in words]
    words = words[: min(ends, default=len(words))]
    return [str(Path(word).expanduser()) if word.startswith("~/") else word for word in words]


def is_run(line):
    """Whether a line is run: not one of those above, nor one that a shell has to put something into."""
    said = re.sub(r"^crosstrack --db \S+ ", "crosstrack ", line)
    return "$" not in line and (said.startswith(RUN) or not said.startswith(tuple(NOT_RUN)))


RUNNING = [page for page in PAGES if any(is_run(line) for line in lines_of(page))]


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A home with a database of one parcel, and the files that the pages speak of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CROSSTRACK_DB", str(tmp_path / "crosstrack.db"))
    monkeypatch.setenv("CROSSTRACK_BROWSER", "/nonexistent")
    (tmp_path / "backups").mkdir()
    here = event("2026-02-27 18:00:00", "Arrived", code="LH_ARRIVE", utc_offset="+08:00", place="Madrid")
    seen = naming(CAINIAO, CORREOS, events=[here], order_ids=[ORDER])
    with open_store(tmp_path / "crosstrack.db") as db:
        take_in(db, [seen, record("correos", CORREOS, events=[event("27/02/2026 11:00:00", "Llegada")])])
    (tmp_path / "records.jsonl").write_text(said(seen) + "\n", encoding="utf-8")
    _save_page(tmp_path, ROOT / "fixtures" / "pages" / "usps" / "ohio_2026-03-10.html")
    return tmp_path


def _save_page(folder, saved):
    """A saved page in the three forms that browsers save."""
    (folder / "saved-page.html").write_bytes(saved.read_bytes())
    text, address = saved.read_text(encoding="utf-8"), "https://tools.usps.com/go/TrackConfirmAction"
    content = {"mimeType": "text/html", "text": text}
    entry = {
        "startedDateTime": "2026-03-10T10:00:00Z",
        "request": {"method": "GET", "url": address},
        "response": {"status": 200, "content": content},
    }
    log = json.dumps({"log": {"version": "1.2", "entries": [entry]}})
    (folder / "session.har").write_text(log, encoding="utf-8")
    message = MIMEMultipart("related", type="text/html")
    message["Snapshot-Content-Location"] = address
    message["Date"] = "Tue, 10 Mar 2026 10:00:00 -0000"
    message.attach(MIMEText(text, "html", "utf-8"))
    (folder / "page.mhtml").write_bytes(message.as_bytes())


@pytest.mark.parametrize("document", RUNNING, ids=lambda one: one.name)
def test_what_a_page_says_can_be_typed(document, machine):
    for line in filter(is_run, lines_of(document)):
        result = CliRunner().invoke(app, arguments_of(line))
        assert result.exit_code == 0, f"{document.name}: {line}\n{result.output}"


@pytest.mark.parametrize("document", PAGES, ids=lambda one: one.name)
def test_every_command_that_is_named_exists_with_its_options(document):
    text = document.read_text(encoding="utf-8")
    for line in [*lines_of(document), *SPAN.findall(FENCE.sub("", text))]:
        words = [word for word in re.split(r"[\s=]+", line.split(" > ")[0]) if word]
        name = next((word for word in words[1:] if not word.startswith("-")), None)
        if name is None or not re.fullmatch(r"[a-z-]+", name):
            continue
        assert name in COMMANDS, f"{document.name}: {line}"
        known = {
            spelled for option in COMMANDS[name].params for spelled in (*option.opts, *option.secondary_opts)
        }
        named = {word.strip(",.;)") for word in words if re.match(r"--[a-z]", word)}
        assert named <= known | {"--help"}, f"{document.name}: {line}"


@pytest.mark.parametrize("beginning", NOT_RUN)
def test_what_is_not_run_is_somewhere(beginning):
    assert (
        any(line.startswith(beginning) for page in PAGES for line in lines_of(page))
        or "evidence" in beginning
    )


@pytest.mark.parametrize("document", PAGES, ids=lambda one: one.name)
def test_links_lead_somewhere(document):
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        path, _, part = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), f"{document.name}: {link}"
        if part:
            assert part in anchors(target), f"{document.name}: {link}"


def anchors(page):
    """The names that headings get on the page."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def test_every_page_stands_in_the_table_of_contents():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", index))
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md"} <= linked
