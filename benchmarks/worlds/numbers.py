"""Tracking numbers with right check digits, in the carriers' forms."""

from random import Random

_POSTS = {"GB": "GB"}
_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def first_number(random: Random) -> str:
    """The number a parcel starts with."""
    return f"LP{random.randrange(10**14):014}"


def post_number(random: Random, country: str) -> str:
    """A number of the postal union's form, with its check digit."""
    letters = random.choice("RLCU") + random.choice("ABEPXZ")
    serial = f"{random.randrange(10**8):08}"
    rest = 11 - sum(w * int(d) for w, d in zip((8, 6, 4, 2, 3, 5, 9, 7), serial, strict=True)) % 11
    return f"{letters}{serial}{ {10: 0, 11: 5}.get(rest, rest) }{_POSTS.get(country, country)}"


def own_number(random: Random, country: str) -> str:
    """A number of the form the country's carrier gives."""
    if country == "ES":
        body = f"PQ5HG7{random.randrange(10**16):016}"
        return body + _LETTERS[sum(map(ord, body)) % 23]
    if country == "US":
        return _with_mod10(f"92{random.randrange(10**19):019}")
    if country == "DE":
        return _with_mod10(f"003404{random.randrange(10**13):013}")
    if country == "NL":
        return (
            f"3S{''.join(random.choice('ABCDEFGHKLMNPRSTVW') for _ in range(4))}{random.randrange(10**9):09}"
        )
    if country == "CA":
        return _with_mod10(f"7{random.randrange(10**14):014}")
    if country == "AU":
        return f"PLG{random.randrange(10**18):018}"
    return f"{random.randrange(10**13):013}"


def _with_mod10(digits: str) -> str:
    total = sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"
