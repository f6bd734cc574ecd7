"""`crosstrack serve` on an account that was read, walked through with a real Chromium as a person would."""

import csv
import json
import re
import sqlite3
import zlib
from collections import Counter, defaultdict
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from collector.errors import ExitStatus
from collector.serving import metadata
from fixtures.sites.aliexpress.settings import WALDO, XIMENA
from tests.browser.datasette_served import served, walled_in
from tests.browser.ordering import buyer, needs_browser

pytestmark = [pytest.mark.browser, pytest.mark.datasette, needs_browser]

NOW = datetime(2026, 3, 16, 20, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
DATABASE = "/crosstrack"
DESCRIBED = metadata("crosstrack", title="crosstrack")["databases"]["crosstrack"]
TABLES, QUERIES = DESCRIBED["tables"], DESCRIBED["queries"]
#: Tables that this account leaves empty, once everything is derived.
EMPTY = {"corrections", "followed", "notice_rules", "notices", "underived"}
#: What a page of a hostile portal might say: it runs, or asks for a picture, where it is taken for HTML.
HOSTILE = (
    '<img src="https://beyond.test/x.png" onerror="window.broken = 1"><script>window.broken = 1</script>'
)
HOSTILE_ORDER = "8190000000020201"
TWO_PARCELS = "8190000000030301"
FINISHED_UNDELIVERED = "8190000000232301"
#: References, and the column of the table they lead to that a person sees instead of an id.
LABELS = [
    ("parcel_items", "parcel_id", "parcels", "title"),
    ("parcel_items", "order_item_id", "order_items", "title"),
    ("parcel_orders", "parcel_id", "parcels", "title"),
    ("parcel_orders", "order_id", "orders", "id"),
    ("order_items", "order_id", "orders", "id"),
    ("order_sightings", "order_id", "orders", "id"),
    ("order_sightings", "visit_id", "visits", "seen_at"),
    ("events", "parcel_id", "parcels", "title"),
    ("tracking_numbers", "parcel_id", "parcels", "title"),
    ("observations", "parcel_id", "parcels", "title"),
    ("observations", "event_id", "events", "description"),
    ("disagreements", "observation_a", "observations", "description"),
    ("reading_spans", "parcel_id", "parcels", "title"),
    ("reading_spans", "last_visit_id", "visits", "seen_at"),
    ("visits", "run_id", "runs", "started_at"),
]
#: How many rows of one table are opened from one page: every row's page is made alike.
ROWS_OPENED = 3

#: Asks for each address from within the page; the failing ones (not there, or telling an error) and statuses.
_FAILING = """async addresses => {
    const failing = [];
    for (const address of addresses) {
        const answer = await fetch(address);
        const said = await answer.text();
        if (!answer.ok || said.includes('class="message-error"')) failing.push([address, answer.status]);
    }
    return failing;
}"""
#: The word of a badge, the instant of a time, the text of any other cell.
_WORDS = """cells => cells.map(cell => {
    const badge = cell.querySelector('.ct-badge'), time = cell.querySelector('time.moment');
    return badge ? badge.childNodes[1].textContent.trim() : time ? time.dateTime : cell.innerText;
})"""
_TEXT = "address => fetch(address).then(answer => answer.text())"


class Reader:
    """A person with a browser before Datasette at `address`; notes what is asked for and what goes wrong."""

    def __init__(self, page, address):
        self.page = page
        self.address = address
        self.asked = []
        self.troubles = []
        page.set_default_timeout(20_000)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", self._console)
        page.on("dialog", self._dialog)

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.troubles.append(message.text)

    def _dialog(self, dialog):
        self.troubles.append(dialog.message)
        dialog.dismiss()

    def open(self, path):
        """Goes to a page, which must be one."""
        answer = self.page.goto(self.address + path)
        assert answer.status == 200, path
        self.expect_no_error()

    def follow(self, link):
        """Clicks on a link that leads to another page, which must be one."""
        with self.page.expect_response(lambda r: r.request.is_navigation_request()) as met:
            link.click()
        assert met.value.status == 200, met.value.url
        self.page.wait_for_load_state()
        self.expect_no_error()

    def ask(self, name, text):
        """Types into the form of a query, and sends it."""
        self.page.fill(f"input[name={name}]", text)
        self.follow(self.page.locator("form.sql input[type=submit]"))

    def expect_no_error(self):
        assert self.page.locator("h1").count() == 1, self.page.url
        assert self.page.locator(".message-error").all_inner_texts() == [], self.page.url

    def links(self):
        """The links of the page without fragments, and whether each is data itself: a portal's address."""
        found = self.page.eval_on_selector_all(
            "a[href]", "all => all.map(a => [a.href, a.closest('td.col-url') !== null])"
        )
        return {(href.partition("#")[0], is_data) for href, is_data in found}

    def column(self, name, count=None):
        """What stands in a column's cells, of the first `count` rows: of badges the word, of times UTC."""
        cells = f"table.rows-and-columns td.col-{name}"
        return self.page.eval_on_selector_all(cells, _WORDS)[:count]

    @property
    def rows(self):
        """How many rows are shown."""
        return self.page.locator("table.rows-and-columns tbody tr").count()

    @property
    def counted(self):
        """How many rows the heading of a table says there are."""
        heading = self.page.locator("h3").first.inner_text()
        return int(re.match(r"[\d,]+", heading)[0].replace(",", ""))

    def text(self, path):
        """What is answered for another page, as it is."""
        return self.page.evaluate(_TEXT, self.address + path)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """The journeys' account, all portals read once; one order's texts are hostile."""
    folder = tmp_path_factory.mktemp("datasette") / "account"
    with buyer(folder) as made:
        made.sign_in()
        summary = made.collect(NOW, everything=True)
        assert (summary.exit_status, summary.deferred) == (ExitStatus.DONE, [])
        with made.db.atomic():
            for change in (
                "update orders set store = :hostile where id = :order",
                "update order_items set title = :hostile where order_id = :order",
                """update events set description = :hostile where sequence = 1 and parcel_id in (
                       select parcel_id from parcel_orders where order_id = :order)""",
            ):
                assert made.db.execute(change, {"hostile": HOSTILE, "order": HOSTILE_ORDER}).rowcount == 1
    return folder / "crosstrack.db"


@pytest.fixture(scope="module")
def address(database):
    """Where the real command serves it."""
    with served(database) as started:
        yield started


@pytest.fixture(scope="module")
def chromium(address, tmp_path_factory):
    with walled_in(tmp_path_factory.mktemp("browser")) as started:
        yield started


@pytest.fixture
def reader(chromium, address):
    """A person whose browser asks nobody but us, and meets no error."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    one = Reader(context.new_page(), address)
    yield one
    context.close()
    assert {url for url in one.asked if not url.startswith(f"{address}/")} == set()
    assert one.troubles == []


@pytest.fixture(scope="module")
def sql(database):
    """What the database itself says: rows as tuples."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        yield lambda query, *values: connection.execute(query, values).fetchall()


def test_every_table_that_is_no_machinery_is_on_the_first_page(reader):
    reader.open("/")
    reader.follow(reader.page.locator("h2 a"))
    linked = {urlsplit(link).path.removeprefix(f"{DATABASE}/") for link, _ in reader.links()}
    assert {name for name, table in TABLES.items() if not table.get("hidden")} <= linked
    assert set(QUERIES) <= linked


def test_every_link_leads_somewhere(reader):
    """All links of the front page, of every table, view and query; of rows the first few."""
    met, beyond, opened = set(), set(), defaultdict(set)
    for path in ("", *(f"/{name}" for name in (*TABLES, *QUERIES))):
        reader.open(DATABASE + path)
        for link, is_data in sorted(reader.links()):
            if not link.startswith(f"{reader.address}/"):
                beyond |= set() if is_data else {link}
                continue
            parts = urlsplit(link).path.split("/")
            rows = opened[path, parts[2]] if len(parts) > 3 and parts[1] == "crosstrack" else met
            if rows is met or len(rows) < ROWS_OPENED:
                rows.add(link)
    assert beyond == {"https://datasette.io/"}
    links = met.union(*opened.values())
    assert any(".csv" in link for link in met)
    assert len(links) > 500
    assert reader.page.evaluate(_FAILING, sorted(links)) == []


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.get("facets")])
def test_facets_count_values_and_filter_by_one(name, reader, sql):
    for column in TABLES[name]["facets"]:
        reader.open(f"{DATABASE}/{name}")
        if name in EMPTY:
            assert reader.page.locator(".zero-results").inner_text() == "0 records"
            continue
        facet = reader.page.locator(f".facet-info[data-column={column}]")
        there = sql(f"select count(*) from {name} where {column} is not null group by {column}")
        counts = sorted((count for (count,) in there), reverse=True)[:30]
        shown = facet.locator("li:not(.facet-truncated)").all_inner_texts()
        assert [int(text.split()[-1].replace(",", "")) for text in shown] == counts, column
        if counts:
            reader.follow(facet.locator("li a").first)
            assert reader.counted == counts[0], column


