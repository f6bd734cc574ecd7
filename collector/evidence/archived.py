"""The stored pages of a subject as files: to the byte, or cleaned of what names a person.

HTML is named `.txt`: opened by mistake it would run what it brought along, and tell its portal so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlite_utils import Database

from collector.answer import Answer
from collector.copies.page_records import as_record, whole_reading
from collector.derive.parsing import Parser
from collector.evidence.hiding import Texts, cleaned_reading
from collector.evidence.manifest import LeftOut
from collector.evidence.subject import SeenVisit, Subject
from collector.kit.scrubbing import scrub
from collector.kit.scrubbing.invented import Numbers
from collector.plain_text import file_name
from collector.record_values import RecordError
from collector.store.facts import StoredVisit, page_body
from scrapers.contract import Page, Portal
from scrapers.shop import Shop
from scrapers.words import Role

_ENDINGS = {
    "text/html": "html.txt",
    "application/json": "json",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
}
#: A larger page takes long to clean.
_LARGEST = 4 * 1024 * 1024
#: What a picture begins with, whatever it is said to be.
_PICTURES = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "webp": b"RIFF"}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A stored page as a file. `page` is the digest of what is stored, which it is or was made from."""

    name: str
    data: bytes
    page: str
    role: str
    as_stored: bool


@dataclass(slots=True)
class Pages:
    """Gives the files of a subject's pages, each stored page once."""

    db: Database
    portals: Mapping[str, Portal]
    parser: Parser
    texts: Texts
    stored: Mapping[str, StoredVisit]
    _seen: set[str] = field(default_factory=set)
    _count: int = 0

    def files(self, about: Subject) -> Iterator[PageFile | LeftOut]:
        """The files, in the order in which their pages were first seen, and what is left out."""
        for visit in about.visits:
            new = [page for page in visit.pages if page["page_id"] not in self._seen]
            if not new:
                continue
            made = {} if self.texts.keep else self._cleaned(visit, about)
            for page in new:
                if page["page_id"] in self._seen:
                    continue
                self._seen.add(page["page_id"])
                yield self._file(visit, page, made)

    def _file(
        self, visit: SeenVisit, page: Mapping[str, object], made: Mapping[int, bytes | str]
    ) -> PageFile | LeftOut:
        page_id, role = str(page["page_id"]), str(page["role"])
        media_type, body = page_body(self.db, page_id)
        data = body if self.texts.keep else made.get(int(str(page["position"])), "it cannot be cleaned")
        if isinstance(data, str):
            return LeftOut(page_id, role, data)
        self._count += 1
        folder = "screenshots" if role == Role.SCREENSHOT else "pages"
        stem = f"{self._count:04}-{file_name(visit.row['portal'])}-{file_name(role)}"
        return PageFile(f"{folder}/{stem}.{_ending(media_type, data)}", data, page_id, role, data == body)

    def _cleaned(self, visit: SeenVisit, about: Subject) -> dict[int, bytes | str]:
        """By position what a visit's pages become, or why they are left out."""
        stored = self.stored[visit.row["id"]]
        pages = [Page(p.role, p.url, *page_body(self.db, p.page_id), p.status) for p in stored.pages]
        found: dict[int, bytes | str] = {}
        readable: list[int] = []
        for place, page in enumerate(pages):
            if page.role is Role.SCREENSHOT:
                found[place] = "a picture may show names and addresses"
            elif visit.is_list:
                found[place] = "it shows other orders too"
            elif len(page.body) > _LARGEST:
                found[place] = "it is too large to be cleaned"
            elif page.role is Role.RECORD:
                found[place] = self._record(stored, about) or "it cannot be told without what may be personal"
            else:
                readable.append(place)
        bodies = self._scrubbed(stored, [pages[place] for place in readable])
        if bodies is None:
            return found | dict.fromkeys(readable, "nobody here knows how to clean pages of this portal")
        return found | dict(zip(readable, bodies, strict=True))

    def _scrubbed(self, visit: StoredVisit, pages: list[Page]) -> list[bytes] | None:
        """What pages are without what is personal, None where that cannot be done."""
        portal = self.portals.get(visit.portal)
        if portal is None or not pages:
            return None if pages else []
        if isinstance(portal, Shop):
            return [page.body for page in portal.scrub(pages)]
        try:
            made = scrub(portal, visit.tracking_number, pages)
        except Exception:  # a page is a stranger's: it costs itself, and not the evidence
            return None
        # Its numbers are the point here: those that stand for them give way again.
        back = Numbers({now: was for was, now in made.numbers.invented.items()}, made.numbers.spaced)
        return [back.replaced(page.text).encode("utf-8", "replace") for page in made.pages]

    def _record(self, visit: StoredVisit, about: Subject) -> bytes | None:
        return record_line(visit, self.parser.answer(visit), self.texts, about)


def record_line(visit: StoredVisit, answer: Answer, texts: Texts, about: Subject) -> bytes | None:
    """What a visit's pages say as a line of the record format, None where no record can say it."""
    if not answer.readings:
        return None
    reading = cleaned_reading(whole_reading(answer), visit.portal, texts, about.orders)
    told = visit if texts.keep else _without_owner(visit)
    try:
        return as_record(told, Answer(answer.outcome, answer.complete, (reading,)))
    except (RecordError, ValueError):
        return None


def _without_owner(visit: StoredVisit) -> StoredVisit:
    return StoredVisit(
        id=visit.id,
        portal=visit.portal,
        tracking_number=visit.tracking_number,
        order_id=visit.order_id,
        account=None,
        page=visit.page,
        seen_at=visit.seen_at,
        outcome=visit.outcome,
        viewer_offset_minutes=visit.viewer_offset_minutes,
        pages=(),
    )


def _ending(media_type: str, data: bytes) -> str:
    ending = _ENDINGS.get(media_type.partition(";")[0].strip().lower(), "txt")
    if ending in _PICTURES and not data.startswith(_PICTURES[ending]):
        return "bin"
    return ending
