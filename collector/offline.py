"""Failures that are this machine's: it has no network, and no request reached the portals. Pure.

One portal whose name is not found may have lost its name. Two of them one after the other, and none reached
between, are no coincidence: then nobody is left alone for it, and what is due is due again in the next run.
Where a run asked one portal only, nothing tells the two apart; then the next run asks again too, for what
reached nobody burdens nobody.
"""

import re
from dataclasses import dataclass, field, replace

from collector.politeness import PortalState

#: Chromium's words for requests that went nowhere; strangers' certificates are those of a gate that wants a
#: sign-in first, or of a clock that stands wrong.
_NOWHERE = re.compile(
    r"^the browser could not open .*: ERR_(?:NAME_NOT_RESOLVED|NAME_RESOLUTION_FAILED|INTERNET_DISCONNECTED"
    r"|ADDRESS_UNREACHABLE|NETWORK_ACCESS_DENIED|NETWORK_IO_SUSPENDED|PROXY_CONNECTION_FAILED|CERT_[A-Z_]+)$"
)
#: The browser itself knows that there is no network: one failure tells.
_DISCONNECTED = "ERR_INTERNET_DISCONNECTED"
#: So many portals in a row that cannot be reached.
_TOO_MANY = 2


@dataclass(slots=True)
class Network:
    """Portals and accounts that could not be reached since the last one that was, as they stood before.

    has_reached  whether anybody was reached at all
    """

    before: dict[tuple[str, str | None], PortalState] = field(default_factory=dict)
    is_disconnected: bool = False
    has_reached: bool = False

    @property
    def is_gone(self) -> bool:
        """Whether it is the network that fails, and not a portal."""
        return self.is_disconnected or len({portal for portal, _ in self.before}) >= _TOO_MANY

    @property
    def may_have_been_gone(self) -> bool:
        """At the end of a run: whether nothing says that the network was there."""
        return self.is_gone or not self.has_reached

    def heard(self, state: PortalState, account: str | None, error: str | None) -> None:
        """Takes note of a visit: how its portal stood before it, and why it failed, if it did.

        Where it was answered, take what is `forgiven` before.
        """
        if not is_nowhere(error):
            self.before, self.is_disconnected, self.has_reached = {}, False, True
            return
        self.before.setdefault((state.portal, account), state)
        self.is_disconnected |= _DISCONNECTED in (error or "")

    def forgiven(self, now: PortalState, account: str | None) -> PortalState:
        """How a portal of `before` stands when its failures are not counted; its requests are."""
        then = self.before[now.portal, account]
        return replace(now, failures=then.failures, not_before_at=then.not_before_at)


def is_nowhere(error: str | None) -> bool:
    """Whether a visit failed with `error` because its first request reached nobody."""
    return error is not None and _NOWHERE.match(error) is not None
