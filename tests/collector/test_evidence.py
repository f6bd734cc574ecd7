"""What is in a bundle of evidence, and what is not."""

import csv
import io
import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from collector.evidence.chain import BEGINNING, links
from collector.evidence.manifest import MAGIC, read_manifest, read_sums
from collector.export import restored
from collector.store.corrections import correct
from collector.store.facts import Visit, follow, store_visit
from collector.store.opening import open_store, writing
from scrapers import portals
from scrapers.contract import Canonical, Page
from scrapers.words import Outcome, Role
from tests.collector.bundles import FIRST, NOW, bundle, filled_with, members, shop, story
from tests.collector.worlds import CAINIAO, CORREOS, ORDER, column, event, one_line, record

ROOT = Path(__file__).parents[2]
NAME, STREET, MAIL = "Ximena Quetzalrubio", "Calle Nibelungar 73", "ximena.q@postbox.example"
PERSONAL = ("Ximena", "Quetzalrubio", "Nibelungar", "ximena.q", "28013", "quetzalhome", "Zyzzyva")
TABLES = {"observations.csv", "history.csv", "disagreements.csv", "claims.csv"}


@pytest.fixture
def world(database):
    return filled_with(database, *story(), shop())


@pytest.fixture
def made(world, tmp_path):
    bundle(world, tmp_path / "e.zip")
    return members(tmp_path / "e.zip")


def table(data):
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


# --- what is in it ---------------------------------------------------------------------------------------


def test_a_bundle_has_report_tables_records_pages_and_sums(made):
    assert {"README.txt", "visits.jsonl", "records.jsonl", "message-to-seller.txt", "report.html",
            "manifest.json", "SHA256SUMS", *TABLES} <= set(made)  # fmt: skip
    assert made["README.txt"].startswith(MAGIC)
    assert list(made)[-2:] == ["manifest.json", "SHA256SUMS"]
    assert sum(name.startswith("pages/") for name in made) == 5


def test_the_report_tells_order_numbers_differences_and_claims(made):
    text = made["report.html"].decode()
    for said in (
        ORDER,
        CAINIAO,
        CORREOS,
        "Lamp Store",
        "Blue lamp",
        "12.50 EUR",
        "Awaiting delivery",
        "2026-04-20",
        "Protected until Apr 20, 2026",
        "delivered by these pages on",
        "changed its time",
        "<svg",
        "neighbour",
        "no longer shows: “Sent the wrong way”",
        "; before: “Accepted by carrier” at “2026-02-27 10:00:00”",
    ):
        assert said in text, said


def test_what_was_claimed_first_changed_and_withdrawn_stands_with_its_visit(made):
    claims = [(c["seen_at"], c["kind"], c["text"], c["time_text"]) for c in table(made["claims.csv"])]
    first, second = "2026-03-01T10:00:00Z", "2026-03-05T10:00:00Z"
    assert (first, "new", "Accepted by carrier", "2026-02-27 10:00:00") in claims
    assert (second, "changed", "Accepted by carrier", "2026-02-27 11:30:00") in claims
    assert (second, "gone", "Sent the wrong way", "2026-02-28 09:00:00") in claims
    assert (first, "status", "Awaiting delivery", "") in claims


def test_the_message_to_the_seller_has_the_facts(made):
    text = made["message-to-seller.txt"].decode()
    for said in (
        ORDER,
        "Blue lamp",
        CAINIAO,
        CORREOS,
        "was delivered",
        "Please answer by 2026-04-15",
        "Lamp Store",
    ):
        assert said in text, said


def test_records_import_again(made, tmp_path, crosstrack):
    (tmp_path / "records.jsonl").write_bytes(made["records.jsonl"])
    told = crosstrack("--db", tmp_path / "other.db", "import", tmp_path / "records.jsonl").stderr
    assert "imported 5 visits, 0 known already, 0 refused" in told


def test_every_file_has_its_sum_and_common_tools_agree(world, made, tmp_path):
    sums = read_sums(made["SHA256SUMS"].decode())
    assert set(sums) == set(made) - {"SHA256SUMS"}
    if shutil.which("sha256sum") is None:
        pytest.skip("no sha256sum here")
    for name, data in made.items():
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_bytes(data)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path / "out", check=True)


