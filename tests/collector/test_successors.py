"""Numbers that follow each other on an order's page: told by what lies in the packages, never guessed."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.derive.successors import Load, contents, successors
from scrapers.orders import Item

START = datetime(2026, 3, 1, tzinfo=UTC)


def load(hour, packages):
    """A load of that hour: numbers with the letters of what is in them."""
    held = {number: frozenset((letter, None) for letter in letters) for number, letters in packages.items()}
    return Load(START + timedelta(hours=hour), held)


def followed(*loads):
    return [(s.old, s.new) for s in successors([load(n, packages) for n, packages in enumerate(loads)])]


@pytest.mark.parametrize(
    ("loads", "expected"),
    [
        # nothing to tell from
        ([], []),
        ([{"LP1": "a"}], []),
        ([{"LP1": "a"}, {"LP1": "a"}], []),
        # one package, whatever the page says is in it, unless it says something else is
        ([{"LP1": "a"}, {"CN2": "a"}], [("LP1", "CN2")]),
        ([{"LP1": ""}, {"CN2": ""}], [("LP1", "CN2")]),
        ([{"LP1": "ab"}, {"CN2": "a"}], [("LP1", "CN2")]),
        ([{"LP1": "a"}, {"CN2": "b"}], []),
        ([{"LP1": "a"}, {"CN2": "a"}, {"RR3": "a"}], [("LP1", "CN2"), ("CN2", "RR3")]),
        # one of several packages
        ([{"LP1": "a", "LP9": "b"}, {"CN2": "a", "LP9": "b"}], [("LP1", "CN2")]),
        ([{"LP1": "a", "LP9": "b"}, {"CN2": "a", "CN8": "b"}], [("LP1", "CN2"), ("LP9", "CN8")]),
        ([{"LP1": "a", "LP9": "a"}, {"CN2": "a", "CN8": "a"}], []),
        ([{"LP1": "", "LP9": ""}, {"CN2": "", "CN8": ""}], []),
        ([{"LP1": "a", "LP9": "b"}, {"CN2": "ab"}], []),
        ([{"LP1": "a"}, {"LP1": "a", "CN2": "a"}], []),
        ([{"LP1": "a", "CN2": "a"}, {"CN2": "a"}], []),
        # a number that comes back is no new one, nor does it make another one its successor
        ([{"LP1": "a"}, {"CN2": "a"}, {"LP1": "a"}], [("LP1", "CN2")]),
        ([{"LP1": "a"}, {"LP9": "b"}, {"LP1": "a", "CN2": "b"}], [("LP9", "CN2")]),
        ([{"LP1": ""}, {"CN2": ""}, {"LP1": "", "RR3": ""}], [("LP1", "CN2")]),
        # numbers shown side by side are two packages, whenever that was
        ([{"LP1": "a"}, {"CN2": "a"}, {"LP1": "a", "CN2": "a"}], []),
        ([{"LP1": "", "RR3": ""}, {"LP1": ""}, {"CN2": ""}, {"RR3": ""}], [("LP1", "CN2")]),
        ([{"LP1": "a"}, {"CN2": "a"}, {"RR3": "a"}, {"RR3": "a", "LP1": "a"}], [("LP1", "CN2")]),
        # a load without packages says nothing
        ([{"LP1": "a"}, {}, {"CN2": "a"}], [("LP1", "CN2")]),
    ],
)
def test_which_number_follows_which(loads, expected):
    assert followed(*loads) == expected


def test_the_moment_is_that_of_the_load_that_first_shows_the_new_number():
    (one,) = successors([load(0, {"LP1": "a"}), load(5, {"CN2": "a"}), load(9, {"CN2": "a"})])
    assert one.seen_at == START + timedelta(hours=5)


def test_contents_are_unknown_where_one_item_has_no_id_of_the_shop():
    lamp, cable = Item(product_id="1", sku_id="7"), Item(product_id="2")
    assert contents([lamp, cable]) == {("1", "7"), ("2", None)}
    assert contents([lamp, Item(title="Cable")]) == contents([]) == frozenset()


some_loads = st.lists(
    st.dictionaries(st.sampled_from(["LP1", "CN2", "RR3", "AP4"]), st.sampled_from(["", "a", "b", "ab"])),
    max_size=6,
)


@given(loads=some_loads)
def test_whatever_is_shown_a_number_follows_one_at_most_that_the_load_before_showed(loads):
    shown = [packages for packages in loads if packages]
    found = followed(*loads)
    assert len({new for _, new in found}) == len(found)
    for old, new in found:
        first = next(n for n, packages in enumerate(shown) if new in packages)
        assert old in shown[first - 1]
        assert old not in shown[first]


@given(loads=some_loads)
def test_numbers_shown_side_by_side_never_become_one_package_over_any_number_of_steps(loads):
    same = {number: {number} for packages in loads for number in packages}
    for old, new in followed(*loads):
        merged = same[old] | same[new]
        same.update(dict.fromkeys(merged, merged))
    for packages in loads:
        for one, other in itertools.combinations(packages, 2):
            assert other not in same[one]


@given(loads=some_loads, data=st.data())
def test_the_order_of_packages_on_the_page_does_not_matter(loads, data):
    mixed = [dict(data.draw(st.permutations(list(packages.items())))) for packages in loads]
    assert followed(*mixed) == followed(*loads)
