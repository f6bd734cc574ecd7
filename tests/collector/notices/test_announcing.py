"""Notices out of a database: once each, whatever happens to rows, parcels, runs and services."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as examples

from collector.derive import Deriver
from collector.notices import AT_MOST, announce
from collector.notices.deciding import untold
from collector.notices.keeping import keep, stored_subject, was_made
from collector.notices.model import News, Rule
from collector.store.facts import Visit, store_visit
from collector.store.opening import writing
from scrapers import portals
from scrapers.contract import Canonical
from scrapers.words import Outcome
from tests.collector.notices.facts import settings
from tests.collector.worlds import (
    CAINIAO,
    CORREOS,
    ORDER,
    USPS,
    blank,
    column,
    event,
    naming,
    record,
    rows,
    take_in,
    worlds,
)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OUT, DELIVERED = "Out for Delivery", "Delivered, Front Door"


class Told:
    """A sender that keeps what it is given; `failing` targets give a reason, or raise."""

    def __init__(self, *targets):
        self.targets = targets or ("1 (test)",)
        self.given = []
        self.failing = {}

    def send(self, target, title, text):
        if target in self.failing:
            if isinstance(self.failing[target], Exception):
                raise self.failing[target]
            return self.failing[target]
        self.given.append((target, title))
        return None

    @property
    def titles(self):
        return [title for _, title in self.given]


def at(**later):
    return NOW + timedelta(**later)


def shown(*events, seen=NOW, number=USPS, portal="usps", **more):
    """What a portal shows at a visit: pairs of wording and time, newest first."""
    listed = [event(f"{when:%B %d, %Y, %I:%M %p}", words, place="AUSTIN, TX 78753") for words, when in events]
    return record(portal, number, seen_at=seen.isoformat(), events=listed, **more)


def out_on(when, words=OUT):
    return (words, when - timedelta(hours=6))


@pytest.fixture
def on(db):
    """A database in which all rules are on since days, and nothing has been told."""
    announce(db, settings(), at(days=-5), Told())
    return db


def run(db, now=NOW, how=None, told=None):
    told = told or Told()
    done = announce(db, how or settings(Rule.OUT_FOR_DELIVERY, Rule.DELIVERED), now, told)
    return told.titles, done


# --- once ----------------------------------------------------------------------------------------------


def test_what_happened_is_told_once(on):
    take_in(on, [shown(out_on(NOW))])
    assert run(on)[0] == [f"{USPS}: out for delivery"]
    assert run(on)[0] == []
    assert column(on, "select state from notices") == ["sent"]
    take_in(on, [shown((DELIVERED, at(hours=-2)), out_on(NOW), seen=at(hours=1))])
    assert run(on, at(hours=1))[0] == [f"{USPS}: delivered"]


def test_a_reworded_or_retimed_row_is_not_told_again(on):
    take_in(on, [shown(out_on(NOW))])
    run(on)
    reworded = shown(("Out for Delivery, Expected Delivery by 9:00pm", at(hours=-5)), seen=at(hours=6))
    take_in(on, [reworded])
    assert run(on, at(hours=6))[0] == []
    next_day = shown(out_on(at(days=1)), out_on(NOW), seen=at(days=1))
    take_in(on, [next_day])
    assert run(on, at(days=1))[0] == [f"{USPS}: out for delivery"]


def _with_successor(listed_under_new, seen):
    """What Cainiao says once it names the next carrier's number, and lists all rows under that number too."""
    told = [event(f"{at(days=-20):%Y-%m-%d %H:%M:%S}", utc_offset="+08:00")]
    related = [{"number": CORREOS, "carrier": "correos", "role": "last_mile"}]
    first = record(seen_at=seen.isoformat(), events=told, related_numbers=related)
    second = record(number=CORREOS, seen_at=seen.isoformat(), events=told)
    return [first, second] if listed_under_new else [first]


