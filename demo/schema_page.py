"""The page of tables, views and columns, made from a fresh database and the texts that Datasette shows."""

import html
import re
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from collector.derive import DERIVED_TABLES
from collector.store.opening import open_store

#: Written once, never changed; what the person says counts as one.
_FACTS = (
    "visits",
    "visit_pages",
    "pages",
    "page_sets",
    "set_pages",
    "blocked",
    "corrections",
    "followed",
)
_HEAD = """# The database

<!-- Made by `make docs` from a fresh database and `collector/datasette/metadata.toml`: change those. -->

One SQLite file, in write-ahead mode, with foreign keys and strict types. Other programs may read it at any
time; only `crosstrack` writes. Columns are added by later versions, and those that are here keep their
names and meaning.

- `*_at` is an instant in UTC, ISO 8601 with `Z`; `*_on` a calendar date; `*_s` a number of seconds;
  `*_text` what a page prints, to the letter. `local_time` is a wall clock: ISO 8601 without an offset.
  Money is decimal text.
- Empty (`NULL`) is "not known" or "does not apply", never a guess.
- *Facts* are written once. Everything *derived* follows from them: `crosstrack rebuild` forgets it and gets
  the same rows. [How it works](how-it-works.md) has the steps between.

`crosstrack serve` shows all of it with these texts; `sqlite3 -readonly crosstrack.db` will do, too.
"""
_GROUPS = {
    "Facts": "What portals showed, and what you said. They never change; `prune` alone takes old pages away, "
    "and leaves records in their place. `visit_pages` is a view: visits that brought the same share it.",
    "Derived": "What follows from the facts, in tables; `readings` is a view of `reading_spans`.",
    "Views": "What follows from the tables; queries for the questions people ask.",
    "Machinery": "What the program notes for itself. Datasette hides it. Tables with `_fts` in their names, "
    "which are not listed, are SQLite's own index for the search of words.",
}
#: A parameter of a query; not the minutes of a time in it.
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_TAG = re.compile(r"<(/?)(\w+)[^>]*>")
_MARKS = {"code": "`", "em": "*", "strong": "**"}


def schema_page() -> str:
    """The page, in Markdown."""
    described = tomllib.loads(
        (resources.files("collector") / "datasette" / "metadata.toml").read_text(encoding="utf-8")
    )
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "fresh.db") as db:
        sections = _sections(db, described["tables"])
        return "\n".join((_HEAD, *_contents(db), *sections, *_queries(described["queries"])))


def _groups(db: Database) -> dict[str, list[str]]:
    """Names of tables and views by group, as Datasette orders them first."""
    views = set(db.view_names()) - {*_FACTS, "readings"}
    others = {name for name in db.table_names() if not is_index(name)} - {*_FACTS, *DERIVED_TABLES}
    return {
        "Facts": list(_FACTS),
        "Derived": sorted({*DERIVED_TABLES, "readings"}),
        "Views": sorted(views),
        "Machinery": sorted(others),
    }


def is_index(table: str) -> bool:
    """Whether a table is part of SQLite's index for full-text search."""
    return "_fts_" in f"{table}_"


def _contents(db: Database) -> Iterator[str]:
    for group, names in _groups(db).items():
        yield f"- **{group}**: {', '.join(f'[{name}](#{name})' for name in names)}"
    yield "- [Queries](#queries)\n"


def _sections(db: Database, described: Mapping[str, Any]) -> Iterator[str]:
    for group, names in _groups(db).items():
        yield f"## {group}\n\n{_GROUPS[group]}\n"
        for name in names:
            yield from _section(db, name, described.get(name, {}))


def _section(db: Database, name: str, described: Mapping[str, Any]) -> Iterator[str]:
    """One table or view: what it is, then its columns."""
    yield f"### {name}\n"
    if text := described.get("description_html"):
        yield f"{as_markdown(text)}\n"
    texts, is_view = described.get("columns", {}), name in db.view_names()
    keys = {} if is_view else {key.column: key for key in db.table(name).foreign_keys}
    yield "| column | type | |" if not is_view else "| column | |"
    yield "| --- | --- | --- |" if not is_view else "| --- | --- |"
    for column in (db.view(name) if is_view else db.table(name)).columns:
        said = [texts.get(column.name, "")]
        if column.is_pk:
            said.append("Key.")
        if key := keys.get(column.name):
            said.append(f"[{key.other_table}](#{key.other_table})`.{key.other_column}`")
        if not (is_view or column.is_pk) and column.notnull:
            said.append("Never empty.")
        types = "" if is_view else f" {column.type.lower()} |"
        yield f"| `{column.name}` |{types} {_cell(said)} |"
    yield ""


def _queries(described: Mapping[str, Any]) -> Iterator[str]:
    """The questions that `crosstrack serve` has at hand, with what they may be given."""
    yield "## Queries\n\nQuestions that `crosstrack serve` has at hand, and what to give them.\n"
    yield "| query | asks | given |\n| --- | --- | --- |"
    for name, query in described.items():
        given = ", ".join(f"`{one}`" for one in dict.fromkeys(_PARAMETER.findall(query["sql"])))
        text = as_markdown(query.get("description_html", ""))
        title = query.get("title", name)
        yield f"| `{name}` | {_cell([title if title.endswith('?') else f'{title}.', text])} | {given} |"
    yield ""


def _cell(said: list[str]) -> str:
    sentences = [text if text.endswith((".", "`", "?")) else f"{text}." for text in said if text]
    return " ".join(sentences).replace("|", "\\|")


def as_markdown(text: str) -> str:
    """Datasette's HTML as Markdown: its links lead into Datasette and become plain words."""
    plain = _TAG.sub(lambda tag: _MARKS.get(tag[2], ""), text)
    return " ".join(html.unescape(plain).split())
