"""Folded parcels, packed, on their way from the first pass to the second; many are kept on the disk."""

from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Self

_IN_MEMORY = 32 * 1024 * 1024


class Folds:
    """Packed parcels by the numbers they are of; what is put later about a number replaces it."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by the `with` block
        self._sizes: list[int] = []
        self._of: dict[str, int] = {}
        self._numbers: list[tuple[str, ...]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __contains__(self, number: str) -> bool:
        return number in self._of

    def put(self, numbers: Iterable[str], packed: bytes) -> None:
        """Keep what is packed about `numbers`."""
        self._numbers.append(tuple(numbers))
        self._of |= dict.fromkeys(self._numbers[-1], len(self._sizes))
        self._sizes.append(len(packed))
        self._file.write(packed)

    def all(self) -> Iterator[tuple[list[str], bytes, frozenset[str]]]:
        """What was put, in order: the numbers it still holds for, the parcels, and the numbers replaced."""
        self._file.seek(0)
        for place, (size, numbers) in enumerate(zip(self._sizes, self._numbers, strict=True)):
            valid = [number for number in numbers if self._of[number] == place]
            yield valid, self._file.read(size), frozenset(numbers).difference(valid)
