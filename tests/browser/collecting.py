"""A run in a process of its own, for tests that kill it: `python -m tests.browser.collecting SPEC`.

SPEC is JSON: database, chromium_arguments, now (ISO), numbers to follow. The clock stands still, so that an
undisturbed run and a run that was killed and begun again see everything at the same moment.
"""

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path

from collector.browser import BrowserOptions
from collector.collect import Collecting, collect
from collector.limits import Limits
from collector.lock import run_lock
from collector.store.facts import follow
from collector.store.opening import open_store
from tests.browser.story import story_portals


async def _no_pause(_):
    await asyncio.sleep(0)


def main():
    spec = json.loads(sys.argv[1])
    now = datetime.fromisoformat(spec["now"])
    database = Path(spec["database"])
    with run_lock(database), open_store(database) as db:
        with db.atomic():
            for number in spec["numbers"]:
                follow(db, number, now, {})
        limits = Limits(navigation_seconds=20, state_seconds=15, settle_seconds=1)
        options = BrowserOptions(arguments=tuple(spec["chromium_arguments"]))
        given = Collecting(options, limits, clock=lambda: now, sleep=_no_pause)
        sys.exit(int(collect(db, story_portals(), given).exit_status))


if __name__ == "__main__":
    main()
