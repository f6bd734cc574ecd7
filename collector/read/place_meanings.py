"""What the letters behind a town may be: a state of one country or another, or a country. Pure."""

from dataclasses import dataclass, replace

from collector.read.gazetteer import CLEAR, SMALLEST, City, clear, towns
from collector.read.place_choice import cities_of
from collector.read.place_data import Subdivision, with_code
from collector.read.place_text import Address

#: State codes that are words in addresses of other countries ("UNIDAD DE REPARTO").
_WORDS = frozenset(("AL", "AS", "CO", "DE", "IN", "LA", "MA", "ME", "OR", "PA", "SA"))


@dataclass(frozen=True, slots=True)
class Meaning:
    """One way to read an address: in a state, or in a country, with the cities of its name there."""

    country: str
    state: Subdivision | None
    found: tuple[City, ...]


def meant(meanings: list[Meaning], found: Address, hint: str | None) -> Meaning | None:
    """The one of several meanings that is certain: the only one that has such a city, or the hinted one."""
    known = [m for m in meanings if m.found]
    if sure := [m for m in known if m.country == hint or (m.country == "US" and m.state and found.zip_code)]:
        return sure[0]
    largest = max((city.weight for m in known for city in m.found), default=0)
    if largest < CLEAR * SMALLEST or any(m.country == hint for m in meanings if not m.found):
        known += [small for m in meanings if not m.found and (small := _with_towns(m, found.parts)).found]
    hinted = [m for m in known if m.country == hint]
    if len(known) == 1 or hinted:
        return (hinted or known)[0]
    if known:
        best = clear([city for m in known for city in m.found])
        return next((m for m in known if best in m.found), None)
    of_hint = [m for m in meanings if m.country == hint]
    zipped = [m for m in meanings if m.country == "US" and found.zip_code]
    return next(iter(of_hint or zipped), None)


def is_doubtful(meaning: Meaning, found: Address, hint: str | None) -> bool:
    """Whether a country's two letters may be a Brazilian state's, behind a town not known in that country."""
    if meaning.found or not found.parts or hint == meaning.country:
        return False
    return any(s.country == "BR" for s in with_code(meaning.country))


def _with_towns(meaning: Meaning, parts: tuple[str, ...]) -> Meaning:
    admin = meaning.state.admin if meaning.state else None
    return replace(meaning, found=cities_of(parts, meaning.country, admin, towns))


def is_likely(meaning: Meaning, found: Address, hint: str | None) -> bool:
    """Whether two letters are a state: not merely letters behind an unknown name, in a foreign address."""
    if meaning.found or found.apart or found.zip_code or meaning.state is None:
        return True
    if meaning.state.code == "DC" or (meaning.state.code in _WORDS and hint is None):
        return False
    return hint in (None, meaning.country)
