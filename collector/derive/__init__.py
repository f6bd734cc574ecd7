"""Facts to derived tables: after new visits only the parcels they touch, on `rebuild` all of them.

Both ways run the same code on the same facts, so both give the same rows. Nothing here visits a portal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from collector.derive.linking import linked
from collector.derive.orders import numbers_of_orders, orders_of_numbers, sight_orders, write_orders
from collector.derive.parsing import Parser
from collector.derive.rows import DerivedParcel
from collector.derive.titles import orders_of
from collector.derive.tracks import derived_parcels
from collector.derive.writing import estimate_rows, write_parcels
from collector.reconcile.clocks import Estimate
from collector.reconcile.learn import Count, estimates
from collector.store.facts import StoredVisit, stored_visits
from collector.store.opening import writing
from collector.store.sync import sync
from scrapers.contract import Portal

#: Everything that can be derived again, children first.
DERIVED_TABLES = (
    "disagreements",
    "sightings",
    "observations",
    "events",
    "clock_counts",
    "clock_estimates",
    "readings",
    "tracking_numbers",
    "parcel_links",
    "parcel_orders",
    "parcel_items",
    "parcels",
    "order_items",
    "order_sightings",
    "orders",
)

_NOT_DERIVED = """
select distinct v.tracking_number as number from visits as v left join readings as r on r.visit_id = v.id
where r.visit_id is null and v.tracking_number is not null order by 1
"""
_PAGES_NOT_DERIVED = """
v.tracking_number is null and not exists (select 1 from readings as r where r.visit_id = v.id)
"""
_OF_SHOP = "v.page is not null and v.tracking_number in ({marks})"
_COUNTS = """
select portal, leg, measure, value, sum(count) as count from clock_counts
group by portal, leg, measure, value order by portal, leg, measure, value
"""


@dataclass(slots=True)
class Deriver:
    """Derives for one open database, with the portals that can parse its pages."""

    db: Database
    portals: Mapping[str, Portal]
    parser: Parser = field(init=False)

    def __post_init__(self) -> None:
        self.parser = Parser(self.db, self.portals)

    def catch_up(self) -> set[str]:
        """Derive for every visit not derived yet, then settle; the ids of the parcels touched."""
        touched = self.derive_pages(stored_visits(self.db, _PAGES_NOT_DERIVED, ()))
        for number in [row["number"] for row in self.db.query(_NOT_DERIVED)]:
            # Deriving one number derives those linked to it too: by now this one may be done.
            still = "select 1 from visits as v left join readings as r on r.visit_id = v.id"
            if list(self.db.query(f"{still} where r.visit_id is null and v.tracking_number = ?", [number])):
                touched |= self.derive([number])
        return touched | self.settle()

    def derive(self, numbers: Iterable[str]) -> set[str]:
        """Derive all parcels the numbers belong to again, in one transaction; the ids of those parcels.

        What their visits to a shop say of orders is derived first: orders name what is in a parcel.
        """
        wanted = set(numbers)
        if not wanted:
            return set()
        with writing(self.db):
            self.db.execute("pragma defer_foreign_keys = on")
            while True:  # until no order brings a further parcel in
                touched, links = linked(self.db, self.parser, sorted(wanted))
                marks = ",".join("?" * len(touched))
                others = self._orders_of(stored_visits(self.db, _OF_SHOP.format(marks=marks), touched))
                parcels = derived_parcels(self.db, self.parser, touched, links, self.known_estimates())
                others |= numbers_of_orders(self.db, self._reassigned(touched, parcels))
                wanted = {*touched, *others}
                if wanted <= set(touched):
                    break
            write_parcels(self.db, touched, links, parcels)
        return {p.id for p in parcels}

    def _reassigned(self, numbers: Sequence[str], parcels: Iterable[DerivedParcel]) -> set[str]:
        """Orders that `parcels` have and their numbers had not, or the other way round.

        Their other parcels are derived again too: an order's only parcel holds all its items.
        """
        ordered = {order for p in parcels for order in orders_of(p.seen)}
        return ordered ^ orders_of_numbers(self.db, numbers)

    def derive_pages(self, visits: Iterable[StoredVisit]) -> set[str]:
        """Derive what visits about no parcel say of orders; the ids of the parcels this concerns."""
        with writing(self.db):
            self.db.execute("pragma defer_foreign_keys = on")
            return self.derive(self._orders_of(visits))

    def _orders_of(self, visits: Iterable[StoredVisit]) -> set[str]:
        """Write the orders the visits speak of; the numbers of parcels whose items are others now."""
        changed = write_orders(self.db, sight_orders(self.db, self.parser, visits))
        return numbers_of_orders(self.db, changed)

    def settle(self) -> set[str]:
        """Learn from all parcels anew and redo those that depend on what changed; their ids.

        What single parcels teach does not depend on the estimates, so once is enough.
        """
        counts = (
            Count(r["portal"], r["leg"], r["measure"], r["value"], r["count"]) for r in self.db.query(_COUNTS)
        )
        wanted, standing = estimates(counts), self.known_estimates()
        used = {k: (e.offset_minutes, e.lag_class) for k, e in wanted.items()}
        stood = {k: (e.offset_minutes, e.lag_class) for k, e in standing.items()}
        changed = [
            k for k in used.keys() | stood.keys() if used.get(k, (None, None)) != stood.get(k, (None, None))
        ]
        with writing(self.db):
            sync(self.db, "clock_estimates", ("portal", "leg", "scope"), None, (), estimate_rows(wanted))
            return self.derive(number for key in changed for number in self._numbers_using(*key))

    def rebuild(self) -> int:
        """Forget everything derived and derive it anew, in one transaction; how many parcels there are."""
        with writing(self.db):
            self.db.execute("pragma defer_foreign_keys = on")
            for table in DERIVED_TABLES:
                self.db.execute(f"delete from {table}")  # noqa: S608 - the names stand above
            self.catch_up()
        return self.db.table("parcels").count

    def reconcile_all(self) -> int:
        """Reconcile every parcel again from the stored pages; how many there are."""
        self.derive(r["number"] for r in self.db.query("select distinct number from tracking_numbers"))
        self.settle()
        return self.db.table("parcels").count

    def known_estimates(self) -> dict[tuple[str, str], Estimate]:
        """The estimates as they stand in the database."""
        return {
            (r["portal"], r["leg"]): Estimate(
                r["offset_minutes"], r["lag_class"], r["reliability"], r["support"], r["basis"]
            )
            for r in self.db.query("select * from clock_estimates order by portal, leg")
        }

    def _numbers_using(self, portal: str, leg: str) -> list[str]:
        rows = self.db.query(
            """select distinct tracking_number as number from observations
               where portal = ? and coalesce(leg, 'unknown') = ?""",
            [portal, leg],
        )
        return [row["number"] for row in rows]
