"""Expressions → Python functions of one state, so that a render looks nothing up twice.

A template's text never becomes Python code: each function here closes over values of the parsed tree.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mailwright.dialect.embedding import snippet_value
from mailwright.dialect.expressions import (
    Argument,
    Chain,
    Comparison,
    Constant,
    Expression,
    FilterCall,
    Filtered,
    Keyword,
    Negation,
    Path,
    Span,
    parts_of,
)
from mailwright.dialect.faults import Dialect, LimitHit, LiquidFault, Origin, Place
from mailwright.dialect.js_values import MISSING
from mailwright.dialect.ruby_values import MissingName, RubyError
from mailwright.dialect.senses import Sense
from mailwright.dialect.state import CHECK_SIZE, State

if TYPE_CHECKING:
    from mailwright.dialect.filters.table import Filter

Value = Callable[[State], object]
Test = Callable[[State], bool]

TRIGGER_NAMES = frozenset({"event", "trigger", "event_name", "event_id", "event_timestamp"})
URL_TAGS = frozenset(
    {"unsubscribe_url", "view_in_browser_url", "manage_subscription_preferences_url", "tracking_consent_url"}
)
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_PLAIN = (str, int, float)


class Compiler:
    """Makes functions of the expressions of one source."""

    def __init__(self, origin: Origin, sense: Sense, filters: Mapping[str, Filter]) -> None:
        self.origin = origin
        self.sense = sense
        self.filters = filters
        self.is_latest = sense.dialect is Dialect.LATEST

    def place(self, node: Expression | FilterCall) -> Place:
        """Where *node* stands."""
        return self.origin.place(node.start, node.end)

    def value(self, node: Expression, lenient: bool = False) -> Value:
        """The function that gives what *node* stands for; *lenient*: nil for a variable that is missing.

        Source: liquid §5.
        """
        match node:
            case Constant(value=value):
                return lambda state: value
            case Keyword(name=name):
                return (lambda state: "") if name != "nil" and self.is_latest else (lambda state: None)
            case Path():
                return self.path(node, lenient)
            case Span(low=low, high=high):
                return self.span(node, self.value(low), self.value(high))
            case Filtered():
                return self.filtered(node, lenient)
            case Comparison() | Chain() | Negation():
                return self.test(node, lenient)
            case _:
                raise TypeError(node)

    def span(self, node: Span, low: Value, high: Value) -> Value:
        """The function for `(low..high)`."""
        between, place = self.sense.span, self.place(node)

        def span(state: State) -> object:
            try:
                return between(low(state), high(state))
            except LimitHit as hit:
                raise place.limited(hit.limit, state.limits) from None
            except (OverflowError, ValueError):
                raise place.fault("render", "bad value for range") from None

        return span

    def test(self, node: Expression, lenient: bool = True) -> Test:
        """The function that tells whether *node* holds."""
        match node:
            case Comparison():
                return self.comparison(node, lenient)
            case Negation(part=part):
                held = self.test(part, lenient)
                return lambda state: not held(state)
            case Chain(operators=operators, parts=parts):
                return _chained(operators, [self.test(part, lenient) for part in parts])
            case Filtered(value=inner, filters=()):
                return self.test(inner, lenient)
            case Keyword():
                holds = node.name != "nil"
                return lambda state: holds
            case _:
                asked = self.value(node, lenient)
                return lambda state: (found := asked(state)) is not None and found is not False

    def comparison(self, node: Comparison, lenient: bool) -> Test:
        """The function for `left operator right`.

        Source: liquid §4; in latest `<>` is no operator and the condition is false.
        """
        left, right = self.value(node.left, lenient), self.value(node.right, lenient)
        keyword = next((side for side in (node.right, node.left) if isinstance(side, Keyword)), None)
        sign = node.operator
        if sign == "<>" and not self.is_latest:
            sign = "!="
        if sign in ("==", "!="):
            same = (
                self.question(keyword, left if keyword is node.right else right)
                if keyword
                else self.equality(node, left, right)
            )
            return same if sign == "==" else lambda state: not same(state)
        if sign == "contains":
            return self.guarded(node, lambda state: self.sense.contains(left(state), right(state)))
        if sign == "<>" or keyword is not None:
            return self.guarded(node, lambda state: (left(state), right(state), False)[2])
        compare = _ORDER.get(sign)
        place = self.place(node)
        if compare is None:
            return _raising(place.fault, "render", f"Unknown operator {sign}")
        ordered = self.sense.ordered

        def order(state: State) -> bool:
            a, b = left(state), right(state)
            if a.__class__ is int and b.__class__ is int:
                return compare(a, b)
            sides = ordered(a, b)
            return sides is not None and compare(*sides)

        return self.guarded(node, order)

    def equality(self, node: Comparison, left: Value, right: Value) -> Test:
        """The function for `==`, quick where two texts meet."""
        equal, is_latest = self.sense.equal, self.is_latest

        def same(state: State) -> bool:
            a, b = left(state), right(state)
            if is_latest and a.__class__ is str and b.__class__ is str:
                return a == b
            return equal(a, b)

        return self.guarded(node, same)

    def question(self, keyword: Keyword, value: Value) -> Test:
        """The function for `== nil`, `== empty` and `== blank`."""
        if keyword.name == "nil":
            return lambda state: value(state) is None
        asks = self.sense.is_empty if keyword.name == "empty" else self.sense.is_blank
        return lambda state: asks(value(state))

    def guarded(self, node: Expression, test: Test) -> Test:
        """*test*, with what the values refuse told at *node*."""
        place = self.place(node)

        def guarded(state: State) -> bool:
            try:
                return test(state)
            except LimitHit as hit:
                raise place.limited(hit.limit, state.limits) from None
            except (RubyError, OverflowError, ValueError) as error:
                raise place.fault("render", f"Liquid error: {error}") from None

        return guarded

    def path(self, node: Path, lenient: bool) -> Value:
        """The function that looks a variable up: straight through plain objects, else step by step."""
        slow = self.walk(node, lenient)
        segments = node.segments
        if (segments[0] == "snippets" and len(segments) > 1) or not all(isinstance(part, str) for part in segments):
            return slow
        root, rest = segments[0], segments[1:]
        if not rest:

            def alone(state: State) -> object:
                found = state.names.get(root, MISSING)  # type: ignore[arg-type]  # the root is a name here
                return slow(state) if found is MISSING else found

            return alone
        if len(rest) == 1:
            key = rest[0]

            def member(state: State) -> object:
                found = state.names.get(root)  # type: ignore[arg-type]  # the root is a name here
                if found.__class__ is dict:
                    found = found.get(key, MISSING)
                    if found is not MISSING:
                        return found
                return slow(state)

            return member

        def deep(state: State) -> object:
            found = state.names.get(root, MISSING)  # type: ignore[arg-type]  # the root is a name here
            for key in rest:
                if found.__class__ is not dict:
                    return slow(state)
                found = found.get(key, MISSING)
                if found is MISSING:
                    return slow(state)
            return found

        return deep

    def walk(self, node: Path, lenient: bool) -> Value:
        """The full meaning of a path, one segment after the other.

        Source: liquid §5: the latest engine names the path up to the first missing segment, the legacy one the whole
        path, or the root when that is missing.
        """
        keys: list[Value] = []
        for segment in node.segments:
            keys.append(self.value(segment) if isinstance(segment, Expression) else _constant(segment))
        bracketed, place, is_latest = node.bracketed, self.place(node), self.is_latest
        read, through_snippets = self.sense.read, node.segments[0] == "snippets" and len(keys) > 1

        def missing(seen: list[object], is_root: bool) -> LiquidFault:
            name = ".".join(_segment_text(key) for key in seen) if is_latest or is_root else node.text
            return place.missing(name)

        def walk(state: State) -> object:
            seen: list[object] = [keys[0](state)]
            root = seen[0]
            found = state.names.get(root, MISSING) if isinstance(root, str) else MISSING
            if found is MISSING:
                if lenient or _is_blank_namespace(root, state):
                    return None
                raise missing(seen, True)
            if not is_latest and (found is None or found is False):
                return found
            for position in range(1, len(keys)):
                key = keys[position](state)
                seen.append(key)
                if position == 1 and through_snippets and isinstance(found, Mapping):
                    found = snippet_value(state, found, key, place)
                else:
                    found = read(found, key, bracketed[position])
                if found is MISSING:
                    if lenient:
                        return None
                    raise missing(seen, False)
            return found

        return walk

    def filtered(self, node: Filtered, lenient: bool) -> Value:
        """The function for a value and its filters.

        Source: liquid §5: `default` as the first filter rescues a missing variable, in latest only.
        """
        calls = [self.call(call) for call in node.filters]
        rescued = self.is_latest and bool(node.filters) and node.filters[0].name == "default"
        first = self.value(node.value, lenient or rescued)
        calls = [call for call in calls if call is not None]
        if not calls:
            return first
        if len(calls) == 1:
            (only,) = calls
            return lambda state: only(state, first(state))
        steps = tuple(calls)

        def run(state: State) -> object:
            found = first(state)
            for step in steps:
                found = step(state, found)
            return found

        return run

    def call(self, node: FilterCall) -> Callable[[State, object], object]:
        """The function that runs one filter; its arguments are strict, and what it refuses is told at its name."""
        known, place = self.filters.get(node.name), self.place(node)
        if known is None:
            arguments = [self.value(argument.value) for argument in node.arguments]

            def unknown(state: State, value: object) -> object:
                for argument in arguments:
                    argument(state)
                if state.settings.assumptions.unknown_filter == "fail":
                    raise place.fault("render", f"Error - filter '{node.name}' could not be found")
                return value

            return unknown
        gives = known.function
        arguments = [self.argument(argument) for argument in node.arguments[: known.most]]
        constants = [argument.value.value for argument in node.arguments if isinstance(argument.value, Constant)]
        fixed = tuple(constants) if len(constants) == len(node.arguments) == len(arguments) else None
        if any(argument.name for argument in node.arguments):
            fixed = None
        with_state = known.with_state

        def call(state: State, value: object) -> object:
            given = [argument(state) for argument in arguments] if fixed is None else fixed
            try:
                found = gives(state, value, *given) if with_state else gives(value, *given)
                kind = found.__class__
                # Only these two can grow, and both have a length, which the type checker cannot see.
                if (kind is str or kind is list) and len(found) > CHECK_SIZE:  # type: ignore[arg-type]  # both kinds have a length
                    state.weigh(found)
                return found
            except LiquidFault:
                raise
            except LimitHit as hit:
                raise place.limited(hit.limit, state.limits) from None
            except MissingName as missing:
                raise place.missing(missing.variable) from None
            except RecursionError:
                raise place.limited("nesting", state.limits) from None
            except MemoryError:
                raise place.limited("namespace_bytes", state.limits) from None
            except Exception as error:
                raise place.fault("render", f"Liquid error in {node.name}: {_reason(error)}") from error

        return call

    def argument(self, argument: Argument) -> Value:
        """One argument; a named one goes as a pair of name and value, as the engine hands it over."""
        value = self.value(argument.value)
        name = argument.name
        return value if name is None else lambda state: [name, value(state)]


def _reason(error: Exception) -> str:
    """What a filter said; the wording of Python's own errors may quote a value, so only their kind is told."""
    return str(error) if isinstance(error, RubyError) else "the value does not fit"


