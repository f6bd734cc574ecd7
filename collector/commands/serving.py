"""`serve`: look at the database in a browser."""

from typing import Annotated

import typer

from collector.commands.context import command, given


def register(app: typer.Typer) -> None:
    """Add this command to `app`."""
    command(app)(serve)


def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 for any.")] = 8001,
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Show the database with Datasette, on this machine only and read-only.

    Example: crosstrack serve --open
    """
    from collector.serving import serve as run_datasette

    raise typer.Exit(run_datasette(given(context).database, port, open_browser))
