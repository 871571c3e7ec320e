"""The nodes every tree is made of, and how a run of them becomes one function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mailwright.dialect.compiling import Compiler
from mailwright.dialect.expressions import Constant, Expression, Filtered
from mailwright.dialect.faults import LimitHit
from mailwright.dialect.lexer import TOKEN_CONTENT, TOKEN_OUTPUT, Piece
from mailwright.dialect.state import Out, Program, State
from mailwright.dialect.stream import DialectStream
from mailwright.dialect.tree import Node, Tag


class BreakLoop(Exception):
    """`break` was reached."""


class ContinueLoop(Exception):
    """`continue` was reached."""


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """All nodes of a tree, in the order of the source."""
    for node in nodes:
        yield node
        for block in node.blocks():
            yield from walk(block)


def compile_block(nodes: Sequence[Node], compiler: Compiler) -> Program:
    """One function for a run of nodes; texts between them are joined and counted once."""
    steps: list[Program | str] = []
    for node in nodes:
        step = node.compile(compiler)
        if isinstance(step, str) and steps and isinstance(steps[-1], str):
            steps[-1] += step
        elif step != "":
            steps.append(step)
    constant = sum(len(step) for step in steps if isinstance(step, str))
    if not steps:
        return _nothing
    if len(steps) == 1 and not isinstance(steps[0], str):
        return steps[0]
    first = nodes[0].token
    place = compiler.origin.place(first.start_index, first.end)
    if len(steps) == 1:
        text = "".join(step for step in steps if isinstance(step, str))

        def one(state: State, out: Out) -> None:
            state.size += constant
            if state.size > state.max_size:
                raise place.limited("output_bytes", state.limits)
            out(text)

        return one
    run_steps = tuple(steps)

    def run(state: State, out: Out) -> None:
        state.size += constant
        if state.size > state.max_size:
            raise place.limited("output_bytes", state.limits)
        for step in run_steps:
            if step.__class__ is str:
                out(step)
            else:
                step(state, out)  # type: ignore[operator]  # steps that are no text are functions

    return run


def _nothing(state: State, out: Out) -> None:
    return None


class ContentNode(Node):
    """Text between braces."""

    __slots__ = ()

    def compile(self, compiler: Compiler) -> Program | str:
        """The text itself."""
        return self.token.value


class ContentTag(Tag):
    """Reads text."""

    name = TOKEN_CONTENT

    def read(self, stream: DialectStream) -> Node:
        """The text at the head of the stream."""
        return ContentNode(stream.take())


class OutputNode(Node):
    """`{{ expression }}`."""

    __slots__ = ("expression",)

    def __init__(self, token: Piece, expression: Filtered | None) -> None:
        super().__init__(token)
        self.expression = expression

    def uses(self) -> Iterator[tuple[Expression, str]]:
        """The expression, for output."""
        if self.expression is not None:
            yield self.expression, "output"

    def compile(self, compiler: Compiler) -> Program | str:
        """Print the value as the dialect prints it; a lone text is printed as it stands."""
        expression = self.expression
        if expression is None:
            return ""
        if (
            isinstance(expression.value, Constant)
            and not expression.filters
            and isinstance(expression.value.value, str)
        ):
            return expression.value.value
        value, text_of = compiler.value(expression), compiler.sense.text_of
        place = compiler.origin.place(self.token.start_index, self.token.end)

        def output(state: State, out: Out) -> None:
            text = value(state)
            if text.__class__ is not str:
                try:
                    text = text_of(text)
                except LimitHit as hit:
                    raise place.limited(hit.limit, state.limits) from None
                except RecursionError:
                    raise place.limited("nesting", state.limits) from None
            state.size += len(text)
            if state.size > state.max_size:
                raise place.limited("output_bytes", state.limits)
            out(text)

        return output


class OutputTag(Tag):
    """Reads `{{ … }}`."""

    name = TOKEN_OUTPUT

    def read(self, stream: DialectStream) -> Node:
        """The output at the head of the stream.

        Raises: LiquidFault; in latest an empty output is an error, in legacy it prints nothing.
        """
        token, markup = stream.take(), stream.take()
        expression = stream.filtered(markup)
        if expression is None and stream.is_latest:
            raise stream.place(token).fault("syntax", f"invalid value expression: '{markup.value.strip()[:16]}'")
        return OutputNode(token, expression)
