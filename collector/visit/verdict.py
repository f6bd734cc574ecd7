"""What a visit's failures mean: pure judgements over what was asked, what came, and what the pages said."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from collector.answer import Answer
from collector.browser.traffic import Exchange, host_of
from collector.visit.retrying import TransientError, http_trouble, network_trouble
from scrapers.words import Outcome

_NET_ERROR = re.compile(r"net::(ERR_\w+)")
#: What a page may say because its data request failed; then the failure counts, not the words.
_UNSURE = frozenset(
    {
        Outcome.NOT_FOUND,
        Outcome.NO_EVENTS_YET,
        Outcome.LAYOUT_CHANGED,
        Outcome.UNAVAILABLE,
        Outcome.RATE_LIMITED,
    }
)
#: What an error page may turn out to be; then asking again would not help.
_NO_OUTAGE = frozenset({Outcome.CHALLENGE, Outcome.LOGIN_REQUIRED, Outcome.INPUT_NEEDED})
#: Client errors that portals also use for numbers they do not know: they say nothing about the portal.
PAGE_STATUSES = frozenset({400, 404, 410, 422})


class Refused(Exception):
    """The portal gave nothing to read, and another attempt would not change that; the text is one line."""


def unavailable(error: str) -> Answer:
    """No answer, for the reason given."""
    return Answer(Outcome.UNAVAILABLE, complete=False, error=error)


def navigation_failure(message: str, document: Exchange | None, now: datetime) -> TransientError | Refused:
    """Why a navigation failed: by the document's HTTP status if it has one, else by the browser's message."""
    if document is not None and document.status is not None and document.status >= 400:
        trouble = http_trouble(document.status, document.headers, now)
        return trouble or Refused(f"HTTP {document.status} without a page")
    found = _NET_ERROR.search(message)
    if found:
        return network_failure(found[1], "" if document is None else document.url)
    return Refused(f"the browser could not open the page: {message.strip().splitlines()[0]}")


def network_failure(code: str, url: str) -> TransientError | Refused:
    """What Chromium's error `code` ("ERR_…") means for the request to `url`."""
    where = host_of(url) or "the page"
    return network_trouble(code) or Refused(f"the browser could not open {where}: {code}")


def foreign_host(url: str, hosts: Sequence[str]) -> str | None:
    """One line if `url` lies on none of the portal's `hosts`, else None."""
    host = host_of(url)
    if host in hosts:
        return None
    return f"the portal led to {host or url[:80]}, which is no host of its own"


def verdict(
    answer: Answer, document: Exchange | None, payloads: Sequence[Exchange], now: datetime, patience_s: float
) -> Answer:
    """`answer` as it stands once failed requests are weighed.

    Raises TransientError or Refused where a failure decides, whatever the page says. Only the last reply of
    each address counts: a page may have asked again by itself. A page that has rows keeps them when a data
    request failed, but is not complete. That nobody is signed in is believed unless all data failed to come.
    """
    status = None if document is None else document.status
    if document is not None and answer.outcome not in _NO_OUTAGE:
        outage = http_trouble(status, document.headers, now)
        if outage is not None:
            raise outage
    last = {exchange.bare_url: exchange for exchange in payloads}
    troubles = [t for e in last.values() if (t := _payload_trouble(e, now, patience_s)) is not None]
    if troubles and answer.outcome in _UNSURE:
        raise min(troubles, key=_telling)
    if answer.outcome is Outcome.LOGIN_REQUIRED and len(troubles) == len(last):
        # An account's page without its data looks the same signed in or not. A page that was left for the
        # sign-in form gave its requests up, and the form itself asks for no data.
        failed = [t for e in last.values() if (t := _outage(e, now, patience_s)) is not None]
        if failed:
            raise min(failed, key=_telling)
    if troubles:
        answer = replace(
            answer, complete=False, error=answer.error or f"a data request failed: {troubles[0]}"
        )
    return _by_status(answer, status)


def _payload_trouble(exchange: Exchange, now: datetime, patience_s: float) -> TransientError | Refused | None:
    if exchange.state == "pending":
        return TransientError(f"the portal's data did not arrive within {patience_s:g} s")
    if exchange.state == "abandoned":
        return Refused("the page gave up its own request for data")
    if exchange.state == "failed":
        code = exchange.failure or ""
        return network_trouble(code) or Refused(f"the portal's data did not arrive: {code}")
    if exchange.status is not None and exchange.status >= 500:
        return http_trouble(exchange.status, exchange.headers, now) or Refused(f"HTTP {exchange.status}")
    return http_trouble(exchange.status, exchange.headers, now)


def _outage(exchange: Exchange, now: datetime, patience_s: float) -> TransientError | Refused | None:
    return None if exchange.state == "abandoned" else _payload_trouble(exchange, now, patience_s)


def _telling(trouble: TransientError | Refused) -> int:
    """Of several failures the one that says most about what to do next comes first."""
    if isinstance(trouble, TransientError):
        return 0 if trouble.outcome is Outcome.RATE_LIMITED else 1
    return 2


def _by_status(answer: Answer, status: int | None) -> Answer:
    """An error page in no known state is an outage or a refusal, not a new layout."""
    if answer.outcome is not Outcome.LAYOUT_CHANGED or status is None or status < 400:
        return answer
    if status in PAGE_STATUSES:
        return replace(answer, error=f"{answer.error} (HTTP {status})")
    return replace(answer, outcome=Outcome.UNAVAILABLE, error=f"HTTP {status}: {answer.error}")
