"""What of a page is compared, and what is left out. All pages here are synthetic."""

import json
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collector.canonical import canonical
from scrapers.contract import Canonical, Page
from scrapers.words import Role

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


@pytest.mark.parametrize("body", [b'{"cut": ', b"callback({})", b"[" * 100_000, b"\xff{}", b""])
def test_a_payload_that_is_no_json_is_compared_as_it_is(body):
    assert canonical(payload(body), RULES) == body


def test_undecodable_pages_that_differ_stay_different():
    assert canonical(dom(b"<p>\xff"), RULES) != canonical(dom(b"<p>\xfe"), RULES)


@pytest.mark.parametrize("role", [Role.SCREENSHOT, Role.RECORD])
def test_pictures_and_records_are_compared_byte_for_byte(role):
    page = Page(role, "", "image/png", b'{"traceId": 1}')
    assert canonical(page, RULES) == page.body
