"""What can happen to a page: cut, shuffled, mistyped, renamed, spliced. All from one seeded generator."""

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from scrapers.contract import Page, Portal
from scrapers.words import Outcome, Role
from tests.fuzzing import Case, Sample, samples

#: Characters that break naive readers: NUL, escape, bidi overrides, zero width, line ends, no-break space.
CONTROLS = "\x00\x08\x1b\x7f\x85\u200b\u202e\u2066\u2028\ufeff\xa0\ufffd\U0001f4e6"
BROKEN_UTF8 = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\x80", b"\xc0\xaf")
STATUSES = (None, 200, 204, 301, 400, 403, 404, 429, 500, 503)
#: A browser closes what a page cut on its way left open.
CLOSING = "</p></div></td></tr></table></div></div></div></body></html>"

_T = TypeVar("_T")
_OPENING = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)\b[^<>]*>")
_CLASS = re.compile(r'class="([^"]+)"')
_TAG = re.compile(r"<[^<>]*>")
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


class Record(list[list[object]]):
    """A JSON object as a list of key and value, so that a key can stand in it twice."""


@dataclass(frozen=True, slots=True)
class Target:
    """The page to change, its number, and the other pages there are."""

    page: Page
    number: str
    others: Sequence[Page]

    @property
    def text(self) -> str:
        return self.page.body.decode("utf-8", errors="surrogateescape")


Mutation = Callable[[Target, Random], bytes | Page | None]


def case(portal: Portal, seed: int) -> Case:
    """The test case of `seed`: the same for the same samples."""
    rng = Random(f"{portal.name} {seed}")  # noqa: S311
    pool = samples(portal.name)
    (sample,) = rng.choices(pool, [_weight(sample) for sample in pool])
    others = [other.page for other in pool]
    page, done = sample.page, list[str]()
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        name, changed = _changed(Target(page, sample.number, others), rng)
        if name == "other_number" and done:
            continue
        page = changed
        done.append(name)
        if name == "other_number":
            break
    pages = [page]
    foreign = done == ["other_number"] and sample.named
    if not foreign and rng.random() < 0.1:
        pages.insert(rng.randrange(2), rng.choice(others))
        done.append("another page beside it")
    return Case(portal, seed, sample, tuple(pages), tuple(done), foreign)


def _weight(sample: Sample) -> int:
    """How often a page is taken: most where there are rows to lose, or a word about why there are none."""
    if sample.reading is None:
        return 1
    return {Outcome.OK: 12, Outcome.NO_EVENTS_YET: 6, Outcome.NOT_FOUND: 6}.get(sample.reading.outcome, 1)


def _changed(target: Target, rng: Random) -> tuple[str, Page]:
    """The page after one mutation that changes it, and the mutation's name."""
    while True:
        mutation = rng.choice(MUTATIONS)
        made = mutation(target, rng)
        page = replace(target.page, body=made) if isinstance(made, bytes) else made
        if page is not None and page != target.page:
            return mutation.__name__.removesuffix("_"), page


# --- any text ---


def truncate(target: Target, rng: Random) -> bytes:
    return target.page.body[: rng.randrange(len(target.page.body) + 1)]


def truncate_and_close(target: Target, rng: Random) -> bytes | None:
    body = target.page.body
    return body[: rng.randrange(len(body) + 1)] + CLOSING.encode() if target.page.role is Role.DOM else None


def drop_double_or_swap_lines(target: Target, rng: Random) -> bytes:
    lines = target.page.body.splitlines(keepends=True) or [b""]
    return b"".join(bytes(line) for line in _shuffled(list(lines), rng))


def break_utf8(target: Target, rng: Random) -> bytes:
    body = target.page.body
    for _ in range(rng.choice((1, 1, 20))):
        at = rng.randrange(len(body) + 1)
        body = body[:at] + rng.choice(BROKEN_UTF8) + body[at:]
    return body


def insert_controls(target: Target, rng: Random) -> bytes:
    text = target.text
    for _ in range(rng.choice((1, 5, 50))):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(CONTROLS) + text[at:]
    return _encoded(text)


def change_digits(target: Target, rng: Random) -> bytes | None:
    places = [m.start() for m in re.finditer(r"[0-9]", target.text)]
    text = list(target.text)
    for at in rng.sample(places, min(len(places), rng.choice((1, 3, 30)))):
        text[at] = rng.choice("0123456789")
    return _encoded("".join(text))


def other_number(target: Target, _rng: Random) -> bytes:
    """Every mention of the parcel's number made another number."""
    other = target.number.translate(str.maketrans("0123456789", "1234567890")) + "7"
    return target.page.body.replace(target.number.encode(), other.encode())