@pytest.mark.parametrize(("table", "column", "other", "label"), LABELS)
def test_references_are_shown_by_what_people_call_them(table, column, other, label, reader, sql):
    reader.open(f"{DATABASE}/{table}")
    cells = reader.page.locator(f"td.col-{column}:has(a)")
    assert cells.count() > 0
    for cell in cells.all()[:5]:
        key = unquote(
            cell.locator("a:not(.ct-page)").get_attribute("href").rpartition("/")[2].replace("~", "%")
        )
        ((called,),) = sql(f"select {label} from {other} where id = ?", key)
        link = cell.locator("a:not(.ct-page)")
        time = link.locator("time")
        shown = time.get_attribute("datetime") if time.count() else link.inner_text()
        assert shown == " ".join(called.split())
    reader.follow(cells.first.locator("a:not(.ct-page)"))
    assert reader.page.locator("h1").inner_text().startswith(f"{other}: ")


@pytest.mark.parametrize(
    ("rows", "others"),
    [
        (
            "parcels",
            {"parcel_items", "parcel_orders", "tracking_numbers", "events", "observations", "disagreements"},
        ),
        ("orders", {"order_items", "parcel_orders", "order_sightings"}),
        (f"order_items?order_id={TWO_PARCELS}", {"parcel_items"}),
        ("visits", {"reading_spans"}),
        ("events", {"observations"}),
    ],
)
def test_a_row_leads_to_the_rows_that_speak_of_it(rows, others, reader):
    reader.open(f"{DATABASE}/{rows}")
    reader.follow(reader.page.locator("td.type-pk a").first)
    row, met = reader.page.url, set()
    for place in range(reader.page.locator("h2 + ul li").count()):
        reader.page.goto(row)
        line = reader.page.locator("h2 + ul li").nth(place)
        said = line.inner_text()
        count, other = int(said.split()[0].replace(",", "")), said.split()[-1]
        reader.follow(line.locator("a"))
        assert reader.counted == count, said
        met |= {other} if count else set()
    assert others <= met