@pytest.mark.parametrize("listed_under_new", [False, True])
def test_a_handoff_is_news_where_the_parcel_was_watched_before(on, listed_under_new):
    how = settings(Rule.HANDOFF)
    take_in(on, [record(seen_at=at(days=-3).isoformat(), events=_with_successor(False, NOW)[0]["events"])])
    assert run(on, at(days=-3), how)[0] == []
    take_in(on, _with_successor(listed_under_new, NOW))
    assert run(on, NOW, how)[0] == [f"{CAINIAO}: handed to correos"]
    assert run(on, at(days=1), how)[0] == []


def test_a_number_nobody_calls_the_next_carriers_is_told_once_a_carrier_scans_it(on):
    how, old = settings(Rule.HANDOFF), event(f"{at(days=-20):%Y-%m-%d %H:%M:%S}", utc_offset="+08:00")
    take_in(on, [record(seen_at=at(days=-3).isoformat(), events=[old])])
    named = naming(CAINIAO, USPS, seen_at=NOW.isoformat(), events=[old])
    take_in(on, [named])
    assert run(on, NOW, how)[0] == []
    take_in(on, [shown(("Arrived at USPS Regional Facility", at(hours=-2)), seen=at(hours=6))])
    assert run(on, at(hours=6), how)[0] == [f"{CAINIAO}: handed to USPS"]
    assert run(on, at(hours=12), how)[0] == []


def test_a_handoff_of_long_ago_is_no_news_at_the_first_look(on):
    take_in(on, _with_successor(True, NOW))
    assert run(on, NOW, settings(Rule.HANDOFF))[0] == []


def test_rebuilding_keeps_what_was_told(on):
    take_in(on, [shown(out_on(NOW))])
    run(on)
    before = rows(on, "select * from notices")
    Deriver(on, portals()).rebuild()
    assert rows(on, "select * from notices") == before
    assert run(on)[0] == []


def test_a_parcel_called_by_another_number_is_the_same_parcel(on):
    take_in(on, [shown(out_on(NOW)), record(number=CAINIAO, seen_at=at(days=-3).isoformat())])
    run(on)
    take_in(on, [naming(CAINIAO, USPS, seen_at=at(hours=1).isoformat())])
    assert column(on, "select id from parcels") == [CAINIAO]
    assert run(on)[0] == []


def test_a_number_used_again_is_another_parcel():
    def about(parcel):
        return News(Rule.DELIVERED, "delivered", "", "", parcel_id=parcel, numbers=("AA1",))

    told = [_kept(about("AA1"))]
    assert was_made(about("AA1"), told)
    assert not was_made(about("AA1@2027-06-01"), told)
    assert was_made(about("AA1@2027-06-03"), [_kept(about("AA1@2027-06-01"))])


def _kept(news):
    from collector.notices.deciding import _as_kept

    return _as_kept(news, NOW)


# --- history is no news --------------------------------------------------------------------------------


def test_a_first_run_tells_no_history(db):
    for place in range(30):
        when = at(days=-3 - place)
        take_in(db, [shown((DELIVERED, when), out_on(when), number=f"AA{place}")])
    assert run(db)[0] == []
    assert run(db, at(hours=6))[0] == []


def test_a_parcel_that_is_new_here_tells_no_history(on):
    take_in(on, [shown((DELIVERED, at(days=-3)), number="AA1")])
    assert run(on)[0] == []


def test_what_a_portal_shows_late_of_a_parcel_that_is_followed_is_news(on):
    take_in(on, [shown(number="AA1", seen=at(days=-4))])
    take_in(on, [shown((DELIVERED, at(days=-3)), number="AA1")])
    assert run(on)[0] == ["AA1: delivered"]


def test_a_rule_that_was_off_begins_anew(on):
    take_in(on, [shown(number="AA1", seen=at(days=-4))])
    run(on, at(days=-4), settings(Rule.OUT_FOR_DELIVERY))
    take_in(on, [shown((DELIVERED, at(days=-3)), number="AA1")])
    assert run(on)[0] == []


def test_a_rule_that_was_turned_on_while_the_clock_was_ahead_is_on(db):
    announce(db, settings(), at(days=400), Told())
    take_in(db, [shown(out_on(NOW))])
    assert run(db)[0] == [f"{USPS}: out for delivery"]


