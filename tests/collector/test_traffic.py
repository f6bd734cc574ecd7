"""What is followed of a page's requests. The events are synthetic, in the form Chromium sends them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.browser.traffic import Traffic, bare, host_of

GLOBS = ("https://api.x.test/v1/*/events", "https://api.x.test/list")


def traffic(limit=1000):
    return Traffic("main", GLOBS, limit)


def sent(watched, request_id, url, kind="Fetch", frame="main", method="GET"):
    watched.will_be_sent(
        {"requestId": request_id, "type": kind, "frameId": frame, "request": {"url": url, "method": method}}
    )


def answered(watched, request_id, status=200, headers=None):
    response = {"status": status, "mimeType": "application/json", "headers": headers or {}}
    watched.response_received({"requestId": request_id, "response": response})


def failed(watched, request_id, text="net::ERR_CONNECTION_RESET", **more):
    watched.failed({"requestId": request_id, "errorText": text, **more})


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        ("https://api.x.test/v1/A1/events?lang=en", True),
        ("https://api.x.test/list#top", True),
        ("https://api.x.test/list/more", False),
        ("https://api.x.test/v1/A1/events/2", False),
        ("https://evil.test/?https://api.x.test/list", False),
        ("http://api.x.test/list", False),
    ],
)
def test_only_the_portals_data_addresses_are_followed(url, followed):
    watched = traffic()
    sent(watched, "1", url)
    assert bool(watched.payloads) is followed


def test_a_preflight_is_no_data():
    watched = traffic()
    sent(watched, "1", "https://api.x.test/list", method="OPTIONS")
    assert watched.payloads == []


def test_the_main_document_is_followed_through_redirects_and_frames_are_not_it():
    watched = traffic()
    sent(watched, "1", "https://x.test/old", kind="Document")
    sent(watched, "1", "https://x.test/new", kind="Document")
    sent(watched, "2", "https://ads.test/frame", kind="Document", frame="other")
    answered(watched, "1", headers={"Date": "today"})
    assert watched.document.url == "https://x.test/new"
    assert watched.document.headers == {"date": "today"}


def test_a_data_request_redirected_elsewhere_is_no_longer_waited_for():
    watched = traffic()
    sent(watched, "1", "https://api.x.test/list")
    sent(watched, "1", "https://login.x.test/")
    assert watched.payloads == []


def test_data_is_pending_until_it_finished_or_failed():
    watched = traffic()
    for request_id in ("1", "2", "3", "4"):
        sent(watched, request_id, "https://api.x.test/list")
        answered(watched, request_id)
    assert len(watched.pending) == 4
    watched.finished({"requestId": "1"})
    failed(watched, "2")
    failed(watched, "3", "net::ERR_ABORTED")
    failed(watched, "4", "net::ERR_FAILED", canceled=True)
    assert watched.pending == []
    assert [e.state for e in watched.payloads] == ["finished", "failed", "abandoned", "abandoned"]
    assert watched.payloads[1].failure == "ERR_CONNECTION_RESET"
    assert watched.changed.is_set()


def test_a_reply_without_content_is_finished_though_chromium_calls_it_aborted():
    watched = traffic()
    sent(watched, "1", "https://api.x.test/list")
    answered(watched, "1", status=204)
    failed(watched, "1", "net::ERR_ABORTED", canceled=True)
    assert (watched.payloads[0].state, watched.payloads[0].body) == ("finished", b"")


def test_what_arrives_and_what_is_announced_count_against_the_limit():
    watched = traffic(limit=100)
    sent(watched, "1", "https://api.x.test/list")
    answered(watched, "1")
    for _ in range(2):
        watched.data_received({"requestId": "1", "dataLength": 50})
    assert watched.too_large is None
    watched.data_received({"requestId": "1", "dataLength": 1})
    assert watched.too_large.announced_size == 101
    announced = traffic(limit=100)
    sent(announced, "1", "https://x.test/", kind="Document")
    answered(announced, "1", headers={"Content-Length": "101"})
    assert announced.too_large is announced.document
    assert announced.flooded.is_set()


def test_the_size_of_what_is_not_followed_does_not_count():
    watched = traffic(limit=1)
    sent(watched, "1", "https://x.test/app.js", kind="Script")
    watched.data_received({"requestId": "1", "dataLength": 50})
    assert watched.too_large is None


def test_hosts_of_blocked_requests_are_remembered():
    watched = traffic()
    sent(watched, "1", "https://ADS.test/a.js", kind="Script")
    failed(watched, "1", "", blockedReason="inspector")
    sent(watched, "2", "https://fine.test/a.js", kind="Script")
    failed(watched, "2")
    assert watched.blocked_hosts == {"ads.test"}


@given(st.text(max_size=60), st.sampled_from(["Document", "Fetch", "Script"]))
def test_any_url_and_any_length_are_taken(url, kind):
    watched = traffic()
    sent(watched, "1", url, kind=kind)
    answered(watched, "1", headers={"Content-Length": url})
    failed(watched, "1", url, blockedReason=url)
    assert watched.too_large is None or watched.too_large.announced_size > 1000
    assert bare(bare(url)) == bare(url)
    assert host_of(url) == host_of(url).lower()


def test_what_the_page_before_asks_for_is_not_followed():
    watched = Traffic("main", GLOBS, 1000, past=frozenset({"old"}))
    asked = {
        "type": "Fetch",
        "frameId": "main",
        "request": {"url": "https://api.x.test/list", "method": "GET"},
    }
    watched.will_be_sent({"requestId": "1", "loaderId": "old", **asked})
    assert watched.payloads == []
    watched.will_be_sent({"requestId": "2", "loaderId": "new", **asked})
    assert [exchange.request_id for exchange in watched.payloads] == ["2"]


def test_all_that_is_loaded_counts_together_films_aside():
    watched = Traffic("main", GLOBS, 100, visit_bytes=250)
    for request_id in ("1", "2", "3"):
        watched.data_received({"requestId": request_id, "dataLength": 80})
    film = {"url": "https://x.test/", "status": 200, "headers": {"Content-Length": "999"}}
    watched.response_received({"requestId": "4", "type": "Media", "response": film})
    assert not watched.flooded.is_set()
    watched.response_received({"requestId": "5", "type": "Font", "response": film})
    assert watched.too_much
    assert watched.flooded.is_set()
