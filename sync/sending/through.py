"""Which calls of a run are through, as numbers, in memory that does not grow with the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Through:
    """All numbers below *upto*, and those in *beyond*."""

    upto: int = 0
    beyond: set[int] = field(default_factory=set)

    def __contains__(self, number: object) -> bool:
        return number in self.beyond or (isinstance(number, int) and number < self.upto)

    def __len__(self) -> int:
        return self.upto + len(self.beyond)

    def add(self, numbers: Iterable[int]) -> None:
        """Take in numbers that are through."""
        self.beyond.update(number for number in numbers if number >= self.upto)
        while self.upto in self.beyond:
            self.beyond.remove(self.upto)
            self.upto += 1


def as_ranges(numbers: Iterable[int]) -> str:
    """Numbers in few letters: `0-999,1005`."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def from_ranges(text: str) -> Iterable[int]:
    """The numbers that `as_ranges` wrote.

    Raises: ValueError when it did not.
    """
    for part in text.split(",") if text else ():
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)
