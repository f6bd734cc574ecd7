"""What may be said of a broken page, judged without the parsers: by its own strings, found in a cruder way.

Four promises are held against an answer: it has a named outcome; every row of it stands on the page; "no
events" and "not found" are said only where the page says so; a page that was cut does not pass for whole.
"""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from collector.answer import Answer, read_pages, same_number
from collector.visit.asked import Asked
from scrapers.contract import LayoutChanged, Page, Reading, Row
from scrapers.shop import Shop
from scrapers.words import Outcome
from tests.fuzzing import Case
from tests.fuzzing.mutations import CRUSHING, Record, written
from tests.fuzzing.order_oracle import invented
from tests.fuzzing.signs_told import told_of

#: Outcomes that say the parcel has no rows. A wrong one hides what happened to it.
QUIET = (Outcome.NO_EVENTS_YET, Outcome.NOT_FOUND)


#: White space, and characters nobody sees: neither makes two texts differ.
_IGNORED = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]+")
_COMMENT = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))", re.DOTALL)
_TAGS = tuple(
    re.compile(f"<(?=[a-zA-Z/!?]){rest}")
    for rest in (r"[^<>]*>?", r"""(?:"[^"]*"|'[^']*'|[^'">])*>""", r"[^>]*>")
)
_TABLE_ROW = r"(?=</?[tT][rR]\b)"
_RAW = re.compile(r"<(title|textarea|script|style)\b.*?</\1", re.DOTALL | re.IGNORECASE)
_ATTRIBUTES = re.compile(r"""=[ \t\r\n\f]*(?:"([^"]*)"|'([^']*)'|([^ \t\r\n\f"'>][^ \t\r\n\f>]*))""")
_TEXTAREA = re.compile(r"<textarea\b[^>]*>(.*?)</textarea", re.DOTALL | re.IGNORECASE)
#: JSON that a script of the page holds as a string.
_IN_SCRIPT = re.compile(r'JSON\.parse\(("(?:[^"\\\n]|\\.)*")\)')
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
#: A page is wrapped by each of the most mutations, and saved replies wrap one themselves.
_DEEPEST = 5
_JSONP = re.compile(r"\A\s*(?:/\*\*/)?\s*[\w$.]+\s*\((.*)\)[;\s]*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, what is wrong with it, and whether rows were lost in a way the page does not show."""

    answer: Answer | None
    wrongs: tuple[str, ...]
    unseen_loss: bool = False


def judge(case: Case) -> Verdict:
    """What the portal makes of the case's pages, and every promise it breaks."""
    try:
        parsed = case.portal.parse(case.pages)
    except LayoutChanged:
        parsed = ()
    except Exception as error:
        return Verdict(None, (f"parse raised {type(error).__name__}: {error}",))
    answer = _answer(case)
    wrongs = [*_outcome(case, answer)]
    if sorted(map(repr, answer.readings)) not in ([], sorted(map(repr, parsed))):
        wrongs.append("two parses of one page differ")
    if not _is_crushed(case):
        wrongs.extend(_invented(case, parsed))
    lost = _lost(case, answer)
    if case.mutations == ("truncate",):
        whole = _told(case.sample.reading)
        halved = [one for reading in answer.readings[:1] for one in _told(reading) if one not in whole]
        wrongs.extend(f"{one} was cut in two" for one in halved)
        wrongs.extend(["a cut page passes for whole"] if lost else [])
    return Verdict(answer, tuple(wrongs), lost)


def _invented(case: Case, parsed: Sequence[Reading]) -> Iterator[str]:
    """A line for everything in the readings that no part of the pages holds."""
    holders = [holder for page in case.pages for holder in _holders(page, case.portal.name)]
    for reading in parsed:
        yield from _rows(reading.rows, holders, case.portal.name)
    if isinstance(case.portal, Shop):
        yield from invented(parsed, [text for page in case.pages for text in (*_texts(page), page.url)])


def _is_crushed(case: Case) -> bool:
    """Whether a shop's page has lost its tags: its cards and rows are known by nothing else."""
    return isinstance(case.portal, Shop) and bool(CRUSHING & set(case.mutations))


def _answer(case: Case) -> Answer:
    """What a visit to the page would have made of it."""
    sample = case.sample
    if not isinstance(case.portal, Shop):
        return read_pages(case.portal, sample.number, case.pages)
    order_id = "" if sample.kind == "list" else sample.number
    return Asked(case.portal, sample.page.url, order_id=order_id, page=sample.kind).answer(case.pages)


def _told(reading: Reading | None) -> tuple[object, ...]:
    """What a reading tells: rows, and of orders what is more than their ids."""
    return () if reading is None else (*reading.rows, *reading.orders)


def _outcome(case: Case, answer: Answer) -> Iterator[str]:
    outcome = answer.outcome
    is_shop = isinstance(case.portal, Shop)
    if not isinstance(outcome, Outcome):
        yield f"{outcome!r} is no outcome"
    first = answer.readings[0] if answer.readings else None
    if first is None and (outcome is not Outcome.LAYOUT_CHANGED or not answer.error):
        yield f"{outcome} without a reading, or without a reason"
    told = _told(first) if outcome is Outcome.OK or not is_shop else first.rows if first else ()
    says_nothing = is_shop and outcome is Outcome.OK and not told
    if first is not None and bool(told) != (outcome is Outcome.OK) and not says_nothing:
        yield f"{outcome} with {len(told)} rows"
    if (
        not is_shop
        and first is not None
        and first.number
        and not same_number(first.number, case.sample.number)
    ):
        yield f"the parcel {first.number} was taken for {case.sample.number}"
    if case.foreign and outcome in (Outcome.OK, *QUIET):
        yield f"{outcome} from a page about another number"
    quiet = {outcome} if outcome in QUIET or says_nothing else set()
    if _is_crushed(case):
        return
    if is_shop:  # each parcel of an order has a reading of its own
        quiet |= {reading.outcome for reading in answer.readings} & set(QUIET)
    for one in sorted(quiet):
        if not any(_says(page, case.portal.name, one) for page in case.pages):
            yield f"{one}, though no page says so"


def _lost(case: Case, answer: Answer) -> bool:
    """Whether an answer called complete has fewer rows than the whole page, after cutting alone."""
    whole = len(_told(case.sample.reading))
    is_cut = case.mutations in (("truncate",), ("truncate_and_close",))
    return is_cut and answer.complete and 0 < len(_told(answer.readings[0])) < whole


# --- rows ---


@dataclass(frozen=True, slots=True)
class _Holder:
    """Something that may hold one row: its texts, without white space; `exact` if none is in pieces."""

    texts: frozenset[str]
    exact: bool

    def holds(self, text: str) -> bool:
        return text in self.texts or (not self.exact and _is_made_of(text, self.texts))


def _rows(rows: Sequence[Row], holders: Sequence[_Holder], portal: str) -> Iterator[str]:
    """A line for each row no part of the page holds, or that is shown more often than it stands there."""
    for row, times in Counter(rows).items():
        holding = sum(_holds(holder, row, portal) for holder in holders)
        if holding < times:
            yield f"{row} is read {times} times, and stands on the page {holding} times"


def _holds(holder: _Holder, row: Row, portal: str) -> bool:
    told = told_of(portal)
    has_town = told.town_in_text and row.place is not None
    if has_town and not re.match(rf"\s*[\[【]\s*{re.escape(row.place or '')}\s*[\]】]", row.description):
        return False
    in_time = told.time_in_text and _holds_time(holder, row)
    elsewhere = () if in_time else (row.offset_text, None if has_town else row.place)
    if row.instant_ms is not None and not _holds_instant(holder, row.instant_ms):
        return False
    wanted = [row.description, row.note, *elsewhere]
    if row.place in elsewhere and row.place is not None and not holder.holds(_bare(row.place)):
        wanted.remove(row.place)  # a town and its country may stand apart
        wanted += row.place.split(", ")
    if not all(holder.holds(_bare(text)) for text in wanted if text is not None):
        return False
    if row.code is not None and not _holds_code(holder, row.code):
        return False
    return (
        in_time
        or row.time_text is None
        or any(
            holder.holds(_bare(first)) and (not second or holder.holds(_bare(second)))
            for first, second in _halves(row.time_text)
        )
    )


def _holds_instant(holder: _Holder, ms: int) -> bool:
    """Whether a text is the instant: as a number, or as a stamp with its zone."""
    return holder.holds(str(ms)) or any(_stamp_ms(text) == ms for text in holder.texts if "T" in text)


def _stamp_ms(text: str) -> int | None:
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if stamp.tzinfo is None else int(stamp.timestamp() * 1000)


def _holds_time(holder: _Holder, row: Row) -> bool:
    """Whether a text is the row's time with its place before it, or its zone or place behind it."""
    if row.time_text is None or (row.place, row.offset_text) == (None, None):
        return False
    place = f"{row.place}, " if row.place is not None else ""
    before = f"{place}{row.time_text} {row.offset_text or ''}"
    return holder.holds(_bare(before)) or holder.holds(_bare(f"{row.time_text} {row.place or ''}"))


def _holds_code(holder: _Holder, code: str) -> bool:
    """Whether the code is a text, or each of its parts around a slash is one."""
    texts = set(map(_code, holder.texts))
    return _code(code) in texts or all(_code(part) in texts for part in code.split("/"))


def _code(text: str) -> str:
    return _bare(text).upper().replace("_", "")


def _halves(text: str) -> Iterator[tuple[str, str]]:
    """A printed time as one text, and as every two texts joined by a space (a date and a time)."""
    yield text, ""
    for gap in re.finditer(" ", text):
        yield text[: gap.start()], text[gap.end() :]


def _bare(text: str) -> str:
    return _IGNORED.sub("", text.encode("utf-8", "replace").decode())


def _is_made_of(text: str, pieces: frozenset[str]) -> bool:
    """Whether `text` is whole pieces one after the other."""
    reached = {0}
    for at in range(len(text)):
        if at in reached:
            reached.update(at + len(p) for p in pieces if p and text.startswith(p, at))
    return len(text) in reached


def _holders(page: Page, portal: str) -> Iterator[_Holder]:
    for text in _texts(page):
        told, value = told_of(portal), _json(text)
        for record in _records(value):
            yield _Holder(frozenset(map(_bare, _scalars(record, told.depth))), exact=True)
        for texts in _lists(value) if told.lists else ():
            yield _Holder(frozenset(map(_bare, texts)), exact=True)
        for part in _parts(text, portal):
            yield _Holder(frozenset(map(_bare, _between_tags(part))), exact=False)


def _parts(text: str, portal: str) -> Iterator[str]:
    """The parts of a page that can hold one row each."""
    text = _COMMENT.sub("", _RAW.sub(lambda raw: raw[0].replace("<!--", ""), text))
    told = told_of(portal)
    starts = [told.row_starts, *([_TABLE_ROW] if "<table" in text.lower() else [])]
    is_whole = True  # whether the tag before is closed: if not, this one is no tag but part of it
    for part in re.split("|".join(starts), text):
        if not (is_whole and re.match(told.no_rows, part)):
            yield part
        is_whole = part.rfind(">") >= part.rfind("<")


def _texts(page: Page) -> Iterator[str]:
    """The page as text, what it wraps, and the JSON that a script of either holds as a string."""
    for text in _wrapped(page):
        yield text
        literals = map(_json, _IN_SCRIPT.findall(text))
        yield from (literal for literal in literals if isinstance(literal, str))


def _wrapped(page: Page) -> Iterator[str]:
    """The page as text: in UTF-8, in Latin-1, and what it wraps, and what that wraps."""
    texts = [page.text]
    if "\ufffd" in page.text and page.text.replace("\ufffd", "").isascii():
        texts.append(page.body.decode("cp1252", errors="replace"))
    for _ in range(_DEEPEST):
        yield from texts
        texts = [inner for text in texts for inner in _inside(text)]


def _inside(text: str) -> Iterator[str]:
    """What a saved reply, JSONP or a text field wraps."""
    if called := _JSONP.match(text):
        yield called[1]
    for record in _records(_json(text)):
        yield from (value for key, value in record if key == "body" and isinstance(value, str))
    for field in _TEXTAREA.finditer(text):
        yield html.unescape(field[1]).replace("\x00", "\ufffd")


def _between_tags(part: str) -> Iterator[str]:
    """Every text between two tags and every quoted attribute, whichever way the tags are told apart."""
    for tags in _TAGS:
        yield from map(html.unescape, tags.split(part))
    yield from (html.unescape(value) for pair in _ATTRIBUTES.findall(part) for value in pair)


# --- JSON ---


def _json(text: str) -> object:
    try:
        return json.loads(text.strip(), object_pairs_hook=lambda pairs: Record([k, v] for k, v in pairs))
    except (ValueError, RecursionError):
        return None


def _records(value: object) -> Iterator[Record]:
    if isinstance(value, Record):
        yield value
    if isinstance(value, list):
        for item in value:
            yield from _records(item[1] if isinstance(value, Record) else item)


def _scalars(record: Record, depth: int) -> Iterator[str]:
    """The texts and whole numbers of an object, and the texts of the objects in it, so many deep."""
    for _, value in record:
        if isinstance(value, Record):
            yield from _texts_inside(value, depth)
        elif isinstance(value, str | int):
            yield str(value)
            if isinstance(value, str) and _MARKUP.search(value):
                yield html.unescape(_MARKUP.sub("", value))  # a sentence with a link in it
        elif isinstance(value, float) and value.is_integer():
            yield str(int(value))


def _texts_inside(record: Record, depth: int) -> Iterator[str]:
    for _, value in record:
        if isinstance(value, str) and depth:
            yield value
        elif isinstance(value, Record) and depth:
            yield from _texts_inside(value, depth - 1)
        elif isinstance(value, list) and depth:
            yield from (one for one in value if isinstance(one, str))


def _lists(value: object) -> Iterator[list[str]]:
    """The texts of every list: some portals' rows are lists, not objects."""
    if isinstance(value, list):
        if not isinstance(value, Record):
            yield [item for item in value if isinstance(item, str)]
        for item in value:
            yield from _lists(item[1] if isinstance(value, Record) else item)


def _says(page: Page, portal: str, outcome: Outcome) -> bool:
    signs = [sign for sign in told_of(portal).quiet if sign.outcome == outcome]
    places = [_shown(place) for text in _texts(page) for place in _places(text, portal)]
    return any(
        (not sign.statuses or page.status in sign.statuses)
        and all(re.search(pattern, place) for pattern in sign.says)
        and not any(re.search(pattern, place) for pattern in sign.unless)
        for sign in signs
        for place in places
    )


def _places(text: str, portal: str) -> Iterator[str]:
    """The page, each object in it, and each parcel's part of it."""
    yield text
    yield from map(written, _records(_json(text)))
    if pattern := told_of(portal).parcel_starts:
        yield from re.split(pattern, text)


def _shown(source: str) -> str:
    """`source`, and what is left of it without tags, white space collapsed in both."""
    source = source.replace("\x00", "")
    return _IGNORED.sub(" ", f"{source} {html.unescape(_TAGS[0].sub('', source))}")
