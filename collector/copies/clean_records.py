"""Readings and visits fit to share: each field is named with what becomes of it, others are left out."""

import re
from dataclasses import dataclass, field

from collector.copies.clean_texts import (
    clean_carrier,
    clean_code,
    clean_country,
    clean_day,
    clean_language,
    clean_offset,
    clean_place,
    clean_text,
    clean_time,
)
from collector.copies.stand_ins import StandIns
from collector.read.money import amount, currency_in
from scrapers import vocabulary
from scrapers.contract import Reading, RelatedNumber, Row
from scrapers.orders import Item, Order, Protection

_CURRENCY = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,4})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Cleaner:
    """Makes facts fit to share. The same stand-ins stand for the same things in all of them.

    prices, places  whether these are kept: what was paid; the towns of scans, the recipient's among them
    """

    stand_ins: StandIns = field(default_factory=StandIns)
    prices: bool = False
    places: bool = True

    def portal(self, name: str) -> str:
        """The portal's name if this installation has facts about it, else a counted one."""
        if name == "user" or name in vocabulary.names():
            return name
        return (self.stand_ins.counted("Portal", name) or "").lower().replace(" ", "-")

    def account(self, name: str | None) -> str | None:
        """A counted name for the account."""
        counted = self.stand_ins.counted("Account", name)
        return None if counted is None else counted.lower().replace(" ", "-")

    def order(self, order_id: str | None) -> str | None:
        """Another id of an order."""
        return self.stand_ins.digits("order", order_id)

    def number(self, text: str | None) -> str | None:
        """Another tracking number of the same form, None for a text that is none."""
        return self.stand_ins.number(text) if text else None

    def reading(self, reading: Reading) -> Reading:
        """The reading, without what may name a person."""
        return Reading(
            outcome=reading.outcome,
            number=None if reading.number is None else self.stand_ins.number(reading.number),
            rows=tuple(map(self._row, reading.rows)),
            complete=reading.complete,
            rows_claimed=reading.rows_claimed,
            rows_bad=reading.rows_bad,
            status_text=clean_text(reading.status_text),
            language=clean_language(reading.language),
            origin_country=clean_country(reading.origin_country),
            destination_country=clean_country(reading.destination_country),
            estimate_from_on=_date(reading.estimate_from_on),
            estimate_to_on=_date(reading.estimate_to_on),
            related_numbers=tuple(r for one in reading.related_numbers if (r := self._related(one))),
            order_ids=tuple(made for one in reading.order_ids if (made := self.order(one))),
            items=tuple(map(self._item, reading.items)),
            orders=tuple(map(self._order, reading.orders)),
            has_more=reading.has_more,
        )

    def _row(self, row: Row) -> Row:
        return Row(
            description=clean_text(row.description) or "x",
            time_text=clean_time(row.time_text),
            offset_text=clean_offset(row.offset_text),
            instant_ms=row.instant_ms,
            epoch_ms=row.epoch_ms,
            place=clean_place(row.place) if self.places else None,
            code=clean_code(row.code),
            note=clean_text(row.note),
            relayed_from=clean_carrier(row.relayed_from),
        )

    def _related(self, one: RelatedNumber) -> RelatedNumber | None:
        number = self.stand_ins.number(one.number)
        return None if number is None else RelatedNumber(number, clean_carrier(one.carrier), one.role)

    def _item(self, item: Item) -> Item:
        price, currency = self._money(item.price, item.price_text, item.currency)
        return Item(
            title=self.stand_ins.counted("Item", item.title),
            sku=self.stand_ins.counted("Variant", item.sku),
            quantity=item.quantity,
            price=price,
            price_text=price and f"{currency or ''} {price}".strip(),
            currency=currency,
            line_id=self.stand_ins.digits("line", item.line_id),
            product_id=self.stand_ins.digits("product", item.product_id),
            sku_id=self.stand_ins.digits("variant", item.sku_id),
        )

    def _order(self, order: Order) -> Order:
        total, currency = self._money(order.total, order.total_text, order.currency)
        return Order(
            id=self.order(order.id) or "0",
            status_text=clean_text(order.status_text),
            status_code=clean_text(order.status_code),
            placed_text=clean_day(order.placed_text),
            paid_text=clean_day(order.paid_text),
            shipped_text=clean_day(order.shipped_text),
            finished_text=clean_day(order.finished_text),
            store=self.stand_ins.counted("Store", order.store),
            total=total,
            total_text=total and f"{currency or ''} {total}".strip(),
            currency=currency,
            items=tuple(map(self._item, order.items)),
            items_claimed=order.items_claimed,
            protection=tuple(
                Protection(clean_text(one.text) or "x", clean_day(one.date_text)) for one in order.protection
            ),
            destination_country=clean_country(order.destination_country),
            has_tracking=order.has_tracking,
        )

    def _money(
        self, exact: str | None, text: str | None, currency: str | None
    ) -> tuple[str | None, str | None]:
        """Amount and currency, where prices are kept and can be read."""
        if not self.prices:
            return None, None
        found = exact or (amount(text) if text else None)
        named = currency or (currency_in(text) if text else None)
        return (
            found if found and _AMOUNT.fullmatch(found) else None,
            named if named and _CURRENCY.fullmatch(named) else None,
        )


def _date(text: str | None) -> str | None:
    return text if text is not None and _DATE.fullmatch(text) else None
