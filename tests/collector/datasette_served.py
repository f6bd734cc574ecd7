"""A real Datasette with the plugin on a database, asked without a server, for tests."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from collector.datasette.__main__ import register
from collector.serving import serve_arguments

Get = Callable[..., Awaitable[Any]]


def browse(
    database: Path, folder: Path, script: Callable[[Get, str], Awaitable[None]], *others: Path
) -> None:
    """Run `script` with a function that asks for a page, and the address of the database.

    `others` are files that are served beside it. Redirects are not followed.
    """
    from datasette.cli import serve

    register()
    folder.mkdir(exist_ok=True)
    command, *rest = serve_arguments(database, folder, port=0, open_browser=False)
    with serve.make_context(command, [*map(str, others), *rest]) as context:
        datasette = serve.callback(**context.params, return_instance=True)

    async def run() -> None:
        await datasette.invoke_startup()

        async def get(path: str, **how: Any) -> Any:
            return await datasette.client.get(path, **how)

        await script(get, datasette.urls.database(database.stem))

    try:
        asyncio.run(run())
    finally:
        for served in datasette.databases.values():
            served.close()
