"""Filters whose argument is itself Liquid: `where_exp`, `find_exp` and `group_by_exp`.

Source: liquid §3; executed on LiquidJS: the expression may hold conditions and filters, and is strict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mailwright.dialect.faults import LiquidFault
from mailwright.dialect.filters.arrays import grouped
from mailwright.dialect.js_values import items_of, js_truthy, list_of, text_of
from mailwright.dialect.ruby_values import MissingName, RubyError
from mailwright.dialect.state import State
from mailwright.dialect.tags_loops import hold, release

MAX_EXPRESSION = 10_000  # characters

Ask = Callable[[State], object]


def asked(state: State, items: list[object], name: object, text: object) -> Iterator[tuple[object, object]]:
    """Each item with what the expression *text* says of it, under the item's *name*.

    Raises: RubyError for an expression that is faulty or names what is missing.
    """
    variable = text_of(name)
    if len(text_of(text)) > MAX_EXPRESSION:
        raise RubyError("the expression is too long")
    try:
        ask = state.engine.question(text_of(text))
    except LiquidFault as fault:
        raise RubyError(f"in '{text_of(text)[:60]}': {fault.message}") from fault
    state.depth += 1
    hold(state, (variable,))
    try:
        for item in items:
            state.turn()
            state.names[variable] = item
            yield item, _answer(state, ask)
    finally:
        release(state, (variable,))
        state.depth -= 1


def _answer(state: State, ask: Ask) -> object:
    try:
        return ask(state)
    except LiquidFault as fault:
        if fault.kind == "limit":
            raise
        if fault.variable is not None:
            raise MissingName(fault.variable) from fault
        raise RubyError(fault.message) from fault


def where_exp(state: State, value: object, name: object = "", text: object = "") -> list[object]:
    """The items for which the expression holds."""
    return [item for item, answer in asked(state, list_of(value), name, text) if js_truthy(answer)]


def find_exp(state: State, value: object, name: object = "", text: object = "") -> object:
    """The first item for which the expression holds."""
    answers = asked(state, list_of(value), name, text)
    found = next((item for item, answer in answers if js_truthy(answer)), None)
    answers.close()  # type: ignore[attr-defined]  # a generator
    return found


def group_by_exp(state: State, value: object, name: object = "", text: object = "") -> list[object]:
    """The items grouped by what the expression gives."""
    items = items_of(value)
    return grouped(items, [answer for _, answer in asked(state, items, name, text)])
