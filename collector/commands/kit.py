"""`new-portal`, `capture`: for people who add a portal, or report that one is not understood."""

from pathlib import Path
from typing import Annotated

import typer

from collector.clock import utc_now
from collector.commands.context import command, say


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app, name="new-portal")(new_portal)


def new_portal(
    name: Annotated[str, typer.Argument(help="What it is called in tables: small letters and digits.")],
    title: Annotated[str | None, typer.Option(help="What people call it.", show_default="NAME")] = None,
    country: Annotated[str, typer.Option(help="Where it delivers, two letters (ES).")] = "ZZ",
    folder: Annotated[
        Path | None, typer.Option(help="Where to write it.", show_default="crosstrack-NAME")
    ] = None,
) -> None:
    """Write the skeleton of a portal: a package of its own that works, to be changed piece by piece.

    Example: crosstrack new-portal atlantispost --title "Atlantis Post" --country GR
    """
    from collector.kit.skeletons import NewPortal, write_skeleton

    wanted = NewPortal(name, title or name.capitalize(), country.upper())
    where = folder or Path(f"crosstrack-{name}")
    for file in write_skeleton(wanted, where, utc_now().date()):
        typer.echo(file)
    say(f"next: cd {where}, and read README.md there")
