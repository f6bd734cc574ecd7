"""A shop, cookies and sessions for tests of accounts. All names and values are invented."""

from datetime import UTC, datetime, timedelta

from collector.account.sessions import Session
from scrapers.shop import Shop

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
SECRET = "v4lue-that-nobody-may-see"


class Bazaar(Shop):
    """Declares what sessions need to know of a shop, and no more."""

    name = "bazaar"
    hosts = ("www.bazaar.example", "www.bazaar.test")
    cookie_domains = ("bazaar.example", "bazaar.test")
    session_cookies = ("member", "signed")

    def looks_signed_in(self, cookies):
        return "member" in cookies


BAZAAR = Bazaar()


def cookie(name="member", value=SECRET, **changes):
    usual = {
        "name": name,
        "value": value,
        "domain": ".bazaar.example",
        "path": "/",
        "expires": in_days(30),
        "httpOnly": True,
        "secure": True,
        "sameSite": "Lax",
    }
    return usual | changes


def in_days(days):
    return (NOW + timedelta(days=days)).timestamp()


def session(*cookies, account="default", **changes):
    usual = {
        "saved_at": NOW - timedelta(days=12),
        "verified_at": NOW - timedelta(hours=3),
        "source": "window",
    }
    return Session("bazaar", account, cookies or (cookie(),), **(usual | changes))
