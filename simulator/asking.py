"""All triggers of one event as one generated function of the event's decoded data.

The function asks what `Router.matches` asks: the tables of the router find the campaigns that want one constant, and
the tests come from the writer of all conditions. Each property is read once, and data that looks like what came before
is not asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import TYPE_CHECKING, Any

from mailwright.definitions.conditions import All, Compare, Condition, Not, Operator, Subject, Unclaimed, walk
from mailwright.definitions.conditions import Any as AnyOf
from simulator.conditions import ConditionWriter
from simulator.operators import comparison_key, is_timed
from simulator.paths import is_plain

if TYPE_CHECKING:
    from mailwright.definitions.assumptions import Assumptions
    from simulator.routing import Route, Router

Ask = Callable[[Any], Sequence[int]]
"""From the data, whose properties are attributes and None where they are missing, to the campaigns' numbers."""
_KEPT = 10_000  # texts, or groups of values, for which something is remembered
_BY_VALUE = (Operator.EQUALS, Operator.CONTAINS)  # tests of texts, of which the same come again and again


def plain_reads(router: Router) -> set[str]:
    """The properties that triggers read under their plain names."""
    return {
        clause.path
        for route in router.every
        for _, clause in walk(route.condition)
        if isinstance(clause, Compare | Unclaimed) and is_plain(clause.path)
    }


def ask_of(router: Router, places: Mapping[str, str], assumptions: Assumptions) -> Ask | None:
    """The function for one event; *places* names the attribute a property stands in, and what has none is never there.

    None where a trigger asks more than plain properties: nested paths, the time, or whether there is a null.
    """
    if not all(_is_flat(route.condition, assumptions) for route in router.every):
        return None
    writer = _FlatWriter(assumptions, places=places)
    tests: list[str] = []
    for route in router.rest:
        test = "True" if route.always else writer.expression(route.condition)
        tests += [f"    if {test}:", f"        found.append({route.number})"]
    for name, table in router.keyed:
        tests += _looked_up(writer, name, table, router.numbers)
    return _generated(writer, tests, [route.condition for route in router.every])


def _generated(writer: _FlatWriter, tests: list[str], conditions: Sequence[Condition]) -> Ask:
    """The function around the tests; what it found for data that looked the same, it says again."""
    values, answers = _looks(writer, conditions)
    # Of these classes no two have equal values, as 1, 1.0 and True are.
    alike = " and ".join(f"{place}.__class__ in ALIKE" for place in values) or "True"
    parts = [*values, *answers]
    key = parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
    source = [
        "def ask(d):",
        *(f"    {place} = d.{place}" for place in sorted(writer.read)),
        f"    alike = {alike}",
        "    if alike:",
        f"        key = {key}",
        "        found = known(key)",
        "        if found is not None:",
        "            return found",
        "    found = []",
        *tests,
        "    if len(found) > 1:",
        "        found.sort()",
        f"    if alike and len(kept) < {_KEPT}:",
        "        kept[key] = found",
        "    return found",
    ]
    scope = writer.names
    scope["kept"] = kept = dict[Any, list[int]]()
    scope["known"], scope["ALIKE"] = kept.get, frozenset((str, int, NoneType))
    exec(compile("\n".join(source), "<triggers>", "exec"), scope)  # noqa: S102  # written here; constants go by name
    found: Ask = scope["ask"]
    return found


def _looks(writer: _FlatWriter, conditions: Sequence[Condition]) -> tuple[list[str], list[str]]:
    """What decides: properties by their values, and those of which only other tests are made by their answers."""
    values: dict[str, None] = {}
    answers: dict[str, dict[str, None]] = {}
    for condition in conditions:
        for _, clause in walk(condition):
            if isinstance(clause, Compare | Unclaimed):
                place = writer.plain_value(Subject.DATA, clause.path)
                if isinstance(clause, Unclaimed) or clause.operator in _BY_VALUE:
                    values[place] = None
                else:
                    asked = answers.setdefault(place, {f"{place} is not None": None})
                    if clause.operator is not Operator.EXISTS:
                        asked[writer.expression(clause)] = None
    return list(values), [answer for place, asked in answers.items() if place not in values for answer in asked]


def _looked_up(writer: _FlatWriter, name: str, table: Mapping[Any, list[Route]], numbers: bool) -> list[str]:
    """The lines that find the campaigns whose constant the property equals, and ask the rest of their triggers."""
    value = writer.plain_value(Subject.DATA, name)
    tests = {key: tuple((route.number, _rest_of(route, writer)) for route in routes) for key, routes in table.items()}
    keys = _Keys(numbers)
    known, asked = writer.named(tests.get), writer.named(keys)
    other = f"{writer.named(comparison_key)}({value}, {numbers})"
    return [
        f"    if {value} is not None:",
        f"        for number, test in {known}({asked}[{value}] if {value}.__class__ is str else {other}, ()):",
        "            if test is None or test(d):",
        "                found.append(number)",
    ]


def _rest_of(route: Route, writer: _FlatWriter) -> Callable[[Any], bool] | None:
    """What is left to ask of a trigger when its constant is equal; None where that was all."""
    if isinstance(route.condition, Compare) and route.condition.operator is Operator.EQUALS:
        return None
    inner = _FlatWriter(writer.assumptions, places=writer.places, of="d.", read=writer.read)
    source = inner.expression(route.condition)
    code = compile(f"lambda d: {source}", "<trigger>", "eval")
    found: Callable[[Any], bool] = eval(code, inner.names)  # noqa: S307  # made of fixed pieces; constants go by name
    return found


class _Keys(dict[str, Any]):
    """The comparison key of each text that came, as long as there are not too many."""

    def __init__(self, numbers: bool) -> None:
        super().__init__()
        self._numbers = numbers

    def __missing__(self, text: str) -> Any:
        if len(self) >= _KEPT:
            self.clear()
        key = self[text] = comparison_key(text, self._numbers)
        return key


@dataclass(slots=True)
class _FlatWriter(ConditionWriter):
    """Writes conditions over properties that were read into local names, or, with *of*, are attributes of `d`."""

    places: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
    read: set[str] = field(default_factory=set)

    def plain_value(self, subject: Subject, name: str) -> str:
        place = self.places.get(name)
        if place is None:
            return "None"
        self.read.add(place)
        return self.of + place


def _is_flat(condition: Condition, assumptions: Assumptions) -> bool:
    """Whether the condition asks nothing but single properties of the event, to which null is as good as nothing."""
    for _, clause in walk(condition):
        match clause:
            case Compare(subject=Subject.DATA, path=path, operator=operator):
                null_counts = operator is Operator.EXISTS or assumptions.missing_property_negation == "fails"
                if not is_plain(path) or is_timed(operator):
                    return False
                if null_counts and assumptions.null_property == "present":
                    return False
            case Unclaimed(subject=Subject.DATA, path=path):
                if not is_plain(path) or assumptions.null_property == "present":
                    return False
            case All() | AnyOf() | Not():
                continue
            case _:
                return False
    return True
