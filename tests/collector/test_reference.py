"""The pages made from the program: current, complete, and the same whoever makes them."""

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typer

from collector.commands import app
from demo import docs
from demo.commands_page import WIDTH, commands_page, help_of
from demo.pipeline_picture import pipeline_picture
from demo.schema_page import as_markdown, is_index, schema_page
from tests.collector.worlds import blank

ROOT = Path(__file__).parents[2]
METADATA = tomllib.loads((ROOT / "collector/datasette/metadata.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", docs.MADE)
def test_a_page_is_what_would_be_made_now(name):
    assert name not in docs.outdated(), "run `make docs`"


def test_every_table_view_and_column_has_its_sentence():
    db = blank()
    for name in filter(lambda one: not is_index(one), (*db.table_names(), *db.view_names())):
        described = METADATA["tables"][name]
        assert described["description_html"]
        found = db.execute(f"select * from [{name}] limit 0").description
        assert {column[0] for column in found} <= set(described["columns"]), name
    db.close()


def test_the_schema_has_a_heading_for_each_and_links_that_lead_there():
    page = schema_page()
    heads = set(re.findall(r"^### (\w+)$", page, re.MULTILINE))
    db = blank()
    assert heads == {name for name in (*db.table_names(), *db.view_names()) if not is_index(name)}
    db.close()
    assert set(re.findall(r"\(#(\w+)\)", page)) == heads | {"queries"}
    assert "| `occurred_at` | text | Best estimate" in page
    assert "[parcels](#parcels)`.id`" in page
    assert not re.search(r"</?(p|a|code|em)\b", page)


def test_html_becomes_markdown_without_links_into_datasette():
    text = '<p>See <a href="/{database}/x">the x</a> of <code>y</code>, <em>all</em> &amp; &lt;more&gt;.</p>'
    assert as_markdown(text) == "See the x of `y`, *all* & <more>."


def test_every_command_stands_on_the_page_with_its_options():
    page = commands_page()
    for name, command in typer.main.get_command(app).commands.items():
        assert f"\n## crosstrack {name}\n" in page
        for option in command.params:
            for spelled in getattr(option, "opts", ()):
                assert not spelled.startswith("--") or spelled in page


def test_help_is_the_same_whatever_the_terminal(monkeypatch):
    usual = help_of("show")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert help_of("show") == usual
    assert max(map(len, help_of("collect").splitlines())) <= WIDTH


def test_the_picture_is_well_formed_and_asks_for_nothing():
    picture = pipeline_picture()
    assert ElementTree.fromstring(picture).get("role") == "img"  # noqa: S314 - our own
    assert set(re.findall(r"https?://[^\s\"')]*", picture)) == {"http://www.w3.org/2000/svg"}


def test_the_script_says_what_is_out_of_date_and_writes_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(docs, "DOCS", tmp_path)
    monkeypatch.setattr(docs, "MADE", {"a.md": lambda: "now\n"})
    monkeypatch.setattr("sys.argv", ["docs", "--check"])
    assert docs.main() == 1
    assert not (tmp_path / "a.md").exists()
    monkeypatch.setattr("sys.argv", ["docs"])
    assert docs.main() == 0
    assert (tmp_path / "a.md").read_text() == "now\n"
    monkeypatch.setattr("sys.argv", ["docs", "--check"])
    assert docs.main() == 0
    assert capsys.readouterr().out == "docs/a.md is out of date\ndocs/a.md written\n"


def test_every_query_stands_on_the_page_with_its_parameters():
    page = schema_page()
    for name in METADATA["queries"]:
        assert f"\n| `{name}` | " in page
    assert re.search(r"\| `parcel_history` .*\| `parcel` \|$", page, re.MULTILINE)