@pytest.mark.parametrize(("column", "view"), [("page_set_id", "visit_pages"), ("outcome", "readings")])
def test_a_visit_leads_to_what_it_brought_and_to_what_was_read(column, view, reader):
    reader.open(f"{DATABASE}/visits")
    reader.follow(reader.page.locator(f"td.col-{column} a").first)
    assert reader.page.url.split("?")[0].endswith(f"{DATABASE}/{view}")
    assert reader.counted > 0
    reader.follow(reader.page.locator("td.col-visit_id a").first)
    assert reader.page.locator("h1").inner_text().startswith("visits: ")


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_tells_something_of_this_account(name, reader):
    reader.open(f"{DATABASE}/{name}")
    assert reader.page.locator("h1").inner_text() == QUERIES[name]["title"]
    assert reader.rows > 0


def test_where_everything_is_names_every_parcel(reader, sql):
    reader.open(f"{DATABASE}/where_is_everything")
    assert Counter(reader.column("parcel_id")) == Counter(
        parcel for (parcel,) in sql("select id from parcels")
    )
    stages = [stage in ("delivered", "returned", "closed") for stage in reader.column("stage")]
    assert stages == sorted(stages)
    assert len(set(stages)) == 2


def test_a_parcels_history_is_found_by_a_number_an_order_and_nothing_typed(reader, sql):
    reader.open(f"{DATABASE}/parcel_history")
    ((latest,),) = sql("select id from parcels order by last_event_at desc, id limit 1")
    assert set(reader.column("parcel_id")) == {latest}
    ((number, parcel),) = sql(
        "select number, parcel_id from tracking_numbers where number <> parcel_id limit 1"
    )
    reader.ask("parcel", f" {number[:4].lower()} {number[4:]}")
    assert set(reader.column("parcel_id")) == {parcel}
    reader.ask("parcel", TWO_PARCELS)
    parcels = {
        parcel for (parcel,) in sql("select parcel_id from parcel_orders where order_id = ?", TWO_PARCELS)
    }
    assert len(parcels) == 2
    assert set(reader.column("parcel_id")) == parcels
    assert reader.rows == sql("select count(*) from events where parcel_id in (?, ?)", *parcels)[0][0]
    reader.ask("parcel", "XX000000000XX")
    assert reader.page.locator(".zero-results").inner_text() == "0 results"