def splice(target: Target, rng: Random) -> bytes:
    body, other = target.page.body, rng.choice(target.others).body
    return body[: rng.randrange(len(body) + 1)] + other[rng.randrange(len(other) + 1) :]


def append_other(target: Target, rng: Random) -> bytes:
    return target.page.body + rng.choice(target.others).body


def wrap(target: Target, rng: Random) -> Page:
    """The page inside another: a reply saved with its status, JSONP, quoted, escaped, or as plain HTML."""
    text = target.page.text
    frames = (
        json.dumps({"status": 200, "headers": {}, "body": text}),
        json.dumps({"status": 200, "headers": [], "body": _json(text)}),
        json.dumps(text),
        f"callback({text});",
        f"<html><body>{text}</body></html>",
        f"<html><body><pre>{html.escape(text)}</pre></body></html>",
        f"<html><textarea>{html.escape(text)}</textarea></html>",
        f"<!-- {text} -->",
        f"<html><body><template>{text}</template></body></html>",
        f"<html><script>var page = {json.dumps(text)};</script></html>",
    )
    return replace(target.page, body=rng.choice(frames).encode(errors="replace"))


def change_status(target: Target, rng: Random) -> Page:
    return replace(target.page, status=rng.choice(STATUSES))


def change_role(target: Target, _rng: Random) -> Page:
    is_dom = target.page.role is Role.DOM
    return replace(target.page, role=Role.PAYLOAD if is_dom else Role.DOM)


# --- JSON ---


def json_items(target: Target, rng: Random) -> bytes | None:
    """An item or key of one list or object dropped, doubled, or swapped with another."""
    document = _document(target)
    filled = [container for container in _containers(document) if container]
    if not filled:
        return None
    chosen = rng.choice(filled)
    chosen[:] = _shuffled(list(chosen), rng)
    return _dumped(document)


def json_key(target: Target, rng: Random) -> bytes | None:
    """A key renamed, in one object or wherever it stands."""
    document = _document(target)
    records = [c for c in _containers(document) if isinstance(c, Record) and c]
    if not records:
        return None
    pair = rng.choice(rng.choice(records))
    old, everywhere = pair[0], rng.random() < 0.5
    new = rng.choice((f"{old}2", str(old).upper(), str(old)[::-1], ""))
    for entry in (entry for record in records for entry in record) if everywhere else (pair,):
        if entry[0] == old:
            entry[0] = new
    return _dumped(document)


def json_value(target: Target, rng: Random) -> bytes | None:
    """A value of a wrong type, size or depth."""
    document = _document(target)
    records = [c for c in _containers(document) if isinstance(c, Record) and c]
    if not records:
        return None
    pair = rng.choice(rng.choice(records))
    value = pair[1]
    wrong: tuple[object, ...] = (
        *(None, True, False, 0, -1, 3.5, 10**30, "", " ", "0", "x" * 20_000, Record(), []),
        *([value], Record([["value", value]]), str(value), [[[[value]]]]),
    )
    pair[1] = rng.choice(wrong)
    return _dumped(document)


def json_without_rows(target: Target, rng: Random) -> bytes | None:
    """The frame of the page, its list of rows empty, null or gone."""
    document = _document(target)
    found = [
        (record, pair)
        for record in _containers(document)
        if isinstance(record, Record)
        for pair in record
        if _is_rows(pair[1])
    ]
    if not found:
        return None
    record, pair = rng.choice(found)
    pair[1] = rng.choice(([], [], None))
    if rng.random() < 0.2:
        record.remove(pair)
    return _dumped(document)


# --- HTML ---


def html_elements(target: Target, rng: Random) -> bytes | None:
    """One element dropped, doubled, emptied, or swapped with the next of its name."""
    text = target.text
    tags = list(_OPENING.finditer(text))
    if not tags:
        return None
    tag = rng.choice(tags)
    start, end = _element(text, tag.start())
    before, here, after = text[:start], text[start:end], text[end:]
    following = re.search(rf"<{tag[1]}\b", after)
    first, last = _element(after, following.start()) if following else (0, 0)
    swapped = after[first:last] + after[:first] + here + after[last:]
    return _encoded(before + rng.choice((after, here + here + after, tag[0] + after, swapped)))


def html_class(target: Target, rng: Random) -> bytes | None:
    """A class renamed, once or wherever it stands."""
    text = target.text
    found = list(_CLASS.finditer(text))
    if not found:
        return None
    chosen = rng.choice(found)
    old = rng.choice(chosen[1].split() or [""])
    if rng.random() < 0.5:
        return _encoded(text[: chosen.start()] + chosen[0].replace(old, f"x-{old}") + text[chosen.end() :])
    whole = re.compile(rf"(?<![\w-]){re.escape(old)}(?![\w-])")
    return _encoded(_CLASS.sub(lambda m: whole.sub(f"x-{old}", m[0]), text))


