"""Values that stand for all there are: one of every class that some tests can tell apart.

The claim (`candidates`): take any tests of one value, compiled by `simulator.operators`, and any JSON value v. Then the
list holds a value that passes exactly the tests that v passes, but for what `texts_with` and `ValueDomain` add to it.
Why: every operator looks at v in one of four ways only.

- *There or not* (`exists`, and null, which counts as missing): both are listed.
- *Its number*, against bounds: numbers that lie between the same two bounds, or on the same bound, pass the same tests.
  Each bound and one number of each gap are listed; a gap without a whole number is asked for a fraction. Times are
  numbers; a test against now has its bound at now and so many seconds, and now is fixed while values are chosen.
- *Its text as a whole, without case* (`equals`): each constant is listed, and a text that is none of them.
- *Pieces of its text* (`contains`): texts of every set of pieces are written when they are asked for. A number's text
  can hold only pieces made of digits and the like; where such a piece and a test of the number meet, several spellings
  of the number are tried, and failing all of them proves nothing (`may_be_spelt`).

Lists and objects have neither text nor number; of a list `contains` looks at the elements, which gives the same sets of
pieces as a text does. True and false pass what the texts `true` and `false` pass.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise, product
from typing import Any

from mailwright.definitions.assumptions import Assumptions
from mailwright.definitions.conditions import Compare, Condition, Not, Operator, Scalar
from mailwright.definitions.event_schema import Property
from simulator.operators import LAST_SECOND, TIME_TESTS, as_number, as_text, is_timed, timestamp_bounds
from simulator.proofs.probes import ABSENT

_NUMERIC_CHARACTERS = frozenset("0123456789.-+e")
_FRESH = ("other", "another", "something else", "~", "·", "|", "¬")
_LONGEST_PIECES = 4096


def compare_of(leaf: Condition) -> Compare:
    """The comparison in a leaf: itself, or what it negates."""
    found = leaf.part if isinstance(leaf, Not) else leaf
    assert isinstance(found, Compare)  # value atoms hold nothing else
    return found


def candidates(
    leaves: Sequence[Compare], now: int, assumptions: Assumptions, known: Property | None = None
) -> list[Any]:
    """Values of every class that the leaves tell apart, likely ones first; with *known*, only those a schema allows."""
    bounds = bounds_of(leaves, now, assumptions)
    numbers = list(numbers_between(bounds))
    constants = _constants(leaves)
    found: list[Any] = []
    if known is not None:
        found += [known.example] if known.example is not None else []
        found += known.allowed
    found += constants
    by_number = any(as_number(value) is not None for value in constants)
    found += numbers if by_number else []
    found += fresh_texts(leaves)[:3]
    found += numbers
    found += [int(sign + piece) for piece in pieces_of(leaves) if piece.isdecimal() for sign in ("", "1")]
    found += [True, False, ABSENT, None]
    found += _spelt(numbers, leaves, constants)
    if assumptions.timestamp_formats == "any" and any(leaf.operator in TIME_TESTS for leaf in leaves):
        found += _dates(numbers)
    found += ["", {}, [], ["other"]]
    return [value for value in _distinct(found) if fits(value, known)]


def fits(value: Any, known: Property | None) -> bool:
    """Whether a schema allows the value; without one all do."""
    if known is None:
        return True
    if value is ABSENT:
        return not known.required
    if value is None:
        return known.nullable
    if known.allowed:
        return any(value == one and type(value) is type(one) for one in known.allowed)
    types = known.type if isinstance(known.type, list) else [known.type]
    return any(_is_of(value, kind) for kind in types)


def _is_of(value: Any, kind: str) -> bool:
    match kind:
        case "text":
            return isinstance(value, str)
        case "number" | "integer" | "timestamp":
            # Fractions are let through for whole numbers too: what is proved is proved for more than there is.
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "list":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case _:
            return True


def _distinct(values: Iterable[Any]) -> Iterator[Any]:
    seen = set()
    for value in values:
        name = repr(value)
        if name not in seen:
            seen.add(name)
            yield value


def _constants(leaves: Sequence[Compare]) -> list[Scalar]:
    return [value for leaf in leaves if leaf.operator is Operator.EQUALS for value in leaf.values]


def bounds_of(leaves: Sequence[Compare], now: int, assumptions: Assumptions) -> list[int | float]:
    """The numbers at which some test turns, in order."""
    found: set[int | float] = set()
    for leaf in leaves:
        found |= leaf_bounds(leaf, now)
    if any(leaf.operator in TIME_TESTS for leaf in leaves):
        found |= {0, LAST_SECOND}
        if assumptions.timestamp_formats == "any":
            found |= {bound * 1000 for bound in found if bound * 1000 > LAST_SECOND}
    return sorted(found)


def leaf_bounds(leaf: Compare, now: int) -> set[int | float]:
    """The numbers at which one comparison turns."""
    match leaf.operator:
        case Operator.EXISTS | Operator.CONTAINS | Operator.IS_TIMESTAMP:
            return set()
        case operator if is_timed(operator):
            return {now + timestamp_bounds(operator, int(as_number(leaf.values[0]) or 0))[0]}
        case _:
            numbers = map(as_number, leaf.values)
            return {number for number in numbers if number is not None and math.isfinite(number)}


def numbers_between(bounds: Sequence[int | float]) -> Iterator[int | float]:
    """Each bound, and a number of each gap beside and between them, whole where there is one."""
    if not bounds:
        yield from (7, 8)
        return
    for bound in bounds:
        yield int(bound) if isinstance(bound, float) and bound.is_integer() else bound
    yield math.floor(bounds[-1]) + 1
    yield math.floor(bounds[-1]) + 2
    yield math.ceil(bounds[0]) - 1
    yield math.ceil(bounds[0]) - 2
    for low, high in pairwise(bounds):
        yield from _in_gap(low, high)


def _in_gap(low: float, high: float) -> Iterator[int | float]:
    first, last = math.floor(low) + 1, math.ceil(high) - 1
    if first <= last:
        middle = (first + last) // 2
        yield middle
        if middle + 1 <= last:
            yield middle + 1
    else:
        middle_float = low + (high - low) / 2
        for number in (middle_float, math.nextafter(low, math.inf)):
            if low < number < high:
                yield number


def pieces_of(leaves: Sequence[Compare]) -> list[str]:
    """The texts that some leaf looks for inside a value, in lower case."""
    return [
        (as_text(value) or "").lower() for leaf in leaves if leaf.operator is Operator.CONTAINS for value in leaf.values
    ]


def fresh_texts(leaves: Sequence[Compare]) -> list[str]:
    """Texts that equal no constant and hold no piece; some characters at the end that stand in neither."""
    texts = [(as_text(value) or "").lower() for leaf in leaves for value in leaf.values]
    pieces = [piece for piece in pieces_of(leaves) if piece]
    clean = [text for text in _FRESH if text not in texts and not any(piece in text for piece in pieces)]
    used = frozenset("".join(texts))
    spare = (chr(code) for code in range(0x2500, 0x2500 + len(used) + 2))
    return [*clean, *[one for one in spare if one not in used][:2]]


def separator(leaves: Sequence[Compare]) -> str:
    """A character that stands in no piece."""
    used = frozenset("".join(pieces_of(leaves)))
    common = (one for one in (" ", "-", "/", "_", "|") if one not in used)
    return next(common, "") or next(chr(code) for code in range(0x2500, 0x2600 + len(used)) if chr(code) not in used)


def texts_with(wanted: Sequence[Compare], leaves: Sequence[Compare]) -> Iterator[str]:
    """Texts that hold a piece of each wanted leaf, and of the others no more than they must.

    A piece inside such a text is inside one of the pieces it was joined from, since the separator stands in none: so
    if another leaf finds its piece there, it finds it in every text that holds the wanted ones.
    """
    choices = [[(as_text(value) or "").lower() for value in leaf.values] for leaf in wanted]
    between, edge = separator(leaves), fresh_texts(leaves)[-1]
    for count, chosen in enumerate(product(*choices)):
        if count >= _LONGEST_PIECES:
            return
        text = between.join(dict.fromkeys(chosen))
        if text.startswith("@"):
            yield f"someone{text}"
        yield text
        yield f"{text}{between}{edge}"  # the text alone may be a constant, or a number


def has_all_texts(wanted: Sequence[Compare]) -> bool:
    """Whether `texts_with` writes every choice of pieces."""
    return math.prod(len(leaf.values) for leaf in wanted) <= _LONGEST_PIECES


def may_be_spelt(piece: str) -> bool:
    """Whether some number's text may hold the piece."""
    return all(one in _NUMERIC_CHARACTERS or one.isdecimal() for one in piece)


