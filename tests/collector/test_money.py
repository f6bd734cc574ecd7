"""Amounts as shops print them in many countries; the texts are written for these tests."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.read.money import NO_FRACTION, amount, currency_in

#: Sign before, separator of groups, decimal sign, sign after, ISO code.
STYLES = {
    "us": ("US $", ",", ".", "", "USD"),
    "bare us": ("$", ",", ".", "", None),
    "br": ("R$", ".", ",", "", "BRL"),
    "br wide": ("R$ ", ".", ",", "", "BRL"),
    "de": ("", ".", ",", " €", "EUR"),
    "fr": ("", "\u202f", ",", "\u00a0€", "EUR"),
    "es": ("", ".", ",", "€", "EUR"),
    "ch": ("CHF ", "’", ".", "", "CHF"),
    "pl": ("", "\u00a0", ",", " zł", "PLN"),
    "cz": ("", " ", ",", "\u00a0Kč", "CZK"),
    "ru": ("", " ", ",", " руб.", "RUB"),
    "uk": ("£", ",", ".", "", "GBP"),
    "au": ("AU $", ",", ".", "", "AUD"),
    "arabic": ("", "٬", "٫", "\u00a0ر.س.\u200f", "SAR"),
    "mx": ("MX$", ",", ".", "", "MXN"),
    "code after": ("", ",", ".", " USD", "USD"),
    "il": ("₪", ",", ".", "", "ILS"),
}
WHOLE_STYLES = {
    "kr": ("₩", ",", "", "KRW"),
    "jp": ("JPY ", ",", "", "JPY"),
    "cl": ("CLP ", ".", "", "CLP"),
    "cl sign": ("CLP$", ".", "", "CLP"),
    "vn": ("", ".", " ₫", "VND"),
}
CENTS = st.integers(0, 10**12 - 1)


def grouped(whole: int, separator: str) -> str:
    return f"{whole:,}".replace(",", separator)


def arabic(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))


@given(style=st.sampled_from(sorted(STYLES)), cents=CENTS, minus=st.sampled_from(["", "-", "−"]))
def test_an_amount_printed_the_way_of_any_country_is_read_back(style, cents, minus):
    before, groups, point, after, code = STYLES[style]
    printed = f"{minus}{before}{grouped(cents // 100, groups)}{point}{cents % 100:02}{after}"
    if style == "arabic":
        printed = arabic(printed)
    expected = Decimal(cents).scaleb(-2) * (-1 if minus else 1)
    assert amount(printed) is not None
    assert Decimal(amount(printed)) == expected
    assert currency_in(printed) == code


@given(style=st.sampled_from(sorted(STYLES)), tenths=CENTS)
def test_one_digit_after_the_decimal_sign_is_enough(style, tenths):
    before, groups, point, after, _ = STYLES[style]
    printed = f"{before}{grouped(tenths // 10, groups)}{point}{tenths % 10}{after}"
    assert Decimal(amount(printed)) == Decimal(tenths).scaleb(-1)


@given(style=st.sampled_from(sorted(WHOLE_STYLES)), whole=st.integers(0, 10**12 - 1))
def test_an_amount_of_a_currency_without_fraction_is_read_back(style, whole):
    before, groups, after, code = WHOLE_STYLES[style]
    printed = f"{before}{grouped(whole, groups)}{after}"
    assert amount(printed) == str(whole)
    assert currency_in(printed) == code


@given(thousands=st.integers(1, 999), rest=st.integers(0, 999), separator=st.sampled_from(".,"))
def test_three_digits_after_a_lone_separator_are_a_riddle(thousands, rest, separator):
    printed = f"{thousands}{separator}{rest:03}"
    assert amount(printed) is None
    assert amount(f"R${printed}") is None
    assert all(amount(printed, code) == f"{thousands}{rest:03}" for code in NO_FRACTION)


@given(st.text(max_size=80))
def test_any_text_gives_a_decimal_or_nothing(text):
    read = amount(text)
    assert read is None or Decimal(read).is_finite()
    assert currency_in(text) is None or len(currency_in(text)) == 3


@given(st.text(alphabet="0123456789.,' $€-R", max_size=20))
def test_no_digit_is_ever_added_or_lost(text):
    read = amount(text)
    if read is not None:
        assert [c for c in read if c.isdigit()] == [c for c in text if c.isdigit()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R$31,93", "31.93"),
        ("US $1,234.56", "1234.56"),
        ("1.234,56 €", "1234.56"),
        ("₩11,110", "11110"),
        ("-R$5,66", "-5.66"),
        ("R$ -5,66", "-5.66"),
        ("₹1,23,456.78", "123456.78"),
        ("₹12,34,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1 234 zł", "1234"),
        ("12,345.678", "12345.678"),
        ("KD 1.5", None),
        ("د.ك 1,234.567", "1234.567"),
        ("US $0.123", "0.123"),
        ("1234.567", "1234.567"),
        ("-0,00 €", "0.00"),
        ("$12.50 USD", "12.50"),
        ("C$ 12.30", "12.30"),
    ],
)
def test_separators_are_told_apart(text, expected):
    assert amount(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Free shipping",
        "x2",
        "10 items",
        "US $5 - 7",
        "US $5.00 - 7.00",
        "12 34",
        "1,2345",
        "1,234,56",
        "1.234,567.8",
        "1 234'567,89",
        "5,",
        "007",
        "2.5e3",
        "₩1,234.567",
        "US $12.50 CAD",
        "9" * 13,
        "1" * 10_000,
        "１²",
    ],
)
def test_what_is_no_amount_or_two_is_nothing(text):
    assert amount(text) is None


@pytest.mark.parametrize("text", ["$5.00", "¥5.00", "￥5", "5,00 kr", "5 lei", "Fr. 5.00", "5.00", ""])
def test_a_sign_of_several_countries_names_no_currency(text):
    assert currency_in(text) is None


@pytest.mark.parametrize(("text", "code"), [("R$", "BRL"), ("US $", "USD"), ("eur", "EUR"), ("zł", "PLN")])
def test_a_sign_alone_names_its_currency(text, code):
    assert currency_in(text) == code


def test_a_currency_known_from_elsewhere_gives_way_to_the_one_printed():
    assert amount("US $1,234", "KRW") is None
    assert amount("¥1,234", "JPY") == "1234"