def test_the_chain_is_over_the_visits_in_order(made):
    lines = made["visits.jsonl"].decode().splitlines()
    manifest = read_manifest(made["manifest.json"].decode())
    assert list(manifest.links) == links(lines)
    assert [json.loads(line)["seen_at"] for line in lines] == sorted(
        json.loads(line)["seen_at"] for line in lines
    )
    assert links([]) == []
    assert links(["a"]) != links(["b"])
    assert links(["a", "b"])[1] != links(["b", "a"])[1]
    assert BEGINNING == "0" * 64


def test_the_same_database_and_moment_make_the_same_bytes(world, tmp_path):
    roots = {bundle(world, tmp_path / f"{name}.zip").root for name in "ab"}
    assert len(roots) == 1
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("name", [CAINIAO, CORREOS, ORDER, CORREOS.lower()])
def test_any_number_or_the_order_names_it(world, tmp_path, name):
    assert bundle(world, tmp_path / "e.zip", name).visits == 5


def test_an_order_without_a_parcel_has_its_pages(database, tmp_path):
    filled_with(database, shop())
    assert bundle(database, tmp_path / "e.zip", ORDER).visits == 1
    made = members(tmp_path / "e.zip")
    assert "No page shows a parcel for this order" in made["report.html"].decode()
    assert "when it was sent" in made["message-to-seller.txt"].decode()


def test_what_the_owner_said_is_told(world, tmp_path):
    with open_store(world) as db, writing(db):
        correct(db, "link", (CAINIAO, CORREOS), NOW, "my own reason")
    bundle(world, tmp_path / "e.zip")
    report = members(tmp_path / "e.zip")["report.html"].decode()
    assert "What the owner of the parcel said" in report
    assert "my own reason" not in report


def test_nothing_new_and_failed_visits_are_told(database, tmp_path):
    filled_with(database, *story())
    visit = Visit("usps", CORREOS, NOW, "browser", Outcome.CHALLENGE, False)
    with open_store(database) as db, writing(db):
        store_visit(db, None, visit, Canonical())
    bundle(database, tmp_path / "e.zip")
    assert "only a person can pass" in members(tmp_path / "e.zip")["report.html"].decode()


# --- personal data ---------------------------------------------------------------------------------------


def personal(database):
    """A parcel with a person in every text a portal can print, and in what its owner noted."""
    signed = f"Delivered. Signed by: {NAME}, {STREET}, 28013 Madrid, {MAIL}"
    records = story(note=f"Received by {NAME}", place=f"{STREET}, 28013 Madrid")
    records.append(
        record("usps", CORREOS, "2026-03-10T10:00:00Z", [event("March 6, 2026, 11:00 am", signed)])
    )
    records.append(shop(refund_text=f"Refund to {MAIL}"))
    filled_with(database, *records)
    with open_store(database) as db, writing(db):
        follow(db, CAINIAO, NOW, {"note": "Zyzzyva", "postcode": "28013"})
    html = f'<html><p>{NAME}</p><p class="x">{STREET}, 28013</p><script>fetch("//x")</script></html>'
    pages = (
        Page(Role.DOM, f"https://x.example/{NAME}", "text/html", html.encode()),
        Page(Role.SCREENSHOT, "", "image/png", b"\x89PNG\r\n\x1a\n" + NAME.encode()),
    )
    visit = Visit("correos", CORREOS, NOW, "browser", Outcome.LAYOUT_CHANGED, False, pages, error=NAME)
    with open_store(database) as db, writing(db):
        store_visit(db, None, visit, Canonical())
    return database


def test_nothing_personal_is_in_a_bundle_and_the_numbers_are(database, tmp_path):
    bundle(personal(database), tmp_path / "e.zip")
    made = members(tmp_path / "e.zip")
    for name, data in made.items():
        for word in PERSONAL:
            assert word.lower() not in data.decode("utf-8", "replace").lower(), (name, word)
    assert not [name for name in made if name.startswith("screenshots/")]
    for word in (CAINIAO, CORREOS, ORDER, "Delivered. Signed by: xxxxxx"):
        assert word in made["report.html"].decode()
        assert any(word.encode() in data for name, data in made.items() if name != "report.html")


