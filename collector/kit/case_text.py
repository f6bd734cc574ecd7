"""A case as text: what `collector.kit.cases` reads, written."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from collector.kit.cases import as_data, milestones
from collector.kit.scrubbing import readings_of
from scrapers.contract import Page, Portal, Reading
from scrapers.select import maybe, tree
from scrapers.words import Outcome, Role


def case_text(portal: Portal, number: str, pages: Mapping[str, Page], on: date) -> str:
    """A `cases.toml` with one case: `pages` by file name, and what `portal` reads on them."""
    readings = readings_of(portal, list(pages.values()))
    outcome = readings[0].outcome if readings else Outcome.LAYOUT_CHANGED
    lines = ["[[case]]", *_pairs({"name": "captured", "says": f"captured on {on}", "number": number})]
    state = _state(portal, pages, outcome)
    lines += _pairs({"state": state}) if state else []
    if readings and readings[0].rows:
        lines += _pairs({"milestones": list(milestones(portal, readings[0]))})
    for file, page in pages.items():
        told = {"file": file, "role": str(page.role), "url": page.url, "status": page.status or 200}
        lines += ["", "[[case.pages]]", *_pairs(told)]
    for reading in readings:
        lines += ["", "[[case.readings]]", *_reading(reading)]
    return "\n".join(lines) + "\n"


def _reading(reading: Reading) -> Iterator[str]:
    told = as_data(reading)
    rows = told.pop("rows", []) if isinstance(told, dict) else []
    yield from _pairs(told if isinstance(told, dict) else {})
    if rows:
        yield "rows = ["
        yield from (f"    {_value(row)}," for row in rows)
        yield "]"


def _state(portal: Portal, pages: Mapping[str, Page], outcome: Outcome) -> str | None:
    """The declared state that a document is in, and that does not end the visit otherwise."""
    documents = [tree(page.text) for page in pages.values() if page.role is Role.DOM]
    for name, state in portal.states.items():
        if state.outcome in (None, outcome) and any(maybe(one, state.selectors) for one in documents):
            return name
    return None


def _pairs(told: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in told.items()]


def _value(value: object) -> str:
    """A value in TOML: text, number, truth, list or table within a line."""
    if isinstance(value, str):
        # TOML's escapes are JSON's; of control characters JSON lets one stand.
        return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return f"{{ {', '.join(_pairs(value))} }}" if value else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    raise TypeError(f"no TOML for {type(value).__name__}")
