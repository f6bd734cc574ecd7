"""Whether the names of portals can be found from here. No portal is asked for anything."""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterable

#: Name servers that do not answer are given up by the system only after half a minute.
_PATIENCE_SECONDS = 8.0


def addresses(host: str) -> frozenset[str]:
    """The addresses a name stands for, none where it cannot be found."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(str(one[4][0]) for one in found)


def not_found(hosts: Iterable[str], patience_seconds: float = _PATIENCE_SECONDS) -> list[str]:
    """Those of `hosts` that nobody finds, or that a filter leads to this machine, in order."""
    wanted = sorted(set(hosts))
    found: set[str] = set()

    def look(host: str) -> None:
        if any(not _leads_nowhere(one) for one in addresses(host)):
            found.add(host)

    threads = [threading.Thread(target=look, args=(host,), daemon=True) for host in wanted]
    end = time.monotonic() + patience_seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    seen = frozenset(found)
    return [host for host in wanted if host not in seen]


def _leads_nowhere(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    return parsed.is_loopback or parsed.is_unspecified
