"""Who belongs together in a whole log, found from the calls that tie people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simulator.cluster.parts import part_from_bytes
from simulator.splitting import Ties, names_of_people


def tied_pairs(parts: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """The pairs of names that the calls in *parts* tie, each name once."""
    ties = Ties()
    for content in parts:
        for call in part_from_bytes(content).calls:
            names = names_of_people(call)
            for name in names[1:]:
                ties.tie(names[0], name)
    return ties.pairs()


def roots_of(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Who stands for each name that *pairs* tie to another."""
    ties = Ties()
    for one, other in pairs:
        ties.tie(one, other)
    return dict(ties.pairs())
