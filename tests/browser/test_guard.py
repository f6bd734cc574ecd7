"""The guard that proves that nothing leaves this machine, and a whole run under it."""

import json
import socket

import psutil
import pytest

import fixtures
from collector.errors import ExitStatus
from tests.browser.socket_guard import (
    LeftTheMachine,
    check_net_log,
    is_loopback,
    strangers,
    watched,
)
from tests.browser.test_collect import FIRST, OHIO, SPAIN, world

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("192.0.2.1", False),
        ("0.0.0.0", False),  # noqa: S104 - no server
        ("2001:db8::1", False),
        ("::ffff:192.0.2.1", False),
        ("localhost.example", False),
    ],
)
def test_only_loopback_is_loopback(host, loopback):
    assert is_loopback(host) is loopback


def test_no_socket_of_this_program_gets_out():
    with socket.socket() as tcp:
        for connect in (tcp.connect, tcp.connect_ex):
            with pytest.raises(LeftTheMachine, match=r"192\.0\.2\.1"):
                connect(("192.0.2.1", 80))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, pytest.raises(LeftTheMachine):
        udp.sendto(b"x", ("192.0.2.1", 53))


def test_a_connection_of_any_process_to_an_address_of_the_network_is_seen(monkeypatch):
    """To an address of this machine that is not loopback: nothing leaves, which the guard cannot know."""
    addresses = [
        a.address for many in psutil.net_if_addrs().values() for a in many if a.family == socket.AF_INET
    ]
    outside = [address for address in addresses if not is_loopback(address)]
    if not outside:
        pytest.skip("this machine has no address but loopback")
    monkeypatch.undo()  # the guard on Python's own sockets, which would refuse
    with socket.create_server((outside[0], 0)) as server:
        assert not strangers()
        with socket.create_connection(server.getsockname()):
            watching = watched()
            watching.__enter__()
            with pytest.raises(LeftTheMachine, match=outside[0]):
                watching.__exit__(None, None, None)


def logged(tmp_path, events):
    """A log as Chromium writes it, broken off after the last event."""
    constants = {"logEventTypes": {"TCP_CONNECT_ATTEMPT": 1, "UDP_BYTES_SENT": 2, "OTHER": 12}}
    first = json.dumps({"constants": constants}).removesuffix("}")
    lines = [f"{first},", '"events": [', *(f"{json.dumps(event)}," for event in events)]
    (tmp_path / "net.json").write_text("\n".join(lines))
    return tmp_path / "net.json"


def attempt(address):
    return {"type": 1, "params": {"address": address}}


def test_the_browsers_log_tells_of_every_attempt(tmp_path):
    other = attempt("192.0.2.1:1") | {"type": 12}
    fine = [attempt("127.0.0.1:443"), attempt("[::1]:443"), {"type": 1}, other]
    assert check_net_log(logged(tmp_path, fine)) == 2
    for bad in (attempt("192.0.2.1:443"), attempt("[2001:db8::1]:443"), {"type": 2}):
        with pytest.raises(LeftTheMachine):
            check_net_log(logged(tmp_path, [*fine, bad]))


def test_a_whole_run_connects_to_the_simulated_portals_and_to_nobody_else(tmp_path):
    log = tmp_path / "net.json"
    with fixtures.demo_portals() as sites, world(tmp_path, sites) as made, watched():
        sites.chromium_arguments.append(f"--log-net-log={log}")
        made.follow(SPAIN, OHIO)
        assert made.collect(FIRST).exit_status is ExitStatus.DONE
        assert sites.unmapped == []
    assert check_net_log(log) > 3
