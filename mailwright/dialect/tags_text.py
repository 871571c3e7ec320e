"""Tags about text itself: `comment`, `raw`, `#`, `echo` and `liquid`.

Source: liquid §2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mailwright.dialect.compiling import Compiler
from mailwright.dialect.faults import Limits
from mailwright.dialect.lexer import TOKEN_EOF, TOKEN_EXPRESSION, TOKEN_TAG, Piece, piece
from mailwright.dialect.nodes import ContentNode, OutputNode, compile_block
from mailwright.dialect.state import Program
from mailwright.dialect.stream import DialectStream, parse_block, parse_nodes
from mailwright.dialect.tree import Node, Tag

_LINE = re.compile(r"[^\S\n]*(#|[\w\-?]+)[^\S\n]*([^\n]*)")


class SilentNode(Node):
    """A tag that prints nothing."""

    __slots__ = ()

    def compile(self, compiler: Compiler) -> Program | str:
        """Nothing."""
        return ""


class CommentTag(Tag):
    """Reads `comment`: latest skips to the first end tag, legacy parses what stands between."""

    name = "comment"
    end = "endcomment"

    def read(self, stream: DialectStream) -> Node:
        """The comment, up to its end tag.

        Raises: LiquidFault when it never ends, and in legacy for faults inside.
        """
        token, _ = stream.take(), stream.take()
        if not stream.is_latest:
            parse_block(stream, token, self.name)
            return SilentNode(token)
        while (head := stream.take()).kind != TOKEN_EOF:
            if head.kind == TOKEN_TAG and head.value == self.end:
                stream.take()
                return SilentNode(token)
        raise stream.place(token).fault("syntax", "comment tag was never closed", tag=self.name)


class RawTag(Tag):
    """Reads `raw`: what stands between is text, as the lexer left it."""

    name = "raw"
    end = "endraw"

    def read(self, stream: DialectStream) -> Node:
        """The text, up to the end tag, which the lexer made sure of."""
        stream.take()
        stream.take()
        text = stream.take()
        stream.take()
        stream.take()
        return ContentNode(text)


class InlineCommentTag(Tag):
    """Reads `{% # … %}`, in latest only."""

    name = "#"

    def read(self, stream: DialectStream) -> Node:
        """The comment."""
        token, _ = stream.take(), stream.take()
        return SilentNode(token)


class EchoTag(Tag):
    """Reads `echo`, an output in the form of a tag, in latest only."""

    name = "echo"

    def read(self, stream: DialectStream) -> Node:
        """The output; an empty one prints nothing."""
        token, markup = stream.take(), stream.take()
        return OutputNode(token, stream.filtered(markup, self.name))


class GroupNode(Node):
    """Nodes in a row."""

    __slots__ = ("nodes",)

    def __init__(self, token: Piece, nodes: list[Node]) -> None:
        super().__init__(token)
        self.nodes = nodes

    def blocks(self) -> Iterable[Sequence[Node]]:
        """The nodes."""
        return [self.nodes]

    def compile(self, compiler: Compiler) -> Program | str:
        """Run one after the other."""
        return compile_block(self.nodes, compiler)


class LiquidTag(Tag):
    """Reads `liquid`: one tag a line, in latest only."""

    name = "liquid"

    def read(self, stream: DialectStream) -> Node:
        """The tags of all lines.

        Raises: LiquidFault, also when `liquid` tags are nested too deep.
        """
        token, markup = stream.take(), stream.take()
        inner = DialectStream(_line_tokens(stream, markup), stream.origin, stream.tags, stream.dialect, stream.faults)
        inner.closers = ["", *stream.closers]  # a level of nesting of its own, so that depth is bounded
        if len(inner.closers) > Limits().nesting:
            raise stream.place(token).limited("nesting", Limits())
        return GroupNode(token, parse_nodes(inner))


def _line_tokens(stream: DialectStream, markup: Piece) -> Iterator[Piece]:
    source = stream.origin.source
    at, tags = markup.start_index, 0
    while at < markup.end:
        stop = source.find("\n", at, markup.end)
        stop = markup.end if stop < 0 else stop
        found = _LINE.match(source, at, stop)
        if found is not None:
            tags += 1
            if tags > Limits().tags:
                stream.report(stream.origin.place(at, stop).limited("tags", Limits()))
                return
            end = found.start(2) + len(found.group(2).rstrip())
            yield piece(TOKEN_TAG, found.group(1), found.start(1), max(end, found.end(1)), source)
            yield piece(TOKEN_EXPRESSION, source[found.start(2) : end], found.start(2), end, source)
        elif source[at:stop].strip():
            fault = stream.origin.place(at, stop).fault("syntax", "illegal tag syntax, tag name expected", tag="liquid")
            stream.report(fault)
        at = stop + 1
