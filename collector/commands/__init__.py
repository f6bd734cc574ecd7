"""The command line. Data goes to stdout, talk to stderr, exit statuses stand in `collector.errors`."""

import logging
import os
from pathlib import Path
from typing import Annotated

import typer

from collector import __version__
from collector.commands import (
    accounts,
    checking,
    collecting,
    copies,
    deriving,
    evidence,
    following,
    kit,
    linking,
    looking,
    moving,
    notifying,
    pairing,
    scheduling,
    serving,
)
from collector.commands.context import Context, say
from collector.errors import UsageError
from collector.paths import DATABASE, default_database, has_config

app = typer.Typer(
    name="crosstrack",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
    help="Collect what AliExpress and the carriers say about your parcels, and see where they disagree.",
)
for module in (
    accounts,
    following,
    collecting,
    linking,
    pairing,
    looking,
    notifying,
    moving,
    deriving,
    serving,
    copies,
    evidence,
    scheduling,
    checking,
    kit,
):
    module.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"crosstrack {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    db: Annotated[
        Path | None,
        typer.Option("--db", envvar=DATABASE, help="The database file.", show_default="the data directory"),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more on stderr.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback with an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of every command."""
    if db is not None and not db.name:
        raise typer.BadParameter("it names no file", param_hint="--db")
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, format="%(message)s")
    context.obj = Context(database=db or default_database(), debug=debug)
    if has_config(os.environ):
        _take_additions(context)


def _take_additions(context: typer.Context) -> None:
    """Make the user's words, places and portals hold for the command. Loaded where there are any."""
    from collector.user_file import user_additions
    from scrapers import vocabulary

    try:
        context.with_resource(vocabulary.using(user_additions(os.environ)))
    except UsageError as error:
        say(f"crosstrack: {error}")
        raise typer.Exit(int(error.exit_status)) from None


def main() -> None:
    """The console script."""
    app()
