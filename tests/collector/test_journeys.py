"""The played journeys, stored and derived, against the truth behind them."""

from datetime import datetime

import pytest

from collector.derive import DERIVED_TABLES, Deriver
from tests.collector.worlds import blank
from tests.fixtures.played import JOURNEYS
from tests.journeys import PORTALS, everything, take_in, tracks, truth_rows

_CURRENT = """
select * from observations where portal = ? and tracking_number = ?
  and withdrawn_at is null and replaced_by is null
"""


@pytest.fixture(scope="module")
def db():
    opened = blank()
    take_in(opened, everything())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def beside(db):
    """Every row of every page with its observation: (journey, portal, truth, observation)."""
    found = []
    for name, portal, number in tracks():
        left = list(db.query(_CURRENT, [portal, number]))
        rows = truth_rows(name, portal, number)
        assert len(left) == len(rows), (name, portal, number)
        for row in rows:
            one = next(
                o
                for o in left
                if (o["time_text"], o["code"] or None) == (row.time_text, row.code)
                and o["description"] in row.texts
            )
            left.remove(one)
            found.append((name, portal, row, one))
    return found


def test_every_journey_is_one_parcel_and_every_row_one_observation(db, beside):
    # lugo_economy: only Correos names both numbers, side by side, and neither as the other's successor.
    assert db.table("parcels").count == len(JOURNEYS) + 1
    assert beside


def test_wordings_nobody_knows_have_no_milestone(beside):
    assert {o["milestone"] for _, _, row, o in beside if not row.known} == {None}


def test_rows_on_a_right_clock_stand_for_the_moment_it_happened(beside):
    judged = [
        abs((datetime.fromisoformat(o["occurred_at"]) - row.at).total_seconds()) <= 60
        for _, _, row, o in beside
        if row.at is not None and not row.wrong_clock and o["occurred_at"]
    ]
    assert sum(judged) / len(judged) >= 0.99


def test_most_rows_of_one_event_are_found_and_few_others_taken_for_one(beside):
    """Rows of two systems three seconds apart are two events to the journeys, and one here.

    So are Cainiao's "Departed from customs" and Correos' "Salida de oficina de cambio", a day later each
    time: by their words, and by what looks like a habit of Correos.
    """
    right = wrong = missed = 0
    for place, (name, portal, row, one) in enumerate(beside):
        for other_name, other_portal, other_row, other in beside[place + 1 :]:
            if name != other_name or portal == other_portal:
                continue
            is_same = row.event == other_row.event and row.at is not None
            is_joined = one["event_id"] is not None and one["event_id"] == other["event_id"]
            right += is_same and is_joined
            wrong += is_joined and not is_same
            missed += is_same and not is_joined
    assert right / (right + wrong) >= 0.88
    assert right / (right + missed) >= 0.85


def test_rebuilding_gives_the_same_rows(db):
    def dump():
        return {t: sorted(map(repr, db.query(f"select * from {t}"))) for t in DERIVED_TABLES}

    before = dump()
    Deriver(db, PORTALS).rebuild()
    assert dump() == before
