"""Both dialects, each with its tags, filters and meaning, and templates that are parsed once and compiled once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from threading import Lock

from mailwright.dialect import tags_control, tags_loops, tags_names, tags_text
from mailwright.dialect.compiling import Compiler
from mailwright.dialect.faults import Dialect, Limits, LiquidFault, Origin
from mailwright.dialect.filters.table import FILTERS
from mailwright.dialect.lexer import TOKEN_EXPRESSION, piece, tokens_of
from mailwright.dialect.nodes import BreakLoop, ContentTag, ContinueLoop, OutputTag, compile_block
from mailwright.dialect.reads import Read, Use, filters_of, reads_of_template, tags_of
from mailwright.dialect.senses import SENSES
from mailwright.dialect.settings import Links, RenderSettings
from mailwright.dialect.state import Program, State
from mailwright.dialect.stream import DialectStream, parse_nodes
from mailwright.dialect.tags_customerio import CUSTOMERIO_TAGS
from mailwright.dialect.tree import Node, Tag

KEPT_TEMPLATES = 1024
KEPT_CHARACTERS = 8_000_000  # of source; a tree takes some fifty times as much

BOTH_TAGS: tuple[type[Tag], ...] = (
    ContentTag,
    OutputTag,
    tags_control.IfTag,
    tags_control.UnlessTag,
    tags_control.CaseTag,
    tags_loops.ForTag,
    tags_loops.TableRowTag,
    tags_loops.CycleTag,
    tags_names.AssignTag,
    tags_names.CaptureTag,
    tags_names.IncrementTag,
    tags_names.DecrementTag,
    tags_text.CommentTag,
    tags_text.RawTag,
    *CUSTOMERIO_TAGS,
)
LATEST_TAGS: tuple[type[Tag], ...] = (
    tags_loops.BreakTag,
    tags_loops.ContinueTag,
    tags_text.InlineCommentTag,
    tags_text.EchoTag,
    tags_text.LiquidTag,
)
LEGACY_TAGS: tuple[type[Tag], ...] = (tags_names.IfChangedTag,)


class Environment:
    """One dialect's tags, filters and meaning.

    Latest is the dialect of newer accounts and of Design Studio, legacy that of accounts from before 2023-11-28, unless
    a message was upgraded.
    Source: liquid §2: there is no template store, so `include` and `render` are unknown tags.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.sense = SENSES[dialect]
        self.filters = FILTERS[dialect]
        own = LATEST_TAGS if dialect is Dialect.LATEST else LEGACY_TAGS
        self.tags: dict[str, Tag] = {tag.name: tag() for tag in (*BOTH_TAGS, *own)}

    def nodes_of(self, origin: Origin, faults: list[LiquidFault] | None = None) -> list[Node]:
        """The tree of one source; with a list for *faults* it goes on behind each fault.

        Raises: LiquidFault at the first fault, unless faults are collected.
        """

        def report(fault: LiquidFault) -> None:
            if faults is None:
                raise fault
            faults.append(fault)

        try:
            tokens = tokens_of(origin, self.dialect, report)
            return parse_nodes(DialectStream(tokens, origin, self.tags, self.dialect, faults))
        except RecursionError:
            raise origin.place(0, 1).limited("nesting", Limits()) from None

    def compiler(self, origin: Origin) -> Compiler:
        """What makes functions of the expressions of *origin*."""
        return Compiler(origin, self.sense, self.filters)

    def program(self, source: str, name: str) -> tuple[Origin, Program]:
        """*source*, parsed and ready to run."""
        template = parse_template(source, self.dialect, name)
        return template.origin, template.program

    def question(self, text: str) -> Callable[[State], object]:
        """The expression *text*, ready to be asked."""
        return _question(self, text)


@lru_cache(maxsize=512)
def _question(env: Environment, text: str) -> Callable[[State], object]:
    """The function of an expression that stands in a text.

    Source: liquid §3: the expression of an `_exp` filter may hold conditions and filters.
    """
    origin = Origin("", text)
    stream = DialectStream(iter(()), origin, env.tags, Dialect.LATEST)
    expression = stream.filtered(piece(TOKEN_EXPRESSION, text, 0, len(text), text))
    if expression is None:
        raise origin.place(0, len(text)).fault("syntax", "an expression is needed")
    return env.compiler(origin).value(expression)


@lru_cache(maxsize=2)
def environment(dialect: Dialect) -> Environment:
    """The one environment of a dialect."""
    return Environment(dialect)


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One parsed source, ready to be rendered and to tell what it reads."""

    origin: Origin
    digest: str
    dialect: Dialect
    nodes: tuple[Node, ...]
    program: Program

    @property
    def name(self) -> str:
        """What the part is called."""
        return self.origin.name

    @property
    def source(self) -> str:
        """The text it was parsed from."""
        return self.origin.source

    def render(self, context: Mapping[str, object], settings: RenderSettings | None = None) -> str:
        """The text for one person at one moment.

        Raises: LiquidFault.
        """
        settings = settings or RenderSettings()
        state = State(context, settings, self.origin, self.dialect, environment(self.dialect))
        pieces: list[str] = []
        try:
            self.program(state, pieces.append)
        except (BreakLoop, ContinueLoop):
            pass  # outside of a loop they end the template
        except RecursionError:
            raise self.origin.place(0, 1).limited("nesting", settings.limits) from None
        except MemoryError:
            raise self.origin.place(0, 1).limited("namespace_bytes", settings.limits) from None
        return "".join(pieces)

    def reads(self) -> tuple[Read, ...]:
        """Every variable that the template reads from outside, in the order of the source."""
        return reads_of_template(self.origin, self.nodes)

    def tags(self) -> tuple[Use, ...]:
        """Every tag, in the order of the source."""
        return tags_of(self.origin, self.nodes)

    def filters(self) -> tuple[Use, ...]:
        """Every filter, in the order of the source."""
        return filters_of(self.origin, self.nodes)


_kept: OrderedDict[tuple[str, str, Dialect], Template] = OrderedDict()
_keeping = Lock()


def parse_template(source: str, dialect: Dialect, name: str = "") -> Template:
    """The template of *source*, parsed once for each name, content and dialect.

    Raises: LiquidFault when Customer.io would refuse it, or when it is larger or deeper than the limits.
    """
    digest = sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
    key = (digest, name, dialect)
    with _keeping:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
            return found
    template = _parsed(Origin(name, source), digest, dialect)
    with _keeping:
        _kept[key] = template
        while len(_kept) > KEPT_TEMPLATES or sum(len(kept.source) for kept in _kept.values()) > KEPT_CHARACTERS:
            _kept.popitem(last=False)
    return template


def _parsed(origin: Origin, digest: str, dialect: Dialect) -> Template:
    if len(origin.source) > Limits().source_bytes:
        raise origin.place(0, 1).limited("source_bytes", Limits())
    env = environment(dialect)
    nodes = env.nodes_of(origin)
    try:
        program = compile_block(nodes, env.compiler(origin))
    except RecursionError:
        raise origin.place(0, 1).limited("nesting", Limits()) from None
    return Template(origin, digest, dialect, tuple(nodes), program)


__all__ = [
    "Links",
    "Read",
    "RenderSettings",
    "Template",
    "Use",
    "environment",
    "parse_template",
]
