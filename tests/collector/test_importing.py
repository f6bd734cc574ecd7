"""Saved files as visits. The portals and pages here are made up; the real portals are tried at the end."""

import base64
import errno
import gzip
import io
import json
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.answer import read_pages
from collector.importing import ImportedVisit, Refused, imported, read_file
from collector.importing.belonging import host_of, is_payload_of
from scrapers import portals as known_portals
from scrapers.contract import LayoutChanged, Page, Portal, Reading, Row
from scrapers.select import text_of, tree
from scrapers.words import Outcome, Role

WRITTEN = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
SEEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class MadeUp(Portal):
    """Reads `<main id=NAME>` with a number and rows, or `{"NAME": [{"no", "rows"}]}`; payloads go first."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.hosts = (f"track.{name}.example",)
        self.payloads = (f"https://api.{name}.example/v*/track",)

    def number_in(self, url: str) -> str | None:
        numbers = parse_qs(urlsplit(url).query).get("no", [])
        return numbers[0] if len(numbers) == 1 else None

    def parse(self, pages) -> tuple[Reading, ...]:
        for page in sorted(pages, key=lambda p: p.role is Role.DOM):
            found = self._payload(page) if page.role is Role.PAYLOAD else self._document(page)
            if found:
                return found
        raise LayoutChanged(self.name, f"main#{self.name}")

    def _payload(self, page: Page) -> tuple[Reading, ...]:
        try:
            parcels = json.loads(page.text)[self.name]
            return tuple(reading(p.get("no"), p["rows"]) for p in parcels)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return ()

    def _document(self, page: Page) -> tuple[Reading, ...]:
        document = tree(page.text)
        if document.css_first(".wall"):
            return (Reading(outcome=Outcome.CHALLENGE),)
        if not document.css_first(f"main#{self.name}"):
            return ()
        rows = [li.text() for li in document.css("li")]
        return (reading(text_of(document, ".no"), rows),)


def reading(number, rows) -> Reading:
    outcome = Outcome.OK if rows else Outcome.NOT_FOUND
    return Reading(outcome=outcome, number=number, rows=tuple(Row(str(r)) for r in rows), language="en")


PORTALS: Mapping[str, Portal] = {name: MadeUp(name) for name in ("alpha", "beta")}


def html(portal="alpha", number="AA1", rows=("Delivered",), head=""):
    shown = f'<b class="no">{number}</b>' if number else ""
    items = "".join(f"<li>{row}</li>" for row in rows)
    return f'<!DOCTYPE html><html><head>{head}</head><body><main id="{portal}">{shown}<ul>{items}</ul></main>'


def payload(portal="alpha", *numbers):
    return {portal: [{"no": number, "rows": ["Delivered"]} for number in numbers or ("AA1",)]}


def entry(url, text, mime="application/json", started="2026-03-02T11:00:00+01:00", status=200, **content):
    return {
        "startedDateTime": started,
        "request": {"method": "GET", "url": url},
        "response": {
            "status": status,
            "headers": [{"name": "Date", "value": "Sun, 01 Mar 2026 23:00:00 GMT"}],
            "content": {"mimeType": mime, "text": text} | content,
        },
    }


def har(*entries):
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}})


def mhtml(*parts, url="https://track.alpha.example/?no=AA1", date="Mon, 2 Mar 2026 10:00:00 -0000"):
    message = MIMEMultipart("related", type="text/html")
    message["From"] = "<Saved by Blink>"
    message["Snapshot-Content-Location"] = url
    if date:
        message["Date"] = date
    for part in parts:
        message.attach(part)
    return message.as_bytes()


def mail_part(text, subtype="html", charset="utf-8", location=None):
    part = MIMEText(text, subtype, charset)
    if location:
        part["Content-Location"] = location
    return part


def record(**changes):
    whole = {
        "portal": "gamma",
        "tracking_number": "GG-1",
        "seen_at": "2026-03-01T10:00:00Z",
        "events": [{"description": "Delivered"}],
    }
    return whole | changes


@pytest.fixture
def read(tmp_path):
    """Writes a file, gives what is read of it."""

    def reading_of(content, *, portal=None, number=None, seen_at=None, name="saved", portals=PORTALS):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (WRITTEN.timestamp(), WRITTEN.timestamp()))
        return list(read_file(path, portals=portals, portal=portal, number=number, seen_at=seen_at))

    return reading_of


def only(items):
    (item,) = items
    return item


def refusal(items) -> str:
    item = only(items)
    assert isinstance(item, Refused), item
    assert item.reason.isprintable()
    return item.reason


def visited(items):
    assert all(isinstance(item, ImportedVisit) for item in items), items
    return [(item.portal, item.tracking_number) for item in items]


# --- records


def test_a_record_line_becomes_a_page_of_role_record(read):
    visit = only(read(json.dumps(record(viewer_utc_offset="+01:00", language="de", mood="kept"))))
    assert (visit.portal, visit.tracking_number, visit.source) == ("gamma", "GG1", "import")
    assert visit.seen_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert (visit.language, visit.viewer_offset_minutes) == ("de", 60)
    page = only(visit.pages)
    assert (page.role, page.media_type) == (Role.RECORD, "application/json")
    assert page.body == visit.record.line
    assert b'"mood":"kept"' in page.body


def test_bad_lines_are_refused_with_their_line_and_good_ones_still_land(read):
    good = json.dumps(record())
    found = read("\n".join(["# notes", good, good[:30], json.dumps({"portal": "x"}), good]))
    assert [item.line if isinstance(item, Refused) else item.portal for item in found] == [
        1, "gamma", 3, 4, "gamma"
    ]  # fmt: skip
    assert found[3].reason == "tracking_number is missing"


def test_a_single_half_line_is_a_bad_line(read):
    assert only(read(json.dumps(record())[:30])).line == 1


def test_a_record_over_many_lines_is_one_record(read):
    assert visited(read(json.dumps(record(), indent=2))) == [("gamma", "GG1")]


def test_a_bad_record_over_many_lines_is_refused_once(read):
    assert refusal(read(json.dumps(record(seen_at=""), indent=2))) == "seen_at is empty"
    assert refusal(read(json.dumps(record(), indent=2)[:-9])).startswith("the JSON is broken")


def test_an_array_of_records_is_read_and_the_bad_ones_are_named_by_position(read):
    found = read(json.dumps([record(), record(events="x"), 7, record(tracking_number="GG2")], indent=1))
    assert [item.tracking_number for item in found if isinstance(item, ImportedVisit)] == ["GG1", "GG2"]
    reasons = [item.reason for item in found if isinstance(item, Refused)]
    assert reasons == ["record 2: events is not a list", "record 3: a record is one JSON object"]


def test_a_record_of_another_portal_or_number_than_asked_is_refused_naming_both(read):
    line = json.dumps(record())
    assert refusal(read(line, portal="alpha")) == "the record speaks of gamma, not of alpha"
    assert refusal(read(line, number="gg2")) == "the record speaks of GG1, not of GG2"
    assert visited(read(line, portal="gamma", number="gg 1")) == [("gamma", "GG1")]


def test_records_keep_their_own_time(read):
    assert only(read(json.dumps(record()), seen_at=SEEN)).seen_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_records_in_utf16_are_read(read):
    assert visited(read(json.dumps(record()).encode("utf-16"))) == [("gamma", "GG1")]


# --- saved pages


def test_a_saved_page_is_a_visit_at_the_time_the_file_was_written(read):
    visit = only(read(html()))
    assert (visit.portal, visit.tracking_number, visit.source) == ("alpha", "AA1", "file")
    assert (visit.seen_at, visit.language, visit.record) == (WRITTEN, "en", None)
    page = only(visit.pages)
    assert (page.role, page.media_type, page.text) == (Role.DOM, "text/html", html())


def test_what_the_person_says_goes_before_what_the_file_says(read):
    paris = SEEN.astimezone(timezone(timedelta(hours=1)))
    visit = only(read(mhtml(mail_part(html()), date="Tue, 3 Mar 2026 10:00:00 -0000"), seen_at=paris))
    assert (visit.seen_at, visit.seen_at.utcoffset()) == (SEEN, timedelta(0))


def test_a_time_without_zone_is_refused(read):
    assert "no time zone" in refusal(read(html(), seen_at=datetime(2026, 3, 1)))  # noqa: DTZ001


@pytest.mark.parametrize(
    "head",
    [
        "<!-- saved from url=(0035)https://track.beta.example/?no=BB7 -->",
        '<link rel="canonical" href="https://track.beta.example/?no=BB7">',
        '<meta property="og:url" content=" https://track.beta.example/?no=BB7 ">',
    ],
)
def test_the_address_in_a_page_tells_portal_and_number(read, head):
    visit = only(read(html("beta", number=None, head=head)))
    assert (visit.portal, visit.tracking_number) == ("beta", "BB7")
    assert visit.pages[0].url == "https://track.beta.example/?no=BB7"


def test_a_page_of_a_known_address_is_not_tried_on_other_portals(read):
    page = html("beta", head='<link rel="canonical" href="https://track.alpha.example/">')
    assert refusal(read(page)).startswith("nothing readable: alpha: ")


def test_a_page_no_portal_reads_is_refused_with_the_option_to_name_one(read):
    reason = refusal(read("<html><body>Hello</body></html>"))
    assert reason == "cannot tell which portal this is; say --portal NAME"


def test_a_page_two_portals_read_is_refused_naming_both(read):
    page = '<main id="alpha"></main><main id="beta"></main><b class=no>AA1</b><li>Delivered</li>'
    assert "(it reads as a page of alpha and of beta)" in refusal(read(page))
    assert visited(read(page, portal="beta")) == [("beta", "AA1")]


def test_a_page_without_a_parcel_does_not_tell_its_portal_but_is_read_for_a_named_one(read):
    page = html(rows=())
    assert "cannot tell" in refusal(read(page))
    assert visited(read(page, portal="alpha")) == [("alpha", "AA1")]


def test_a_changed_layout_is_refused_with_what_was_looked_for(read):
    reason = refusal(read(html("gamma"), portal="alpha"))
    assert reason.startswith("nothing readable: alpha: ")
    assert "main#alpha" in reason


def test_an_unknown_portal_is_refused(read):
    assert refusal(read(html(), portal="omega")) == "no portal is called omega here"
    assert refusal(read(har(), portal="omega")) == "no portal is called omega here"


def test_a_page_without_a_number_needs_one(read):
    page = html(number=None)
    assert refusal(read(page)) == "the page names no number; say --number NUMBER"
    assert visited(read(page, number="aa 9")) == [("alpha", "AA9")]


def test_a_page_of_another_number_is_refused_naming_both(read):
    assert refusal(read(html(number="AA1"), number="AA2")) == "the page speaks of AA1, not of AA2"
    page = html(number=None, head='<link rel=canonical href="https://track.alpha.example/?no=AA1">')
    assert refusal(read(page, number="AA2")) == "the page speaks of AA1, not of AA2"


def test_a_number_that_is_none_is_refused(read):
    assert "no tracking number" in refusal(read(html(), number="A<1"))
    assert "tracking number" in refusal(read(html(), number="_"))
    assert "which is no tracking number" in refusal(read(html(number="A*1")))


def test_a_page_in_an_older_encoding_is_kept_in_utf8(read):
    page = html(rows=["Zugestellt für München, 5 €"], head='<meta charset="ISO-8859-1">')
    visit = only(read(page.encode("windows-1252")))  # which is what pages mean by ISO-8859-1
    assert visit.pages[0].text == page


def test_a_page_in_utf16_is_kept_in_utf8(read):
    assert only(read(html(rows=["已签收"]).encode("utf-16"))).pages[0].body == html(rows=["已签收"]).encode()


# --- saved payloads


def test_two_numbers_in_one_payload_are_two_visits_with_the_same_page(read):
    found = read(json.dumps(payload("beta", "BB1", "BB2")))
    assert visited(found) == [("beta", "BB1"), ("beta", "BB2")]
    assert found[0].pages == found[1].pages
    assert found[0].pages[0].role is Role.PAYLOAD
    assert visited(read(json.dumps(payload("beta", "BB1", "BB2")), number="BB2")) == [("beta", "BB2")]


def test_a_number_shown_twice_is_one_visit_in_the_language_shown_first(read):
    class InTwoLanguages(MadeUp):
        def parse(self, pages) -> tuple[Reading, ...]:
            (found,) = super().parse(pages)
            return (found, replace(found, language="fr"))

    visit = only(read(json.dumps(payload()), portals={"alpha": InTwoLanguages("alpha")}))
    assert visit.language == "en"


@pytest.mark.parametrize("as_pairs", [True, False])
@pytest.mark.parametrize("as_text", [True, False])
def test_a_reply_saved_with_its_headers_is_unwrapped_and_its_date_is_when_it_was_seen(
    read, as_pairs, as_text
):
    headers = {"Content-Type": "application/json;charset=UTF-8", "Date": "Mon, 02 Mar 2026 10:00:00 GMT"}
    body = json.dumps(payload()) if as_text else payload()
    saved = {"status": 200, "headers": list(headers.items()) if as_pairs else headers, "body": body}
    visit = only(read(json.dumps(saved)))
    assert (visit.portal, visit.seen_at) == ("alpha", SEEN)
    assert json.loads(visit.pages[0].body) == payload()
    assert (visit.pages[0].status, visit.pages[0].media_type) == (200, "application/json")


def test_a_reply_with_a_broken_date_was_seen_when_the_file_was_written(read):
    saved = {"status": 200, "headers": {"date": "soon"}, "body": payload()}
    assert only(read(json.dumps(saved))).seen_at == WRITTEN


def test_jsonp_is_a_payload(read):
    class Called(MadeUp):
        def _payload(self, page: Page) -> tuple[Reading, ...]:
            return super()._payload(replace(page, body=page.body[5:-1]))

    visit = only(read(f"call({json.dumps(payload())})", portals={"alpha": Called("alpha")}))
    page = only(visit.pages)
    assert (page.role, page.media_type) == (Role.PAYLOAD, "text/javascript")


# --- MHTML


def test_the_first_html_part_of_mhtml_is_the_page_and_its_date_is_when_it_was_seen(read):
    parts = [
        mail_part("body {}", "css"),
        mail_part(html(rows=["Zustellung läuft"]), charset="iso-8859-1"),
        mail_part(html(number="AA2")),
    ]
    visit = only(read(mhtml(*parts)))
    assert (visit.portal, visit.tracking_number, visit.seen_at) == ("alpha", "AA1", SEEN)
    assert only(visit.pages).text == html(rows=["Zustellung läuft"])
    assert visit.pages[0].url == "https://track.alpha.example/?no=AA1"


def test_json_parts_of_mhtml_are_payloads(read):
    url = "https://api.alpha.example/v2/track"
    parts = [mail_part(html(number=None, rows=())), mail_part(json.dumps(payload()), "json", location=url)]
    visit = only(read(mhtml(*parts, url="")))
    assert [(page.role, page.url) for page in visit.pages] == [(Role.DOM, ""), (Role.PAYLOAD, url)]


def test_a_chrome_snapshot_with_quoted_printable_and_folded_headers_is_read(read):
    text = (
        "From: <Saved by Blink>\r\n"
        "Snapshot-Content-Location: https://track.alpha.example/?no=AA1\r\n"
        "Subject: =?utf-8?Q?Sendung=C3=A4?=\r\n"
        "Date: Mon, 2 Mar 2026 10:00:00 -0000\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="--b--"\r\n\r\n\r\n'
        "----b--\r\nContent-Type: text/html\r\nContent-ID: <frame-1@mhtml.blink>\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "Content-Location: https://track.alpha.example/?no=AA1\r\n\r\n"
        '<html><main id=3D"alpha"><li>Zugestellt f=C3=BCr=\r\n M</li></main></html>\r\n'
        "----b----\r\n"
    )
    visit = only(read(text))
    assert (visit.tracking_number, visit.seen_at) == ("AA1", SEEN)
    assert "<li>Zugestellt für M</li>" in visit.pages[0].text


def test_the_zone_of_the_machine_never_moves_the_date_of_mhtml(read, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        assert only(read(mhtml(mail_part(html())))).seen_at == SEEN
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_page_of_mhtml_has_the_address_of_its_part(read):
    part = mail_part(html(number=None), location="https://track.alpha.example/?no=AA3")
    visit = only(read(mhtml(part, url="https://track.alpha.example/")))
    assert (visit.pages[0].url, visit.tracking_number) == ("https://track.alpha.example/?no=AA3", "AA3")


def test_mhtml_without_a_page_or_a_date(read):
    assert refusal(read(mhtml(mail_part("x", "plain")))) == "the MHTML holds no HTML page"
    assert only(read(mhtml(mail_part(html()), date=None))).seen_at == WRITTEN


# --- HAR


def test_a_har_gives_one_visit_per_portal_and_number_with_responses_in_order(read):
    found = read(
        har(
            entry("https://www.example.org/", "<html>", "text/html"),
            entry("https://track.alpha.example/?no=AA1", html(), "text/html; charset=utf-8"),
            entry("https://api.alpha.example/v2/track?no=AA1", json.dumps(payload())),
            entry("https://api.alpha.example/v2/track?no=AA2", json.dumps(payload("alpha", "AA2"))),
            entry("https://api.beta.example/v1/track", json.dumps(payload("beta", "BB1"))),
        )
    )
    assert visited(found) == [("alpha", "AA1"), ("alpha", "AA2"), ("beta", "BB1")]
    assert [page.role for page in found[0].pages] == [Role.DOM, Role.PAYLOAD]
    assert found[0].pages[0].status == 200
    assert found[0].seen_at == SEEN


def test_a_response_without_start_time_was_seen_at_its_own_date(read):
    item = entry("https://api.alpha.example/v1/track", json.dumps(payload()), started="today")
    assert only(read(har(item))).seen_at == datetime(2026, 3, 1, 23, tzinfo=UTC)


def test_a_payload_whose_url_names_no_number_joins_the_page_before_it(read):
    found = read(
        har(
            entry("https://track.alpha.example/?no=AA1", "<html></html>", "text/html"),
            entry("https://api.alpha.example/v2/track", json.dumps(payload("alpha", None))),
            entry("https://track.alpha.example/?no=AA2", "<html></html>", "text/html"),
            entry("https://api.alpha.example/v2/track", json.dumps(payload("alpha", None))),
        )
    )
    assert visited(found) == [("alpha", "AA1"), ("alpha", "AA2")]


def test_base64_content_is_decoded_and_broken_base64_refused_by_entry(read):
    url = "https://api.alpha.example/v2/track?no=AA1"
    coded = base64.b64encode(json.dumps(payload()).encode()).decode()
    found = read(har(entry(url, coded, encoding="base64"), entry(url, "A", encoding="base64")))
    refused, visit = found
    assert refused.reason == "entry 2: its base64 is broken"
    assert json.loads(only(visit.pages).body) == payload()


def test_a_challenge_before_the_page_does_not_hide_it(read):
    url = "https://track.alpha.example/?no=AA1"
    wall = "<html><p class=wall>Are you a robot?</p></html>"
    visit = only(read(har(entry(url, wall, "text/html", status=403), entry(url, html(), "text/html"))))
    assert only(visit.pages).text == html()


def test_a_document_before_its_scripts_ran_does_not_hide_the_payload(read):
    class Strict(MadeUp):
        def parse(self, pages) -> tuple[Reading, ...]:
            if any(page.role is Role.DOM and b"<main" not in page.body for page in pages):
                raise LayoutChanged(self.name, "main")
            return super().parse(pages)

    entries = [
        entry("https://track.alpha.example/?no=AA1", "<html></html>", "text/html"),
        entry("https://api.alpha.example/v2/track?no=AA1", json.dumps(payload())),
    ]
    visit = only(read(har(*entries), portals={"alpha": Strict("alpha")}))
    assert [page.role for page in visit.pages] == [Role.PAYLOAD]


def test_a_page_of_a_portal_that_cannot_be_read_is_refused_and_the_others_still_land(read):
    found = read(
        har(
            entry("https://track.alpha.example/home", "<html>new</html>", "text/html"),
            entry("https://api.beta.example/v1/track", json.dumps(payload("beta", "BB1"))),
        )
    )
    assert isinstance(found[0], Refused)
    assert found[0].reason.startswith("alpha: nothing readable: ")
    assert visited(found[1:]) == [("beta", "BB1")]


def test_what_one_of_two_portals_on_a_host_reads_is_not_refused_for_the_other(read):
    twin = MadeUp("beta")
    twin.hosts = ("track.alpha.example",)
    found = read(
        har(entry("https://track.alpha.example/?no=AA1", html(), "text/html")),
        portals={"alpha": MadeUp("alpha"), "beta": twin},
    )
    assert visited(found) == [("alpha", "AA1")]


def test_a_har_with_nothing_of_any_portal_is_refused(read):
    nothing = [
        entry("https://www.example.org/", "<html>", "text/html"),
        entry("https://track.alpha.example/?no=AA1", "", "text/html"),
        entry("https://track.alpha.example/logo", "x", "image/png"),
        {"request": 3},
        None,
    ]
    assert refusal(read(har(*nothing))) == "nothing in this HAR is of any portal known here"
    beta = entry("https://api.beta.example/v1/track", json.dumps(payload("beta")))
    assert refusal(read(har(beta), portal="alpha")) == "nothing in this HAR is of alpha"


# --- what is no file to import


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \r\n", "the file is empty"),
        (gzip.compress(b"{}", mtime=0), "it is a gzip file; unpack it first"),
        (b"PK\x03\x04rest", "it is a ZIP archive; unpack it first"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "neither records, HAR, MHTML, HTML nor JSON"),
        (b"Dear diary", "neither records, HAR, MHTML, HTML nor JSON"),
        (b'{"a": 1', "the JSON is broken: Expecting ',' delimiter at line 1, column 8"),
        (b"[" * 200_000, "the JSON is nested too deeply"),
        (b"[" + b"9" * 5_000 + b"]", "the JSON is broken: a number in it is too long"),
    ],
)
def test_what_is_of_no_kind_is_refused_with_the_reason(read, content, expected):
    assert refusal(read(content)) == expected


def test_kinds_are_told_by_content_not_by_name(read):
    assert visited(read(html(), name="page.har")) == [("alpha", "AA1")]
    assert visited(read(json.dumps(payload()), name="page.html")) == [("alpha", "AA1")]


def test_too_large_files_and_pages_are_refused(read, monkeypatch):
    monkeypatch.setattr("collector.importing.saved.MAX_PAGE_BYTES", 1024 * 1024)
    assert refusal(read(html() + " " * 1024 * 1024)) == "a page in it is larger than 1 MB"
    large = entry("https://api.alpha.example/v1/track", " " * (1024 * 1024 + 1))
    small = entry("https://api.alpha.example/v1/track", json.dumps(payload()))
    refused, visit = read(har(large, small))
    assert refused.reason == "entry 1: a page in it is larger than 1 MB"
    assert visit.tracking_number == "AA1"
    monkeypatch.setattr("collector.importing.MAX_FILE_BYTES", 1024 * 1024)
    assert refusal(read(b"x" * (1024 * 1024 + 1))) == "the file is larger than 1 MB"
    assert (imported.MAX_FILE_BYTES, imported.MAX_PAGE_BYTES) == (64 * 1024**2, 16 * 1024**2)


def test_record_lines_may_fill_a_file_of_any_size(read, monkeypatch):
    monkeypatch.setattr("collector.importing.MAX_FILE_BYTES", 1000)
    monkeypatch.setattr("collector.importing.record_files.MAX_PAGE_BYTES", 500)
    monkeypatch.setattr("collector.importing.record_files._PART_BYTES", 64)
    lines = [json.dumps(record(tracking_number=f"GG-{n}")) for n in range(40)]
    lines[25] = json.dumps(record(note="x" * 600))
    lines[30] = "{"
    found = read("\ufeff" + "\n".join(lines))
    refused = [(one.line, one.reason) for one in found if isinstance(one, Refused)]
    assert refused[0] == (26, "the line is too long for a record")
    assert [line for line, _ in refused] == [26, 31]
    numbers = [one.tracking_number for one in found if isinstance(one, ImportedVisit)]
    assert numbers == [f"GG{n}" for n in range(40) if n not in (25, 30)]


def test_a_large_file_that_breaks_off_brings_what_was_read(tmp_path, monkeypatch):
    monkeypatch.setattr("collector.importing.MAX_FILE_BYTES", 300)
    path = tmp_path / "records"
    path.write_text((json.dumps(record()) + "\n") * 20)
    real = Path.open

    class Breaking(io.BufferedReader):
        def readline(self, size=-1):
            if self.tell() > 1000:
                raise OSError(errno.EIO, "Input/output error")
            return super().readline(size)

    monkeypatch.setattr(Path, "open", lambda self, mode: Breaking(real(self, mode).detach()))
    *visits, refused = of(path)
    assert 5 <= len(visits) < 20
    assert refused.reason == "Input/output error"


def of(path):
    return list(read_file(path, portals=PORTALS, portal=None, number=None, seen_at=None))


def test_a_folder_or_a_missing_file_is_refused_in_the_systems_words(tmp_path):
    assert refusal(of(tmp_path)) == "Is a directory"
    assert refusal(of(tmp_path / "no")) == "No such file or directory"
    assert refusal(of(tmp_path / "a\x00b")) == "no file can have this name"
    assert refusal(of(Path(os.devnull))) == "it is neither a file nor a pipe"


def test_control_characters_in_a_file_name_are_escaped(read):
    refused = only(read(b"", name="a\x1b[31m\n\u202eb"))
    assert refused.file.endswith("/a\\x1b[31m\\n\\u202eb")
    bad = only(read(json.dumps(record(portal="X")), name="a\nb"))
    assert bad.file.endswith("/a\\nb")


def test_control_characters_from_inside_a_file_are_escaped(read):
    reason = refusal(read(har(), portal="\x1b[31m"))
    assert reason == "no portal is called \\x1b[31m here"


# --- addresses


def test_only_the_star_of_a_payload_glob_is_special_and_the_query_is_left_aside():
    alpha = PORTALS["alpha"]
    assert is_payload_of(alpha, "https://api.alpha.example/v12/track?a=/b#c")
    assert not is_payload_of(alpha, "https://api.alpha.example/v12/track/more")
    assert not is_payload_of(alpha, "https://apiXalpha.example/v1/track")
    assert not is_payload_of(alpha, "https://evil.example/?https://api.alpha.example/v1/track")


@given(st.text() | st.text().map("https://".__add__) | st.just("http://["))
def test_any_text_is_taken_as_a_url(text):
    assert host_of(text) is None or isinstance(host_of(text), str)


# --- hostile input

JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
URLS = st.sampled_from(
    ["https://track.alpha.example/?no=AA1", "https://api.beta.example/v1/track", "http://[", "\ud800"]
)
CONTENT = st.fixed_dictionaries(
    {"mimeType": st.just("text/html") | JSONS, "text": st.sampled_from([html(), "\ud800", "é="]) | JSONS},
    optional={"encoding": st.just("base64") | JSONS},
)
ENTRIES = st.fixed_dictionaries(
    {
        "startedDateTime": st.just("2026-03-01T10:00:00Z") | JSONS,
        "request": st.fixed_dictionaries({"url": URLS | JSONS}) | JSONS,
        "response": st.fixed_dictionaries({"content": CONTENT | JSONS, "headers": JSONS, "status": JSONS})
        | JSONS,
    }
)
WHOLE = [
    html().encode(),
    mhtml(mail_part(html()), mail_part("{}", "json")),
    har(entry("https://track.alpha.example/?no=AA1", html(), "text/html")).encode(),
    json.dumps(record()).encode(),
    json.dumps({"status": 200, "headers": {"date": "x"}, "body": payload()}).encode(),
]


@st.composite
def damaged(draw):
    """A good file with a piece of it replaced by other bytes."""
    whole = draw(st.sampled_from(WHOLE))
    start, end = sorted((draw(st.integers(0, len(whole))), draw(st.integers(0, len(whole)))))
    return whole[:start] + draw(st.binary(max_size=30)) + whole[end:]


ANY_BYTES = st.one_of(
    st.binary(),
    damaged(),
    st.binary().map(b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\n".__add__),
    JSONS.map(lambda data: json.dumps(data).encode()),
    st.lists(ENTRIES | JSONS, max_size=3).map(lambda e: json.dumps({"log": {"entries": e}}).encode()),
    st.fixed_dictionaries(
        {"status": st.just(200) | JSONS, "headers": JSONS, "body": JSONS, "url": JSONS}
    ).map(lambda data: json.dumps(data).encode()),
)


@given(ANY_BYTES, st.sampled_from([None, "alpha"]), st.sampled_from([None, "AA1"]))
@settings(max_examples=600, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_visits_or_refused_and_never_nothing(read, content, portal, number):
    found = read(content, portal=portal, number=number)
    assert found
    for item in found:
        if isinstance(item, Refused):
            assert item.reason
            assert (item.file + item.reason).isprintable()
        else:
            assert item.seen_at.utcoffset() == timedelta(0)
            assert item.pages
            assert number in (None, item.tracking_number)


# --- the real portals


@pytest.fixture
def captures():
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    if not folder:
        pytest.skip("CROSSTRACK_CAPTURES is not set")
    return Path(folder)


def test_a_real_reply_with_headers_is_seen_at_its_own_date(captures):
    (path,) = (captures / "cainiao").glob("*_2023-01-28.json")
    visit = only(read_file(path, portals=known_portals(), portal=None, number=None, seen_at=None))
    assert (visit.portal, visit.seen_at) == ("cainiao", datetime(2023, 1, 28, 21, 56, 45, tzinfo=UTC))
    assert path.name.startswith(visit.tracking_number)


def test_real_pages_are_taken_for_their_own_portal_or_for_none(captures):
    portals = known_portals()
    found = set()
    for path in sorted(p for p in captures.glob("*/*") if p.suffix in {".html", ".json"}):
        folder = path.parent.name
        for item in read_file(path, portals=portals, portal=None, number=None, seen_at=None):
            if isinstance(item, ImportedVisit):
                assert item.portal == folder or folder not in portals, path
                answer = read_pages(portals[item.portal], item.tracking_number, item.pages)
                assert answer.outcome is not Outcome.LAYOUT_CHANGED, path
                found.add(folder)
    assert {"cainiao", "correos", "usps"} <= found
