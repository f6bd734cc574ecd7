"""What the demo promises, held against what it collected: nothing is called a success that is none."""

from datetime import datetime

from sqlite_utils import Database

from collector.errors import ExitStatus
from collector.summary import Summary
from demo import story
from demo.outcome import in_customs, never_sent, protection_ending
from fixtures import Portals

_PORTALS = ("aliexpress", "cainiao", "correos", "usps")
#: The kinds of disagreement that the story holds.
_KINDS = ("conflict", "revision", "timezone", "zone_label")


def broken_by_run(summary: Summary) -> list[str]:
    """What went wrong in one run, in words; nothing where all is well."""
    lost = [f"{n} visits were {word}" for word, n in _failed(summary).items()]
    return [*lost, *summary.troubles, *summary.locked, *summary.deferred, *summary.suspicious]


def broken(db: Database, portals: Portals, evening: datetime) -> list[str]:
    """What is missing of the story as it stands on its last evening, in words; nothing where all is there."""
    missing = []
    true = {order.id: order for order in story.orders_as_of(portals, evening)}
    known = {row["id"] for row in db.query("select id from orders")}
    missing += [f"order {order_id} was not collected" for order_id in sorted(true.keys() - known)]
    missing += [f"order {order_id} is nobody's" for order_id in sorted(known - true.keys())]
    numbers = {row["number"] for row in db.query("select number from tracking_numbers")}
    due = {number for order in true.values() for number in order.numbers} | {*story.numbers_followed(evening)}
    missing += [f"parcel {number} was not collected" for number in sorted(due - numbers)]
    asked = {row["portal"] for row in db.query("select distinct portal from visits where outcome = 'ok'")}
    missing += [f"{portal} showed nothing" for portal in _PORTALS if portal not in asked]
    kinds = {row["kind"] for row in db.query("select distinct kind from findings")}
    missing += [f"no finding of the kind {kind}" for kind in _KINDS if kind not in kinds]
    if not (in_customs(db) and never_sent(db) and protection_ending(db, evening)):
        missing.append("a parcel in customs, an order never sent or a protection that ends is missing")
    missing += [f"nobody answered https://{r.host}{r.path}" for r in portals.unmapped]
    return missing


def _failed(summary: Summary) -> dict[str, int]:
    if summary.exit_status is ExitStatus.DONE and summary.outcomes["ok"]:
        return {}
    return {word: n for word, n in summary.outcomes.items() if word != "ok"} or {"made": 0}
