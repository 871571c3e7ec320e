"""What a source is read into: nodes, each of which becomes a function, and the tags that read them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailwright.dialect.compiling import Compiler
    from mailwright.dialect.expressions import Expression
    from mailwright.dialect.lexer import Piece
    from mailwright.dialect.state import Program
    from mailwright.dialect.stream import DialectStream


class Node(ABC):
    """One piece of a tree; a tree is compiled as a whole, so that it has one meaning."""

    __slots__ = ("token",)

    def __init__(self, token: Piece) -> None:
        self.token = token

    @abstractmethod
    def compile(self, compiler: Compiler) -> Program | str:
        """What the node does, or the text it always gives."""

    def uses(self) -> Iterator[tuple[Expression, str]]:
        """The expressions of the node, and what each is for: output, test, argument, loop or assign."""
        yield from ()

    def blocks(self) -> Iterable[Sequence[Node]]:
        """The runs of nodes inside this one."""
        return ()

    def binds(self) -> Iterable[str]:
        """The names that the node gives a value for all that follows."""
        return ()

    def shows(self) -> Iterable[str]:
        """The names that the node gives a value for its blocks only."""
        return ()


class Tag(ABC):
    """Reads one kind of node from the tokens of a source."""

    name = ""
    end = ""
    usage = ""

    @abstractmethod
    def read(self, stream: DialectStream) -> Node:
        """The node, read from a stream that stands at its tag; its tokens are consumed up to its end."""
