"""What a visit is worth, and that nothing waits for ever for what is worth more."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.cadence import Tries
from collector.worth import Stakes, Worth, place, worth
from scrapers.words import Outcome

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
SEEN = Tries(NOW - timedelta(days=2), NOW - timedelta(days=2), Outcome.OK)
FAILED = Tries(NOW - timedelta(hours=5), NOW - timedelta(hours=5), Outcome.UNAVAILABLE)


@pytest.mark.parametrize(
    ("stakes", "tries", "expected"),
    [
        (Stakes("origin", date(2026, 3, 20)), SEEN, Worth.PROTECTION_ENDS),
        (Stakes("origin", date(2026, 3, 10)), SEEN, Worth.PROTECTION_ENDS),
        (Stakes("origin", date(2026, 3, 21)), SEEN, Worth.ORDINARY),
        (Stakes("origin", date(2026, 3, 9)), SEEN, Worth.ORDINARY),
        (Stakes("delivered", date(2026, 3, 12)), SEEN, Worth.ORDINARY),
        (Stakes("last_mile"), SEEN, Worth.NEAR_ITS_OWNER),
        (Stakes("pickup"), None, Worth.NEAR_ITS_OWNER),
        (Stakes("customs", None, True), SEEN, Worth.CONTRADICTED),
        (Stakes("delivered", None, True), SEEN, Worth.ORDINARY),
        (Stakes(), None, Worth.NEVER_ASKED),
        (Stakes("last_mile", date(2026, 3, 12), True), FAILED, Worth.JUST_FAILED),
    ],
)
def test_what_a_visit_is_worth(stakes, tries, expected):
    assert worth(stakes, tries, NOW) is expected
    assert expected.said


def test_of_equals_the_longest_unseen_comes_first_and_before_it_what_was_never_seen():
    places = [place(Worth.ORDINARY, NOW, at, NOW) for at in (None, NOW - timedelta(days=2), NOW)]
    assert places == sorted(places)
    assert len(set(places)) == 3


@given(
    worths=st.lists(st.sampled_from(Worth), min_size=1, max_size=12),
    budget=st.integers(1, 3),
)
def test_however_small_the_budget_every_visit_has_its_turn(worths, budget):
    """Each becomes due again a day after it was made; a run a day makes only the first few."""
    due_since = dict.fromkeys(range(len(worths)), NOW)
    last_at: dict[int, datetime] = {}
    waited = timedelta()
    now = NOW
    for _ in range(120):
        due = [n for n in due_since if due_since[n] <= now]
        due.sort(key=lambda n: (place(worths[n], due_since[n], last_at.get(n), now), n))
        waited = max([waited, *(now - due_since[n] for n in due)])
        for n in due[:budget]:
            last_at[n], due_since[n] = now, now + timedelta(days=1)
        now += timedelta(days=1)
    assert waited <= timedelta(days=2 * len(Worth) + 2 * len(worths) / budget + 2)
