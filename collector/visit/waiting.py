"""When an open page has answered: pure judgements over what it shows and what it has asked for."""

from collector.answer import same_number
from collector.browser.traffic import Traffic
from collector.limits import Limits
from collector.visit.page_reading import Sight
from collector.visit.verdict import PAGE_STATUSES
from scrapers.contract import Portal


def document_ended(traffic: Traffic) -> bool:
    """Whether nothing more of the main document will come."""
    return traffic.document is None or traffic.document.state in ("finished", "abandoned")


def data_arrived(traffic: Traffic, portal: Portal, number: str) -> bool:
    """Whether a data reply is there that may be about `number`: its URL names that number, or none."""
    for exchange in traffic.payloads:
        asked = portal.number_in(exchange.url)
        if exchange.state == "finished" and (asked is None or same_number(asked, number)):
            return True
    return False


def has_answer(seen: Sight, traffic: Traffic, portal: Portal, number: str) -> bool:
    """Whether there is something to read: data about `number`, its failure, or a state that tells.

    A state without an outcome tells only where the portal's rows come with the document.
    """
    in_document = not portal.payloads
    tells = any(state.outcome is not None or state.in_document or in_document for state in seen.states)
    failed = any(exchange.state == "failed" for exchange in traffic.payloads)
    return tells or failed or data_arrived(traffic, portal, number)


def is_calm(seen: Sight, traffic: Traffic) -> bool:
    """Whether the page shows a known state and waits for no more data: then nothing is gained by waiting."""
    return bool(seen.states) and not traffic.pending


def patience_seconds(traffic: Traffic, limits: Limits) -> float:
    """How long an answer is waited for: an error page is as it is, a refusal may draw a challenge."""
    status = None if traffic.document is None else traffic.document.status
    if status is None or status < 400 or status in PAGE_STATUSES:
        return limits.state_seconds
    return limits.settle_seconds if status < 500 and status != 429 else 0.0
