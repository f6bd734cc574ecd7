"""What an import hands on, what it refuses, and what it was asked: the types its modules share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from collector.records import Record, ShopPage
from scrapers.contract import Page, Portal

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_PAGE_BYTES = 16 * 1024 * 1024
_MAX_REASON = 500


class NotImportable(ValueError):
    """A file, or a part of one, cannot be imported; the message is the reason, in one line."""


@dataclass(frozen=True, slots=True)
class ImportedVisit:
    """One thing to store as a visit.

    tracking_number, page, order_id, account   as of `collector.store.facts.Visit`
    seen_at  aware, UTC
    pages    as `collector.answer.read_pages` takes them; for a record the one page of role `record`
    source   "import" for a record, "file" for saved pages
    record   the record itself, None for saved pages
    """

    portal: str
    tracking_number: str | None
    seen_at: datetime
    pages: tuple[Page, ...]
    source: Literal["import", "file"]
    language: str | None
    viewer_offset_minutes: int | None
    record: Record | None
    page: ShopPage | None = None
    order_id: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A file or a part of it that was not imported. `line` is known in JSON lines alone; all text prints."""

    file: str
    line: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Request:
    """One file to import, and what the person said about it.

    file         its name, fit to be shown
    number       in the one spelling of `scrapers.numbers`
    modified_at  when the file was last written, None where that says nothing (a pipe)
    """

    file: str
    portals: Mapping[str, Portal]
    portal: str | None
    number: str | None
    seen_at: datetime | None
    modified_at: datetime | None

    def refused(self, reason: str, line: int | None = None) -> Refused:
        """The refusal of this file, or of a part of it."""
        return Refused(self.file, line, printable(reason)[:_MAX_REASON])

    def seen(self, stated: datetime | None) -> datetime:
        """When the pages were seen: as the person says, else `stated` in the file, else its own time."""
        found = self.seen_at or stated or self.modified_at
        if found is None:
            raise NotImportable("it does not say when it was saved; say --seen-at TIME")
        return found


def printable(text: str) -> str:
    """`text` with every character that does not print (control, half, direction-changing) escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
