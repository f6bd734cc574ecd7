"""What there is to tell that is about no parcel: portals in drift, accounts that wait for a person. Pure."""

from collections.abc import Iterator

from collector.notices.model import News, Rule, Standing
from collector.notices.wording import LONGEST_TEXT, said


def drifting(standing: Standing) -> Iterator[News]:
    """A portal's pages are changing under its parser: told once while the signs stand."""
    for portal, since, detail in standing.drifting:
        yield News(
            rule=Rule.DRIFT,
            subject=portal,
            title=f"{said(portal)}: its pages are changing",
            text=said(f"Since {since:%Y-%m-%d}: {detail}. What it shows may be read wrongly.", LONGEST_TEXT),
            anchor_at=since,
            portals=frozenset({portal}),
        )


def waiting(standing: Standing) -> Iterator[News]:
    """A portal or an account needs a person: told once until it has answered again."""
    for portal, account, since, outcome in standing.waiting:
        whose = f" account {account}" if account else ""
        what = "asks for a sign-in" if outcome == "login_required" else "asks whether you are a person"
        todo = (
            f"Run `crosstrack login {portal}`." if account else "Open it in your browser, or import a page."
        )
        yield News(
            rule=Rule.LOGIN_NEEDED,
            subject=f"{portal}:{account}" if account else portal,
            title=said(f"{portal}{whose} needs you"),
            text=said(f"{portal}{whose} {what} since {since:%Y-%m-%d %H:%M} UTC. {todo}", LONGEST_TEXT),
            anchor_at=since,
            portals=frozenset({portal}),
        )
