"""The fields of saved documents, as somebody reads them who trusts every page: selectolax alone.

Each function takes the pages of one visit and gives, for each number on them, what the portal's own parser
gives: the same fields by the names of the contract, a row for each event. What a page lacks is None or empty.
"""

import json
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from benchmarks.bare.fields import Fields
from scrapers.contract import Page
from scrapers.words import Role

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _words(node: LexborHTMLParser | LexborNode, selector: str) -> str | None:
    """The first match's text, white space made single spaces."""
    found = node.css_first(selector)
    return " ".join(found.text().split()) if found is not None else None


def _document(pages: Sequence[Page]) -> LexborHTMLParser:
    return LexborHTMLParser(next(page.body for page in pages if page.role is Role.DOM))


def _cells(row: LexborNode) -> list[str]:
    return [" ".join(cell.text(separator=" ").split()) for cell in row.css("td")]


def chinapost(pages: Sequence[Page]) -> list[Fields]:
    table = _document(pages).css("div.result-table")[0]
    cells = [_cells(row) for row in table.css("tr.result-table-row")]
    return [
        {
            "number": (table.attributes["id"] or "").removeprefix("table-"),
            "rows": [{"time_text": when, "description": text, "place": where} for when, text, where in cells],
        }
    ]


def dpd(pages: Sequence[Page]) -> list[Fields]:
    root = _document(pages)
    return [
        {
            "number": root.css("input.js-waybill")[0].attributes["value"],
            "rows": [_polish_row(row) for row in root.css("table.table-track tr:has(td)")],
        }
    ]


def _polish_row(row: LexborNode) -> Fields:
    day, time, text, place = (cell.text(separator="\n").split("\n")[0].strip() for cell in row.css("td"))
    return {"description": text, "time_text": f"{day} {time}", "place": place}


def japanpost(pages: Sequence[Page]) -> list[Fields]:
    root = _document(pages)
    rows = [_cells(row) for row in root.css('table[summary="履歴情報"] tr:has(> td.w_120)')]
    return [
        {
            "number": _words(root, 'table[summary="配達状況詳細"] td'),
            "language": "ja" if rows[0][0][4] == "/" else "en",
            "rows": [
                {
                    "description": text,
                    "time_text": when,
                    "place": ", ".join(filter(None, (office, region))),
                    "note": details,
                }
                for when, text, details, office, region in rows
            ],
        }
    ]


def parcelsapp(pages: Sequence[Page]) -> list[Fields]:
    """The reply's rows; number and further numbers stand in the document alone."""
    told = json.loads(next(page.body for page in pages if page.role is Role.PAYLOAD))
    lines = _document(pages).css(".parcel-attributes tr")
    shown = {_words(line, "td"): _words(line, "td.value") for line in lines}
    ends = {one["l"]: one["val"] for one in told["attributes"]}
    return [
        {
            "number": shown["Tracking number"],
            "status_text": told["status"],
            "origin_country": ends["origin"],
            "destination_country": ends["destination"],
            "related_numbers": [{"number": shown["Next tracking numbers"]}],
            "rows": [
                {
                    "description": one["status"],
                    "time_text": one.get("date"),
                    "place": one.get("location"),
                    "relayed_from": told["carriers"][one["carrier"]],
                }
                for one in told["states"]
            ],
        }
    ]


def usps(pages: Sequence[Page]) -> list[Fields]:
    root = _document(pages)
    box = root.css(".track-bar-container")[0]
    month, year = (_words(box, ".expected_delivery .month_year") or "").split()
    day = f"{year}-{_MONTHS.index(month[:3]) + 1:02}-{_words(box, '.expected_delivery .date')}"
    rows = box.css(".tb-step:not(.toggle-history-container)")
    return [
        {
            "number": box.css(".tracking-number")[0].attributes["value"],
            "status_text": _words(box, ".tb-step .tb-status"),
            "language": root.css("html")[0].attributes["lang"],
            "estimate_from_on": day,
            "estimate_to_on": day,
            "rows": [
                {
                    "description": _words(row, ".tb-status-detail"),
                    "time_text": _words(row, ".tb-date"),
                    "place": _words(row, ".tb-location"),
                }
                for row in rows
            ],
        }
    ]


def yanwen(pages: Sequence[Page]) -> list[Fields]:
    root = _document(pages)
    sheet = root.css('input[name="wcdhA"]')[0].attributes
    notes = [" ".join(note.text().split()) for note in root.css(".addNotes p")]
    return [
        {
            "number": sheet["value"],
            "status_text": sheet["status"],
            "destination_country": _words(root, ".cx_top_nr > .colFlex:nth-child(4)"),
            "related_numbers": [
                {
                    "number": _words(root, ".cx_top_nr > .colFlex:nth-child(2) a"),
                    "carrier": next(one[13:] for one in notes if one.startswith("Distributor: ")),
                    "role": "last_mile",
                }
            ],
            "rows": [
                _yanwen_row(row, _words(day, "dt"))
                for day in root.css(".czhaodl dl")
                for row in day.css("dd")
            ],
        }
    ]


def _yanwen_row(row: LexborNode, day: str | None) -> Fields:
    *place, text = (" ".join(part.text().split()) for part in row.css(".cz_r h6"))
    return {
        "description": text,
        "time_text": f"{day} {_words(row, '.timePoint')}",
        "place": place[0] if place else None,
    }
