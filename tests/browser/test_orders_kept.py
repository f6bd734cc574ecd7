"""What one run leaves to the next, a killed one too: how far the list was read, what is due, the session."""

import json
import signal
import stat
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

import fixtures
from collector.derive import DERIVED_TABLES
from collector.errors import ExitStatus
from collector.store.opening import open_store
from fixtures.shop import many_orders
from tests.browser.conftest import processes_with
from tests.browser.ordering import (
    LIST_DATA,
    LONG_AGO,
    NOW,
    Buyer,
    buyer,
    finished_orders,
    needs_browser,
    open_orders,
    reaching,
)
from tests.browser.ordering_truth import assert_complete, differing, dump

pytestmark = [pytest.mark.browser, needs_browser]

ROOT = Path(__file__).parents[2]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_run_right_after_another_asks_for_the_top_of_the_list_alone(tmp_path):
    with buyer(tmp_path, finished_orders(9), journeys={}) as made:
        made.steer(page_size=3)
        made.sign_in()
        made.collect()
        assert made.asked() == {"list": 1, "more": 2, "tracking": 9, "detail": 9}
        assert_complete(made, made.shop.orders_as_of(NOW))
        before, mark = made.derived(), made.mark
        summary = made.collect(NOW + timedelta(minutes=20))
        assert made.asked(mark) == {"list": 1}
        assert summary.new == {"events": 0, "numbers": 0, "orders": 0, "disagreements": 0}
        changed = differing(before, made.derived())
        # The top three were seen again: nothing else is new.
        assert changed.keys() <= {"orders", "order_sightings", "reading_spans"}
        mark = made.mark
        made.collect(NOW + HOUR, full=True)
        assert made.asked(mark) == {"list": 1, "more": 2}
        assert_complete(made, made.shop.orders_as_of(NOW))


def test_a_day_later_what_is_under_way_is_asked_for_and_a_new_order_is_found(tmp_path):
    (newest,) = open_orders(1, timedelta(hours=-60))
    orders = (newest, *open_orders(2), *finished_orders(7))
    with buyer(tmp_path, orders, journeys={}) as made:
        made.steer(page_size=3)
        made.sign_in()
        made.collect()
        known = made.shop.orders_as_of(NOW)
        assert newest.id not in {order.id for order in known}
        mark, later = made.mark, NOW + DAY
        summary = made.collect(later)
        assert summary.new["orders"] == 1
        asked = made.opened(mark)
        under_way = {order.id for order in orders[:3]}
        assert {id_ for page, id_ in asked if page == "tracking"} == under_way
        assert ("detail", newest.id) in asked
        assert made.asked(mark)["more"] == 1
        assert_complete(made, made.shop.orders_as_of(later))


def test_an_old_order_that_is_still_open_is_followed_far_down_the_list(tmp_path):
    (old,) = open_orders(1, timedelta(days=60))
    with buyer(tmp_path, (*finished_orders(6), old), journeys={}) as made:
        made.steer(page_size=3)
        made.sign_in()
        made.collect()
        mark = made.mark
        made.collect(NOW + DAY)
        assert made.opened(mark) == [("list", None), ("tracking", old.id)]
        assert made.asked(mark)["more"] == 2
        made.shop.orders = tuple(
            reaching(o, "completed", NOW + DAY) if o is old else o for o in made.shop.orders
        )
        made.collect(NOW + 2 * DAY)
        assert made.one("select state from orders where id = ?", old.id)["state"] == "finished"
        mark = made.mark
        made.collect(NOW + 3 * DAY)
        assert "more" not in made.asked(mark)


def test_a_list_broken_off_by_the_end_of_a_run_is_read_to_its_end_by_the_next(tmp_path):
    with buyer(tmp_path, finished_orders(9), journeys={}) as made:
        made.steer(page_size=3)
        made.sign_in()
        first = made.collect(ends_after=2)
        assert made.asked() == {"list": 1, "more": 1}
        assert first.new["orders"] == 6
        assert any("list of orders put off: the run's time is over" in line for line in first.deferred)
        assert made.state()["listed_to_end_at"] is None
        mark = made.mark
        made.collect(NOW + HOUR)
        assert made.asked(mark) == {"list": 1, "more": 2, "tracking": 9, "detail": 9}
        assert made.state()["listed_to_end_at"] is not None
        assert_complete(made, made.shop.orders_as_of(NOW))


def test_orders_put_off_by_the_end_of_a_run_are_read_by_the_next_and_none_twice(tmp_path):
    with buyer(tmp_path, finished_orders(4), journeys={}) as made:
        made.sign_in()
        made.collect(ends_after=4)
        made.collect(NOW + timedelta(minutes=10))
        opened = [one for one in made.opened() if one[1]]
        assert len(opened) == len(set(opened)) == 8
        assert_complete(made, made.shop.orders_as_of(NOW))