def test_with_keep_personal_everything_is_as_it_came(database, tmp_path):
    bundle(personal(database), tmp_path / "e.zip", keep=True)
    made = members(tmp_path / "e.zip")
    manifest = read_manifest(made["manifest.json"].decode())
    assert NAME in made["report.html"].decode()
    (shot,) = [name for name in made if name.startswith("screenshots/")]
    assert made[shot].endswith(NAME.encode())
    assert all(
        member.as_stored and member.sha256 == member.page for member in manifest.members if member.page
    )
    assert manifest.left_out == ()
    with open_store(database) as db:
        assert {m.page for m in manifest.members if m.page} == set(column(db, "select id from pages"))


def test_the_chain_is_the_same_with_and_without_personal_data(database, tmp_path):
    personal(database)
    chains = {bundle(database, tmp_path / f"{keep}.zip", keep=keep).chain for keep in (False, True)}
    assert len(chains) == 1


def test_other_orders_of_the_account_are_left_out(database, tmp_path):
    other = {"id": "8190000000000099", "status_text": "Completed", "store": "Secret Store"}
    listed = shop()
    listed |= {"page": "list", "seen_at": "2026-03-02T10:00:00Z"}
    listed.pop("order_id")
    listed["orders"] = [*listed["orders"], other]
    filled_with(database, *story(), shop(), listed)
    done = bundle(database, tmp_path / "e.zip")
    assert done.visits == 6
    assert "it shows other orders too" in done.left_out
    for name, data in members(tmp_path / "e.zip").items():
        assert b"8190000000000099" not in data, name
        assert b"Secret Store" not in data, name


# --- hostile texts ---------------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    '"><a href="javascript:alert(1)">x</a>',
    "{{ 7 * 7 }}{% raw %}",
    "\u202etxt.exe",
    "\x1b[31m\x07",
    "=cmd|' /C calc'!A0",
)


def test_hostile_texts_stay_text(database, tmp_path):
    events = [
        event("2026-03-01 10:00:00", f"{text} {i}", place=text, note=text) for i, text in enumerate(HOSTILE)
    ]
    hostile = shop(store=HOSTILE[0], status_text=HOSTILE[1], refund_text=HOSTILE[6])
    hostile["orders"][0]["items"] = [{"title": HOSTILE[1], "sku": HOSTILE[3]}]
    told = {
        "order_ids": [ORDER],
        "status": HOSTILE[0],
        "pickup_point": HOSTILE[2],
        "items": [{"title": HOSTILE[0]}],
    }
    filled_with(database, record("somewhere", CAINIAO, events=events, **told), hostile)
    for keep in (False, True):
        bundle(database, tmp_path / "e.zip", keep=keep)
        made = members(tmp_path / "e.zip")
        report = made["report.html"].decode()
        for tag in ("<script", "<img", '<a href="javascript'):
            assert tag not in report.lower(), tag
        assert report.count("</style>") == 2  # the report's own and the picture's
        assert "49" not in report.partition("<section")[2].partition("alert")[0]
        assert not set("\u202e\x1b\x07") & set(report)
        assert not set("\u202e\x1b\x07") & set(made["message-to-seller.txt"].decode())
        for name in TABLES:
            for row in table(made[name]):
                for cell in filter(None, row.values()):
                    assert not cell.startswith(("=", "@", "\t", "\r")), (name, cell)
    texts = [restored(row["description"]) for row in table(made["observations.csv"])]
    assert f"{HOSTILE[6]} 6" in texts


def test_the_policy_allows_nothing_but_the_styles_within(made):
    report = made["report.html"].decode()
    policy = report.partition('Content-Security-Policy" content="')[2].partition('"')[0]
    assert policy.startswith("default-src &#39;none&#39;; style-src &#39;sha256-")
    assert "unsafe" not in policy
    assert report.index("Content-Security-Policy") < report.index("<style>")
    for reference in ("http://", "https://", "src=", "url(", "@import"):
        assert reference not in report.replace("http://www.w3.org/2000/svg", ""), reference


# --- the command -----------------------------------------------------------------------------------------


