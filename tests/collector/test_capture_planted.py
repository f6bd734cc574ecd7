"""Whatever is personal, and wherever it stands on a page: it is not in what `capture` writes."""

import base64
import html
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import quote, unquote

from hypothesis import given, settings
from hypothesis import strategies as st

import scrapers
from collector.kit.capture import captured
from collector.kit.cases import cases

ROOT = Path(__file__).parents[2] / "fixtures" / "pages"
CASES = [
    case
    for name, portal in scrapers.portals().items()
    if (ROOT / name / "cases.toml").exists()
    for case in cases(ROOT / name, portal)
]
REPLIES = [case for case in CASES if any(page.text.lstrip()[:1] in "{[" for page in case.pages if page.text)]
DOCUMENTS = [case for case in CASES if any("<body" in page.text for page in case.pages)]

NAME, EMAIL, TOKEN = "Perpetua Quindlethorpe", "perpetua.q@vexillary.example", "eyJhbGciOiJVexilla9xQ7"
PHONES = ("+1 612 555 0147", "6125550147", "(612) 555-0147", "06.12.55.50.14.7")
STREETS = (
    "12 Quindlethorpe Street",
    "Calle Quindlethorpe 12",
    "Quindlethorpestraße 12",
    "12 rue Quindlethorpe",
)
NUMBERS = ("RB482917364DE", "1Z879E930346834440", "LP00712345698765")
PLANTS = (NAME, NAME.upper(), EMAIL, TOKEN, "Quindlethorpe, Perpetua", "73519", *PHONES, *STREETS, *NUMBERS)
TRACES = (
    "perpetua", "quindlethorpe", "vexilla", "6125550147", "061255501", "73519", "rb482917364de",
    "1z879e930346834440", "lp00712345698765",
)  # fmt: skip
#: How such a text stands within what a portal shows as a row.
SENTENCES = (
    f"Delivered, received by {NAME}", f"Entregado. Firmado por: {NAME}", f"Delivered. Contact {EMAIL}",
    f"Left at {STREETS[0]}", f"Call the driver: {PHONES[0]}", f"Zugestellt, unterschrieben von {NAME}",
    f"Your new number is {NUMBERS[0]}", f"已签收，签收人：{NAME}", "Arrived at depot 73519 Anytown",
)  # fmt: skip
KEYS = (
    "recipientName",
    "signedBy",
    "receiverPhone",
    "token",
    "customerRemark",
    "x1",
    "deliveryAddress",
    "html",
    "u",
)


def spellings(text):
    """A text as it stands, and with every disguise resolved; also run together."""
    found = [text]
    for _ in range(3):
        text = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), unquote(html.unescape(text)))
        found.append(text)
    found += [re.sub(r"[\W_]", "", one) for one in (*found, re.sub(r"<[^<>]*>", "", text))]
    return "\n".join(found).casefold()


def traces_in(files):
    """What of a person can still be read."""
    said = "\n".join(spellings(body.decode()) + name for name, body in files.items())
    encoded = [base64.b64encode(one.encode()).decode().rstrip("=")[:-1] for one in (NAME, *NUMBERS)]
    return [one for one in TRACES if one in said] + [
        one for one in encoded if any(one.encode() in body for body in files.values())
    ]


def check(case, pages):
    made = captured(case.portal, case.number, pages, date(2026, 3, 1), scrubbing=True)
    assert traces_in(made.files) == []


def disguised(draw, text):
    return draw(
        st.sampled_from(
            [
                text,
                f"<b>{text}</b>",
                json.dumps({"inner": text}),
                f"https://www.example.com/a/{quote(text)}?who={quote(text)}#{quote(text)}",
                base64.b64encode(text.encode()).decode(),
                f'<div title="{html.escape(text)}"><script>var a = "{text}";</script><!-- {text} --></div>',
            ]
        )
    )


@st.composite
def replies(draw):
    """A saved case with something personal in one of its replies."""
    case = draw(st.sampled_from(REPLIES))
    pages = list(case.pages)
    place = draw(st.sampled_from([i for i, page in enumerate(pages) if page.text.lstrip()[:1] in ("{", "[")]))
    try:
        value = json.loads(pages[place].text)
    except ValueError:  # saved cut on purpose
        value = {"broken": pages[place].text[:50]}
    spots = list(objects(value))
    for _ in range(draw(st.integers(1, 4))):
        if spots:
            plant(draw, draw(st.sampled_from(spots)))
    pages[place] = replace(pages[place], body=json.dumps(value, ensure_ascii=draw(st.booleans())).encode())
    return case, pages


