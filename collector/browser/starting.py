"""One browser, started or connected to: a fresh one, one with a portal's own profile, or a running one."""

import logging
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

import playwright.async_api as pw

from collector.browser.finding import BrowserMissing, Found, find_browser, runs_as_root
from collector.browser.profiles import profile_folder, until_free
from collector.browser.watch import browser_process
from collector.errors import CrosstrackError, UsageError

_LOG = logging.getLogger(__name__)

#: Of a browser's features those that no page of a portal needs: windows of its own for
#: the address bar, and a process kept ready for a page that is never opened: together 80 to 100 MB; and that
#: every document of a site gets a frame made anew: a seventh of what a visit takes, for tabs are used again.
_UNNEEDED = (
    "RenderDocument",
    "SpareRendererForSitePerProcess",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)
#: Those that Playwright 1.65 turns off; a browser heeds the last list that it is given alone.
_PLAYWRIGHTS = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "TcpPortRandomizationWin",
    "ThirdPartyStoragePartitioning",
    "msEdgeUpdateLaunchServicesPreferredVersion",
    "msForceBrowserSignIn",
)
FEATURES_OFF = f"--disable-features={','.join((*_PLAYWRIGHTS, *_UNNEEDED))}"
#: What Chromium would otherwise do on its own, outside the pages it shows, or let pages do past all blocking.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--process-per-site",
    FEATURES_OFF,
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)
#: A headless shell lets every page open windows; a whole browser asks whether a person did something.
_SHELL = ("--block-new-web-contents",)
_RULES = "--host-resolver-rules="
_PROXIES, _NO_PROXY = ("--proxy-server", "--proxy-pac-url", "--proxy-auto-detect"), "--no-proxy-server"
_SCHEMES = ("http", "https", "all")
_START_SECONDS = 60.0
_PROFILE_PATIENCE_SECONDS = 10.0
#: What Playwright adds that we do not want: a page may open windows as little as for anyone.
_NOT_WANTED = ("--disable-popup-blocking",)


class BrowserFailed(CrosstrackError):
    """A browser was found and did not start, or none answers where one should run."""


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """Which browser, and how.

    executable  a path or command, None to look for one (see `finding`)
    arguments   further command-line arguments
    zone        the IANA zone pages are rendered for; its offset must never change, so that daylight saving
                moves no row of a portal that prints the viewer's time
    profiles    a folder that keeps cookies and consent between runs, each portal's apart. A profile is a
                browser process of its own, started when its portal is first visited: it costs memory and
                seconds, so without a folder (None) all portals share one browser that remembers nothing
    endpoint    http(s) or ws(s) URL of a running browser to use instead of starting one, whatever
                `executable` says; its own windows stay untouched
    hosts       all that the browser as a whole may reach; empty: no such bound. Pages are held to their own
                portal's hosts in any case
    """

    executable: str | None = None
    headed: bool = False
    arguments: tuple[str, ...] = ()
    zone: str = "UTC"
    profiles: Path | None = None
    endpoint: str | None = None
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """A running browser.

    only      its one context, where it has a profile
    language  what `only` was opened for
    attached  whether somebody else started it: then it is never closed
    proxied   whether it may ask through a proxy, which finds hosts past `wall`
    process   the id of its main process, where it runs on this machine and is ours
    """

    chromium: pw.Browser
    only: pw.BrowserContext | None = None
    language: str | None = None
    attached: bool = False
    proxied: bool = False
    process: int | None = None


def context_options(language: str, zone: str) -> dict[str, object]:
    """How pages are rendered and what they may do, as Playwright takes it."""
    return {
        "locale": language.replace("_", "-"),
        "timezone_id": zone,
        "accept_downloads": False,
        "service_workers": "block",
        "permissions": [],  # every one is denied, none asked for
    }


def check_options(options: BrowserOptions, environ: Mapping[str, str], platform: str = sys.platform) -> None:
    """Raises UsageError for options that exclude each other, or cannot work here."""
    windows = not platform.startswith("linux") or environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    if options.endpoint is None:
        if options.headed and not windows:
            raise UsageError("there is no display for a window: neither DISPLAY nor WAYLAND_DISPLAY is set")
        return
    try:
        parts = urlsplit(options.endpoint)
        usable = parts.scheme in ("http", "https", "ws", "wss") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError("a browser's endpoint is a URL such as http://127.0.0.1:9222")
    if options.profiles is not None or options.headed:
        raise UsageError("a running browser has its own window and profile: give its endpoint alone")


