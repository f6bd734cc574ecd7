"""Facts to derived tables: after new visits only the parcels they touch, on `rebuild` all of them.

Both ways run the same code on the same facts, so both give the same rows. Nothing here visits a portal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlite_utils import Database

from collector.derive.crew import Crew, usual_workers
from collector.derive.estimating import differing, estimate_rows, known_estimates, numbers_using, taught
from collector.derive.folds import Folds
from collector.derive.garbage import seldom_collected
from collector.derive.gathering import Group, gathered
from collector.derive.linking import linked
from collector.derive.orders import numbers_of_orders, orders_of_numbers, sight_orders, write_orders
from collector.derive.parsing import Parser
from collector.derive.rows import ParcelRows
from collector.derive.titles import orders_of
from collector.derive.waiting import bundles, done, stale_parcels, still_waiting, wait, wait_all
from collector.derive.working import derived, learned, reconciled, told
from collector.derive.writing import write_counts, write_parcels
from collector.store.facts import StoredVisit, stored_visits
from collector.store.opening import writing
from collector.store.sync import sync
from scrapers.contract import Portal

#: Everything that can be derived again, children first.
DERIVED_TABLES = (
    "parcel_findings",
    "parcel_portals",
    "disagreements",
    "sightings",
    "observations",
    "events",
    "clock_counts",
    "clock_sums",
    "clock_estimates",
    "reading_spans",
    "tracking_numbers",
    "parcel_links",
    "parcel_orders",
    "parcel_items",
    "parcels",
    "order_items",
    "order_sightings",
    "orders",
)

_PAGES_NOT_DERIVED = """
v.tracking_number is null and not exists (select 1 from readings as r where r.visit_id = v.id)
"""
_OF_SHOP = "v.page is not null and v.tracking_number in ({marks})"
#: How many numbers are derived in one transaction, and from how many on other processes help.
_TOGETHER = 100
_MANY = 500


@dataclass(slots=True)
class Deriver:
    """Derives for one open database, with the portals that can parse its pages.

    workers   processes that help where more than `many` numbers wait
    redone    how many parcels were derived again because what is believed of a clock changed
    progress  told how many numbers are derived, and of how many; each counts twice: it teaches, it is written
    """

    db: Database
    portals: Mapping[str, Portal]
    workers: int = field(default_factory=usual_workers)
    many: int = _MANY
    redone: int = 0
    progress: Callable[[int, int], None] | None = None
    parser: Parser = field(init=False)
    _written: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.parser = Parser(self.db, self.portals)

    def catch_up(self, *, is_again: bool = False) -> set[str]:
        """Derive for every visit not derived yet, then settle; the ids of the parcels touched."""
        touched = self.derive_pages(stored_visits(self.db, _PAGES_NOT_DERIVED, ()))
        return touched | self.settle(is_again=is_again)

    def derive(self, numbers: Iterable[str]) -> set[str]:
        """Derive all parcels the numbers belong to again, in one transaction; the ids of those parcels.

        What their visits to a shop say of orders is derived first: orders name what is in a parcel.
        """
        wanted, touched = set(numbers), set[str]()
        if not wanted:
            return touched
        with self._writing():
            known = known_estimates(self.db)
            while wanted:  # until no order brings a further parcel in
                closed, groups, others = self._gathered(wanted)
                parcels, counts = told(groups, known)
                write_counts(self.db, closed, counts)
                others |= self._write(closed, parcels)
                touched |= {p.id for p in parcels}
                wanted = others.difference(closed)
        return touched

    def derive_pages(self, visits: Iterable[StoredVisit]) -> set[str]:
        """Derive what visits about no parcel say of orders; the ids of the parcels this concerns."""
        with self._writing():
            return self.derive(self._orders_of(visits))

    def settle(self, *, is_again: bool = False) -> set[str]:
        """Derive what waits: learn from it, then redo what depends on what changed; the parcels' ids.

        What single parcels teach does not depend on the estimates, so once is enough. Each transaction is a
        bounded one; a command that is killed leaves the rest waiting. What `is_again` derived will teach
        nothing new, as a rule: it is reconciled at once, with the estimates that stand.
        """
        with seldom_collected(), Folds() as folds, Crew(self.workers) as crew:
            if is_again and known_estimates(self.db):
                touched = self._derive_again(crew)
            else:
                touched = self._learn(folds, crew)
            self._estimate()
            self.redone += stale_parcels(self.db)
            return touched | self._derive_waiting(folds, crew)

    def rebuild(self) -> int:
        """Forget everything derived and derive it anew, in one transaction; how many parcels there are.

        The estimates stay until there are others: parcels that were reconciled with wrong ones are redone.
        """
        with self._writing():
            for table in DERIVED_TABLES:
                if table != "clock_estimates":
                    self.db.execute(f"delete from {table}")  # noqa: S608 - the names stand above
            wait_all(self.db)
            self.catch_up(is_again=True)
        return self.db.table("parcels").count

    def reconcile_all(self) -> int:
        """Reconcile every parcel again from the stored pages; how many there are."""
        with writing(self.db):
            wait_all(self.db)
        self.catch_up(is_again=True)
        return self.db.table("parcels").count

    def _derive_again(self, crew: Crew) -> set[str]:
        """Both passes over what waits, with the estimates that stand; the ids of the parcels."""
        waiting, known, touched = still_waiting(self.db, "visit"), known_estimates(self.db), set[str]()
        jobs = ((numbers, (groups, known)) for numbers, groups in self._bundled(waiting))
        done = 0
        for numbers, (parcels, counts) in crew.in_order(told, jobs, helped=len(waiting) > self.many):
            with self._writing():
                write_counts(self.db, numbers, counts)
                wait(self.db, self._write(numbers, parcels).difference(numbers), "order")
            touched |= {p.id for p in parcels}
            done += len(numbers)
            self._tell(2 * done, 2 * len(waiting))
        return touched

    def _learn(self, folds: Folds, crew: Crew) -> set[str]:
        """Fold what new visits show, and count what it teaches; no parcel is derived by that."""
        waiting = still_waiting(self.db, "visit")
        jobs = ((numbers, (groups,)) for numbers, groups in self._bundled(waiting))
        done = 0
        for numbers, (packed, counts) in crew.in_order(learned, jobs, helped=len(waiting) > self.many):
            with writing(self.db):
                write_counts(self.db, numbers, counts)
            folds.put(numbers, packed)
            done += len(numbers)
            self._tell(done, 2 * len(waiting))
        return set()

    def _estimate(self) -> None:
        """Make the estimates follow from the counts; what depends on those that changed waits."""
        known = taught(self.db)
        changed = differing(known, known_estimates(self.db))
        with writing(self.db):
            sync(self.db, "clock_estimates", ("portal", "leg", "scope"), None, (), estimate_rows(known))
            wait(self.db, numbers_using(self.db, changed), "estimate")

    def _derive_waiting(self, folds: Folds, crew: Crew) -> set[str]:
        known, total = known_estimates(self.db), len(still_waiting(self.db))
        self._written = 0
        packed = ((valid, (blob, known, without)) for valid, blob, without in folds.all() if valid)
        helped = len(still_waiting(self.db)) > self.many
        touched = self._write_all(crew.in_order(reconciled, packed, helped=helped), total)
        while waiting := still_waiting(self.db):
            jobs = ((numbers, (groups, known)) for numbers, groups in self._bundled(waiting))
            helped = len(waiting) > self.many
            touched |= self._write_all(crew.in_order(derived, jobs, helped=helped), total)
        return touched

    def _bundled(self, waiting: Iterable[str]) -> Iterator[tuple[list[str], list[Group]]]:
        """What is known of these numbers and those that hang on them, a bounded part at a time."""
        given = set[str]()
        for some in bundles((n for n in waiting if n not in given), _TOGETHER):
            with self._writing():
                numbers, groups, others = self._gathered(some)
                wait(self.db, others.difference(numbers), "order")
            given.update(numbers)
            yield numbers, groups

    def _gathered(self, wanted: Iterable[str]) -> tuple[list[str], list[Group], set[str]]:
        """The numbers that hang on those wanted, what is known of them, and whose orders that changes."""
        numbers, links, visits = linked(self.db, self.parser, sorted(wanted))
        marks = ",".join("?" * len(numbers))
        others = self._orders_of(stored_visits(self.db, _OF_SHOP.format(marks=marks), numbers))
        return numbers, gathered(self.db, self.parser, numbers, links, visits), others

    def _write_all(self, results: Iterable[tuple[list[str], list[ParcelRows]]], total: int) -> set[str]:
        touched = set[str]()
        for numbers, parcels in results:
            with self._writing():
                wait(self.db, self._write(numbers, parcels).difference(numbers), "order")
            touched |= {p.id for p in parcels}
            self._written += len(numbers)
            self._tell(total + self._written, 2 * total)
        return touched

    def _tell(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(min(done, total), total)

    def _write(self, numbers: Sequence[str], parcels: Sequence[ParcelRows]) -> set[str]:
        """Write what is derived about `numbers`; the numbers of parcels whose orders that changes."""
        others = numbers_of_orders(self.db, self._reassigned(numbers, parcels))
        write_parcels(self.db, numbers, parcels)
        done(self.db, numbers)
        return others

    def _reassigned(self, numbers: Sequence[str], parcels: Iterable[ParcelRows]) -> set[str]:
        """Orders that `parcels` have and their numbers had not, or the other way round.

        Their other parcels are derived again too: an order's only parcel holds all its items.
        """
        ordered = {order for p in parcels for order in orders_of(p.packing)}
        return ordered ^ orders_of_numbers(self.db, numbers)

    def _orders_of(self, visits: Iterable[StoredVisit]) -> set[str]:
        """Write the orders the visits speak of; the numbers of parcels whose items are others now."""
        changed = write_orders(self.db, sight_orders(self.db, self.parser, visits))
        return numbers_of_orders(self.db, changed)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with writing(self.db):
            self.db.execute("pragma defer_foreign_keys = on")
            yield
