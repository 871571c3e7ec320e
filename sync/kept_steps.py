"""Message steps that are gone from the files and stay in the workspace, switched off.

Deleting a step in Customer.io loses its sent numbers, so an apply without `--allow-delete` keeps it. Such a step
belongs to the workspace alone: put back into what the files want, it makes both sides say the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from mailwright.definitions.workflow import FILED_KINDS

Steps = list[Any]
_STEP_LISTS = ("then", "else", "on_timeout")
"""The keys that hold a list of steps inside a step."""


def with_kept_steps(desired: Sequence[Any], live: Sequence[Any], base: Sequence[Any]) -> tuple[Steps, tuple[str, ...]]:
    """The workflow of the files with every message step they dropped and the workspace has, and the names of those.

    A step is put back behind the step that it follows in the workspace, at the same depth; one whose branch is gone
    is not put back, and its name is not among those given. A step that was never agreed on (*base*) is the workspace's
    own doing, not a removal, and is left out too.
    """
    dropped = set(message_names(base)) - set(message_names(desired))
    kept: list[str] = []
    return (_merged(desired, live, dropped, kept), tuple(kept)) if dropped else (list(desired), ())


def message_names(steps: Sequence[Any]) -> Iterator[str]:
    """The file names of all message steps, outer before inner."""
    for step in steps:
        if isinstance(step, dict):
            name = message_name(step)
            if name is not None:
                yield name
        for inner in _inner_lists(step):
            yield from message_names(inner)


def message_name(step: Any) -> str | None:
    """The file name of a message step's content; None where the step is another."""
    if isinstance(step, dict):
        for kind in FILED_KINDS:
            if isinstance(step.get(kind), str):
                return str(step[kind])
    return None


def _merged(desired: Sequence[Any], live: Sequence[Any], dropped: Collection[str], kept: list[str]) -> Steps:
    found = [_with_inner(step, live, dropped, kept) for step in desired]
    for at, step in enumerate(live):
        name = message_name(step)
        if name is None or name not in dropped:
            continue
        found.insert(_place(found, live, at), {**step, "sending": "off"} if "sending" in step else step)
        kept.append(name)
    return found


def _place(found: Steps, live: Sequence[Any], at: int) -> int:
    """Behind the nearest earlier step of the workspace that is in *found*; first where there is none."""
    for before in range(at - 1, -1, -1):
        for position, step in enumerate(found):
            if _same(step, live[before]):
                return position + 1
    return 0


def _with_inner(step: Any, live: Sequence[Any], dropped: Collection[str], kept: list[str]) -> Any:
    """The step with its inner lists merged with those of its counterpart in the workspace, where it has one."""
    other = next((one for one in live if _same(step, one)), None)
    return step if other is None else _inner_merged(step, other, dropped, kept)


def _inner_merged(step: Any, other: Any, dropped: Collection[str], kept: list[str]) -> Any:
    if isinstance(step, dict) and isinstance(other, dict):
        return {key: _value_merged(key, value, other.get(key), dropped, kept) for key, value in step.items()}
    if isinstance(step, list) and isinstance(other, list) and len(step) == len(other):
        return [_inner_merged(one, two, dropped, kept) for one, two in zip(step, other, strict=True)]
    return step


def _value_merged(key: str, value: Any, other: Any, dropped: Collection[str], kept: list[str]) -> Any:
    if key in _STEP_LISTS and isinstance(value, list) and isinstance(other, list):
        return _merged(value, other, dropped, kept)
    return _inner_merged(value, other, dropped, kept)


def _same(one: Any, other: Any) -> bool:
    """Whether two steps are the same one: the same message, or the same kind with the same head."""
    if one == other:
        return True
    name, second = message_name(one), message_name(other)
    if name is not None or second is not None:
        return name == second
    return isinstance(one, dict) and isinstance(other, dict) and _head(one) == _head(other)


def _head(step: Any) -> Any:
    """A step without the steps inside it."""
    if isinstance(step, dict):
        return {
            key: _head(value) for key, value in step.items() if not (key in _STEP_LISTS and isinstance(value, list))
        }
    return [_head(one) for one in step] if isinstance(step, list) else step


def _inner_lists(step: Any) -> Iterator[list[Any]]:
    if isinstance(step, dict):
        for key, value in step.items():
            if key in _STEP_LISTS and isinstance(value, list):
                yield value
            else:
                yield from _inner_lists(value)
    elif isinstance(step, list):
        for one in step:
            yield from _inner_lists(one)