def browser_to_start(options: BrowserOptions, environ: Mapping[str, str]) -> Found | None:
    """The browser to start, None to connect to a running one. Raises UsageError, BrowserMissing."""
    check_options(options, environ)
    if options.endpoint is not None:
        return None
    windowless = not options.headed and options.profiles is None  # a profile is a whole browser's
    found = find_browser(options.executable, environ, windowless=windowless)
    if options.headed and found.headless_shell:
        raise BrowserMissing(f"{found.path} cannot open a window: install Google Chrome, Edge or Chromium")
    return found


async def launched(playwright: pw.Playwright, found: Found, options: BrowserOptions) -> Running:
    """A fresh browser without a past. Raises BrowserFailed."""
    try:
        chromium = await playwright.chromium.launch(
            executable_path=found.path,
            headless=not options.headed,
            chromium_sandbox=not runs_as_root(),
            args=arguments(options, is_shell=found.headless_shell),
            ignore_default_args=list(_NOT_WANTED),
            timeout=_START_SECONDS * 1000,
        )
    except pw.Error as error:
        raise BrowserFailed(f"the browser {found.description} did not start: {_first_line(error)}") from error
    proxied = has_proxy(options.arguments, getproxies())
    return Running(chromium, proxied=proxied, process=await browser_process(chromium))


async def launched_with_profile(
    playwright: pw.Playwright, found: Found, options: BrowserOptions, profile: str, language: str
) -> Running:
    """A browser that remembers what was done with `profile`. Raises ProfileInUse, BrowserFailed."""
    if options.profiles is None:
        raise ValueError("no folder for profiles")
    folder = profile_folder(options.profiles, profile)
    await until_free(folder, _PROFILE_PATIENCE_SECONDS)
    try:
        context = await playwright.chromium.launch_persistent_context(
            folder,
            executable_path=found.path,
            headless=not options.headed,
            chromium_sandbox=not runs_as_root(),
            args=arguments(options, is_shell=found.headless_shell),
            ignore_default_args=list(_NOT_WANTED),
            timeout=_START_SECONDS * 1000,
            **context_options(language, options.zone),  # type: ignore[arg-type]
        )
    except pw.Error as error:
        message = f"the browser {found.description} did not start with the profile {folder}"
        raise BrowserFailed(f"{message}: {_first_line(error)}") from error
    if context.browser is None:
        raise BrowserFailed(f"the browser {found.description} does not show itself; update Playwright")
    process = await browser_process(context.browser)
    proxied = has_proxy(options.arguments, getproxies())
    return Running(context.browser, context, language, proxied=proxied, process=process)


async def attached(playwright: pw.Playwright, endpoint: str) -> Running:
    """A running browser. Raises BrowserFailed; a key that the endpoint may hold is not told."""
    parts = urlsplit(endpoint)
    try:
        chromium = await playwright.chromium.connect_over_cdp(endpoint, timeout=_START_SECONDS * 1000)
    except pw.Error as error:
        where = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        _LOG.debug("no connection to %s: %s", where, type(error).__name__)
        raise BrowserFailed(f"no browser answers at {where}; was it started for remote debugging?") from error
    return Running(chromium, attached=True)


def arguments(options: BrowserOptions, *, is_shell: bool = False) -> list[str]:
    """The command line; rules for host names that the options bring stand in place of the wall."""
    has_rules = any(argument.startswith(_RULES) for argument in options.arguments)
    walls = () if has_rules else wall(options.hosts)
    return [*QUIET, *(_SHELL if is_shell else ()), *walls, *options.arguments]


def has_proxy(arguments: Iterable[str], proxies: Mapping[str, str]) -> bool:
    """Whether a browser with these arguments, and the system's `proxies` by scheme, may ask through one.

    A system that leads to its proxies by a script (PAC) does not tell.
    """
    given = tuple(arguments)
    if _NO_PROXY in given:
        return False
    return any(one.startswith(_PROXIES) for one in given) or any(scheme in proxies for scheme in _SCHEMES)


def wall(hosts: Iterable[str]) -> tuple[str, ...]:
    """Arguments under which no host but `hosts` can be found, whoever asks; none if `hosts` is empty.

    It holds for every connection the browser makes itself. Behind a proxy the proxy finds the hosts, and only
    what holds for pages is left.
    """
    excepted = [f"EXCLUDE {host}" for host in sorted(set(hosts))]
    return (_RULES + ", ".join(["MAP * ~NOTFOUND", *excepted]),) if excepted else ()


def _first_line(error: pw.Error) -> str:
    return error.message.strip().splitlines()[0]