def objects(value):
    if isinstance(value, dict):
        yield value
    if isinstance(value, dict | list):
        for held in value.values() if isinstance(value, dict) else value:
            yield from objects(held)


def plant(draw, record):
    """Puts something personal under a key of its own, or into a text that stands there."""
    texts = [key for key, held in record.items() if isinstance(held, str) and " " in held]
    if texts and draw(st.booleans()):
        record[draw(st.sampled_from(texts))] = draw(st.sampled_from(SENTENCES))
        return
    key, text = draw(st.sampled_from(KEYS)), disguised(draw, draw(st.sampled_from(PLANTS)))
    record[key] = draw(st.sampled_from([text, [text], {"name": text, "value": {"text": text}}]))
    if draw(st.booleans()):
        record[draw(st.sampled_from((NAME, EMAIL, *NUMBERS)))] = 1
    if draw(st.booleans()):
        record["phoneNumber"] = 6125550147


@st.composite
def documents(draw):
    """A saved case with something personal in one of its documents."""
    case = draw(st.sampled_from(DOCUMENTS))
    pages = list(case.pages)
    place = draw(st.sampled_from([i for i, page in enumerate(pages) if "<body" in page.text]))
    text = pages[place].text
    for _ in range(draw(st.integers(1, 4))):
        said = draw(st.sampled_from(PLANTS))
        told = html.escape(said)
        anywhere = (
            f"<!-- {said} -->", f"<script>window.user = {json.dumps({'name': said})};</script>",
            f"<script>track('{said}')</script>", f"<style>.a::before {{ content: '{said}' }}</style>",
            f'<input type="hidden" name="who" value="{told}">',
            f"<i onclick=\"go('{told}')\" data-who='{told}'></i>",
            f'<img alt="{told}" title="{told}" src="https://cdn.example/{quote(said)}.png?u={quote(said)}">',
            f'<a href="mailto:{told}" aria-label="{told}"></a>',
            f'<i {re.sub(r"[^a-z]", "", said.lower())}x="1"></i>',
            f'<script type="application/json">{json.dumps([said])}</script>',
        )  # fmt: skip
        at_end = (
            f"<p>{told}</p>", f"<p>{told[:5]}<b>{told[5:]}</b></p>", f"<textarea>{told}</textarea>",
            f"<svg><title>{told}</title></svg>", f"<noscript>{told}</noscript>",
            f"<template>{told}</template>",
            f'<iframe srcdoc="{told}">{told}</iframe>', f"<select><option>{told}</option></select>",
            f'<input value="{told}" placeholder="{told}">', f"<pre>{json.dumps({'who': said})}</pre>",
            f"<object data='{told}'>{told}</object>", f"<xmp>{told}</xmp>",
            f"<p>{draw(st.sampled_from(SENTENCES))}</p>",
        )  # fmt: skip
        if draw(st.booleans()):
            tags = [match.end() for match in re.finditer(r"</(?:td|li|p|div|span|h1|tr)>", text)]
            at = draw(st.sampled_from(tags or [len(text)]))
            text = text[:at] + draw(st.sampled_from(anywhere)) + text[at:]
        else:
            text = text.replace("</body>", draw(st.sampled_from((*anywhere, *at_end))) + "</body>")
    pages[place] = replace(pages[place], body=text.encode())
    return case, pages


@settings(max_examples=150)
@given(replies())
def test_nothing_personal_survives_in_a_reply(planted):
    check(*planted)


@settings(max_examples=150)
@given(documents())
def test_nothing_personal_survives_in_a_document(planted):
    check(*planted)


@settings(max_examples=50)
@given(st.sampled_from(CASES), st.sampled_from(PLANTS))
def test_nothing_personal_survives_in_what_nobody_understands(case, said):
    cut = case.pages[0].body[: len(case.pages[0].body) // 2] + said.encode()
    check(case, [replace(case.pages[0], body=cut), replace(case.pages[0], body=said.encode())])


@settings(max_examples=50)
@given(st.sampled_from(CASES), st.sampled_from(PLANTS))
def test_nothing_personal_survives_in_an_address(case, said):
    url = f"{case.pages[0].url.partition('?')[0]}/{quote(said)}?postcode={quote(said)}&token={TOKEN}"
    check(case, [replace(case.pages[0], url=f"{url}#{quote(said)}")])
