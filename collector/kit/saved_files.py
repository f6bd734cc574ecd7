"""Files that a person saved from a portal, as the pages of one visit; also what no parser understands."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from collector.errors import UsageError
from collector.importing.belonging import is_page_of, is_payload_of
from collector.importing.imported import MAX_FILE_BYTES, NotImportable
from collector.importing.kinds import Kind, recognise
from collector.importing.mhtml import saved_mhtml
from collector.importing.saved import saved_html, saved_payload
from collector.kit.scrubbing import readings_of
from scrapers.contract import Page, Portal
from scrapers.words import Role


def saved_pages(files: Iterable[Path]) -> list[Page]:
    """The pages in `files`, in order. Raises UsageError for a file that is something else."""
    return [page for file in files for page in _pages(file) if page.role in (Role.DOM, Role.PAYLOAD)]


def with_addresses(portal: Portal, number: str, pages: Sequence[Page]) -> list[Page]:
    """`pages` with addresses of `portal` where they name none: those that ask for `number`."""
    return [page if _has_address(portal, page) else _addressed(portal, number, page) for page in pages]


def number_on(portal: Portal, pages: Sequence[Page]) -> str | None:
    """The number that saved pages are about: their address's, else the first that is read on them."""
    asked = (portal.number_in(page.url) for page in pages)
    shown = (one.number for one in readings_of(portal, pages))
    return next((number for number in (*asked, *shown) if number), None)


def _has_address(portal: Portal, page: Page) -> bool:
    return is_page_of(portal, page.url) or is_payload_of(portal, page.url)


def _pages(file: Path) -> Sequence[Page]:
    try:
        with file.open("rb") as opened:
            body = opened.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or 'it cannot be read'}") from None
    if len(body) > MAX_FILE_BYTES:
        raise UsageError(f"{file}: it is larger than {MAX_FILE_BYTES // 1024**2} MB")
    try:
        return _recognised(file, body)
    except NotImportable as reason:
        if body.lstrip()[:1] in (b"{", b"["):  # cut or broken: worth a report, too
            return (Page(Role.PAYLOAD, "", "application/json", body),)
        raise UsageError(f"{file}: {reason}") from None


def _recognised(file: Path, body: bytes) -> Sequence[Page]:
    found = recognise(body)
    match found.kind:
        case Kind.HTML:
            return saved_html(found.body).pages
        case Kind.MHTML:
            return saved_mhtml(found.body).pages
        case Kind.PAYLOAD:
            return saved_payload(found.body, found.data).pages
        case _:
            raise UsageError(f"{file}: it is no page and no reply; save one of them alone")


def _addressed(portal: Portal, number: str, page: Page) -> Page:
    payload = next(iter(portal.payloads), None) if page.role is Role.PAYLOAD else None
    if payload is None:
        return replace(page, url=portal.url(number, portal.default_language))
    address = payload.replace("*", quote(number, safe=""), 1).replace("*", "")
    return replace(page, url=address)
