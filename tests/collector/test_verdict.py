"""What failed requests make of an answer, without a browser."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from collector.answer import Answer
from collector.browser.traffic import Exchange, Traffic
from collector.limits import Limits
from collector.visit.page_reading import Sight
from collector.visit.retrying import TransientError
from collector.visit.verdict import Refused, foreign_host, navigation_failure, verdict
from collector.visit.waiting import data_arrived, has_answer, is_calm, patience_seconds
from scrapers.contract import Portal, State
from scrapers.words import Outcome

NOW = datetime(2026, 3, 10, 20, 0, tzinfo=UTC)
OK = Answer(Outcome.OK, complete=True)
SIGNED_OUT = Answer(Outcome.LOGIN_REQUIRED, complete=False)
UNREAD = Answer(Outcome.LAYOUT_CHANGED, complete=False, error="looked for rows")


def document(status=200, state="finished", **more):
    return Exchange("d", "https://x.test/", is_document=True, status=status, state=state, **more)


def reply(url="https://x.test/api", status=200, state="finished", **more):
    return Exchange("p", url, is_document=False, status=status, state=state, **more)


def judged(answer, *payloads, page=None):
    return verdict(answer, page or document(), payloads, NOW, 30)


def test_nothing_failed_nothing_changes():
    assert judged(OK, reply()) is OK


@pytest.mark.parametrize("outcome", ["not_found", "no_events_yet", "layout_changed", "unavailable"])
def test_a_page_whose_data_failed_is_not_believed(outcome):
    with pytest.raises(TransientError, match="reset"):
        judged(Answer(Outcome(outcome), complete=True), reply(state="failed", failure="ERR_CONNECTION_RESET"))


@pytest.mark.parametrize("outcome", ["challenge", "login_required", "input_needed"])
@pytest.mark.parametrize("status", [200, 429, 503])
def test_a_page_that_asks_for_a_human_is_no_outage(outcome, status):
    answer = Answer(Outcome(outcome), complete=True)
    assert judged(answer, page=document(status)).outcome is answer.outcome


@pytest.mark.parametrize(
    "payload",
    [
        reply(state="failed", failure="ERR_CONNECTION_RESET"),
        reply(state="pending"),
        reply(status=503),
        reply(status=429),
    ],
)
def test_an_empty_account_page_whose_data_failed_is_an_outage_and_no_lost_session(payload):
    with pytest.raises(TransientError):
        judged(SIGNED_OUT, payload)


def test_an_empty_account_page_whose_data_were_kept_back_for_good_is_no_lost_session_either():
    with pytest.raises(Refused):
        judged(SIGNED_OUT, reply(state="failed", failure="ERR_CERT_DATE_INVALID"))


@pytest.mark.parametrize(
    "payloads",
    [
        (),
        (reply(state="abandoned"),),
        (reply(), reply("https://x.test/more", state="failed", failure="ERR_CONNECTION_RESET")),
        (reply(state="failed", failure="ERR_CONNECTION_RESET"), reply("https://x.test/api?again")),
    ],
    ids=["the form asks for no data", "left for the form", "the data said so", "asked again"],
)
def test_a_lost_session_that_more_than_silence_tells_of_stays_one(payloads):
    assert judged(SIGNED_OUT, *payloads).outcome is Outcome.LOGIN_REQUIRED


def test_rows_outlive_a_failed_request_but_are_not_complete():
    judgement = judged(
        OK, reply(), reply("https://x.test/city", state="failed", failure="ERR_EMPTY_RESPONSE")
    )
    assert (judgement.outcome, judgement.complete) == (Outcome.OK, False)
    assert "ERR_EMPTY_RESPONSE" in judgement.error


def test_a_page_that_asked_again_by_itself_and_got_its_data_is_fine():
    assert (
        judged(OK, reply(state="failed", failure="ERR_EMPTY_RESPONSE"), reply("https://x.test/api?again"))
        is OK
    )


def test_a_refusal_to_go_on_outweighs_other_failures():
    late = reply("https://x.test/slow", state="pending")
    limited = reply(status=429, headers={"retry-after": "9"})
    with pytest.raises(TransientError) as raised:
        judged(UNREAD, late, limited)
    assert (raised.value.outcome, raised.value.retry_after_s) == (Outcome.RATE_LIMITED, 9)


def test_data_that_never_came_is_said():
    with pytest.raises(TransientError, match="did not arrive within 30 s"):
        judged(UNREAD, reply(state="pending"))


@pytest.mark.parametrize(
    "payload",
    [reply(status=500), reply(state="abandoned"), reply(state="failed", failure="ERR_CERT_DATE_INVALID")],
)
def test_failures_that_would_repeat_are_not_tried_again(payload):
    with pytest.raises(Refused):
        judged(UNREAD, payload)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "layout_changed"), (404, "layout_changed"), (403, "unavailable"), (500, "unavailable")],
)
def test_an_error_page_in_no_known_state_is_no_new_layout(status, outcome):
    judgement = judged(UNREAD, page=document(status))
    assert judgement.outcome is Outcome(outcome)
    assert (f"HTTP {status}" in judgement.error) is (status >= 400)


@pytest.mark.parametrize(
    ("url", "foreign"),
    [
        ("https://x.test/a", False),
        ("https://X.TEST/a", False),
        ("https://x.test.evil.test/", True),
        ("https://evil.test/x.test", True),
        ("data:text/html,x", True),
        ("https://[broken", True),
    ],
)
def test_only_the_portals_own_hosts_are_its_own(url, foreign):
    assert (foreign_host(url, ("x.test",)) is not None) is foreign


def test_a_failed_navigation_is_judged_by_its_status_before_the_browsers_words():
    message = "Page.goto: net::ERR_HTTP_RESPONSE_CODE_FAILURE at https://x.test/"
    assert isinstance(navigation_failure(message, document(503), NOW), TransientError)
    assert isinstance(navigation_failure(message, document(403), NOW), Refused)
    assert isinstance(navigation_failure("net::ERR_CONNECTION_RESET", None, NOW), TransientError)
    assert "\n" not in str(navigation_failure("Page.goto: odd\nCall log:\n - x", None, NOW))


class Api(Portal):
    name = "api"
    payloads = ("https://x.test/api/*",)

    def number_in(self, url):
        return url.rpartition("/")[2]


ROWS, NOT_FOUND = State(None, ("ul",)), State(Outcome.NOT_FOUND, ("p",))


def watched(*payloads):
    traffic = Traffic("main", Api.payloads, 1000)
    traffic.payloads.extend(payloads)
    return traffic


def test_data_for_the_number_is_an_answer_and_a_neighbours_is_not():
    traffic = watched(reply("https://x.test/api/AA1"))
    assert data_arrived(traffic, Api(), "aa 1")
    assert not data_arrived(traffic, Api(), "BB2")


def test_a_state_without_outcome_tells_only_where_rows_come_with_the_document():
    class Served(Api):
        payloads = ()

    rows, missing = Sight(ready=True, states=(ROWS,)), Sight(ready=True, states=(NOT_FOUND,))
    assert has_answer(rows, watched(), Served(), "AA1")
    assert not has_answer(rows, watched(), Api(), "AA1")
    assert has_answer(missing, watched(), Api(), "AA1")
    drawn = Sight(ready=True, states=(replace(ROWS, in_document=True),))
    assert has_answer(drawn, watched(), Api(), "AA1")


def test_a_page_is_calm_once_it_shows_a_state_and_waits_for_nothing():
    shown, blank = Sight(ready=True, states=(ROWS,)), Sight(ready=True, states=())
    assert is_calm(shown, watched(reply()))
    assert not is_calm(blank, watched(reply()))
    assert not is_calm(shown, watched(reply(state="pending")))


@pytest.mark.parametrize(("status", "seconds"), [(200, 30), (404, 30), (403, 3), (429, 0), (503, 0)])
def test_error_pages_are_not_waited_for_like_pages(status, seconds):
    traffic = watched()
    traffic.document = document(status)
    assert patience_seconds(traffic, Limits(state_seconds=30, settle_seconds=3)) == seconds
