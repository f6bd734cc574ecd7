"""What of a page is compared, and what is left out. All pages here are synthetic."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collector.canonical import canonical
from collector.store.facts import Visit, store_visit
from scrapers.contract import Canonical, Page
from scrapers.words import Outcome, Role

SEEN_AT = datetime(2026, 3, 1, tzinfo=UTC)

RULES = Canonical(selectors=(".advert", "#clock"), attributes=("data-request",), keys=("traceId",))
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="<>&\"'`\x00\r"), max_size=12)
NONCES = st.text("abcdefghijklmnop0123456789", min_size=1, max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=15,
)
MARKUP = """
<p>|</p>|<div class=advert>|</div>|<script>|</script>|<!--|-->|<table>|<tr>|<td>|<form>|</form>|<a>|</a>|<b>|
<svg>|<math>|<mi>|<style>|<title>|<template>|</template>|<plaintext>|<noscript>|<select>|<option>|<p nonce=1>|
<frameset>|<input type=hidden name=csrf value=2>|text|&amp;|&|<p data-request=1>|</textarea>|<li>|</table>
"""
FRAGMENTS = st.lists(
    st.sampled_from([*MARKUP.replace("\n", "").split("|"), "<pre>\n", "<textarea>\n\n", " "]), max_size=14
).map("".join)


def dom(body: bytes | str) -> Page:
    return Page(
        Role.DOM, "https://x.test/", "text/html", body.encode("utf-8") if isinstance(body, str) else body
    )


def payload(body: bytes | str) -> Page:
    return Page(
        Role.PAYLOAD, "https://x.test/d", "application/json", body.encode() if isinstance(body, str) else body
    )


def a_load(words: str, nonce: str) -> Page:
    return dom(
        f"<!doctype html><html><head><!-- built {nonce} --><script nonce={nonce}>go('{nonce}')</script>"
        f"<meta name=csrf-token content={nonce}><style>.a{{}}</style></head><body nonce={nonce}>"
        f"<p>{words}</p><form><input type=hidden name=_csrf value={nonce}></form>"
        f"<div class=advert><i class=advert>{nonce}</i></div>"
        f"<b id=clock>{nonce}</b><span data-request={nonce}>row</span></body></html>"
    )


@given(WORDS, NONCES, NONCES)
def test_two_loads_that_differ_only_in_nonces_are_equal(words, one, other):
    assert canonical(a_load(words, one), RULES) == canonical(a_load(words, other), RULES)


@given(NONCES)
def test_a_different_word_makes_a_different_page(nonce):
    assert canonical(a_load("Delivered", nonce), RULES) != canonical(a_load("In transit", nonce), RULES)


def test_words_rows_and_ordinary_fields_are_kept():
    text = canonical(
        dom("<p>Delivered</p><input type=hidden name=number value=X1><i>2 May</i>"), RULES
    ).decode()
    assert "Delivered" in text
    assert 'value="X1"' in text
    assert "2 May" in text


@settings(max_examples=300)
@given(FRAGMENTS)
@example("<table><a><tr><a><td>")
@example("<pre>\n\n\n\n\n\n\nx")
@example("<form><div></form><form>")
def test_canonical_html_is_its_own_canonical_form(markup):
    page = dom(markup)
    once = canonical(page, RULES)
    assert canonical(replace(page, body=once), RULES) == once


@given(st.binary(max_size=80), st.sampled_from([dom, payload]))
@example(b"\xff\xfe<", dom)
@example(b"\xef\xbb\xbf{}", payload)
def test_any_bytes_are_accepted_and_settle_at_once(body, kind):
    page = kind(body)
    once = canonical(page, RULES)
    assert canonical(replace(page, body=once), RULES) == once


@given(JSON)
def test_canonical_json_is_its_own_canonical_form_and_means_the_same(value):
    page = payload(json.dumps(value))
    once = canonical(page, Canonical())
    assert canonical(replace(page, body=once), Canonical()) == once
    assert repr(_sorted(json.loads(once))) == repr(_sorted(value))


def _sorted(value):
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


@given(st.dictionaries(st.text(max_size=5), st.integers(), max_size=5), st.randoms())
def test_the_order_of_keys_does_not_count(value, random):
    keys = list(value)
    random.shuffle(keys)
    other = json.dumps({key: value[key] for key in keys}, indent=2)
    assert canonical(payload(json.dumps(value)), RULES) == canonical(payload(other), RULES)


def test_volatile_keys_go_at_any_depth_and_lists_keep_their_order():
    one = canonical(payload('{"b": [{"traceId": 1, "n": 2.50}, {"n": 1}], "traceId": "x", "a": null}'), RULES)
    assert one == b'{"a":null,"b":[{"n":2.50},{"n":1}]}'


def test_every_pair_of_a_repeated_key_is_kept_in_order():
    repeated = b'{"z": 1, "fecha": "02/01", "fecha": "01/01"}'
    assert canonical(payload(repeated), RULES) == b'{"fecha":"02/01","fecha":"01/01","z":1}'


CALLS = st.tuples(
    st.sampled_from(["", " ", "/**/", "/**/ "]),
    st.from_regex(r"[A-Za-z_$][A-Za-z0-9_$.]{0,12}", fullmatch=True),
    st.sampled_from([")", ");", ") ;\n"]),
)


@given(JSON, CALLS, CALLS)
def test_which_function_a_reply_is_handed_to_does_not_count(value, one, other):
    text = json.dumps(value)
    calls = [payload(f"{lead}{name}({text}{end}") for lead, name, end in (one, other)]
    assert canonical(calls[0], RULES) == canonical(calls[1], RULES) == canonical(payload(text), RULES)


def test_a_reply_in_a_call_loses_its_volatile_keys_and_nothing_else():
    reply = b'mtopjsonp2({"traceId": "21", "ret": ["SUCCESS::(ok);"], "n": 1.0});'
    assert canonical(payload(reply), RULES) == b'{"n":1.0,"ret":["SUCCESS::(ok);"]}'
    changed = reply.replace(b"1.0", b"1.00")
    assert canonical(payload(changed), RULES) != canonical(payload(reply), RULES)


def test_loads_that_differ_only_in_trace_and_callback_are_stored_once(db):
    def stored(hour, body):
        visit = Visit("shop", None, SEEN_AT.replace(hour=hour), "browser", Outcome.OK, True, (payload(body),))
        store_visit(db, None, visit, RULES)

    stored(1, b'mtopjsonp1({"data": {"n": 1}, "traceId": "a"})')
    stored(2, b'mtopjsonp2({"traceId": "b", "data": {"n": 1}})')
    assert [row["n"] for row in db.query("select count(*) as n from pages")] == [1]
    stored(3, b'mtopjsonp2({"traceId": "b", "data": {"n": 2}})')
    assert [row["n"] for row in db.query("select count(*) as n from pages")] == [2]


@pytest.mark.parametrize(
    "body",
    [b'{"cut": ', b"callback({)", b"callback({}) + 1", b"a.b['c']({})", b"[" * 100_000, b"\xff{}", b""],
)
def test_a_payload_that_is_no_json_is_compared_as_it_is(body):
    assert canonical(payload(body), RULES) == body


def test_undecodable_pages_that_differ_stay_different():
    assert canonical(dom(b"<p>\xff"), RULES) != canonical(dom(b"<p>\xfe"), RULES)


@pytest.mark.parametrize("role", [Role.SCREENSHOT, Role.RECORD])
def test_pictures_and_records_are_compared_byte_for_byte(role):
    page = Page(role, "", "image/png", b'{"traceId": 1}')
    assert canonical(page, RULES) == page.body
