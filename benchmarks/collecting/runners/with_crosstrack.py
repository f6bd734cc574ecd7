"""The program itself: a run as `crosstrack collect` makes it, into a database, every page archived."""

from pathlib import Path

from benchmarks.collecting.pages import Rows
from benchmarks.collecting.portals import portal_named
from benchmarks.collecting.runners.job import Job, run
from collector.browser import BrowserOptions
from collector.clock import utc_now
from collector.collect import Collecting, collect
from collector.limits import Limits
from collector.store.facts import follow
from collector.store.opening import open_store, writing

_ROWS = """select tracking_number as number, time_text, place, description from observations
    order by number, position"""


def work(job: Job) -> None:
    """Does the job."""
    portal = portal_named(job.portal, paced=job.paced)
    limits = Limits(first_wait_seconds=0.0) if not job.paced else Limits()
    arguments = tuple(one for one in job.arguments if one not in job.sandbox)
    options = BrowserOptions(executable=job.browser, arguments=arguments)
    with open_store(Path(job.folder) / "crosstrack.db") as db:
        with writing(db):
            for number in job.numbers:
                follow(db, number, utc_now(), {})
        collect(db, {portal.name: portal}, Collecting(options, limits))
        rows: dict[str, Rows] = {}
        for row in db.query(_ROWS):
            rows.setdefault(row.pop("number"), []).append(list(row.values()))
    job.deliver(rows)


if __name__ == "__main__":
    run(work)