def test_without_settings_nothing_is_told_or_kept(on):
    take_in(on, [shown(out_on(NOW))])
    told = Told()
    assert announce(on, None, NOW, told).as_json() == announce(on, None, NOW, None).as_json()
    assert told.given == []
    assert rows(on, "select * from notice_rules") == []
    assert rows(on, "select * from notices") == []


def test_a_rule_limited_to_portals_hears_no_others(on):
    take_in(on, [shown(out_on(NOW))])
    limited = settings(rule=[{"rule": "out_for_delivery", "portals": ["correos"]}])
    assert f"{USPS}: out for delivery" not in run(on, how=limited)[0]


# --- services that fail --------------------------------------------------------------------------------


@pytest.mark.fault(
    "The server for notices is down",
    "The notice is kept and sent in the next run, once",
    layer="notices",
    exit_status="0",
)
@pytest.mark.parametrize("reason", ["unreachable", ValueError("https://user:secret@host")])
def test_what_could_not_be_sent_is_sent_in_the_next_run(on, reason):
    take_in(on, [shown(out_on(NOW))])
    told = Told()
    told.failing["1 (test)"] = reason
    titles, done = run(on, told=told)
    assert (titles, done.sent, done.waiting) == ([], 0, 1)
    assert done.lines[0] == "notices: 1 to be sent in the next run"
    assert not any("secret" in line for line in done.lines)
    assert column(on, "select state from notices") == ["failed"]
    titles, done = run(on, at(hours=6))
    assert titles == [f"{USPS}: out for delivery"]
    assert done.waiting == 0
    assert run(on, at(hours=12))[0] == []


@pytest.mark.fault(
    "Of two addresses for notices one is down",
    "The other does not get it twice",
    layer="notices",
    exit_status="0",
)
def test_an_address_that_took_it_does_not_get_it_twice(on):
    take_in(on, [shown(out_on(NOW))])
    told = Told("1 (mail)", "2 (ntfy)")
    told.failing["1 (mail)"] = "unreachable"
    run(on, told=told)
    told.failing.clear()
    run(on, at(hours=6), told=told)
    assert [target for target, _ in told.given] == ["2 (ntfy)", "1 (mail)"]


def test_a_failing_address_is_tried_once_in_a_run(on):
    take_in(on, [shown(out_on(NOW), number=f"AA{n}") for n in range(4)])
    told = Told()
    told.failing["1 (test)"] = "unreachable"
    tried = []
    send = told.send
    told.send = lambda *given: tried.append(given) or send(*given)
    _, done = run(on, told=told)
    assert (len(tried), done.waiting) == (1, 4)
    assert done.troubles == ["notices: 1 (test): unreachable"]


def test_without_an_address_notices_wait_and_that_is_said(on):
    take_in(on, [shown(out_on(NOW))])
    done = announce(on, settings(Rule.OUT_FOR_DELIVERY), NOW, None)
    assert (done.waiting, done.sent) == (1, 0)
    assert "no address" in done.troubles[0]


def test_what_could_not_be_sent_for_a_week_is_given_up(on):
    take_in(on, [shown(out_on(NOW))])
    announce(on, settings(Rule.OUT_FOR_DELIVERY), NOW, None)
    titles, done = run(on, at(days=8))
    assert (titles, done.dropped) == ([], 1)
    assert column(on, "select state from notices") == ["dropped"]


@pytest.mark.fault(
    "The program dies while it sends a notice",
    "The notice is not sent again, and that is said",
    layer="notices",
    exit_status="0",
)
def test_of_what_was_being_sent_when_the_program_died_nothing_is_sent_again(on):
    take_in(on, [shown(out_on(NOW))])

    class Killed(BaseException):
        pass

    told = Told()

    def dies(*_):
        raise Killed

    told.send = dies
    with pytest.raises(Killed):
        run(on, told=told)
    assert column(on, "select state from notices") == ["sending"]
    titles, done = run(on, at(hours=6))
    assert (titles, done.unsure) == ([], 1)
    assert run(on, at(hours=12))[1].unsure == 0