def _constant(value: object) -> Value:
    return lambda state: value


def _segment_text(key: object) -> str:
    return key if isinstance(key, str) else str(key)


def _raising(fault: Callable[..., LiquidFault], *words: object) -> Test:
    def fail(state: State) -> bool:
        raise fault(*words)

    return fail


def _chained(operators: tuple[str, ...], tests: list[Test]) -> Test:
    """`a and (b or (c and …))`: from the right, without precedence."""
    if len(tests) == 2:
        a, b = tests
        if operators[0] == "and":
            return lambda state: a(state) and b(state)
        return lambda state: a(state) or b(state)
    last = tests[-1]
    steps = tuple(zip((word == "or" for word in operators), tests[:-1], strict=True))

    def chain(state: State) -> bool:
        for is_or, test in steps:
            if test(state) is is_or:
                return is_or
        return last(state)

    return chain


def _is_blank_namespace(root: object, state: State) -> bool:
    """A namespace that this trigger does not have, or a URL tag written as a variable, where the settings say blank."""
    if root in TRIGGER_NAMES:
        return state.settings.wrong_namespace == "blank"
    return root in URL_TAGS and state.settings.assumptions.url_tag_as_variable == "blank"


def reads_of(node: Expression) -> list[tuple[Path, bool]]:
    """Every variable in *node*, and whether `default` rescues it."""
    found: list[tuple[Path, bool]] = []
    pending: list[tuple[Expression, bool]] = [(node, False)]
    while pending:
        part, rescued = pending.pop()
        if isinstance(part, Path):
            found.append((part, rescued))
        is_default = isinstance(part, Filtered) and bool(part.filters) and part.filters[0].name == "default"
        for inner in parts_of(part):
            head = isinstance(part, Filtered) and inner is part.value
            pending.append((inner, is_default if head else False))
    return sorted(found, key=lambda read: read[0].start)
