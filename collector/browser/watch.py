"""How much memory a running browser takes, all its processes together."""

import asyncio
from contextlib import suppress

import playwright.async_api as pw
import psutil


async def browser_process(chromium: pw.Browser) -> int | None:
    """The id of the browser's main process on its own machine; None if it does not say."""
    session = await chromium.new_browser_cdp_session()
    try:
        told = await session.send("SystemInfo.getProcessInfo")
    except pw.Error:
        return None
    finally:
        await session.detach()
    return next((int(p["id"]) for p in told["processInfo"] if p["type"] == "browser"), None)


async def tree_bytes(process: int, enough: int = 0) -> int:
    """Memory of `process` and all below it; 0 once it has gone. Does not hold up the loop.

    What they share may count more than once as long as the sum is no more than `enough`: quickly told.
    """
    return await asyncio.to_thread(_tree_bytes, process, enough)


async def end_largest_page(process: int) -> None:
    """Ends the process that shows the page which takes most; the others are not touched."""
    await asyncio.to_thread(_end_largest_page, process)


def _end_largest_page(process: int) -> None:
    with suppress(psutil.Error):
        pages = [p for p in psutil.Process(process).children(recursive=True) if _shows_page(p)]
        if pages:
            max(pages, key=_bytes).kill()


def _shows_page(process: psutil.Process) -> bool:
    try:
        return "--type=renderer" in process.cmdline()
    except psutil.Error:
        return False


def _tree_bytes(process: int, enough: int = 0) -> int:
    try:
        root = psutil.Process(process)
        family = [root, *root.children(recursive=True)]
    except psutil.Error:
        return 0
    roughly = sum(map(_resident, family))
    return roughly if roughly <= enough else sum(map(_bytes, family))


def _bytes(process: psutil.Process) -> int:
    """Memory of one process: its share of shared pages where the system tells it, else its own and shared."""
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", None) or full.uss)
    except psutil.Error:
        return _resident(process)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