def test_a_decision_that_is_not_stored_is_not_sent(on, monkeypatch):
    take_in(on, [shown(out_on(NOW))])

    def fails(*_):
        raise OSError("disk")

    told = Told()
    with monkeypatch.context() as patched:
        patched.setattr("collector.notices.keep_active", fails)
        with pytest.raises(OSError, match="disk"):
            run(on, told=told)
    assert (told.given, rows(on, "select * from notices")) == ([], [])
    assert run(on)[0] == [f"{USPS}: out for delivery"]


def test_a_run_sends_a_bounded_number_and_the_rest_next_time(on):
    news = [News(Rule.DELIVERED, "delivered", f"no. {n}", "", parcel_id=f"P{n}") for n in range(AT_MOST + 3)]
    with writing(on):
        for one in news:
            keep(on, one, NOW)
    assert len(run(on)[0]) == AT_MOST
    assert len(run(on, at(hours=6))[0]) == 3


# --- the other rules, from the database ----------------------------------------------------------------


def test_the_end_of_protection_is_told_at_each_step_once_even_if_pages_differ_by_a_day(on):
    take_in(on, [shown(number="AA1", order_ids=[ORDER])])

    def ends_on(day):
        on.execute("update orders set state = 'shipped', protection_ends_on = ?", [day])

    rule = settings(Rule.PROTECTION_ENDS)
    told = []
    for day in range(20):
        ends_on("2026-03-24" if day % 2 else "2026-03-25")
        told += run(on, at(days=day), rule)[0]
    assert told == [
        "AA1: buyer protection ends in 9 days",
        "AA1: buyer protection ends in 5 days",
        "AA1: buyer protection ends tomorrow",
    ]
    assert column(on, "select subject from notices order by made_at") == [
        f"{ORDER}:10@2026-03-24T00:00:00Z",
        f"{ORDER}:5@2026-03-24T00:00:00Z",
        f"{ORDER}:2@2026-03-24T00:00:00Z",
    ]


def test_the_next_carriers_number_is_told_when_it_is_found(on):
    take_in(on, [record(number=CAINIAO, seen_at=at(days=-4).isoformat())])
    assert run(on, at(days=-4), settings(Rule.HANDOFF))[0] == []
    named = {"number": CORREOS, "carrier": "correos", "role": "last_mile"}
    take_in(on, [record(number=CAINIAO, seen_at=NOW.isoformat(), related_numbers=[named])])
    assert run(on, NOW, settings(Rule.HANDOFF))[0] == [f"{CAINIAO}: handed to correos"]
    take_in(on, [record("correos", CORREOS, seen_at=at(hours=1).isoformat())])
    assert run(on, at(hours=1), settings(Rule.HANDOFF))[0] == []


def test_an_estimate_that_slips_is_told_once_for_each_slip(on):
    rule, told = settings(Rule.ETA_SLIPPED), []
    for day, to_on in enumerate(["2026-03-20", "2026-03-20", "2026-03-23", "2026-03-23", "2026-03-26"]):
        estimate = {"from": to_on, "to": to_on}
        seen = at(days=day)
        take_in(on, [record(number="AA1", seen_at=seen.isoformat(), estimated_delivery=estimate)])
        told.append(len(run(on, seen, rule)[0]))
    assert told == [0, 0, 1, 0, 1]


def test_two_portals_that_contradict_each_other_are_told_of_once(on):
    take_in(on, [shown((DELIVERED, at(hours=-9)), number="AA1", seen=at(days=-1))])
    other = event(f"{at(hours=-2):%Y-%m-%d %H:%M:%S}", "Out for delivery", utc_offset="+00:00")
    take_in(on, [record("cainiao", "AA1", seen_at=NOW.isoformat(), events=[other])])
    found = rows(on, "select * from contradictions")
    rule = settings(Rule.DELIVERED_CONTRADICTED)
    titles, _ = run(on, NOW, rule)
    assert len(titles) == min(len(found), 1) == 1
    assert run(on, at(hours=6), rule)[0] == []


