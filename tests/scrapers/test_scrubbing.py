"""The pieces of scrubbing any shop can use: masks, what is hidden of a known name, cleaned addresses."""

import re
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.scrubbing import Addresses, Gathered, Personal, mask, undisguised

COMMON = frozenset({"will", "may", "in", "der", "package", "street"})
ADDRESSES = Addresses(
    hosts=("shop.example",),
    paths=re.compile(r"p|order|index\.html|[0-9]{5,22}\.html"),
    query={"orderId": re.compile(r"[0-9]{10,22}")},
    emptied=frozenset({"wall"}),
)


def known(**texts: str) -> Personal:
    """What is hidden once these texts were found."""
    return Gathered(**{kind: {text} for kind, text in texts.items()}).personal(COMMON)


ANA = known(names="Ana María Example")


@given(st.text())
def test_a_mask_leaves_white_space_and_punctuation_alone(text):
    masked = mask(text)
    assert len(masked) == len(text)
    assert not any(c.isalnum() and c != "x" for c in masked)
    assert mask(masked) == masked


@pytest.mark.parametrize("word", ["Ana", "anna_1234", "José", "Jose\u0301", "김철수", "अना", "🎂", "Ж9"])
def test_a_mask_hides_words_of_any_script(word):
    assert set(mask(word)) == {"x"}


@pytest.mark.parametrize(
    "text",
    [
        "Signed by Ana María Example today",
        "Signed by EXAMPLE, ANA today",
        "Signed by ana maria example today",
        "Signed by Ana Example today",
        "Signed by Mari\u0301a Example today",
        "Signed by Ana&#32;Ex&#97;mple today",
        "Signed by Ana%20%45xample today",
        "Signed by \\u0041na Example today",
        "Signed by &amp;#65;na Example today",
    ],
)
def test_a_name_is_hidden_however_it_is_written(text):
    hidden = ANA.hide(text)
    plain = undisguised(hidden).casefold()
    assert not re.search(r"ana|mar[ií]|example", plain)
    assert hidden.startswith("Signed by")
    assert hidden.endswith("today")


@pytest.mark.parametrize(
    "text", ["Package for Anastasia", "An example of a cable", "Banana example", "ANA airlines"]
)
def test_words_that_are_no_two_words_of_the_name_stay(text):
    assert ANA.hide(text) == text


def test_a_single_part_of_a_name_is_hidden_in_prose_where_it_begins_with_a_capital():
    assert ANA.hide("Handed to Ana at home", parts=True) == "Handed to xxx at home"
    assert ANA.hide("EXAMPLE was at home", parts=True) == "xxxxxxx was at home"
    assert ANA.hide("an example of prose", parts=True) == "an example of prose"


def test_common_words_never_name_anybody():
    will = known(names="Will May")
    text = "Your package will arrive on May 12, Will"
    assert will.hide(text, parts=True) == text


def test_an_address_is_hidden_by_neighbouring_words_and_a_town_is_not():
    home = known(addresses="Rua das Flores, 123 São Paulo", regions="São Paulo")
    assert home.hide("Left at Rua das Flores 123") == "Left at xxx xxx xxxxxx xxx"
    assert home.hide("Arrived at São Paulo") == "Arrived at São Paulo"
    assert home.hide("Flores, 12 May 2026 - 123") == "Flores, 12 May 2026 - 123"


@pytest.mark.parametrize(
    "text", ["11999999999", "+55 11999999999", "+55 (11) 99999-9999", "011 99999 9999", "5511999999999"]
)
def test_a_telephone_is_hidden_in_any_form(text):
    phone = known(phones="+55 11999999999")
    assert not any(c.isdigit() for c in phone.hide(f"Call {text} now"))


def test_longer_numbers_that_hold_a_telephone_stay():
    phone = known(phones="11999999999")
    assert phone.hide("Number 8210119999999990 of 2026") == "Number 8210119999999990 of 2026"


@pytest.mark.parametrize("text", ["00000-000", "00000000", "00000 000"])
def test_a_postcode_is_hidden_as_it_may_be_spelt(text):
    assert known(codes="00000-000").hide(f"To {text}.") == f"To {mask(text)}."


