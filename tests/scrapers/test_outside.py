"""Portals of other packages: found through the entry-point group, with their words, and unable to do harm."""

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

MODULE = """
    import re
    from scrapers.contract import Evidence, Politeness, State
    from scrapers.tracking import Address, TrackingPortal

    NUMBER = re.compile("/(?P<number>[A-Z0-9]+)$")

    class Post(TrackingPortal):
        name = "atlantispost"
        hosts = ("track.atlantis.example",)
        payloads = ("https://track.atlantis.example/api/*",)
        states = {"events": State(None, ("#events",))}
        politeness = Politeness(10, 50, "nothing is known")
        evidence = Evidence("documented", "2026-11")
        example = "RA123456785AT"
        address = Address("https://track.atlantis.example/{number}", path=NUMBER)
        looked_for = "#events"
"""
WORDS = """
    [portal]
    title = "Atlantis Post"
    kind = "carrier"
    country = "GR"
    languages = ["en"]

    [clock]
    kind = "zone"
    zone = "Europe/Athens"
    because = "says so"

    [[events]]
    milestone = "delivered"
    phrases = ["Handed to the merfolk"]

    [[family]]
    form = '[A-Z]{2}[0-9]{9}AT'
    check = "s10"
    level = 0.9
    because = "a postal number of Atlantis"
    valid = ["RA123456785AT"]
"""
ASK = """
import json, sys
import scrapers
from scrapers import vocabulary
from scrapers.numbers import may_know
one = scrapers.portals().get("atlantispost")
print(json.dumps({
    "portals": sorted(scrapers.portals()),
    "broken": [b.reason for b in scrapers.broken()],
    "title": vocabulary.facts("atlantispost").title,
    "clock": vocabulary.facts("atlantispost").clock.zone,
    "meaning": str(getattr(vocabulary.meaning("atlantispost", code=None, description="Handed to the merfolk"),
                           "milestone", None)),
    "elsewhere": str(getattr(vocabulary.meaning("dhl", code=None, description="Handed to the merfolk"),
                             "milestone", None)),
    "level": one.accepts("RA123456785AT").level if one else None,
    "knows": list(may_know("RA123456785AT")),
}))
"""


@pytest.fixture
def installed(tmp_path):
    """Installs a package with these files into a folder of its own; what the program then knows."""

    def install(module=MODULE, words=WORDS, entry="atlantispost = atlantis:Post"):
        package = tmp_path / "atlantis"
        package.mkdir()
        (package / "__init__.py").write_text(dedent(module))
        if words is not None:
            (package / "atlantispost.toml").write_text(dedent(words))
        info = tmp_path / "atlantis-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: atlantis\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[crosstrack.portals]\n{entry}\n")
        root = Path(__file__).parents[2]
        done = subprocess.run(
            [sys.executable, "-c", ASK],
            cwd=root,
            env={"PYTHONPATH": f"{tmp_path}:{root}"},
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)

    return install


def test_a_portal_of_another_package_is_found_with_its_facts_words_and_numbers(installed):
    told = installed()
    assert told["broken"] == []
    assert "atlantispost" in told["portals"]
    assert (told["title"], told["clock"]) == ("Atlantis Post", "Europe/Athens")
    assert told["meaning"] == "delivered"
    assert told["level"] == 0.9
    assert "atlantispost" in told["knows"]


def test_a_portal_without_its_file_is_found_and_said_to_have_none(installed):
    told = installed(words=None)
    assert "atlantispost" in told["portals"]
    assert any("no atlantispost.toml lies beside its module" in one for one in told["broken"])


def test_the_words_of_another_package_are_not_read_on_other_portals_rows(installed):
    told = installed()
    assert (told["meaning"], told["elsewhere"]) == ("delivered", "None")


def test_a_form_of_numbers_that_cannot_be_meant_is_told_of_and_left_out(installed):
    told = installed(
        words=WORDS
        + """
    [[family]]
    form = '([A-Z'
    level = 0.9
    because = "nonsense"
    """
    )
    assert told["broken"] == ["atlantispost.toml: [[family]] 2 cannot be meant and is left out"]
    assert told["level"] == 0.9


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"module": "raise RuntimeError('no')"}, "RuntimeError: no"),
        ({"module": "import sys; sys.exit(3)"}, "SystemExit: 3"),
        ({"module": MODULE.replace("hosts = (", "nothing = (")}, "it does not declare hosts"),
        (
            {"module": MODULE.replace('hosts = ("track.atlantis.example",)', "hosts = ()")},
            "it declares no hosts",
        ),
        ({"module": MODULE.replace("[A-Z0-9]+)$", "[0-9]+)$")}, "it does not find its own example"),
        ({"words": WORDS.replace("phrases =", "phrase =")}, "[[events]] has no key 'phrase'"),
        ({"words": WORDS.replace('zone = "Europe/Athens"', "")}, "[clock] of kind zone names no zone"),
        ({"module": "import sys; Post = sys"}, "it is not a scrapers.contract.Portal"),
        (
            {"module": MODULE.replace('"atlantispost"', '"usps"'), "entry": "usps = atlantis:Post"},
            "usps exists",
        ),
        ({"entry": "other = atlantis:Post"}, "its entry point is called other, the portal atlantispost"),
        ({"words": "[portal"}, "atlantispost.toml: TOMLDecodeError"),
        ({"words": "[portal]\ntitle = 'A'"}, "atlantispost.toml: KeyError: 'clock'"),
        ({"words": WORDS.replace("delivered", "eaten")}, "'eaten' is not a valid Milestone"),
        ({"entry": "atlantispost = nowhere:Post"}, "No module named 'nowhere'"),
    ],
)
def test_a_broken_package_is_told_of_and_costs_no_other_portal(installed, changed, reason):
    told = installed(**changed)
    assert any(reason in one for one in told["broken"]), told["broken"]
    assert {"aliexpress", "cainiao", "correos", "usps"} <= set(told["portals"])
    assert "atlantispost" not in told["portals"]
