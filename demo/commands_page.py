"""The page of all commands, made from what `--help` says of each, at one width whatever the terminal."""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout

import typer

from collector.commands import app

WIDTH = 100
_PROGRAM = "crosstrack"
_HEAD = """# Commands

<!-- Made by `make docs` from the commands' own help: change that. -->

What `crosstrack COMMAND --help` prints. Data goes to stdout, talk to stderr; `--json` prints data for
programs. What the exit status means stands in the [README](../README.md#exit-status). `crosstrack
--install-completion` teaches your shell to complete commands, options, portals, numbers and orders.
"""


def commands_page() -> str:
    """The page, in Markdown."""
    return "\n".join((_HEAD, *_sections()))


def _sections() -> Iterator[str]:
    root = typer.main.get_command(app)
    names = list(getattr(root, "commands", {}))
    yield " · ".join(f"[{name}](#crosstrack-{name})" for name in names) + "\n"
    yield f"## {_PROGRAM}\n\n```text\n{help_of()}```\n"
    for name in names:
        yield f"## {_PROGRAM} {name}\n\n```text\n{help_of(name)}```\n"


def help_of(*names: str) -> str:
    """What `crosstrack NAMES --help` prints."""
    said = io.StringIO()
    with redirect_stdout(said):
        app(
            [*names, "--help"],
            prog_name=_PROGRAM,
            standalone_mode=False,
            terminal_width=WIDTH,
            max_content_width=WIDTH,
        )
    return "\n".join(line.rstrip() for line in said.getvalue().strip().splitlines()) + "\n"
