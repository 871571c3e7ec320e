"""What the UI API makes of conditions: refused, broken by, or stored as they came.

Source: UI API notes. Text is never rewritten; what cannot be read is stored and means nothing.
Assumed: what is stored already, made in the UI by hand, is taken again as it is: only a change is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.workspace.encoding import decode
from simulator.workspace.ui_api.bodies import broken, refusal

# What a wait may ask for and a branch may not: there, these are a 500.
_WAITS_ONLY = frozenset({"foreign_event", "message"})
_SECONDS = ("delay", "min_delay", "max_delay")
_WAITS = "conditional_wait_action"


def check_filters(encoded: Any, stored: Any = None) -> None:
    """Look at `filters` that are to take the place of those *stored*.

    Raises: Refusal (500) when there are only negative segments.
    """
    entries = decode(encoded)
    if encoded == stored or not isinstance(entries, list) or not entries:
        return
    if all(isinstance(one, dict) and one.get("type") == "segments_negatable" and one.get("negate") for one in entries):
        raise broken()


def check_attribute_filters(value: Any) -> None:
    """Look at the conditions on the trigger event's data, which are raw JSON.

    Raises: Refusal (422) for a text or an array.
    """
    if value is not None and not isinstance(value, dict):
        raise refusal(422, "attribute_filters must be an object")


def check_action(action: Mapping[str, Any], stored: Mapping[str, Any] | None = None) -> None:
    """Look at the conditions and the way out of one action, which is to take the place of the one *stored*.

    Raises: Refusal: 500 for a segment's tree, or for a wait's condition in a branch; 422 for a way out that is none.
    """
    before = set(_condition_texts(stored or {}))
    for text in _condition_texts(action):
        if text not in before:
            _check_list(decode(text), str(action["type"]))
    if any(isinstance(action.get(name), (int, float)) and action[name] < 0 for name in _SECONDS):
        raise refusal(422, "a delay must not be negative")
    if action["type"] == _WAITS:
        _check_wait(action)


def _condition_texts(action: Mapping[str, Any]) -> Iterator[str]:
    texts = [action.get(name) for name in ("preconditions", "conditions")] + [*(action.get("multi_conditions") or ())]
    yield from (text for text in texts if isinstance(text, str))


def _check_list(entries: Any, kind: str) -> None:
    if not isinstance(entries, list):  # {"and": […]}, as segments have it
        raise broken()
    for entry in entries:
        # `attribute` in place of `field` is stored, and matches nobody.
        if not isinstance(entry, dict) or "and" in entry or "or" in entry:
            raise broken()
        if entry.get("type") in _WAITS_ONLY and kind != _WAITS:
            raise broken()


def _check_wait(action: Mapping[str, Any]) -> None:
    way, delay = action["exit_type"], action["delay"]
    if way not in ("never", "continue"):
        raise refusal(422, "exit_type must be never or continue")
    if way == "never" and delay != 0:
        raise refusal(422, "delay must be 0 when exit_type is never")
    if way == "continue" and delay <= 0:
        raise refusal(422, "delay must be above 0 when exit_type is continue")