def test_what_pages_said_of_an_order_is_told_as_printed(reader, sql):
    reader.open(f"{DATABASE}/order_said")
    assert len(set(reader.column("order_id"))) == 1
    reader.ask("order_id", f" {TWO_PARCELS} ")
    told = sql("select shown from order_sightings where order_id = ? order by seen_at desc", TWO_PARCELS)
    assert set(reader.column("order_id")) == {TWO_PARCELS}
    assert {"list", "tracking"} <= set(reader.column("page"))
    totals = [json.loads(shown).get("total_text", "") for (shown,) in told]
    assert [text.strip() for text in reader.column("total")] == totals
    assert any("Titanium mug 450 ml with lid × 1" in items for items in reader.column("items"))


def test_protection_that_ends_is_told_of_orders_that_are_still_awaited(reader, sql):
    reader.open(f"{DATABASE}/protection_ending")
    awaited = sql(
        """select o.id, o.protection_ends_on from orders as o
           where o.state in ('processing', 'shipped') and o.protection_ends_on is not null and not exists (
               select 1 from parcel_orders as x join parcels as p on p.id = x.parcel_id
               where x.order_id = o.id and p.stage in ('delivered', 'returned', 'closed'))"""
    )
    shown = zip(reader.column("order_id"), reader.column("protection_ends_on"), strict=True)
    assert sorted(shown) == sorted(awaited)
    ends, left = reader.column("protection_ends_on"), reader.column("days_left")
    today = {
        datetime.fromisoformat(f"{on}T00:00Z").timestamp() / 86400 - int(n)
        for on, n in zip(ends, left, strict=True)
    }
    assert len(today) == 1


@pytest.mark.parametrize(
    ("query", "group"), [("spent_by_month", "substr(placed_on, 1, 7)"), ("spent_by_store", "store")]
)
def test_money_is_summed_for_each_currency_and_only_where_it_was_paid(query, group, reader, sql):
    sums = defaultdict(Decimal)
    for key, currency, total in sql(
        f"select {group}, currency, total from orders where state in ('processing', 'shipped', 'finished')"
    ):
        sums[key, currency] += Decimal(total)
    reader.open(f"{DATABASE}/{query}")
    shown = zip(
        reader.column(query.split("_")[-1]), reader.column("currency"), reader.column("spent"), strict=True
    )
    assert {(key, currency): Decimal(spent) for key, currency, spent in shown} == sums
    assert {currency for _, currency in sums} == {"EUR", "USD"}


def test_orders_stand_beside_each_of_their_parcels(reader, sql):
    reader.open(f"{DATABASE}/order_standing")
    assert Counter(reader.column("order_id")) == Counter(
        order
        for (order,) in sql("select o.id from orders as o left join parcel_orders as x on x.order_id = o.id")
    )
    reader.open(f"{DATABASE}/order_standing?order_id={TWO_PARCELS}")
    assert sorted(reader.column("items")) == [
        "Headlamp, rechargeable, red light mode",
        "Ultralight folding camp stool × 2 · Titanium mug 450 ml with lid",
    ]
    for parcel, numbers in zip(reader.column("parcel_id"), reader.column("numbers"), strict=True):
        there = sql("select number from tracking_numbers where parcel_id = ?", parcel)
        assert sorted(numbers.split(", ")) == sorted(number for (number,) in there)


def test_orders_the_shop_calls_finished_and_nobody_delivered_are_one_click_away(reader):
    reader.open(f"{DATABASE}/order_standing")
    reader.follow(reader.page.get_by_role("link", name="finished there, but not delivered by any portal"))
    assert reader.column("order_id") == [FINISHED_UNDELIVERED]


def test_what_is_in_a_parcel_names_the_order_and_store_of_each_item(reader, sql):
    reader.open(f"{DATABASE}/parcel_contents")
    shown = zip(*(reader.column(c) for c in ("parcel_id", "item", "order_id", "store")), strict=True)
    assert Counter(shown) == Counter(
        sql(
            """select c.parcel_id, i.title, i.order_id, o.store from parcel_items as c
               join order_items as i on i.id = c.order_item_id join orders as o on o.id = i.order_id"""
        )
    )
    facet = reader.page.locator(".facet-info[data-column=parcel] li").all_inner_texts()
    ((title, items),) = sql(
        """select p.title, count(*) from parcel_items as c join parcels as p on p.id = c.parcel_id
           group by p.id having count(*) > 3"""
    )
    assert f"{title} {items}" in facet


