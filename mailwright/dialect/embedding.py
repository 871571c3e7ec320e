"""Liquid within data: snippets, which see nothing of the message, and texts rendered by `render_liquid`.

Source: Customer.io docs, snippets and Liquid tag list; liquid §2, §9.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from mailwright.dialect.faults import LimitHit, LiquidFault, Place
from mailwright.dialect.js_values import MISSING
from mailwright.dialect.state import State


def snippet_value(state: State, sources: Mapping[str, object], key: object, place: Place) -> object:
    """The snippet called *key*: its text rendered on its own, or its JSON as a value; MISSING when there is none.

    Raises: LiquidFault, in the snippet's own source, or at *place* for a snippet within a snippet.
    Source: Customer.io docs, snippets: scope is isolated both ways, and snippets cannot name other snippets.
    Assumed: the text of a JSON list is data and is not rendered; that of a JSON object is rendered first (liquid §9).
    """
    if state.snippet:
        raise place.fault("render", "Snippets cannot contain Liquid code referencing other snippets.")
    source = sources.get(key, MISSING) if isinstance(key, str) else MISSING
    if not isinstance(source, str):
        return source
    if source.lstrip().startswith("["):
        listed = _json(source)
        if isinstance(listed, list):
            return listed
    text = render_inside(state, source, f"snippets.{key}", place, snippet=str(key))
    if text.lstrip().startswith("{"):
        value = _json(text)
        if isinstance(value, dict):
            return value
    return text


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def render_inside(state: State, source: str, name: str, place: Place, snippet: str = "") -> str:
    """*source* rendered with the message's data but names of its own, within the limits of the running render.

    Raises: LiquidFault.
    """
    try:
        origin, program = state.engine.program(source, name)
        inner = state.inside(origin, state.context)
        inner.snippet = snippet or state.snippet
        pieces: list[str] = []
        program(inner, pieces.append)
        state.take_over(inner)
    except LimitHit as hit:
        raise place.limited(hit.limit, state.limits) from None
    except LiquidFault as fault:
        if snippet:
            raise
        raise place.fault(
            fault.kind, fault.message, variable=fault.variable, tag=fault.tag, limit=fault.limit
        ) from fault
    return "".join(pieces)
