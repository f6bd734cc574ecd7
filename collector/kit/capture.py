"""What `capture` writes: the pages of one visit, scrubbed and checked, and the case that says what they say.

Pure: pages in, files out, as bytes by name.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from collector.errors import CrosstrackError
from collector.kit.case_text import case_text
from collector.kit.scrubbing import readings_of, scrub
from collector.kit.scrubbing.checking import checked, stands
from collector.kit.scrubbing.replies import NoReply, read
from scrapers.contract import Page, Portal
from scrapers.words import Role

CASES = "cases.toml"
_STATUS = 200  # what a case means that names none


@dataclass(frozen=True, slots=True)
class Capture:
    """Files by name; what was replaced, by kind; and what in reading changed with it, a line each."""

    files: dict[str, bytes]
    replaced: Counter[str]
    changes: tuple[str, ...] = ()


def captured(portal: Portal, number: str, pages: Sequence[Page], on: date, *, scrubbing: bool) -> Capture:
    """The files of a visit to `portal` about `number` of the day `on`.

    Raises CrosstrackError, naming files and places, where something can still be read that may not be.
    """
    readable = [_with_status(page) for page in pages if page.role in (Role.DOM, Role.PAYLOAD)]
    if not readable:
        raise CrosstrackError(f"{portal.name}: no page came that could be saved")
    if not scrubbing:
        named = _named(readable)
        pictures = [page for page in pages if page.role is Role.SCREENSHOT]
        shots = {f"screenshot-{i}.png": page.body for i, page in enumerate(pictures, start=1)}
        return Capture({**_files(portal, number, named, on), **shots}, Counter())
    scrubbed = scrub(portal, number, readable)
    named = _named(scrubbed.pages)
    faults = list(checked(portal, number, named, scrubbed.numbers))
    if faults:
        more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
        raise CrosstrackError(f"not written: something may still be read in {faults[0]}{more}")
    files = _files(portal, scrubbed.number, named, on)
    if stands(number, files[CASES].decode()) and scrubbed.number != number:
        raise CrosstrackError(f"not written: the tracking number may still be read in {CASES}")
    return Capture(files, scrubbed.found, _changes(portal, readable, scrubbed.pages))


def _with_status(page: Page) -> Page:
    return replace(page, status=_STATUS) if page.status is None else page


def _files(portal: Portal, number: str, named: dict[str, Page], on: date) -> dict[str, bytes]:
    text = case_text(portal, number, named, on)
    return {**{file: page.body for file, page in named.items()}, CASES: text.encode()}


def _named(pages: Sequence[Page]) -> dict[str, Page]:
    """The pages by the names of the files they get."""
    named: dict[str, Page] = {}
    for page in pages:
        stem, suffix = ("page" if page.role is Role.DOM else "reply"), _suffix(page)
        count = sum(file.startswith(stem) for file in named)
        named[f"{stem}{f'-{count + 1}' if count else ''}{suffix}"] = page
    return named


def _suffix(page: Page) -> str:
    try:
        read(page.text)
    except NoReply:
        return ".html" if page.role is Role.DOM or "<" in page.text else ".json"
    return ".json"


def _changes(portal: Portal, before: Sequence[Page], after: Sequence[Page]) -> tuple[str, ...]:
    """Where scrubbed pages are read otherwise than by what was replaced: outcomes and numbers of rows."""
    told = []
    for was, now in zip(readings_of(portal, before), readings_of(portal, after), strict=False):
        if was.outcome is not now.outcome:
            told.append(f"the outcome {was.outcome} became {now.outcome}")
        elif len(was.rows) != len(now.rows):
            told.append(f"{len(was.rows)} rows became {len(now.rows)}")
    if len(readings_of(portal, before)) != len(readings_of(portal, after)):
        told.append("the pages are in another state")
    return tuple(told)
