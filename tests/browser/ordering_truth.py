"""What a complete run must have found of an account, what it has found, and how two databases differ."""

from collector.derive import DERIVED_TABLES

SHOP = "aliexpress"
#: What the simulated shop's states are to us; `odd` is one that nobody has heard of.
STATES = {
    "unpaid": "unpaid",
    "processing": "processing",
    "shipped": "shipped",
    "feedback": "finished",
    "completed": "finished",
    "cancelled": "cancelled",
    "expired": "cancelled",
    "closed": "cancelled",
    "odd": None,
}


def dump(db, tables=DERIVED_TABLES, without=()):
    """The rows of tables, for comparing."""
    return {
        table: sorted(
            repr(sorted((k, v) for k, v in row.items() if k not in without))
            for row in db.query(f"select * from {table}")
        )
        for table in tables
    }


def differing(before, after):
    """The tables whose rows differ, with a few rows of each side."""
    return {
        table: (
            [r for r in before[table] if r not in after[table]][:2],
            [r for r in after[table] if r not in before[table]][:2],
        )
        for table in before
        if before[table] != after[table]
    }


def money(amount):
    """An amount in the smallest unit as decimal text."""
    return f"{amount // 100}.{amount % 100:02d}"


def expected_orders(truth):
    """The rows of `orders` that a complete run gives for `truth`, as far as the list tells."""
    return {
        order.id: {
            "marketplace": SHOP,
            "placed_on": order.placed_at.date().isoformat(),
            "store": order.store,
            "state": STATES[order.status],
            "total": money(order.total),
            "currency": order.currency,
        }
        for order in truth
    }


def found_orders(buyer, account="default"):
    """What `expected_orders` is compared with."""
    columns = "marketplace, placed_on, store, state, total, currency"
    rows = buyer.rows(f"select id, {columns} from orders where account = ?", account)
    assert len({row["id"] for row in rows}) == len(rows)
    return {row.pop("id"): row for row in rows}


def expected_items(truth):
    """Every line of every order."""
    return sorted(
        (order.id, i.line_id, i.product_id, i.sku_id, i.title, i.quantity, money(i.price), i.currency)
        for order in truth
        for i in order.items
    )


def found_items(buyer):
    columns = "order_id, line_id, product_id, sku_id, title, quantity, price, currency"
    return sorted(tuple(row.values()) for row in buyer.rows(f"select {columns} from order_items"))


def expected_parcels(truth):
    """Every package: its order, what it is called now and was at first, and the lines that lie in it."""
    return sorted(
        (order.id, tuple(sorted({package.number, package.origin} - {None})), tuple(sorted(package.line_ids)))
        for order in truth
        if STATES[order.status] not in ("unpaid", "cancelled")
        for package in order.packages
        if package.number is not None
    )


def found_parcels(buyer):
    """What `expected_parcels` is compared with; of a parcel of several orders one entry for each."""
    numbers = grouped(buyer.rows("select parcel_id as k, number as v from tracking_numbers"))
    orders = grouped(buyer.rows("select parcel_id as k, order_id as v from parcel_orders"))
    lines = grouped(
        buyer.rows(
            """select p.parcel_id || i.order_id as k, i.line_id as v from parcel_items as p
               join order_items as i on i.id = p.order_item_id"""
        )
    )
    return sorted(
        (order, numbers[parcel], lines.get(parcel + order, ()))
        for parcel, of_parcel in orders.items()
        for order in of_parcel
    )


def grouped(rows):
    found = {}
    for row in rows:
        found.setdefault(row["k"], []).append(row["v"])
    return {key: tuple(sorted(values)) for key, values in found.items()}


def assert_complete(buyer, truth):
    """Everything the account has is in the database, once."""
    assert found_orders(buyer) == expected_orders(truth)
    assert found_items(buyer) == expected_items(truth)
    assert found_parcels(buyer) == expected_parcels(truth)
    assert_single(buyer)


def assert_single(buyer):
    """Nothing is there twice, and nothing hangs in the air."""
    for table, columns in (
        ("orders", "id"),
        ("order_items", "order_id, line_id"),
        ("tracking_numbers", "number"),
    ):
        twice = f"select {columns} from {table} group by {columns} having count(*) > 1"
        assert buyer.rows(twice) == []
    assert buyer.rows("pragma foreign_key_check") == []
