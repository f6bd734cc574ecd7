"""The report of a bundle: one HTML page that needs nothing else, runs nothing and asks nobody."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib import resources
from re import findall
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from collector.deadline_rules import SAID
from collector.errors import CrosstrackError
from collector.evidence.checklist import Question
from collector.evidence.claims import Look
from collector.evidence.manifest import LeftOut, Member
from collector.picture import Story, drawn
from collector.picture.words import KIND_WORDS, milestone_words
from collector.plain_text import LONGEST_LINE, one_line
from collector.read.offsets import iso_utc
from scrapers import vocabulary

_Data = Mapping[str, Any]

KINDS = {
    "new": "now shows",
    "changed": "changed a row, and now shows",
    "gone": "no longer shows",
    "status": "says",
    "estimate": "expects delivery",
    "pickup": "names the pickup point",
}
_OUTCOMES = {
    "ok": "",
    "no_events_yet": "knows the number, shows no event yet",
    "not_found": "does not know the number",
    "input_needed": "asked for more, such as a postcode",
    "challenge": "asked for a check that only a person can pass",
    "login_required": "asked to sign in",
    "rate_limited": "refused, too many visits",
    "unavailable": "did not work",
    "layout_changed": "answered with a page that could not be read",
}


class NoPdf(CrosstrackError):
    """No browser could print the report; the text says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one parcel's part of the report is made of. `events` have what each portal prints as `shown`."""

    story: Story
    events: Sequence[_Data]

    @property
    def letters(self) -> dict[str, str]:
        """By event the letters of the findings it is part of."""
        named = {(f.kind, f.severity, f.portal_a, f.portal_b): f.letter for f in self.story.findings}
        found: dict[str, set[str]] = {}
        for one in self.story.disagreements:
            letter = named.get((one.kind, one.severity, one.portal_a, one.portal_b))
            if letter and one.event_id:
                found.setdefault(one.event_id, set()).add(letter)
        return {event: ", ".join(sorted(of)) for event, of in found.items()}


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything the report says. `pictures` are screenshots by the name of their member."""

    made_at: datetime
    program: str
    asked_for: str
    personal: bool
    parcels: Sequence[Told]
    orders: Sequence[_Data]
    items: Sequence[_Data]
    corrections: Sequence[_Data]
    looks: Sequence[Look]
    questions: Sequence[Question]
    letter: str
    visits: Sequence[_Data]
    members: Sequence[Member]
    left_out: Sequence[LeftOut]
    links: Sequence[str]
    pictures: Mapping[str, bytes]


def report(data: ReportData) -> str:
    """The page."""
    pictures = [_picture(told, place) for place, told in enumerate(data.parcels, start=1)]
    style = _style()
    page: str = _template().render(
        data=data,
        made_at=iso_utc(data.made_at),
        policy=_policy(style, pictures),
        style=style,
        parcels=list(zip(data.parcels, pictures, strict=True)),
        files={member.page: member.name for member in data.members if member.page},
        left_out={one.page: one.because for one in data.left_out},
        screenshots={name: _inline(body) for name, body in data.pictures.items()},
        letter=data.letter.splitlines(),
        said_somewhere=any(question.said for question in data.questions),
        is_delivered=any(told.story.stage == "delivered" for told in data.parcels),
    )
    return page


def _picture(told: Told, place: int) -> str:
    """The drawing, which has neither script nor reference: whoever drew it has made its texts safe."""
    return drawn(told.story, theme="light", name=f"picture-{place}")


def _policy(style: str, pictures: Iterable[str]) -> str:
    """What a browser may do with the page: apply these styles, show pictures that are within it."""
    styles = [style, *(one for picture in pictures for one in findall(r"<style>(.*?)</style>", picture))]
    hashes = " ".join(dict.fromkeys(f"'sha256-{_hash(one)}'" for one in styles))
    return f"default-src 'none'; style-src {hashes}; img-src data:; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return base64.b64encode(sha256(text.encode()).digest()).decode()


def _inline(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


@cache
def _style() -> str:
    text = (resources.files("collector.evidence") / "report.css").read_text(encoding="utf-8")
    return text.replace("\r\n", "\n")


@cache
def _template() -> Any:  # noqa: ANN401 - Jinja's own type says no more
    environment = Environment(
        loader=PackageLoader("collector.evidence", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_safe,
    )
    environment.filters |= {
        "title_of": lambda name: vocabulary.facts(name).title,
        "moment": _moment,
        "event": _event,
        "when": _when,
        "offset": _offset,
        "words": lambda text: str(text).replace("_", " "),
    }
    environment.globals |= {
        "kinds": KINDS,
        "outcomes": _OUTCOMES,
        "kind_words": KIND_WORDS,
        "deadline_words": {what.value: said for what, said in SAID.items()},
        "severity_words": {"warning": "serious", "notice": "to note", "info": "harmless"},
    }
    return environment.get_template("report.html")


def _safe(value: object) -> object:
    """Every text on one line, without what steers; nothing for None. What the template calls safe stays."""
    if value is None:
        return ""
    is_text = isinstance(value, str) and not hasattr(value, "__html__")
    return one_line(str(value), LONGEST_LINE) if is_text else value


def _moment(text: str | datetime | None) -> str:
    """An instant as people read it, in UTC, to the second."""
    if text is None:
        return ""
    said = iso_utc(text) if isinstance(text, datetime) else str(text)
    return said[:19].replace("T", " ").rstrip("Z")


def _event(row: _Data) -> str:
    said = milestone_words(row["milestone"]) or row["description"]
    return str(said[:1].upper() + said[1:])


def _when(row: _Data) -> str:
    """What is believed of an event's time: the instant, or the span."""
    if row["occurred_at"]:
        return _moment(row["occurred_at"])
    if row["earliest_at"]:
        return f"{_moment(row['earliest_at'])[:16]} to {_moment(row['latest_at'])[:16]}"
    return "time not known"


def _offset(minutes: int | None) -> str:
    if minutes is None:
        return ""
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
