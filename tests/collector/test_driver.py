"""What Playwright's driver is started with."""

import os

import pytest

from collector.browser.driver import driver_environment


def test_the_driver_is_told_to_log_nothing_and_to_take_little_memory():
    environ = {"DEBUG": "pw:*", "PWDEBUG": "1", "HOME": "/home/a"}
    with driver_environment(environ):
        assert environ == {"HOME": "/home/a", "NODE_OPTIONS": "--max-semi-space-size=4"}
    assert environ == {"DEBUG": "pw:*", "PWDEBUG": "1", "HOME": "/home/a"}


def test_options_of_the_users_own_for_node_stand():
    environ = {"NODE_OPTIONS": "--use-openssl-ca"}
    with driver_environment(environ):
        assert environ == {"NODE_OPTIONS": "--use-openssl-ca"}
    assert environ == {"NODE_OPTIONS": "--use-openssl-ca"}


def test_the_environment_is_as_before_whatever_happens():
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError), driver_environment(os.environ):
        raise ZeroDivisionError
    assert dict(os.environ) == before
