"""Proof that tests reach nothing but loopback, by three witnesses of which none sees all.

The guard on Python's sockets refuses at once; the browser's own log of its network holds every attempt,
datagrams too; looking at open connections from time to time sees any program.
"""

import ipaddress
import json
import os
import re
import socket
import threading
from contextlib import contextmanager

import psutil

_PERIOD_S = 0.5
_INTERNET = (socket.AF_INET, socket.AF_INET6)


class LeftTheMachine(AssertionError):
    """Something was sent, or was about to be, to an address that is not loopback."""


def is_loopback(host):
    """Whether an address, or the one name it has everywhere, is this machine."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host in ("localhost", "")
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def guard_python(monkeypatch):
    """From now on no socket of this process connects or sends to anything but loopback."""
    for name in ("connect", "connect_ex", "sendto"):
        original = getattr(socket.socket, name)

        def guarded(self, *arguments, original=original):
            if self.family in _INTERNET and not is_loopback(str(arguments[-1][0])):
                raise LeftTheMachine(f"a socket was about to reach {arguments[-1]}")
            return original(self, *arguments)

        monkeypatch.setattr(socket.socket, name, guarded)


def strangers():
    """Addresses beyond loopback that this process or one below it has TCP connections to."""
    found = set()
    root = psutil.Process(os.getpid())
    for process in (root, *root.children(recursive=True)):
        try:
            connections = process.net_connections(kind="tcp")
        except psutil.Error:
            continue
        found |= {(c.raddr.ip, c.raddr.port) for c in connections if c.raddr and not is_loopback(c.raddr.ip)}
    return found


@contextmanager
def watched():
    """Looks for strangers from time to time; raises at the end if there were any."""
    found, end = set(), threading.Event()

    def watch():
        while not end.wait(_PERIOD_S):
            found.update(strangers())

    thread = threading.Thread(target=watch, name="socket-guard", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
        found.update(strangers())
    if found:
        raise LeftTheMachine(f"connected to {sorted(found)}")


def check_net_log(log):
    """Raises if the browser's log of its network tells of an address beyond loopback, or of a datagram.

    Returns how many connections were tried.
    """
    tried, datagrams = [], 0
    with log.open(encoding="utf-8") as lines:  # an event a line; a log may be larger than memory
        types = json.loads(next(lines).rstrip().rstrip(",") + "}")["constants"]["logEventTypes"]
        attempt, sent = types["TCP_CONNECT_ATTEMPT"], types["UDP_BYTES_SENT"]
        wanted = re.compile(rf'"type": ?(?:{attempt}|{sent})\b')
        for line in filter(wanted.search, lines):
            event, _ = json.JSONDecoder().raw_decode(line.strip())
            datagrams += event["type"] == sent
            if event["type"] == attempt and "address" in event.get("params", {}):
                tried.append(event["params"]["address"])
    beyond = sorted({address for address in tried if not is_loopback(address.rpartition(":")[0].strip("[]"))})
    if beyond or datagrams:
        raise LeftTheMachine(f"the browser tried {beyond} and sent {datagrams} datagrams")
    return len(tried)
