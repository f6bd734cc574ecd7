"""Which browser is driven, and what is said when there is none. The browsers here are empty files."""

import pytest

from collector.browser import finding
from collector.browser.finding import BrowserMissing, find_browser, runs_as_root
from collector.browser.starting import BrowserOptions, arguments
from collector.errors import CrosstrackError, ExitStatus

SHELL = "ms-playwright/chromium_headless_shell-1200/chrome-headless-shell-linux64/chrome-headless-shell"
FULL = "ms-playwright/chromium-1200/chrome-linux64/chrome"


@pytest.fixture(autouse=True)
def _no_usual_places_on_this_machine(monkeypatch):
    """Linux' fixed places lie outside of any folder a test can choose."""
    places = finding._usual_places
    monkeypatch.setattr(finding, "_usual_places", lambda env, os: () if os == "linux" else places(env, os))


@pytest.fixture
def environ(tmp_path):
    return {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}


def program(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o755)
    return str(path)


def found(environ, explicit=None, platform="linux", windowless=False):
    return find_browser(explicit, environ, platform=platform, windowless=windowless)


def test_the_browser_asked_for_comes_before_all_others(tmp_path, environ):
    program(tmp_path / "bin/google-chrome")
    asked = program(tmp_path / "my browser")
    other = program(tmp_path / "other")
    assert found(environ | {"CROSSTRACK_BROWSER": other}, explicit=asked).path == asked
    assert found(environ | {"CROSSTRACK_BROWSER": other}).path == other
    assert "CROSSTRACK_BROWSER" in found(environ | {"CROSSTRACK_BROWSER": other}).description


def test_a_browser_may_be_asked_for_by_its_command(tmp_path, environ):
    path = program(tmp_path / "bin/brave")
    assert found(environ, explicit="brave").path == path


def test_a_browser_asked_for_that_is_not_there_is_not_replaced(tmp_path, environ):
    program(tmp_path / "bin/google-chrome")
    for asked in ({"explicit": "/no/such"}, {"environ": environ | {"CROSSTRACK_BROWSER": "/no/such"}}):
        with pytest.raises(BrowserMissing, match="/no/such"):
            found(**{"environ": environ, **asked})


def test_chrome_comes_before_edge_and_edge_before_chromium(tmp_path, environ):
    seen = []
    for name in ("chromium-browser", "microsoft-edge", "google-chrome"):
        program(tmp_path / "bin" / name)
        seen.append(found(environ).channel)
    assert seen == ["chromium", "msedge", "chrome"]


def test_an_installed_browser_comes_before_a_downloaded_one(tmp_path, environ):
    program(tmp_path / FULL)
    installed = program(tmp_path / "bin/chromium")
    assert found(environ).path == installed


def test_the_newest_downloaded_browser_is_taken_and_a_full_one_before_a_shell(tmp_path, environ):
    shell = program(tmp_path / SHELL)
    assert (found(environ).path, found(environ).headless_shell) == (shell, True)
    program(tmp_path / FULL.replace("1200", "999"))
    newest = program(tmp_path / FULL)
    assert (found(environ).path, found(environ).headless_shell) == (newest, False)
    assert "Playwright" in found(environ).description


def test_playwrights_own_folder_may_be_elsewhere(tmp_path, environ):
    path = program(tmp_path / "elsewhere/chromium-7/chrome-linux/chrome")
    assert found(environ | {"PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "elsewhere")}).path == path


def test_a_file_that_cannot_be_run_is_no_browser(tmp_path, environ):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/google-chrome").touch(mode=0o644)
    with pytest.raises(BrowserMissing):
        found(environ)


def test_windows_programs_are_found_where_they_are_installed(tmp_path, environ):
    edge = program(tmp_path / "Programs/Microsoft/Edge/Application/msedge.exe")
    seen = found(environ | {"PROGRAMFILES(X86)": str(tmp_path / "Programs")}, platform="win32")
    assert (seen.path, seen.channel) == (edge, "msedge")


def test_a_macs_own_applications_are_found(tmp_path, environ):
    chrome = program(tmp_path / "Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    assert found(environ, platform="darwin").path == chrome


def test_no_browser_is_one_line_that_says_what_to_do(environ):
    with pytest.raises(BrowserMissing) as raised:
        found(environ)
    text = str(raised.value)
    assert "\n" not in text
    for hint in ("playwright install chromium", "apt-get install chromium", "CROSSTRACK_BROWSER"):
        assert hint in text
    assert isinstance(raised.value, CrosstrackError)
    assert raised.value.exit_status is ExitStatus.SOME_FAILED


def test_apt_is_not_advised_on_windows(tmp_path):
    with pytest.raises(BrowserMissing) as raised:
        found({"USERPROFILE": str(tmp_path)}, platform="win32")
    assert "apt-get" not in str(raised.value)


@pytest.mark.parametrize(
    ("platform", "user", "as_root"), [("linux", 0, True), ("linux", 1000, False), ("darwin", 0, False)]
)
def test_only_root_on_linux_goes_without_the_sandbox(monkeypatch, platform, user, as_root):
    monkeypatch.setattr("os.geteuid", lambda: user, raising=False)
    assert runs_as_root(platform) is as_root


def test_where_no_window_is_needed_a_headless_shell_comes_before_a_whole_chromium(tmp_path, environ):
    whole, shell = program(tmp_path / FULL), program(tmp_path / SHELL)
    assert found(environ).path == whole
    assert found(environ, windowless=True).path == shell
    installed = program(tmp_path / "bin/chromium")
    assert found(environ, windowless=True).path == installed
    light = program(tmp_path / "bin/chromium-headless-shell")
    assert found(environ).path == installed
    chosen = found(environ, windowless=True)
    assert (chosen.path, chosen.channel, chosen.headless_shell) == (light, "chromium", True)


def test_chrome_and_edge_come_before_any_headless_shell(tmp_path, environ):
    program(tmp_path / "bin/chromium-headless-shell")
    for name in ("microsoft-edge", "google-chrome"):
        path = program(tmp_path / "bin" / name)
        assert found(environ, windowless=True).path == path


def test_a_headless_shell_is_told_to_open_no_windows():
    """A whole browser asks whether a person did something; this one would open whatever a page wants."""
    assert "--block-new-web-contents" in arguments(BrowserOptions(), is_shell=True)
    assert "--block-new-web-contents" not in arguments(BrowserOptions())
