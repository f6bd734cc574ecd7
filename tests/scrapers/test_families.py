"""The records of number families: every example stands up to its own record."""

import pytest

import scrapers
from scrapers.numbers import advice, families, may_know, tracking_number

RECORDS = [(portal, family) for portal in families.portals() for family in families.families(portal)]


@pytest.mark.parametrize(("portal", "family"), RECORDS, ids=lambda one: getattr(one, "because", one))
def test_the_examples_of_a_family_are_what_the_record_says(portal, family):
    assert family.valid, "a record has at least one number of its form"
    for number in family.valid:
        assert tracking_number(number) == number
        assert family.holds(number), number
        assert advice(portal, number).level >= family.level
    for number in family.invalid:
        assert not family.holds(number), number
    assert 0 < family.level <= 1
    assert family.because


def test_only_portals_have_records():
    assert set(families.portals()) <= set(scrapers.portals())


def test_the_likeliest_portal_comes_first():
    for _, family in RECORDS:
        for number in family.valid:
            levels = [one.level for one in may_know(number).values()]
            assert levels == sorted(levels, reverse=True)