def test_a_postcode_that_looks_like_a_year_is_not_looked_for():
    assert known(codes="2026").hide("Jul 15, 2026") == "Jul 15, 2026"


def test_a_name_without_blanks_is_hidden_within_a_text_without_blanks():
    assert known(names="王小明").hide("已由王小明签收") == "已由xxx签收"


def test_any_mail_address_is_hidden_and_a_refresh_rate_is_not():
    assert Personal().hide("Ask ana.example@mail.example.org!") == "Ask xxx.xxxxxxx@xxxx.xxxxxxx.xxx!"
    assert Personal().hide("8K@60Hz, 4K@120Hz") == "8K@60Hz, 4K@120Hz"


def test_a_name_split_over_pieces_is_hidden_in_each():
    assert ANA.hide_run(["Signed by A", "na", " ", "Example", "."]) == [
        "Signed by x",
        "xx",
        " ",
        "xxxxxxx",
        ".",
    ]
    assert ANA.hide_run(["Ana", "Example", "today"]) == ["xxx", "xxxxxxx", "today"]


@given(st.text(), st.text(max_size=40), st.booleans())
def test_what_is_hidden_stays_as_it_is(text, name, parts):
    personal = Gathered(names={name}, addresses={text}, phones={name}, codes={name}).personal(COMMON)
    hidden = personal.hide(text, parts=parts)
    assert personal.hide(hidden, parts=parts) == hidden
    assert (
        Gathered(names={mask(name)}, addresses={mask(text)}).personal(COMMON).hide(hidden, parts=parts)
        == hidden
    )


def test_hiding_takes_linear_time():
    personal = Gathered(
        names={f"Name{n} Example{n}" for n in range(300)}, phones={f"+55 119999{n:05}" for n in range(300)}
    ).personal(COMMON)
    for filler in ("Ana Example ", "a" * 12, "1" * 12, "a@" * 6, "&#65;na", "%41na ", "((((((", "\\u0041"):
        started = time.perf_counter()
        personal.hide(filler * 10_000, parts=True)
        assert time.perf_counter() - started < 10, filler


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        (
            "https://www.shop.example/p/order/index.html?token=s3cret#top",
            "https://www.shop.example/p/order/index.html",
        ),
        (
            "https://ana:pw@shop.example/p?orderId=8190000000000001",
            "https://shop.example/p?orderId=8190000000000001",
        ),
        ("//shop.example/p/ana%20example", "//shop.example/p/xxxxxxxxxxx"),
        ("/p/12345678.html?orderId=ana", "/p/12345678.html"),
        ("index.html?orderId=8190000000000001", "index.html?orderId=8190000000000001"),
        ("https://ana.example.org/p", "https://host.invalid/p"),
        ("/p?wall=s3cret", "/p?wall="),
        ("mailto:ana@example.org", ""),
        ("javascript:alert('Ana')", ""),
        ("tel:+5511999999999", ""),
        ("data:text/plain,Ana", ""),
        ("#ana", ""),
        ("https://[ana/", ""),
        ("https:ana", ""),
        ("////ana/p", "/xxx/p"),
    ],
)
def test_an_address_keeps_what_is_known_to_be_harmless(url, cleaned):
    assert ADDRESSES.cleaned(url) == cleaned
    assert ADDRESSES.cleaned(cleaned) == cleaned


@given(
    st.one_of(
        st.text(),
        st.text(alphabet="/?#&=:@.%;[]p1a ", max_size=40),
        st.builds("https://shop.example/{}?{}".format, st.text(), st.text()),
    )
)
def test_cleaning_an_address_twice_changes_nothing_more(url):
    cleaned = ADDRESSES.cleaned(url)
    assert ADDRESSES.cleaned(cleaned) == cleaned
    cleaned.encode("ascii")


@given(st.text(alphabet=st.characters(categories=("Lu", "Ll", "Nd")), min_size=4).map("Qq{}".format))
def test_no_part_of_an_address_that_is_not_known_survives(word):
    url = f"https://shop.example/p/{quote(word)}?{quote(word)}={quote(word)}&orderId={quote(word)}#{quote(word)}"
    assert "Qq" not in ADDRESSES.cleaned(url)
