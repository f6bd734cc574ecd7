"""The records of number families, ours and published ones: every example stands up to its own record."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scrapers
from scrapers.numbers import advice, carriers, families, may_know, published, tracking_number
from scrapers.numbers.checks import CHECKS

RECORDS = [(portal, family) for portal in families.portals() for family in families.families(portal)]
CHECKED = [(portal, family) for portal, family in RECORDS if family.check]
PUBLISHED = [(courier, family) for courier in published.couriers() for family in courier.families]
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Labels whose check digit may or may not count two unprinted digits.
AMBIGUOUS = CHECKS["old_usps"]

texts = st.text(max_size=60) | st.text(alphabet=ALPHABET, max_size=50)


def named(one):
    return getattr(one, "because", None) or getattr(one, "name", one)


def with_other_checks(family, number):
    """`number` with every other character in the place of its check digit."""
    at = 10 if family.check is CHECKS["s10"] else len(number) - 1
    return [number[:at] + other + number[at + 1 :] for other in ALPHABET if other != number[at]]


# --- our own records ---


@pytest.mark.parametrize(("portal", "family"), RECORDS, ids=named)
def test_the_examples_of_a_family_are_what_the_record_says(portal, family):
    assert family.valid, "a record has at least one number of its form"
    assert family.invalid, "and one that is not"
    for number in family.valid:
        assert tracking_number(number) == number
        assert family.holds(number), number
        assert advice(portal, number).level >= family.level
    for number in family.invalid:
        assert not family.holds(number), number
    assert 0 < family.level <= 1
    assert family.because


@pytest.mark.parametrize(("portal", "family"), CHECKED, ids=named)
def test_a_wrong_check_digit_costs_a_number_its_level(portal, family):
    for number in family.valid:
        right = advice(portal, number).level
        for wrong in with_other_checks(family, number):
            assert advice(portal, wrong).level < right or (family.check is AMBIGUOUS and AMBIGUOUS(wrong)), (
                wrong
            )


@pytest.mark.parametrize(("portal", "family"), CHECKED, ids=named)
def test_a_form_with_a_check_digit_has_one_right_digit_for_every_number(portal, family):
    @settings(max_examples=10, deadline=None)
    @given(st.from_regex(family.form, fullmatch=True))
    def one_is_right(number):
        right = [one for one in (number, *with_other_checks(family, number)) if family.holds(one)]
        assert len(right) == 1 or (len(right) == 2 and family.check is AMBIGUOUS)

    one_is_right()


def test_only_portals_have_records():
    assert set(families.portals()) <= set(scrapers.portals())


def test_every_tracking_portal_has_records():
    tracking = set(scrapers.portals()) - set(scrapers.shops())
    assert tracking - set(families.portals()) == set()


@pytest.mark.parametrize("name", sorted(set(scrapers.portals()) - set(scrapers.shops())))
def test_a_portal_is_likely_to_know_its_own_example(name):
    portal = scrapers.portals()[name]
    assert name in may_know(portal.example)
    assert portal.accepts(portal.example).level == advice(name, portal.example).level


def test_the_likeliest_portal_comes_first():
    for _, family in RECORDS:
        for number in family.valid:
            levels = [one.level for one in may_know(number).values()]
            assert levels == sorted(levels, reverse=True)


@given(texts)
def test_any_text_gets_advice_within_bounds_and_sorted(text):
    for portal in (*families.portals(), "no such portal"):
        found = advice(portal, text)
        assert 0 <= found.level <= 1
        assert found.because
    known = may_know(text)
    assert [one.level for one in known.values()] == sorted(
        (one.level for one in known.values()), reverse=True
    )
    assert all(advice(portal, text) == one for portal, one in known.items())
    assert all(carriers(text).values())


@given(st.sampled_from([number for _, family in RECORDS for number in family.valid]), st.data())
def test_advice_is_the_same_however_a_number_is_written(number, data):
    cut = data.draw(st.integers(0, len(number)))
    written = f" {number[:cut]} -\u200b{number[cut:].lower()}\n"
    assert may_know(tracking_number(written)) == may_know(number)


# --- records of other packages ---


@pytest.mark.parametrize(
    "record",
    [
        {},
        "form",
        7,
        {"form": "[", "level": 0.5, "because": "x"},
        {"form": "a{99999999999999999999}", "level": 0.5, "because": "x"},
        {"form": ".*", "level": "high", "because": "x"},
        {"form": ".*", "level": 3, "because": "x"},
        {"form": ".*", "level": float("nan"), "because": "x"},
        {"form": ".*", "level": 0.5, "because": "x", "check": "no such check"},
        {"form": ".*", "level": 0.5, "because": "x", "valid": 1},
        {"form": 1, "level": 0.5, "because": "x"},
    ],
    ids=str,
)
def test_a_wrong_record_of_another_package_is_left_out_alone(monkeypatch, record):
    good = {"form": "ATL[0-9]{9}", "level": 0.8, "because": "a number of Atlantis"}
    told = {"atlantis": {"family": [record, good], "otherwise": "often"}, "mu": {"family": 5}}
    monkeypatch.setattr(families, "told", lambda: told)
    caches = (families.families, families.portals, families._records, families._otherwise)
    for one in caches:
        one.cache_clear()
    try:
        assert advice("atlantis", "ATL123456789").level == 0.8
        assert next(iter(may_know("ATL123456789"))) == "atlantis"
        assert advice("atlantis", "1").level == advice("mu", "1").level == families.OTHERWISE
        assert "mu" not in families.portals()
    finally:
        monkeypatch.undo()
        for one in caches:
            one.cache_clear()


# --- published records ---


@pytest.mark.parametrize(("courier", "family"), PUBLISHED, ids=named)
def test_published_examples_stand_up_to_our_reading_of_their_record(courier, family):
    assert family.valid
    for number in map(tracking_number, family.valid):
        assert family.holds(number), number
        assert courier.name in carriers(number)
    for text in family.invalid:
        assert not family.holds(tracking_number(text)), text


@pytest.mark.parametrize(
    ("courier", "family"), [one for one in PUBLISHED if one[0].portal in families.portals()], ids=named
)
def test_the_portal_of_a_courier_tells_its_published_numbers_from_the_wrong_ones(courier, family):
    levels = [advice(courier.portal, tracking_number(number)).level for number in family.valid]
    assert min(levels) > advice(courier.portal, "").level
    for text in family.invalid:
        assert advice(courier.portal, tracking_number(text)).level < max(levels), text


@pytest.mark.parametrize(
    ("number", "name", "reason"),
    [
        ("TBA010000000000", "Amazon", "the form of Amazon Logistics"),
        ("C11031500001879", "OnTrac", "the form of OnTrac, with its check digit"),
        ("1ZXX3150YW44070023", "UPS", "the form of UPS, with its check digit"),
        ("RR123456785UA", "Ukrposhta", "a postal number issued in Ukraine"),
        ("RB123456785CV", "Correios de Cabo Verde", "a postal number issued in Cape Verde"),
    ],
)
def test_a_carrier_is_named_with_the_reason_also_where_it_has_no_portal(number, name, reason):
    assert carriers(number)[name] == reason


@pytest.mark.parametrize(
    "number", ["C11031500001889", "RR123456784UA", "RB123456785XX", "LP00123456789012", ""]
)
def test_no_carrier_is_named_for_a_wrong_check_digit_an_unknown_country_or_another_form(number):
    assert not carriers(number)


def test_the_licence_lies_beside_the_published_data():
    folder = published.resources.files("scrapers.numbers") / "carriers"
    assert "Copyright (c) 2017 Jeff Keen" in (folder / "LICENSE").read_text("utf-8")