def test_a_session_that_works_is_kept_as_the_shop_renewed_it(tmp_path):
    with buyer(tmp_path, finished_orders(2), journeys={}) as made:
        made.steer(token_requests=3)
        made.sign_in()
        before = {c["name"]: c["value"] for c in made.session().cookies}
        made.collect()
        session = made.session()
        after = {c["name"]: c["value"] for c in session.cookies}
        assert (session.saved_at, session.source) == (LONG_AGO, "window")
        assert NOW < session.verified_at < NOW + HOUR
        last = [r.cookies["_m_h5_tk"] for r in made.asked_shop() if "_m_h5_tk" in r.cookies][-1]
        assert after["_m_h5_tk"] == last
        assert after["xman_t"] == before["xman_t"]
        assert stat.S_IMODE(made.session_file().stat().st_mode) == 0o600
        assert [path.name for path in made.sessions.iterdir()] == [made.session_file().name]
        made.collect(NOW + DAY)
        assert made.session().verified_at > NOW + DAY


@pytest.mark.parametrize("dead", ["shell", "redirect"])
def test_a_session_found_dead_leaves_its_file_as_it_was(tmp_path, dead):
    with buyer(tmp_path, finished_orders(2), journeys={}) as made:
        made.steer(dead_session=dead)
        made.sign_in()
        made.shop.door.end_sessions()
        file, content = made.session_file(), made.session_file().read_bytes()
        assert made.collect().exit_status is ExitStatus.HUMAN_NEEDED
        assert file.read_bytes() == content
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.fault(
    "The session ends in the middle of a run that would renew its file",
    "The file stays as it was",
    layer="session",
    exit_status="3",
)
def test_a_session_that_ends_in_the_middle_leaves_its_file_as_it_was(tmp_path):
    with buyer(tmp_path, finished_orders(3), journeys={}) as made:
        made.steer(session_dies_after=3)
        made.sign_in()
        content = made.session_file().read_bytes()
        assert made.collect().exit_status is ExitStatus.HUMAN_NEEDED
        assert made.session_file().read_bytes() == content


#: When a run is killed: once the shop has been asked for so many further pages of the list, or orders.
MOMENTS = {"in the list": (LIST_DATA, 2), "among the orders": ("/p/tracking/index.html", 3)}


@pytest.fixture(scope="module")
def shop():
    with fixtures.simulated_shop(many_orders(12), {}) as sites:
        sites.today = NOW
        sites.shop.settings.page_size = 4
        sites.shop.settings.delay_s = 0.02
        yield sites


def start(sites, folder):
    spec = {
        "database": str(folder / "crosstrack.db"),
        "sessions": str(folder / "sessions"),
        "chromium_arguments": list(sites.chromium_arguments),
        "now": NOW.isoformat(),
    }
    return subprocess.Popen([sys.executable, "-m", "tests.browser.ordering", json.dumps(spec)], cwd=ROOT)


def signed_in(sites, folder):
    folder.mkdir()
    Buyer(folder, sites, None).sign_in()
    return folder


def contents(folder):
    """Everything derived, what was stored of pages, and what is remembered of the list."""
    with open_store(folder / "crosstrack.db") as db:
        assert list(db.query("pragma foreign_key_check")) == []
        by_chance = ("duration_ms", "run_id", "budget_used", "blocked_id")
        tables = dump(db, (*DERIVED_TABLES, "visits", "account_state"), by_chance)
        tables["pages"] = sorted(row["canonical"] for row in db.query("select canonical from pages"))
    return tables


@pytest.fixture(scope="module")
def undisturbed(shop, tmp_path_factory):
    folder = signed_in(shop, tmp_path_factory.mktemp("undisturbed") / "made")
    assert start(shop, folder).wait(timeout=120) == 0
    return contents(folder)


@pytest.mark.fault(
    "A run is killed while it reads an account, at each kind of page",
    "The next run takes the list up where it was left; the rows are the same",
    layer="killed",
    exit_status="0 in the next run",
)
@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
def test_a_killed_run_is_taken_up_and_ends_like_one_that_was_not(shop, undisturbed, tmp_path, moment):
    path, times = moment
    folder, mark = signed_in(shop, tmp_path / "made"), len(shop.requests)

    def asked():
        later = shop.requests[mark:]
        return sum(r.path == path and (path != LIST_DATA or r.method == "POST") for r in later)

    process = start(shop, folder)
    deadline = time.monotonic() + 60
    while asked() < times:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    while processes_with(f"127.0.0.1:{shop.port}"):
        assert time.monotonic() < deadline, "the browser outlives the run"
        time.sleep(0.05)
    assert start(shop, folder).wait(timeout=120) == 0
    assert differing(undisturbed, contents(folder)) == {}