def _spelt(numbers: Sequence[int | float], leaves: Sequence[Compare], constants: Sequence[Scalar]) -> list[str]:
    """The numbers as texts, in spellings that differ; with pieces of digits behind the last digit that counts."""
    pieces = [piece for piece in pieces_of(leaves) if may_be_spelt(piece)]
    longest = max((len(str(value)) for value in constants), default=0)
    found = []
    for number in [value for value in constants if as_number(value) is not None] + list(numbers):
        text = as_text(number) or ""
        if as_number(text) is None:  # such as 1e+30, which no text spells
            continue
        sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
        padded = f"{sign}{'0' * (longest + 1)}{digits}"
        whole = digits if "." in digits else f"{digits}.0"
        found += [text, f"{sign}0{digits}", f"{sign}{whole}", padded]
        for piece in pieces[:4]:
            if piece.isdecimal():
                found += [f"{sign}{whole}{'0' * 25}{piece}", f"{sign}{piece}", f"{sign}0{piece}.5"]
            else:
                found += [piece, f"0{piece}0", f"{piece}0", f"0{piece}"]
    return found


def _dates(numbers: Sequence[int | float]) -> list[str]:
    """The numbers as dates of ISO 8601, where they are moments that a calendar has."""
    return [
        datetime.fromtimestamp(number, UTC).isoformat()
        for number in numbers
        if 0 <= number < 250_000_000_000 and number == int(number)
    ]
