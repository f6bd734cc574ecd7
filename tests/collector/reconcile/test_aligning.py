"""The best alignment of rows with events, against every other one."""

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.reconcile.aligning import aligned

GAINS = st.integers(1, 4).flatmap(
    lambda events: st.lists(
        st.lists(st.sampled_from([-2.0, 0.0, 1.0, 1.5, 2.0, 5.0]), min_size=events, max_size=events),
        max_size=4,
    )
)


def alignment(gains):
    width = len(gains[0]) if gains else 0
    return aligned(range(len(gains)), range(width), lambda row, event: gains[row][event])


def every_alignment(rows, events):
    """All sets of pairs in the order of both."""
    for size in range(min(rows, events) + 1):
        for some_rows in combinations(range(rows), size):
            for some_events in combinations(range(events), size):
                yield list(zip(some_rows, some_events, strict=True))


def worth(pairs, gains):
    return sum(gains[row][event] for row, event in pairs)


@given(GAINS)
@settings(deadline=None)
def test_no_alignment_is_worth_more(gains):
    best = max(worth(pairs, gains) for pairs in every_alignment(len(gains), len(gains[0]) if gains else 0))
    assert worth([(row, event) for row, event, _ in alignment(gains)], gains) == best


@given(GAINS)
@settings(deadline=None)
def test_pairs_stand_in_the_order_of_both_and_none_is_worth_nothing(gains):
    pairs = [(row, event) for row, event, _ in alignment(gains)]
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))
    assert all(gains[row][event] > 0 for row, event in pairs)


@given(GAINS)
@settings(deadline=None)
def test_a_pair_is_the_only_one_unless_its_row_fits_as_well_beside_it(gains):
    pairs = alignment(gains)
    for place, (row, event, is_only) in enumerate(pairs):
        first = pairs[place - 1][1] + 1 if place else 0
        end = pairs[place + 1][1] if place + 1 < len(pairs) else len(gains[0])
        others = [other for other in range(first, end) if other != event]
        assert is_only == all(gains[row][other] < gains[row][event] for other in others)


def test_nothing_is_aligned_with_nothing():
    assert alignment([]) == []
    assert aligned([1], [], lambda row, event: 1.0) == []
