"""Tracking numbers: one spelling, check digits, and what is refused. Numbers are published examples."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrapers import numbers
from scrapers.numbers import NumberError, tracking_number
from scrapers.numbers.checks import CHECKS

IMPB = "9400111206206406260787"
S10 = "RB123456785GB"
texts = st.text(max_size=60) | st.text(alphabet="0123459ABGR -._/\u200b０９ａ", max_size=60)


# --- one spelling ---


@pytest.mark.parametrize(
    "text",
    [
        "9400 1112 0620 6406 2607 87",
        "  9400-1112-0620-6406-2607-87\n",
        "9400\u00a01112\u200b0620.6406‑2607–87\ufeff",
        "９４００１１１２０６２０６４０６２６０７８７",
        "420787459400111206206406260787",
        "42078745 9400 1112 0620 6406 2607 87",
        "4207874512349400111206206406260787",
    ],
)
def test_every_way_to_write_a_number_gives_one_spelling(text):
    assert tracking_number(text) == IMPB


def test_lower_case_and_full_width_letters_are_made_plain():
    assert tracking_number("rb 123456785 gb") == tracking_number("ＲＢ１２３４５６７８５ＧＢ") == S10


@pytest.mark.parametrize(
    "number",
    [
        "42078745",  # the prefix alone
        "420787459400111206206406260788",  # bad check digit behind the prefix
        "4207874594001112062064062607",  # too short behind the prefix
        "420123456789012",  # another carrier's number that begins so
        "42078745RB123456785GB",
    ],
)
def test_a_prefix_before_anything_but_a_valid_usps_number_stays(number):
    assert tracking_number(number) == number


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u202e", "--.-"])
def test_nothing_is_no_number(text):
    with pytest.raises(NumberError, match="no tracking number given"):
        tracking_number(text)


def test_a_number_has_at_most_fifty_characters():
    assert tracking_number("A" * 50) == "A" * 50
    with pytest.raises(NumberError, match="51"):
        tracking_number("A" * 51)


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("<script>alert(1)</script>", "<"),
        ("'; DROP TABLE parcels; --", "'"),
        ("RB123456785GB?x=1", "?"),
        ("1,2", ","),
        ("ABC\x00", "\x00"),
        ("运单123", "运"),
        ("=1+1", "="),
        ("a%2fb", "%"),
    ],
)
def test_a_character_no_number_has_is_refused_and_named(text, character):
    with pytest.raises(NumberError) as refusal:
        tracking_number(text)
    assert str(refusal.value).endswith(f"it contains {character!r}")


def test_a_path_is_never_a_number():
    for text in ("../../etc/passwd", "/etc/passwd", "://x", "_A"):
        with pytest.raises(NumberError):
            tracking_number(text)


@given(texts)
@example("4204207894420787459400111206206406260787")
@example("ß")
@example("ﬁ")
@example("ŉ123")
def test_normalising_is_idempotent(text):
    try:
        number = tracking_number(text)
    except NumberError:
        return
    assert tracking_number(number) == number


@given(texts)
def test_a_number_is_plain_ascii_of_bounded_length(text):
    try:
        number = tracking_number(text)
    except NumberError:
        return
    assert 1 <= len(number) <= numbers.MAX_LENGTH
    assert number.isascii()
    assert not set(number) & set(" \t\n<>\"'&?%#\\")


# --- forms and check digits ---


@pytest.mark.parametrize(
    "number",
    [
        IMPB,
        "9505511069605048600624",
        "9214490411372848389407",
    ],
)
def test_a_usps_number_has_its_check_digit(number):
    assert numbers.is_impb(number)
    for digit in set("0123456789") - {number[-1]}:
        assert not numbers.is_impb(number[:-1] + digit)


@pytest.mark.parametrize("number", ["", "9", "8400111206206406260787", IMPB + "0", "94001112062064062607AB"])
def test_another_form_is_no_usps_number(number):
    assert not numbers.is_impb(number)


@pytest.mark.parametrize("number", ["03071790000523483741", "71969010756003077385"])
def test_an_older_usps_number_may_leave_the_91_unprinted(number):
    assert numbers.is_old_usps(number)
    assert sum(numbers.is_old_usps(number[:-1] + digit) for digit in "0123456789") <= 2  # with 91 and without
    assert not numbers.is_impb(number)


@pytest.mark.parametrize("number", [S10, "LX123456785US", "RR123456785ES"])
def test_an_s10_number_has_its_check_digit(number):
    assert numbers.is_s10(number)
    assert numbers.s10_country(number) == number[-2:]
    for digit in set("0123456789") - {number[10]}:
        assert not numbers.is_s10(number[:10] + digit + number[11:])


@pytest.mark.parametrize("number", ["", "rb123456785gb", "RB12345678GB", "R1123456785GB", f"{S10}X"])
def test_another_form_is_no_s10_number(number):
    assert not numbers.is_s10(number)
    assert numbers.s10_country(number) is None


@given(st.integers(0, 10**8 - 1))
def test_every_serial_number_has_exactly_one_s10_check_digit(serial):
    assert sum(numbers.is_s10(f"LX{serial:08}{check}CN") for check in range(10)) == 1


@given(st.integers(0, 10**19 - 1), st.integers(1, 9))
def test_a_wrong_digit_anywhere_is_noticed_in_a_usps_number(serial, change):
    body = f"94{serial:019}"
    (number,) = [body + str(check) for check in range(10) if numbers.is_impb(body + str(check))]
    at = serial % 19 + 2
    wrong = number[:at] + str((int(number[at]) + change) % 10) + number[at + 1 :]
    assert not numbers.is_impb(wrong)


@given(st.integers(0, 10**19 - 1), st.sampled_from(["", "42010001", "420100011234"]))
@example(91 * 10**15, "42010001")  # as if the number began four digits later
def test_the_routing_prefix_never_changes_the_number(serial, prefix):
    body = f"92{serial:019}"
    (number,) = [body + str(check) for check in range(10) if numbers.is_impb(body + str(check))]
    assert tracking_number(prefix + number) == number


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=13, max_size=13), st.booleans())
def test_a_correos_code_has_exactly_one_check_letter(body, is_parcel):
    code = "PK" + body + ("0128013" if is_parcel else "")
    letters = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if numbers.is_correos(code + letter)]
    assert len(letters) == 1


@given(texts)
def test_no_text_upsets_a_check(text):
    for check in (numbers.is_impb, numbers.is_old_usps, numbers.is_s10, numbers.is_correos):
        assert check(text) in (True, False)
    assert numbers.without_routing(text) == text or text.startswith("420")


@pytest.mark.parametrize(
    "digits", ["٣" * 22, "９４００１１１２０６２０６４０６２６０７８７", "94" + "²" * 20]
)
def test_digits_of_other_scripts_are_no_usps_number(digits):
    assert not numbers.is_impb(digits)


# --- check digits of published numbers ---

PUBLISHED = {
    "s10": (
        "LZ712917377US EW112720413FR CP894276701DE LU680211095FR RB658828494MQ CY139861975US RN488875617NL "
        "EC256579158BE CB662173705US LF123456785DE AM101610575BR"
    ),
    "correos": (
        "PQ5HG70200028570115706M PQ5HG7020002857V CD08980002461600015706P PHBW6T9812926090108552J "
        "PH8GH60741026280138107G"
    ),
    "ups": "1Z999AA10123456784 1Z5R89390357567127 1Z879E930346834440 1Z8V92A70367203024 1ZXX3150YW44070023",
    "ups_waybill": "1506235620 2479825491 4603636537 0490119172 0431105627",
    "fedex_12": "986578788855 477179081230 799531274483 746965179400 874466268456",
    "mod10": "041441760228964 568283610012000 000123450000000027 0073938000549297 7035114477138472",
    "mod7": "3318810025 73891051146 8487135506 1099255990 3821724944",
    "luhn": "07209562763 77767553207 320595463938 79927398713",
    "mod37_36": "008182709980000020033350276C 008182709980000020045327276N 09980000020033F 09980000020034D",
    "impb": "9400111206206406260787 9505511069605048600624 92748931507708513018050063 9361289878700317633795",
    "old_usps": "03071790000523483741 71123456789123456787 71969010756003077385",
}
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_every_check_that_records_name_is_tried_on_published_numbers():
    assert set(PUBLISHED) == set(CHECKS)


@pytest.mark.parametrize(
    ("check", "number"), [(name, number) for name, said in PUBLISHED.items() for number in said.split()]
)
def test_a_published_number_has_the_one_right_check_digit(check, number):
    fits, at = CHECKS[check], 10 if check == "s10" else len(number) - 1
    assert fits(number)
    wrong = [number[:at] + other + number[at + 1 :] for other in ALPHABET if other != number[at]]
    assert sum(map(fits, wrong)) <= (1 if check == "old_usps" else 0)


@given(texts, st.sampled_from(sorted(CHECKS)))
@example("²" * 12, "mod7")
@example("٣" * 12, "fedex_12")
@example("٣" * 18, "luhn")
@example("1" * 5000, "mod7")
def test_any_text_is_right_or_wrong(text, check):
    assert CHECKS[check](text) in (True, False)
    assert CHECKS[check](text.upper()) in (True, False)


@pytest.mark.parametrize("prefix", ["", "42078745", "420787451234"])
def test_a_usps_number_is_advised_on_alike_with_and_without_its_routing_prefix(prefix):
    assert numbers.advice("usps", tracking_number(prefix + IMPB)).level == 0.95
    assert numbers.advice("usps", tracking_number(prefix + IMPB[:-1] + "8")).level == 0.05
