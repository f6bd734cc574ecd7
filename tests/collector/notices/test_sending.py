"""Through Apprise to a real server on this machine, and to none; addresses are said nowhere."""

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from collector.account.terminal import Secret
from collector.errors import UsageError
from collector.notices.sending import AppriseSender
from collector.paths import CONFIG
from collector.store.opening import open_store
from tests.collector.worlds import ORDER, column, one_line, record, take_in

SECRET = "t0ken-that-nobody-may-see"


@pytest.fixture
def server():
    """A server that keeps what is posted to it, and answers with `status`."""

    class Kept(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.posted.append((self.path, json.loads(body)))
            self.send_response(self.server.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    served = HTTPServer(("127.0.0.1", 0), Kept)
    served.posted, served.status = [], 200
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


def address(server):
    return f"json://127.0.0.1:{server.server_port}/{SECRET}"


def test_a_message_arrives_as_it_was_given(server):
    sender = AppriseSender([Secret(address(server))])
    (target,) = sender.targets
    text = "it's <b>here</b> & *there* :smile: \\n {app_id}"
    assert sender.send(target, "blue lamp: delivered", text) is None
    ((path, posted),) = server.posted
    assert path == f"/{SECRET}"
    assert (posted["title"], posted["message"]) == ("blue lamp: delivered", text)


def test_a_service_that_refuses_or_is_down_is_a_reason_without_the_address(server, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    sender = AppriseSender([Secret(address(server)), Secret(f"json://127.0.0.1:9/{SECRET}")])
    server.status = 500
    reasons = [sender.send(target, "a", "b") for target in sender.targets]
    assert all(reasons)
    out, err = capfd.readouterr()
    told = (*map(str, reasons), *sender.targets, caplog.text, out, err)
    assert not any(SECRET in text for text in told)


@pytest.mark.parametrize("url", [f"nonsense{SECRET}", f"nosuch://{SECRET}", f"mailto://{SECRET}@", ""])
def test_an_address_that_is_none_is_named_by_its_place(url, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(UsageError, match=r"address no\. 2 is none") as told:
        AppriseSender([Secret("json://127.0.0.1"), Secret(url)])
    assert SECRET not in str(told.value) + caplog.text


def test_libraries_may_talk_again_afterwards(server):
    before = logging.getLogger("apprise").level, logging.getLogger("urllib3").propagate
    sender = AppriseSender([Secret(address(server))])
    sender.send(sender.targets[0], "a", "b")
    assert (logging.getLogger("apprise").level, logging.getLogger("urllib3").propagate) == before


# --- the command ---------------------------------------------------------------------------------------


@pytest.fixture
def configured(server, tmp_path, monkeypatch):
    """A settings file that sends to the server and tells of protection alone."""

    def write(*urls, rules=""):
        file = tmp_path / "crosstrack.toml"
        file.write_text(
            f"[notices]\nurls = {json.dumps(urls or [address(server)])}\n{rules}", encoding="utf-8"
        )
        monkeypatch.setenv(CONFIG, str(file))

    write()
    return write


@pytest.fixture
def protected(database):
    """A database with an order whose protection ends in four days."""
    with open_store(database) as db:
        take_in(db, [record(number="AA1", order_ids=[ORDER])])
        db.execute("update orders set protection_ends_on = date('now', '+4 days')")
    return database


def test_a_dry_run_shows_and_neither_sends_nor_keeps(crosstrack, configured, protected, server):
    for _ in range(2):
        said = crosstrack("notify", "--dry-run").stdout
        assert "protection_ends: AA1: buyer protection ends in 4 days | " in said
    (row,) = json.loads(crosstrack("notify", "--dry-run", "--json").stdout)
    assert (row["rule"], row["parcel_id"]) == ("protection_ends", "AA1")
    assert server.posted == []
    with open_store(protected) as db:
        assert column(db, "select count(*) from notices") == [0]


def test_notify_sends_once(crosstrack, configured, protected, server):
    assert "notices: 1 sent" in crosstrack("notify").stderr
    assert [posted["title"] for _, posted in server.posted] == ["AA1: buyer protection ends in 4 days"]
    assert "nothing to tell" in crosstrack("notify").stderr
    assert len(server.posted) == 1
    with open_store(protected) as db:
        assert column(db, "select reached from notices") == ['["1 (JSON)"]']
    assert SECRET.encode() not in protected.read_bytes()


@pytest.mark.fault(
    "`crosstrack notify` while the server answers 503",
    "One line without the address; the next one sends it",
    layer="notices",
    exit_status="1",
)
def test_a_server_that_is_down_is_said_and_the_next_run_sends(crosstrack, configured, protected, server):
    server.status = 503
    said = crosstrack("notify", status=1).stderr
    assert "notices: 1 to be sent in the next run" in said
    assert SECRET not in said
    server.status = 200
    assert json.loads(crosstrack("notify", "--json").stdout)[0]["sent"] == 1


def test_a_test_message_goes_to_every_address(crosstrack, configured, server):
    configured(address(server), f"json://127.0.0.1:9/{SECRET}")
    said = crosstrack("notify", "--test", status=1).stderr
    assert "1 (JSON): sent" in said
    assert "2 (JSON): it was not taken" in said
    assert SECRET not in said
    told = crosstrack("notify", "--test", "--json", status=1).stdout
    assert [(one["target"], bool(one["error"])) for one in json.loads(told)] == [
        ("1 (JSON)", False),
        ("2 (JSON)", True),
    ]
    assert SECRET not in told


def test_what_is_missing_is_said_in_one_line(crosstrack, configured, tmp_path, monkeypatch):
    configured("nonsense")
    assert "address no. 1" in one_line(crosstrack("notify", "--test", status=2))
    assert "say one of them" in one_line(crosstrack("notify", "--test", "--dry-run", status=2))
    (tmp_path / "crosstrack.toml").write_text("[notices]\nenabled = true\n", encoding="utf-8")
    assert "has no address" in one_line(crosstrack("notify", status=2))
    (tmp_path / "crosstrack.toml").write_text("", encoding="utf-8")
    assert "write [notices]" in one_line(crosstrack("notify", status=2))