def visited(db, outcome, when, portal="aliexpress", account="default"):
    visit = Visit(
        portal, None, when, "browser", outcome, complete=False, pages=(), account=account, page="orders"
    )
    with writing(db):
        store_visit(db, None, visit, Canonical())


def test_an_account_that_waits_is_told_of_once_and_again_after_it_worked(on):
    rule, needs = settings(Rule.LOGIN_NEEDED), ["aliexpress account default needs you"]
    visited(on, Outcome.LOGIN_REQUIRED, NOW)
    assert run(on, NOW, rule)[0] == needs
    visited(on, Outcome.LOGIN_REQUIRED, at(days=1))
    assert run(on, at(days=1), rule)[0] == []
    visited(on, Outcome.OK, at(days=2))
    assert run(on, at(days=2), rule)[0] == []
    visited(on, Outcome.CHALLENGE, at(days=3))
    assert run(on, at(days=3), rule)[0] == needs


def sign(db, visit, name, since):
    """A sign of drift that stands on a portal."""
    at_text = f"{since:%Y-%m-%dT%H:%M:%SZ}"
    counted = {"since": at_text, "visit_id": visit, "last_seen_at": at_text, "visits": 1, "clean_visits": 0}
    db["drift"].upsert(
        {"portal": "usps", "sign": name, **counted, "detail": "something is odd"}, pk=("portal", "sign")
    )


def test_a_portal_in_drift_is_told_of_once_while_signs_come_and_go(on):
    visited(on, Outcome.LAYOUT_CHANGED, NOW, portal="usps", account=None)
    (visit,) = column(on, "select id from visits")
    rule = settings(Rule.DRIFT)
    sign(on, visit, "new_wordings", NOW)
    assert run(on, NOW, rule)[0] == []
    sign(on, visit, "layout_changed", NOW)
    assert run(on, NOW, rule)[0] == ["usps: its pages are changing"]
    sign(on, visit, "shrunk", at(days=1))
    on.execute("delete from drift where sign = 'layout_changed'")
    assert run(on, at(days=1), rule)[0] == []


def test_a_lesser_sign_of_drift_does_not_hide_that_a_page_is_not_understood(on):
    visited(on, Outcome.LAYOUT_CHANGED, NOW, portal="usps", account=None)
    (visit,) = column(on, "select id from visits")
    rule = settings(Rule.DRIFT)
    sign(on, visit, "bad_rows", NOW)
    assert run(on, NOW, rule)[0] == ["usps: its pages are changing"]
    sign(on, visit, "layout_changed", at(days=40))
    assert run(on, at(days=40), rule)[0] == ["usps: its pages are changing"]


def test_what_is_decided_follows_from_the_facts_alone(on):
    take_in(on, [shown(out_on(NOW))])
    first = untold(on, settings(), NOW)
    Deriver(on, portals()).rebuild()
    assert untold(on, settings(), NOW) == first
    assert all(one.title and one.text and stored_subject(one) for one in first)


@examples(max_examples=30)
@given(world=worlds)
def test_whatever_portals_show_is_told_once_also_after_a_rebuild(world):
    with closing(blank()) as db:
        announce(db, settings(), datetime(2026, 2, 1, tzinfo=UTC), Told())
        now = datetime(2026, 2, 24, 20, tzinfo=UTC)
        take_in(db, world)
        announce(db, settings(), now, Told())
        Deriver(db, portals()).rebuild()
        told = Told()
        assert announce(db, settings(), now, told).new == 0
        assert told.given == []
        later = Told()
        announce(db, settings(), now + timedelta(days=1), later)
        assert not {Rule.DELIVERED, Rule.HANDOFF, Rule.CONFLICT} & {
            Rule(row["rule"]) for row in rows(db, "select rule from notices where made_at like '2026-02-25%'")
        }


def test_numbers_are_kept_with_a_notice(on):
    take_in(on, [shown(out_on(NOW))])
    run(on)
    assert [json.loads(text) for text in column(on, "select numbers from notices")] == [[USPS]]
