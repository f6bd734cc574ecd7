"""A password, cookies, an address and a token are used, and are found nowhere but where they belong."""

import json
from datetime import timedelta
from urllib.parse import quote

import pytest

from fixtures import messages
from fixtures.shop import many_orders
from fixtures.sites.aliexpress.settings import XIMENA, Challenge
from tests.browser.ordering import NOW, buyer, needs_browser
from tests.browser.test_orders_privacy import found_in, left_behind, person, secrets
from tests.security.living import Machine

pytestmark = [pytest.mark.browser, needs_browser]

CODE = "482913"
TOKEN, OTHER_TOKEN = "tk-Lapislazuli-8843-notice", "tk-Malachite-2217-environment"
#: Nothing listens there: every message fails, and what fails is what is talked about.
NOTICES = f'[notices]\nurls = ["json://planter:{TOKEN}@127.0.0.1:9/{TOKEN}"]\n'
TALKATIVE = ("--verbose", "--debug")
ASKED = (("e-mail or phone number", XIMENA.email), ("password of", XIMENA.password))
EXPORTS = [
    *(("export", what) for what in ("history", "parcels", "orders")),
    *(("export", what, "--format", "jsonl") for what in ("history", "orders")),
    ("export", "--format", "jsonl"),
]
OF_ORDERS = [*EXPORTS, ("status", "--all"), ("status", "--json"), ("doctor",)]


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """A shop, a machine, and everything that was said on it in the course of a troubled life."""
    folder = tmp_path_factory.mktemp("life")
    (unpaid,) = [order for order in many_orders(8) if order.status(NOW) == "unpaid"]
    with buyer(folder / "made", (unpaid,), journeys={}) as made:
        made.sites.today = NOW
        machine = Machine(folder, made.sites)
        machine.settings.write_text(NOTICES)
        machine.settings.chmod(0o600)
        said = [*signing_in(made, machine), *collecting(made, machine), *looking(machine)]
        in_process(made)
        said += [machine.run("--db", made.folder / "crosstrack.db", *one) for one in OF_ORDERS]
        yield made, machine, said


def signing_in(made, machine):
    """By what is typed: first a wrong code, a broken file of cookies, then all that is right."""
    made.steer(code=CODE, busy_s=0.02)
    login = (*TALKATIVE, "login", "aliexpress", "--json")
    wrong = machine.run(*login, "--credentials", answers=[*ASKED, ("code", "")])
    assert wrong.status == 3, wrong
    yield wrong
    broken = machine.folder / "given" / "cookies.json"
    cookie = {"name": "xman_t", "value": XIMENA.password, "domain": ".aliexpress.com"}
    broken.write_text(json.dumps([cookie] * 2))
    broken.chmod(0o600)
    yield machine.run(*login, "--cookies", broken)
    made.steer(code=CODE)
    done = machine.run(*login, "--credentials", answers=[*ASKED, ("code", CODE)])
    assert done.status == 0, done
    yield done


def collecting(made, machine):
    """A run that is refused, one that meets a check, one that works, one whose session has died."""
    page, _ = person()
    collect = (*TALKATIVE, "collect", "--portal", "aliexpress", "--json")
    made.sites.fail("www.aliexpress.com", None, [messages.page(page, status=403)], path="/p/order/index.html")
    refused = machine.run(*collect, CROSSTRACK_NOTICE_URLS=f"json://{OTHER_TOKEN}@127.0.0.1:9")
    assert refused.status == 1, refused
    yield refused


def looking(machine):
    """What people and programs ask for, and what fails with a traceback."""
    for arguments in (
        ("status", "--json"),
        ("doctor", "--json"),
        ("doctor", "--fix"),
        ("portals", "--json"),
        ("collect", "--dry-run", "--json"),
        ("notify", "--dry-run", "--json"),
        ("notify", "--test"),
        ("notify",),
        ("show", "nothing"),
        ("rebuild",),
        *EXPORTS,
    ):
        yield machine.run(*TALKATIVE, *arguments)
    yield machine.run("--debug", "--db", "/dev/null/x.db", "collect")
    machine.settings.write_text(f"{NOTICES}[[notices.rule]]\nrule = 1\n")
    yield machine.run("--debug", "notify", "--dry-run")
    machine.settings.write_text(f'[notices]\nurls = ["{TOKEN}://{TOKEN}", "json:/{TOKEN}"]\n')
    yield machine.run("--debug", "notify", "--test")
    machine.settings.write_text(NOTICES.replace('"]', ""))
    yield machine.run("--debug", "status")


def in_process(made):
    """Further runs on a database of their own, with all that a shop may answer."""
    made.sign_in()
    made.collect()
    made.steer(challenges=[Challenge("page", "list")])
    made.collect(NOW + timedelta(hours=26))


@pytest.fixture(scope="module")
def wanted(life):
    """What must not be found, by what it is."""
    found = secrets(life[0]) | {TOKEN: "token", OTHER_TOKEN: "token", XIMENA.password: "password"}
    assert {"personal", "password", "token", "cookie xman_t"} <= set(found.values())
    return found


def hits(texts, wanted):
    return {name: found for name, text in texts.items() if (found := found_in(text, wanted))}


def test_no_command_says_a_secret_whatever_fails(life, wanted):
    _, _, said = life
    assert len(said) > 20
    assert {one.status for one in said} >= {0, 1, 2, 3}
    # What a person types openly stands on his terminal: the address of the account, the code.
    texts = {f"{n}: {one.err[-80:]}": one.everything.replace(XIMENA.email, "") for n, one in enumerate(said)}
    assert hits(texts, {text: what for text, what in wanted.items() if text != CODE}) == {}
    unasked = {str(n): one.everything for n, one in enumerate(said) if not one.terminal}
    assert hits(unasked, {XIMENA.email: "address"}) == {}


def test_no_file_holds_a_secret_but_the_session_and_the_settings(life, wanted):
    _, machine, _ = life
    files = machine.files()
    sessions = str(machine.sessions.relative_to(machine.folder))
    settings = str(machine.settings.relative_to(machine.folder))
    assert any(name.startswith(sessions) for name in files)
    others = {
        name: content.decode("latin-1")
        for name, content in files.items()
        if not name.startswith(sessions) and name != settings
    }
    assert str(machine.database.relative_to(machine.folder)) in others
    assert hits(others, wanted) == {}
    kept = {name: text.decode() for name, text in files.items() if name.startswith(sessions)}
    found = {wanted[text] for texts in hits(kept, wanted).values() for text in texts}
    assert found, "what is searched for can be found"
    assert "password" not in found


def test_no_stored_page_or_row_holds_a_secret(life, wanted):
    made, _, _ = life
    assert made.rows("select 1 from pages") != []
    assert hits(left_behind(made), wanted) == {}


def test_the_password_was_typed_on_the_shops_sign_in_host_alone(life):
    made, _, _ = life
    door = made.shop.door.log
    assert door.of("password")
    assert not door.of("typed elsewhere", "sent elsewhere")
    forms = (XIMENA.password, quote(XIMENA.password), quote(XIMENA.password, safe=""))
    assert not [r for r in made.sites.requests if any(form in r.target for form in forms)]


def test_nothing_is_left_in_the_folder_for_passing_files(life):
    _, machine, _ = life
    assert {name for name in machine.files() if name.startswith("tmp/")} == set()
