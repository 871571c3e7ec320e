"""`if`, `unless` and `case`.

Source: liquid §2, §4, §5: what is missing counts as nil in every condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mailwright.dialect import parse_legacy
from mailwright.dialect.compiling import Compiler, Test
from mailwright.dialect.expressions import Comparison, Expression
from mailwright.dialect.lexer import Piece
from mailwright.dialect.nodes import compile_block
from mailwright.dialect.state import Out, Program, State
from mailwright.dialect.stream import Block, DialectStream, parse_block
from mailwright.dialect.tree import Node, Tag


def expression_needed(stream: DialectStream, token: Piece, markup: Piece, name: str, usage: str) -> Expression | None:
    """The condition that *markup* spells; nothing when it is faulty and faults are collected.

    Raises: LiquidFault with the tag's usage, unless the stream collects faults.
    """

    def parse() -> Expression:
        found = stream.condition(markup, name)
        if found is None:
            raise stream.place(token).fault("syntax", f"Syntax Error in tag '{name}' - Valid syntax: {usage}", tag=name)
        return found

    return stream.attempt(parse)


def nothing_behind(stream: DialectStream, block: Block) -> None:
    """Report what stands behind an `else` or an end tag: `else if` is no tag of these engines.

    Source: liquid §2.
    """
    if stream.is_latest and block.markup.kind != block.closing.kind and block.markup.value.strip():
        name = block.closing.value
        hint = " (use elsif)" if block.markup.value.startswith("if") else ""
        stream.report(stream.place(block.closing).fault("syntax", f"unexpected text behind '{name}'{hint}", tag=name))


class IfNode(Node):
    """Branches, each with the test that opens it; `None` opens the last."""

    __slots__ = ("branches", "negated")

    def __init__(self, token: Piece, branches: list[tuple[Expression | None, list[Node]]], negated: bool) -> None:
        super().__init__(token)
        self.branches = branches
        self.negated = negated

    def uses(self) -> Iterator[tuple[Expression, str]]:
        """The conditions, for a test."""
        for test, _ in self.branches:
            if test is not None:
                yield test, "test"

    def blocks(self) -> Iterable[Sequence[Node]]:
        """The branches."""
        return [nodes for _, nodes in self.branches]

    def compile(self, compiler: Compiler) -> Program | str:
        """Run the first branch whose test holds."""
        arms: list[tuple[Test, Program]] = []
        otherwise: Program | None = None
        for test, nodes in self.branches:
            body = compile_block(nodes, compiler)
            if test is None:
                otherwise = otherwise or body
            elif otherwise is None:
                arms.append((compiler.test(test), body))
        if self.negated:
            first, body = arms[0]
            arms[0] = (lambda state: not first(state)), body
        if len(arms) == 1:
            return _either(*arms[0], otherwise)

        def choose(state: State, out: Out) -> None:
            for test, body in arms:
                if test(state):
                    body(state, out)
                    return
            if otherwise is not None:
                otherwise(state, out)

        return choose


def _either(test: Test, body: Program, otherwise: Program | None) -> Program:
    def either(state: State, out: Out) -> None:
        if test(state):
            body(state, out)
        elif otherwise is not None:
            otherwise(state, out)

    return either


class IfTag(Tag):
    """Reads `if … elsif … else … endif`."""

    name = "if"
    end = "endif"

    def read(self, stream: DialectStream) -> Node:
        """The branches, up to the end tag."""
        token, markup = stream.take(), stream.take()
        branches: list[tuple[Expression | None, list[Node]]] = []
        tag, test = token, expression_needed(stream, token, markup, self.name, f"{self.name} [expression]")
        is_else = False
        while True:
            block = parse_block(stream, token, self.name, ("elsif", "else"))
            if is_else or test is not None:
                branches.append((None if is_else else test, block.nodes))
            tag = block.closing
            if tag.value not in ("elsif", "else"):
                nothing_behind(stream, block)
                break
            is_else = tag.value == "else"
            if is_else:
                nothing_behind(stream, block)
            else:
                test = expression_needed(stream, tag, block.markup, "elsif", "elsif [expression]")
        return IfNode(token, branches, negated=self.name == "unless")


class UnlessTag(IfTag):
    """Reads `unless … else … endunless`."""

    name = "unless"
    end = "endunless"


class CaseNode(Node):
    """A subject, and branches in order; `None` stands for `else`."""

    __slots__ = ("branches", "subject")

    def __init__(
        self, token: Piece, subject: Expression, branches: list[tuple[list[Expression] | None, list[Node]]]
    ) -> None:
        super().__init__(token)
        self.subject = subject
        self.branches = branches

    def uses(self) -> Iterator[tuple[Expression, str]]:
        """The subject and what it is compared with, for a test."""
        yield self.subject, "test"
        for values, _ in self.branches:
            for value in values or ():
                yield value, "test"

    def blocks(self) -> Iterable[Sequence[Node]]:
        """The branches."""
        return [nodes for _, nodes in self.branches]

    def compile(self, compiler: Compiler) -> Program | str:
        """Run every branch that matches, once a match in legacy, or the `else` branch.

        Source: liquid §2, executed: each `when` that matches renders.
        """
        arms: list[tuple[list[Test], Program]] = []
        otherwise: Program | None = None
        for values, nodes in self.branches:
            body = compile_block(nodes, compiler)
            if values is None:
                otherwise = otherwise or body
                if not compiler.is_latest:
                    break  # the legacy engine stops looking at its first else
                continue
            tests = [compiler.test(Comparison(value.start, value.end, "==", self.subject, value)) for value in values]
            arms.append((tests, body))
        once = compiler.is_latest

        def choose(state: State, out: Out) -> None:
            matched = False
            for tests, body in arms:
                for test in tests:
                    if test(state):
                        matched = True
                        body(state, out)
                        if once:
                            break
            if not matched and otherwise is not None:
                otherwise(state, out)

        return choose


class CaseTag(Tag):
    """Reads `case … when … else … endcase`; text before the first `when` is dropped."""

    name = "case"
    end = "endcase"

    def read(self, stream: DialectStream) -> Node:
        """The branches, up to the end tag."""
        token, markup = stream.take(), stream.take()
        subject = expression_needed(stream, token, markup, self.name, "case [condition]")
        branches: list[tuple[list[Expression] | None, list[Node]]] = []
        block = parse_block(stream, token, self.name, ("when", "else"))
        while block.closing.value in ("when", "else"):
            values: list[Expression] | None = None
            if block.closing.value == "when":
                values = stream.attempt(self.values, stream, block)
            else:
                nothing_behind(stream, block)
            is_else = block.closing.value == "else"
            block = parse_block(stream, token, self.name, ("when", "else"))
            if is_else or values is not None:
                branches.append((None if is_else else values, block.nodes))
        return CaseNode(token, subject or Expression(token.start_index, token.end), branches)

    def values(self, stream: DialectStream, block: Block) -> list[Expression]:
        """What a `when` compares with: values between commas or `or`.

        Raises: LiquidFault when there is none.
        """
        values: list[Expression] = []
        markup = block.markup
        if stream.is_latest:
            parser = stream.expressions(markup, "when")
            while not parser.is_done():
                values.append(parser.required())
                parser.skip()
                if parser.peek() == ",":
                    parser.at += 1
                elif parser.operator(("or",)) is None:
                    break
            parser.finish()
        else:
            for found in parse_legacy.FRAGMENT.finditer(stream.origin.source, markup.start_index, markup.end):
                if found.group() != "or":
                    values.append(parse_legacy.value_at(stream.origin, *found.span()))
        if not values:
            usage = "Syntax Error in tag 'case' - Valid when condition: {% when [condition] [or condition2...] %}"
            raise stream.place(block.closing).fault("syntax", usage, tag="when")
        return values
