"""What a template reads from outside: paths with their place, and whether a missing one would fail the message.

Source: liquid §5 for what fails; §11 for the blind spots, which are texts: snippets, `render_liquid`, `_exp` filters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from mailwright.dialect.compiling import reads_of
from mailwright.dialect.expressions import Expression, FilterCall, Filtered, Path, parts_of
from mailwright.dialect.faults import Origin
from mailwright.dialect.nodes import walk
from mailwright.dialect.tags_loops import LoopNode, TableRowNode
from mailwright.dialect.tree import Node

Where = Literal["output", "test", "argument", "loop", "assign"]
Segments = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """One variable that a template reads; a segment that is computed, or an item of a loop, is None.

    `text` is what the source says, `path` what it means: inside `for item in event.tasks`, `item.title` is
    `event.tasks[].title`. `guarded`: a missing one does not fail the message.
    """

    path: Segments
    text: str
    line: int
    column: int
    length: int
    guarded: bool
    where: Where


@dataclass(frozen=True, slots=True)
class Use:
    """One tag or filter by name, and its place."""

    name: str
    line: int
    column: int
    length: int


class _Names:
    """What names stand for while a tree is walked: a path from outside, or nothing that can be told (None)."""

    def __init__(self) -> None:
        self.known: dict[str, Segments | None] = {}

    def meaning(self, path: Path) -> Segments | None:
        """The path from outside that *path* stands for; None when its root is the template's own."""
        segments: Segments = tuple(None if isinstance(part, Expression) else part for part in path.segments)
        root = segments[0]
        if not isinstance(root, str) or root not in self.known:
            return segments
        base = self.known[root]
        return None if base is None else base + segments[1:]


def reads_of_template(origin: Origin, nodes: Iterable[Node]) -> tuple[Read, ...]:
    """Every variable that the tree reads from outside, in the order of the source."""
    found = list(_reads(origin, nodes, _Names()))
    return tuple(sorted(found, key=lambda read: (read.line, read.column)))


def _reads(origin: Origin, nodes: Iterable[Node], names: _Names) -> Iterator[Read]:
    for node in nodes:
        for expression, use in node.uses():
            yield from _reads_in(origin, expression, use, names)
        shown = _loop_names(node, names)
        before = {name: names.known.get(name, ...) for name in shown}
        names.known.update(shown)
        for block in node.blocks():
            yield from _reads(origin, block, names)
        for name, meaning in before.items():
            if meaning is ...:
                names.known.pop(name, None)
            else:
                names.known[name] = meaning
        for name in node.binds():
            names.known[name] = _plain_meaning(node, names)


def _loop_names(node: Node, names: _Names) -> dict[str, Segments | None]:
    if not isinstance(node, LoopNode):
        return {}
    collection = node.head.collection
    base = names.meaning(collection) if isinstance(collection, Path) else None
    forloop = "tablerowloop" if isinstance(node, TableRowNode) else "forloop"
    return {forloop: None, node.head.variable: None if base is None else (*base, None)}


def _plain_meaning(node: Node, names: _Names) -> Segments | None:
    """The path that an `assign` without filters gives another name to; None for anything computed."""
    for expression, use in node.uses():
        if (
            use == "assign"
            and isinstance(expression, Filtered)
            and not expression.filters
            and isinstance(expression.value, Path)
        ):
            return names.meaning(expression.value)
    return None


def _reads_in(origin: Origin, expression: Expression, use: str, names: _Names) -> Iterator[Read]:
    heads = _heads(expression)
    for path, rescued in reads_of(expression):
        meaning = names.meaning(path)
        if meaning is None:
            continue
        is_head = id(path) in heads
        where: Where = use if is_head or use == "test" else "argument"  # type: ignore[assignment]  # the others are uses that are places too
        guarded = rescued or (is_head and use in ("test", "assign"))
        line, column, length = origin.place(path.start, path.end).position()
        yield Read(meaning, path.text, line, column, length, guarded, where)


def _heads(expression: Expression) -> set[int]:
    """The paths that the use itself reads, as opposed to filter arguments and computed segments."""
    heads: set[int] = set()
    pending = [expression]
    while pending:
        part = pending.pop()
        if isinstance(part, Path):
            heads.add(id(part))
        elif isinstance(part, Filtered):
            pending.append(part.value)
        else:
            pending.extend(parts_of(part))
    return heads


def tags_of(origin: Origin, nodes: Iterable[Node]) -> tuple[Use, ...]:
    """Every tag of the tree."""
    return tuple(
        Use(node.token.value, *origin.place(node.token.start_index, node.token.end).position())
        for node in walk(nodes)
        if node.token.kind == "tag"
    )


def calls_in(expression: Expression) -> Iterator[FilterCall]:
    """Every filter in *expression*, those in arguments included."""
    pending = [expression]
    while pending:
        part = pending.pop()
        if isinstance(part, Filtered):
            yield from part.filters
        pending.extend(parts_of(part))


def filters_of(origin: Origin, nodes: Iterable[Node]) -> tuple[Use, ...]:
    """Every filter of the tree, in the order of the source."""
    calls = [call for node in walk(nodes) for expression, _ in node.uses() for call in calls_in(expression)]
    calls.sort(key=lambda call: call.start)
    return tuple(Use(call.name, *origin.place(call.start, call.end).position()) for call in calls)
