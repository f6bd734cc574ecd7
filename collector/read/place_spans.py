"""Names inside a longer name: "PARIS CDG", "NEW DELHI FOREIGN POST", "上海浦东国际机场". Pure."""

import re
from collections.abc import Iterator, Sequence

from collector.read.gazetteer import City, clock_of, key
from collector.read.place_data import facility_words, glue_words

#: Of a name with unknown words beside it, only a place of so many people is taken to be meant.
FAMOUS = 100_000
_LONGEST = 8
_LONGEST_CHINESE = 6
_CHINESE = re.compile(r"[\u4e00-\u9fff]{3,}")


def inner_names(part: str) -> Iterator[tuple[str, ...]]:
    """The `gazetteer.key`s of names inside `part`, in groups; the first group with a hit is to count.

    A group is the runs of so many words, the longest first. A run counts only where no word beside it makes
    another name of it, as "New" does of "Madrid".
    """
    words = key(part).split()
    if len(words) > _LONGEST:
        return
    for size in range(len(words) - 1, 0, -1):
        starts = range(len(words) - size + 1)
        yield tuple(" ".join(words[at : at + size]) for at in starts if _stands_apart(words, at, at + size))
    for run in _CHINESE.findall(part):
        for size in range(min(len(run) - 1, _LONGEST_CHINESE), 1, -1):
            yield (run[:size],)


def of_one_clock(found: Sequence[City]) -> City | None:
    """The heaviest of `found` if all keep the same time."""
    if not found or len({clock_of(city.zone) for city in found}) > 1:
        return None
    return max(found, key=lambda city: city.weight)


def _stands_apart(words: Sequence[str], start: int, end: int) -> bool:
    run, glue = words[start:end], glue_words()
    if len(run) == 1 and (len(run[0]) < 4 or run[0] in facility_words() or not run[0].isalpha()):
        return False
    if run[0] in facility_words() or run[-1] in facility_words():
        return False
    return not {*words[max(start - 1, 0) : start], *words[end : end + 1]} & glue