def test_a_click_on_a_column_sorts_and_a_second_turns_it_round(reader):
    reader.open(f"{DATABASE}/order_standing")
    reader.follow(reader.page.locator("th.col-total a"))
    shown = reader.column("total")
    assert [float(text) for text in shown] == sorted(float(text) for text in shown)
    assert shown != sorted(shown)  # by amount, not by letters
    reader.follow(reader.page.locator("th.col-total a"))
    assert [float(text) for text in reader.column("total")] == [float(text) for text in reversed(shown)]


@pytest.mark.parametrize(("table", "money"), [("orders", "total"), ("order_items", "price")])
def test_amounts_kept_as_text_are_not_offered_for_sorting(table, money, reader):
    reader.open(f"{DATABASE}/{table}")
    assert reader.page.locator(f"th.col-{money}").count() == 1
    assert reader.page.locator(f"th.col-{money} a").count() == 0
    assert reader.page.locator("th.col-quantity a, th.col-placed_on a").count() == 1


def test_orders_are_taken_away_as_csv_and_json(reader, sql):
    reader.open(f"{DATABASE}/orders")
    reader.page.get_by_label("download file").check()
    with reader.page.expect_download() as met:
        reader.page.locator("#export input[type=submit]").click()
    with Path(met.value.path()).open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert met.value.suggested_filename == "orders.csv"
    assert sorted((row["id"], row["total"]) for row in rows) == sorted(sql("select id, total from orders"))
    assert list(rows[0]) == list(TABLES["orders"]["columns"])
    link = reader.page.locator(".export-links a", has_text="json").get_attribute("href")
    said = json.loads(reader.text(link))
    assert said["filtered_table_rows_count"] == len(rows)
    assert said["columns"] == list(rows[0])


@pytest.mark.parametrize(
    "path",
    [
        f"orders?id={HOSTILE_ORDER}",
        f"orders/{HOSTILE_ORDER}",
        f"order_items?order_id={HOSTILE_ORDER}",
        "order_items?_facet=title",
        "parcel_items",
        "order_standing",
        "parcel_contents",
        "spent_by_store",
        "events?sequence=1",
        "reconciled_history?sequence=1",
        f"parcel_history?parcel={HOSTILE_ORDER}",
    ],
)
def test_what_a_portal_wrote_as_html_is_shown_as_text(path, reader):
    reader.open(f"{DATABASE}/{path}")
    assert HOSTILE in reader.page.locator("body").inner_text()
    assert reader.page.locator("img[src*='beyond.test']").count() == 0
    assert reader.page.evaluate("window.broken") is None


def giving_away(said):
    """Which texts that belong to the buyers are in `said`; digits count where they stand by themselves."""
    plain = f"{said}\n{unquote(said)}".casefold()
    personal = {text.casefold() for account in (XIMENA, WALDO) for text in account.personal}
    return {
        text
        for text in personal
        if (re.search(rf"(?<![0-9a-z]){text}(?![0-9a-z])", plain) if text.isdigit() else text in plain)
    }


def test_personal_data_are_recognised_where_they_are():
    assert giving_away(f"<td>{XIMENA.street}, 77194</td>") >= {XIMENA.street.casefold(), "77194"}
    assert giving_away("q=ximena%20quetzalrubio") >= {"ximena", "ximena quetzalrubio"}
    assert giving_away("<td>a771940b</td>") == set()


@pytest.mark.parametrize("name", [*TABLES, *QUERIES])
def test_no_page_tells_who_the_buyer_is(name, reader):
    reader.open("/")
    path = f"{DATABASE}/{name}?_size=max"
    while path:
        said = reader.text(path)
        assert "<h1" in said
        assert giving_away(said) == set()
        next_page = re.search(r'<p><a href="([^"]+)">Next page</a>', said)
        path = next_page and next_page[1].replace("&amp;", "&").removeprefix(reader.address)
    told = reader.text(f"{DATABASE}/{name}.json?_size=max&_shape=array")
    assert json.loads(told) or name in EMPTY
    assert giving_away(told) == set()


def test_no_stored_page_tells_who_the_buyer_is(sql):
    bodies = sql("select media_type, body from pages where media_type not like 'image/%'")
    assert len(bodies) > 100
    for media_type, body in bodies:
        assert giving_away(zlib.decompress(body).decode(errors="replace")) == set(), media_type
