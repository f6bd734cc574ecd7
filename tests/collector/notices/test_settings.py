"""What `[notices]` may say, and that no address is ever said back."""

import tomllib

import pytest

from collector.errors import UsageError
from collector.notices.model import Rule
from collector.notices.settings import ENVIRONMENT, notice_settings

SECRET = "t0ken-that-nobody-may-see"


def read(text, **environ):
    return notice_settings(tomllib.loads(text).get("notices"), environ)


def test_without_a_table_there_are_no_notices_whatever_the_environment_says():
    assert read("") is None
    assert read("", **{ENVIRONMENT: "json://localhost"}) is None
    assert read("[notices]\nenabled = false\nurls = ['json://localhost']") is None


def test_addresses_come_from_the_file_and_the_environment_and_are_never_printed():
    found = read(f"[notices]\nurls = ['json://{SECRET}']", **{ENVIRONMENT: f"json://a json://{SECRET}"})
    assert [url.reveal() for url in found.urls] == [f"json://{SECRET}", "json://a"]
    assert SECRET not in repr(found)


def test_addresses_come_from_the_keyring_where_asked(monkeypatch):
    from collector.account.terminal import Secret

    def stored(portal, login):
        return Secret("json://kept  json://too") if (portal, login) == ("notices", "urls") else None

    monkeypatch.setattr("collector.account.keyring_passwords.stored_password", stored)
    assert [url.reveal() for url in read("[notices]\nkeyring = true").urls] == ["json://kept", "json://too"]
    assert read("[notices]\nenabled = true").urls == ()


def test_every_rule_is_on_as_usual_and_can_be_changed():
    found = read(
        """
        [notices]
        urls = []
        [[notices.rule]]
        rule = "conflict"
        enabled = false
        [[notices.rule]]
        rule = "label_only"
        after = 21
        portals = ["cainiao"]
        [[notices.rule]]
        rule = "protection_ends"
        days = [3, 14]
        """
    )
    assert set(found.active) == set(Rule) - {Rule.CONFLICT}
    assert found.rules[Rule.LABEL_ONLY].after_days == 21
    assert found.rules[Rule.LABEL_ONLY].portals == {"cainiao"}
    assert found.rules[Rule.PROTECTION_ENDS].days == (14, 3)
    assert found.rules[Rule.ETA_SLIPPED].after_days == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("urls = 'json://{}'", "urls must be a list of texts"),
        ("urls = ['json://{}', 7]", "urls must be a list of texts"),
        ("url = ['json://{}']", "'url' is not known"),
        ("enabled = 'json://{}'", "enabled must be true or false"),
        ("rule = 7", r"written as \[\[notices.rule\]\]"),
        ("[[notices.rule]]\nrule = 'json://{}'", r"no. 1: rule must be one of handoff, "),
        ("[[notices.rule]]\nrule = 'silent'\nafter = 0", "days are whole numbers from 1 to 365"),
        ("[[notices.rule]]\nrule = 'silent'\nafter = true", "days are whole numbers"),
        ("[[notices.rule]]\nrule = 'delivered'\nafter = 3", "delivered does not wait"),
        ("[[notices.rule]]\nrule = 'delivered'\ndays = [3]", "only protection_ends takes days"),
        ("[[notices.rule]]\nrule = 'protection_ends'\ndays = []", "only protection_ends takes days"),
        ("[[notices.rule]]\nrule = 'delivered'\nportal = 'usps'", "'portal' is not known"),
    ],
)
def test_what_cannot_be_meant_is_one_line_without_the_address(text, said):
    with pytest.raises(UsageError, match=said) as told:
        read("[notices]\n" + text.replace("{}", SECRET))
    assert SECRET not in str(told.value)
    assert "\n" not in str(told.value)
