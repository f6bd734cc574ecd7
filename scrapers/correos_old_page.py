"""The page Correos showed until 2017, which the server rendered: a table of dates and texts."""

import re

from selectolax.lexbor import LexborNode

from scrapers.contract import LayoutChanged, Reading, Row
from scrapers.select import collapse, maybe, text_of
from scrapers.tracking import Document, document_of, read_with, rows_of
from scrapers.words import Outcome

OLD_PAGE = "page of 2017"

TABLE = "#Table2"
TEXTS = (".txtContenidoTabla", ".txtContenidoTablaOff")
ROWS = f"tr:has({', '.join(TEXTS)})"
DAY = ".txtDescripcionTabla"
#: The comment that page writes in place of rows. One that never ends may hide rows.
NOTHING = re.compile(r"<!--[^<>]*fin tabla descripciones[^<>]*-->")


def old_page(portal: str, document: Document) -> Reading | None:
    """What the table says, None if the page has none. Raises LayoutChanged, in the name of `portal`."""
    page = _decoded(document)
    table = maybe(page.root, TABLE)
    if table is None:
        return None
    rows, problems = rows_of(page, ROWS, _row, within=table)
    if rows:
        return read_with(rows, problems, OLD_PAGE)
    if problems or maybe(page.root, TEXTS) is not None or not NOTHING.search(page.text):
        raise LayoutChanged(portal, f"{TABLE} {ROWS}")
    return Reading(Outcome.NOT_FOUND)


def _decoded(document: Document) -> Document:
    """The page in Latin-1, as the server sent it, or in UTF-8, as saved; some bytes may be broken."""
    text = document.text
    if "\ufffd" not in text or not text.replace("\ufffd", "").isascii():
        return document
    return document_of(document.page, document.page.body.decode("cp1252", errors="replace"))


def _row(line: LexborNode) -> Row | None:
    cell = maybe(line, TEXTS)
    text = collapse(cell.text()) if cell is not None else None
    if cell is None or text is None:
        return None
    note = collapse((maybe(cell, "[title]") or cell).attributes.get("title"))
    return Row(text, text_of(line, DAY), note=note if note != text else None)
