"""`datasette` with the plugin in it, whether or not the package is installed so that Datasette finds it."""

from datasette.cli import cli
from datasette.plugins import pm

from collector.datasette import plugin

_NAME = "crosstrack"


def main() -> None:
    """Run Datasette's command line."""
    register()
    cli(prog_name="datasette")


def register() -> None:
    """Have the plugin among Datasette's, once."""
    if not pm.has_plugin(_NAME):
        pm.register(plugin, _NAME)


if __name__ == "__main__":
    main()
