"""The tokens of one source on their way to a tree: what every tag's parser asks of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from mailwright.dialect import parse_legacy
from mailwright.dialect.expressions import Expression, Filtered
from mailwright.dialect.faults import Dialect, Limits, LiquidFault, Origin, Place
from mailwright.dialect.lexer import TOKEN_CONTENT, TOKEN_EOF, TOKEN_OUTPUT, TOKEN_TAG, Piece, piece
from mailwright.dialect.parse_latest import LatestParser
from mailwright.dialect.tree import Node, Tag

T = TypeVar("T")


class DialectStream:
    """The tokens of one source, one after the other; it either stops at the first fault or collects them all."""

    def __init__(
        self,
        tokens: Iterator[Piece],
        origin: Origin,
        tags: Mapping[str, Tag],
        dialect: Dialect,
        faults: list[LiquidFault] | None = None,
    ) -> None:
        self.origin = origin
        self.tags = tags
        self.dialect = dialect
        self.faults = faults
        self.closers: list[str] = []
        self.eof = piece(TOKEN_EOF, TOKEN_EOF, len(origin.source), len(origin.source), origin.source)
        self.tokens = list(tokens)
        self.at = 0

    @property
    def is_latest(self) -> bool:
        """The stream is of the latest dialect."""
        return self.dialect is Dialect.LATEST

    def take(self) -> Piece:
        """The next token, consumed."""
        token = self.head()
        self.at += 1
        return token

    def head(self) -> Piece:
        """The next token, left where it is."""
        return self.tokens[self.at] if self.at < len(self.tokens) else self.eof

    def report(self, fault: LiquidFault) -> None:
        """Collect *fault*, or stop at it.

        Raises: *fault*, unless faults are collected.
        """
        if self.faults is None:
            raise fault
        self.faults.append(fault)

    def attempt(self, parse: Callable[..., T], *arguments: object) -> T | None:
        """What *parse* gives; nothing when it meets a fault and faults are collected.

        Raises: LiquidFault, unless faults are collected; that of a limit always.
        """
        try:
            return parse(*arguments)
        except LiquidFault as fault:
            if fault.kind == "limit":  # what lies behind is not worth reading
                raise
            self.report(fault)
            return None

    def place(self, token: Piece) -> Place:
        """Where *token* stands."""
        return self.origin.place(token.start_index, token.end)

    def expressions(self, markup: Piece, tag: str | None) -> LatestParser:
        """A parser of the latest grammar for *markup*, whose faults name *tag*."""

        def fail(message: str, start: int, end: int) -> LiquidFault:
            return self.origin.place(start, end).fault("syntax", message, tag=tag)

        return LatestParser(self.origin, markup.start_index, markup.end, fail)

    def filtered(self, markup: Piece, tag: str | None = None) -> Filtered | None:
        """The filtered value that *markup* spells; nothing when it is empty."""
        if self.is_latest:
            return self.expressions(markup, tag).filtered()
        return parse_legacy.filtered(self.origin, markup.start_index, markup.end)

    def condition(self, markup: Piece, tag: str) -> Expression | None:
        """The condition that *markup* spells; nothing when it is empty or, in legacy, malformed."""
        if self.is_latest:
            return self.expressions(markup, tag).filtered()
        return parse_legacy.condition(self.origin, markup.start_index, markup.end)


class Block:
    """The nodes between two tags, and the tag that ends them with its markup."""

    __slots__ = ("closing", "markup", "nodes")

    def __init__(self, nodes: list[Node], closing: Piece, markup: Piece) -> None:
        self.nodes = nodes
        self.closing = closing
        self.markup = markup


def parse_nodes(stream: DialectStream) -> list[Node]:
    """The nodes of a whole source.

    Raises: LiquidFault, unless the stream collects faults.
    """
    nodes: list[Node] = []
    while stream.head().kind != TOKEN_EOF:
        _parse_one(stream, nodes, "")
    return nodes


def parse_block(stream: DialectStream, opening: Piece, name: str, inner: tuple[str, ...] = ()) -> Block:
    """The nodes up to the end of block *name* or to one of its *inner* tags, which is consumed.

    Raises: LiquidFault, at *opening* when the block never ends, unless the stream collects faults.
    Source: liquid §10 for the wording.
    """
    end = f"end{name}"
    if len(stream.closers) >= Limits().nesting:
        raise stream.place(opening).limited("nesting", Limits())
    stream.closers.append(end)
    nodes: list[Node] = []
    try:
        while True:
            token = stream.head()
            if token.kind == TOKEN_EOF or (
                token.kind == TOKEN_TAG and token.value in stream.closers[:-1] and token.value != end
            ):
                stream.report(stream.place(opening).fault("syntax", f"{name} tag was never closed", tag=name))
                return Block(nodes, token, token)
            if token.kind == TOKEN_TAG and (token.value == end or token.value in inner):
                return Block(nodes, stream.take(), stream.take())
            _parse_one(stream, nodes, name)
    finally:
        stream.closers.pop()


def _parse_one(stream: DialectStream, nodes: list[Node], block: str) -> None:
    token, tags = stream.head(), stream.tags
    if token.kind in (TOKEN_OUTPUT, TOKEN_CONTENT):
        node = stream.attempt(tags[token.kind].read, stream)
    elif token.value in tags:
        node = stream.attempt(tags[token.value].read, stream)
    else:
        stream.take()
        stream.take()
        stream.report(_unknown(stream, token, block))
        return
    if node is not None:
        nodes.append(node)
    elif stream.head() is token:  # a parser that failed before it took anything
        stream.take()


def _unknown(stream: DialectStream, token: Piece, block: str) -> LiquidFault:
    """The fault of a tag that does not belong here, in Customer.io's words.

    Source: Customer.io docs, composer errors; liquid §10.
    """
    place, name = stream.place(token), token.value
    told = name if stream.is_latest or not block else block
    if block and name == "else":
        return place.fault("syntax", f"{block} tag does not expect else tag", tag=told)
    if block and name == "end":
        return place.fault("syntax", f"'end' is not a valid delimiter for {block} tags. use end{block}", tag=told)
    return place.fault("unknown_tag", f"Unknown tag '{name}'", tag=name)