def html_without_rows(target: Target, rng: Random) -> bytes | None:
    """The frame of the page, every element of one often repeated class gone."""
    text = target.text
    counted: dict[str, list[int]] = {}
    for tag in _OPENING.finditer(text):
        if named := _CLASS.search(tag[0]):
            for name in named[1].split():
                counted.setdefault(name, []).append(tag.start())
    often = [starts for starts in counted.values() if len(starts) > 2]
    if not often:
        return None
    for start in reversed(rng.choice(often)):
        begin, end = _element(text, start)
        text = text[:begin] + text[end:]
    return _encoded(text)


def html_spelling(target: Target, rng: Random) -> bytes:
    """The page spelled otherwise: upper-case tags, less white space, no quotes, letters as entities."""
    text = target.text
    spelled = (
        re.sub(r"</?[a-zA-Z]+", lambda m: m[0].upper(), text),
        re.sub(r"\s+", " ", text),
        re.sub(r">\s+<", "><", text),
        re.sub(r'="([\w-]+)"', r"=\1", text),
        re.sub(r"(?<=>)[^<>]+", lambda m: "".join(f"&#{ord(c)};" if c.isalpha() else c for c in m[0]), text),
        text.replace("\n", "\r\n"),
    )
    return _encoded(rng.choice(spelled))


def html_text(target: Target, rng: Random) -> bytes | None:
    """One text made empty, huge, or markup."""
    found = list(re.finditer(r"(?<=>)[^<>]*\w[^<>]*", target.text))
    if not found:
        return None
    chosen = rng.choice(found)
    new = rng.choice(("", " ", "&nbsp;", "x" * 20_000, "<b>", "</div>", "<!--", "<p>a<p>b", "&#0;&#xd800;"))
    return _encoded(target.text[: chosen.start()] + new + target.text[chosen.end() :])


MUTATIONS: tuple[Mutation, ...] = (
    *(truncate, truncate, truncate_and_close, drop_double_or_swap_lines, break_utf8, insert_controls),
    *(change_digits, other_number, splice, append_other, wrap, change_status, change_role),
    *(
        json_items,
        json_items,
        json_key,
        json_key,
        json_value,
        json_value,
        json_without_rows,
        json_without_rows,
    ),
    *(html_elements, html_elements, html_class, html_class, html_without_rows, html_spelling, html_text),
)


#: Damage to the bytes of tags, which no browser writes down: whose part a text is, is then anybody's guess.
CRUSHING = frozenset({"splice", "append_other", "break_utf8", "insert_controls"})


def _shuffled(items: list[_T], rng: Random) -> list[_T]:
    """`items` with one dropped, doubled, or swapped with another."""
    at = rng.randrange(len(items))
    match rng.randrange(3):
        case 0:
            return items[:at] + items[at + 1 :]
        case 1:
            return items[:at] + items[at:][:1] + items[at:]
    other = rng.randrange(len(items))
    items[at], items[other] = items[other], items[at]
    return items


def _is_rows(value: object) -> bool:
    if not isinstance(value, list) or isinstance(value, Record) or not value:
        return False
    return all(isinstance(item, Record) for item in value)


def _element(text: str, start: int) -> tuple[int, int]:
    """Where the element that begins at `start` begins and ends, by counting tags of its name."""
    tag = _OPENING.match(text, start)
    if tag is None:
        return start, start
    if tag[1].lower() in _VOID:
        return tag.span()
    depth = 0
    for found in re.compile(rf"<(/?){tag[1]}\b[^<>]*>", re.IGNORECASE).finditer(text, start):
        depth += -1 if found[1] else 1
        if depth == 0:
            return start, found.end()
    return tag.span()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogateescape")


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _document(target: Target) -> object:
    """The page as JSON, objects as records; None if it is none."""
    try:
        return json.loads(target.page.text, object_pairs_hook=lambda pairs: Record([k, v] for k, v in pairs))
    except ValueError:
        return None


def _containers(value: object) -> Iterator[list[object]]:
    if isinstance(value, list):
        yield value
        for item in value:
            yield from _containers(item[1] if isinstance(value, Record) else item)


def _dumped(value: object) -> bytes:
    return written(value).encode(errors="replace")


def written(value: object) -> str:
    """`value` as JSON without white space, a key as often as it stands in its record."""
    if isinstance(value, Record):
        return "{" + ",".join(f"{json.dumps(key)}:{written(item)}" for key, item in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
