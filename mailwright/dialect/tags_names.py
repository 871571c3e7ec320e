"""Tags that give names a value: `assign`, `capture`, `increment`, `decrement`; and `ifchanged`, which remembers.

Source: liquid §2, §5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mailwright.dialect.compiling import Compiler
from mailwright.dialect.expressions import Expression, Filtered
from mailwright.dialect.faults import LimitHit
from mailwright.dialect.lexer import Piece, piece
from mailwright.dialect.nodes import BreakLoop, ContinueLoop, compile_block
from mailwright.dialect.state import Out, Program, State
from mailwright.dialect.stream import DialectStream, parse_block
from mailwright.dialect.tree import Node, Tag

_ASSIGN = re.compile(r"\s*([\w\-?]+)\s*=\s*")
_CAPTURE = re.compile(r"\s*(?:\"([^\"]+)\"|'([^']+)'|([\w\-?]+))")


class AssignNode(Node):
    """`assign name = expression`."""

    __slots__ = ("expression", "name")

    def __init__(self, token: Piece, name: str, expression: Filtered) -> None:
        super().__init__(token)
        self.name = name
        self.expression = expression

    def uses(self) -> Iterator[tuple[Expression, str]]:
        """The expression, for the name."""
        yield self.expression, "assign"

    def binds(self) -> Iterable[str]:
        """The name."""
        return (self.name,)

    def compile(self, compiler: Compiler) -> Program | str:
        """Let the name hold the value; what is missing is nil in latest and fails in legacy."""
        value, name = compiler.value(self.expression, lenient=compiler.is_latest), self.name
        place = compiler.origin.place(self.token.start_index, self.token.end)

        def assign(state: State, out: Out) -> None:
            found = value(state)
            try:
                state.assign(name, found)
            except LimitHit as hit:
                raise place.limited(hit.limit, state.limits) from None

        return assign


class AssignTag(Tag):
    """Reads `assign`."""

    name = "assign"

    def read(self, stream: DialectStream) -> Node:
        """The name and its expression.

        Raises: LiquidFault with the tag's usage.
        """
        token, markup = stream.take(), stream.take()
        usage = "Syntax Error in tag 'assign' - Valid syntax: assign [var] = [source]"
        fault = stream.place(token).fault("syntax", usage, tag=self.name)
        source = stream.origin.source
        found = _ASSIGN.match(source, markup.start_index, markup.end)
        if found is None:
            raise fault
        rest = piece(markup.kind, source[found.end() : markup.end], found.end(), markup.end, source)
        expression = stream.filtered(rest, self.name)
        if expression is None:
            raise fault
        return AssignNode(token, found.group(1), expression)


class CaptureNode(Node):
    """`capture name … endcapture`."""

    __slots__ = ("body", "name")

    def __init__(self, token: Piece, name: str, body: list[Node]) -> None:
        super().__init__(token)
        self.name = name
        self.body = body

    def blocks(self) -> Iterable[Sequence[Node]]:
        """What is captured."""
        return [self.body]

    def binds(self) -> Iterable[str]:
        """The name."""
        return (self.name,)

    def compile(self, compiler: Compiler) -> Program | str:
        """Let the name hold what the body would print."""
        body, name = compile_block(self.body, compiler), self.name
        place = compiler.origin.place(self.token.start_index, self.token.end)

        def capture(state: State, out: Out) -> None:
            pieces: list[str] = []
            size, interrupt = state.size, None
            try:
                body(state, pieces.append)
            except (BreakLoop, ContinueLoop) as signal:
                interrupt = signal
            state.size = size
            try:
                state.assign(name, "".join(pieces))
                state.check_time()
            except LimitHit as hit:
                raise place.limited(hit.limit, state.limits) from None
            if interrupt is not None:
                raise interrupt

        return capture


class CaptureTag(Tag):
    """Reads `capture`; the name may stand in quotes."""

    name = "capture"
    end = "endcapture"

    def read(self, stream: DialectStream) -> Node:
        """The name and the body, up to the end tag."""
        token, markup = stream.take(), stream.take()
        found = _CAPTURE.match(stream.origin.source, markup.start_index, markup.end)
        if found is None:
            usage = "Syntax Error in tag 'capture' - Valid syntax: capture [var]"
            stream.report(stream.place(token).fault("syntax", usage, tag=self.name))
        block = parse_block(stream, token, self.name)
        return CaptureNode(token, next(filter(None, found.groups()), "") if found else "", block.nodes)


class CounterNode(Node):
    """`increment name` or `decrement name`: prints a counter of that name."""

    __slots__ = ("name",)

    def __init__(self, token: Piece, name: str) -> None:
        super().__init__(token)
        self.name = name

    def binds(self) -> Iterable[str]:
        """The name, unless something else holds it."""
        return (self.name,)

    def compile(self, compiler: Compiler) -> Program | str:
        """Count and print; an assigned name hides the counter, data of that name starts it.

        Source: liquid §2, executed on both engines.
        """
        name, goes_up, text_of = self.name, self.token.value == "increment", compiler.sense.text_of

        def count(state: State, out: Out) -> None:
            known = state.counters.get(name, state.context.get(name))
            value = known if isinstance(known, (int, float)) and not isinstance(known, bool) else 0
            shown = value if goes_up else value - 1
            state.counters[name] = value + 1 if goes_up else shown
            if name not in state.sizes and not state.held.get(name):
                state.names[name] = state.counters[name]
            out(text_of(shown))

        return count


class IncrementTag(Tag):
    """Reads `increment`."""

    name = "increment"

    def read(self, stream: DialectStream) -> Node:
        """The counter's name.

        Raises: LiquidFault when there is none.
        """
        token, markup = stream.take(), stream.take()
        name = markup.value.strip()
        if not name:
            usage = f"Syntax Error in tag '{self.name}' - Valid syntax: {self.name} [var]"
            raise stream.place(token).fault("syntax", usage, tag=self.name)
        return CounterNode(token, name)


class DecrementTag(IncrementTag):
    """Reads `decrement`."""

    name = "decrement"


class IfChangedNode(Node):
    """`ifchanged`: prints its body when it differs from the last one."""

    __slots__ = ("body",)

    def __init__(self, token: Piece, body: list[Node]) -> None:
        super().__init__(token)
        self.body = body

    def blocks(self) -> Iterable[Sequence[Node]]:
        """The body."""
        return [self.body]

    def compile(self, compiler: Compiler) -> Program | str:
        """Print the body unless it came last time."""
        body = compile_block(self.body, compiler)

        def changed(state: State, out: Out) -> None:
            pieces: list[str] = []
            body(state, pieces.append)
            text = "".join(pieces)
            if state.names.get("ifchanged\0") != text:
                state.names["ifchanged\0"] = text
                out(text)

        return changed


class IfChangedTag(Tag):
    """Reads `ifchanged`, in legacy only."""

    name = "ifchanged"
    end = "endifchanged"

    def read(self, stream: DialectStream) -> Node:
        """The body, up to the end tag."""
        token, _ = stream.take(), stream.take()
        return IfChangedNode(token, parse_block(stream, token, self.name).nodes)
