"""The envelope of AliExpress' data service, mtop: what a page asked, what was answered, and with which code.

A reply is `{"api", "v", "ret": ["CODE::text", ...], "data": {...}, "traceId"}`, bare or as JSONP. Its scalars
are native in some replies and all strings in others. Codes and shapes: replies seen from 2026-04 to 2026-09.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from scrapers.contract import Page
from scrapers.payload import PayloadError, Record, document, record_at, string_at
from scrapers.payload import reply as page_reply
from scrapers.select import text_of, tree
from scrapers.words import Outcome, Role

NAME = "aliexpress"

#: `RGV587_ERROR` and `RRXVv_ERROR` come beside the first; alone they mean the same.
CHALLENGE_CODES = frozenset({"FAIL_SYS_USER_VALIDATE", "RGV587_ERROR", "RRXVV_ERROR"})
LOGIN_CODES = frozenset({"FAIL_SYS_SESSION_EXPIRED", "NEED_LOGIN", "FAIL_SYS_SID_INVALID"})
BUSY_CODES = frozenset({"FAIL_SYS_TRAFFIC_LIMIT"})
#: The signing token is missing or old: a new one comes with the refusal and the page asks again by itself.
STALE_CODES = frozenset(
    {
        "FAIL_SYS_TOKEN_EMPTY",
        "FAIL_SYS_TOKEN_EXOIRED",  # spelt so
        "FAIL_SYS_TOKEN_EXPIRED",
        "FAIL_SYS_ILLEGAL_ACCESS",
        "FAIL_SYS_ILLEGAL_REQUEST",
        "ILLEGAL_ACCESS",
    }
)
#: In the address a refused page is sent to.
WALL_WORDS = ("punish", "_____tmd_____")

_API_IN_PATH = re.compile(r"/h5/([A-Za-z0-9_.-]{1,200})/")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the data service.

    api    the name asked for, lower case ("mtop.ae.ld.querydetail"), empty if neither reply nor URL say it
    codes  the entries of `ret`, each up to its "::"
    data   the `data` object, empty if there is none
    asked  the decoded `data` parameter of the URL, empty if there is none (a POST carries it in its body)
    """

    api: str
    codes: tuple[str, ...]
    data: Record
    url: str
    asked: Record


def replies(pages: Sequence[Page]) -> tuple[Reply, ...]:
    """The mtop replies among `pages`, in their order; a page that is none, or is cut short, is left out.

    A person may have saved a reply as a file, or as the page a browser shows it on.
    """
    found = (_reply(page) for page in pages if page.role in (Role.PAYLOAD, Role.DOM))
    return tuple(reply for reply in found if reply is not None)


def is_stale_token(reply: Reply) -> bool:
    """Whether the reply only says that the signing token is old: it answers nothing, another one follows."""
    return bool(STALE_CODES & _codes(reply))


def outcome_of(reply: Reply) -> Outcome | None:
    """Why the reply answers nothing; None for a success, and for a stale token, which is no outcome."""
    codes = _codes(reply)
    address = (string_at(reply.data, "url") or "").lower()
    if codes & CHALLENGE_CODES or any(word in address for word in WALL_WORDS):
        return Outcome.CHALLENGE
    if codes & LOGIN_CODES:
        return Outcome.LOGIN_REQUIRED
    if codes & BUSY_CODES:
        return Outcome.RATE_LIMITED
    if "SUCCESS" in codes or is_stale_token(reply):
        return None
    return Outcome.UNAVAILABLE


def flag_at(record: Record, key: str) -> bool | None:
    """The truth value under `key`, native or as text ("true", "1"); None if it is none."""
    value = record.get(key)
    if isinstance(value, bool):
        return value
    return _FLAGS.get((string_at(record, key) or "").lower())


def language_asked(reply: Reply) -> str | None:
    """The language the page asked for its texts in: `en` for `en_US`."""
    asked = (string_at(reply.asked, "_lang") or "").partition("_")[0].lower()
    return asked if _LANGUAGE.fullmatch(asked) else None


def _codes(reply: Reply) -> frozenset[str]:
    return frozenset(code.upper() for code in reply.codes)


def _reply(page: Page) -> Reply | None:
    envelope = page_reply(page).value
    if envelope is None and page.role is Role.DOM:
        envelope = _shown(page.text)
    if not isinstance(envelope, dict):
        return None
    codes = _codes_in(envelope.get("ret"))
    if not codes or not ("api" in envelope or "data" in envelope):
        return None
    query = _query(page.url)
    return Reply(
        api=_api(envelope, page.url, query),
        codes=codes,
        data=record_at(envelope, "data"),
        url=page.url,
        asked=_record(next(iter(query.get("data", ())), "")),
    )


def _shown(html: str) -> object:
    """The document a browser shows as plain text on a page of its own."""
    if "<pre" not in html or not any(name in html for name in ('"ret"', "&quot;ret&quot;")):
        return None
    try:
        return document(text_of(tree(html), "body > pre") or "")
    except PayloadError:
        return None


def _codes_in(ret: object) -> tuple[str, ...]:
    entries = [ret] if isinstance(ret, str) else ret
    if not isinstance(entries, list):
        return ()
    codes = (string_at({"ret": entry}, "ret") for entry in entries)
    return tuple(code.partition("::")[0].strip() for code in codes if code is not None)


def _api(envelope: Record, url: str, query: dict[str, list[str]]) -> str:
    in_path = _API_IN_PATH.search(url)
    name = string_at(envelope, "api") or (in_path and in_path[1]) or next(iter(query.get("api", ())), "")
    return name.lower()


def _query(url: str) -> dict[str, list[str]]:
    try:
        return parse_qs(urlsplit(url).query)
    except ValueError:
        return {}


def _record(text: str) -> Record:
    try:
        value = document(text)
    except PayloadError:
        return {}
    return value if isinstance(value, dict) else {}