def test_the_command_writes_a_private_file_and_prints_its_root(world, crosstrack, tmp_path):
    target = tmp_path / "e.zip"
    done = crosstrack("evidence", ORDER, "-o", target, "--no-pdf")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    root = done.stdout.strip()
    assert crosstrack("evidence", "verify", target).stdout.strip() == root
    assert root in members(target)["SHA256SUMS"].decode()
    (told,) = json.loads(crosstrack("evidence", "verify", target, "--json").stdout)
    assert told["sound"]
    assert told["root"] == root
    assert {p.name for p in tmp_path.iterdir()} == {"crosstrack.db", "e.zip"}


def test_a_file_is_replaced_only_when_told(world, crosstrack, tmp_path):
    target = tmp_path / "e.zip"
    target.write_text("mine")
    one_line(crosstrack("evidence", ORDER, "-o", target, "--no-pdf", status=2))
    assert target.read_text() == "mine"
    crosstrack("evidence", ORDER, "-o", target, "--no-pdf", "--force")
    one_line(crosstrack("evidence", ORDER, "-o", world, "--no-pdf", "--force", status=2))


@pytest.mark.parametrize("browser", ["no-browser", sys.executable])
def test_without_a_browser_there_is_everything_but_the_pdf(world, crosstrack, tmp_path, monkeypatch, browser):
    monkeypatch.setenv("CROSSTRACK_BROWSER", str(tmp_path / browser))
    done = crosstrack("evidence", ORDER, "-o", tmp_path / "e.zip")
    assert "without report.pdf" in done.stderr
    assert "report.pdf" not in members(tmp_path / "e.zip")
    crosstrack("evidence", "verify", tmp_path / "e.zip")


def test_the_file_is_called_by_what_was_asked_for(world, crosstrack, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    crosstrack("evidence", ORDER, "--no-pdf")
    assert [p.name[:26] for p in tmp_path.glob("*.zip")] == [f"evidence-{ORDER}-"]


@pytest.mark.parametrize(
    "arguments", [["AA9"], ["verify"], [CAINIAO, "somewhere.zip"], ["../../etc"], ["", "-o", "x.zip"]]
)
def test_what_cannot_be_meant_is_one_line(world, crosstrack, arguments):
    one_line(crosstrack("evidence", *arguments, "--no-pdf", status=2))


def test_the_database_stays_as_it_is(world, crosstrack, tmp_path):
    crosstrack("status")
    before = world.read_bytes()
    crosstrack("evidence", ORDER, "-o", tmp_path / "e.zip", "--no-pdf")
    assert world.read_bytes() == before


def test_first_seen_is_what_the_portal_said_then(made):
    assert FIRST in {row["seen_at"] for row in table(made["claims.csv"])}
    assert portals()["cainiao"].name in made["visits.jsonl"].decode()


def test_a_carriers_page_is_cleaned_and_keeps_its_number(database, tmp_path, crosstrack):
    page = (ROOT / "fixtures" / "pages" / "usps" / "ohio_2026-03-16.html").read_text()
    row = "Arrived at Post Office"
    page = page.replace(row, f"{row}. Signed by: {NAME}").replace("</body>", f"{STREET}</body>")
    (tmp_path / "page.html").write_text(page)
    crosstrack("import", tmp_path / "page.html", "--portal", "usps", "--seen-at", "2026-03-16T20:00:00Z")
    number = "9290361234700182736452"
    bundle(database, tmp_path / "e.zip", number)
    made = members(tmp_path / "e.zip")
    (cleaned,) = [data.decode() for name, data in made.items() if name.startswith("pages/")]
    assert cleaned.count(number) >= page.count(number) - 1  # one stands in a script
    assert "55555" not in cleaned  # invented numbers have fives
    assert f"{row}. Signed by: xxxxxx" in made["report.html"].decode()
    for name, data in made.items():
        for word in ("Ximena", "Quetzalrubio", "Nibelungar"):
            assert word.encode() not in data, (name, word)


def test_the_lines_of_the_documentation_check_a_bundle_by_hand(world, tmp_path):
    if any(shutil.which(tool) is None for tool in ("bash", "unzip", "sha256sum")):
        pytest.skip("not all of the tools are here")
    done = bundle(world, tmp_path / "dispute.zip")
    lines = (ROOT / "docs" / "evidence.md").read_text().partition("```sh\n")[2].partition("```")[0]
    said = subprocess.run(
        ["bash", "-ec", lines], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    assert said.splitlines()[-2:] == [f"{done.root}  manifest.json", done.chain]
    assert "FAILED" not in said
