"""What every runner is told, and what it has to deliver: the rows of each number, in one JSON file."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from benchmarks.collecting.pages import COUNTING, HOSTS, Rows, numbers


@dataclass(frozen=True, slots=True)
class Job:
    """`count` numbers of `portal`, whose server answers on `port`; rows go to `folder`.

    paced  whether the portal wants a pause between visits
    """

    portal: str
    count: int
    port: int
    browser: str
    folder: str
    paced: bool = False

    @property
    def numbers(self) -> list[str]:
        """The numbers to ask for."""
        return numbers(self.count)

    def url(self, number: str) -> str:
        """The page of one number."""
        return f"http://{HOSTS[self.portal]}/track?n={number}"

    @property
    def arguments(self) -> list[str]:
        """What the browser is started with: the invented hosts are here, and no other exists."""
        here = (*HOSTS.values(), COUNTING)
        rules = ", ".join([*(f"MAP {host}:80 127.0.0.1:{self.port}" for host in here), "MAP * ~NOTFOUND"])
        return [f"--host-resolver-rules={rules}", "--no-proxy-server", *self.sandbox]

    @property
    def sandbox(self) -> list[str]:
        """Chromium does not start as root unless told so."""
        return ["--no-sandbox"] if os.geteuid() == 0 else []

    @property
    def result(self) -> Path:
        """Where the rows go."""
        return Path(self.folder) / "rows.json"

    def deliver(self, rows: dict[str, Rows]) -> None:
        """Writes what was collected."""
        self.result.write_text(json.dumps(rows), encoding="utf-8")


def run(work: Callable[[Job], None]) -> None:
    """Does the job that the command line names."""
    work(Job(**json.loads(sys.argv[1])))


def rows_in(html: str) -> Rows:
    """The rows of a page that shows its table."""
    lines = LexborHTMLParser(html).css("tr.scan")
    return [[line.css(f".{kind}")[0].text() for kind in ("time", "place", "what")] for line in lines]
