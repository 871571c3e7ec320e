"""What of a person and an event decides whether a template fails: its reads, as functions that make a key.

Source: liquid §5 for what fails. An output fails by its variable's absence, unless a filter can refuse a value; a test
decides by what it asks; everything else counts by its whole value. A template whose outcome depends on the time, on
chance or on Liquid within data is *opaque*: it has to be rendered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from mailwright.dialect.environment import Template, parse_template
from mailwright.dialect.expressions import (
    Chain,
    Comparison,
    Constant,
    Expression,
    FilterCall,
    Filtered,
    Negation,
    Path,
    parts_of,
)
from mailwright.dialect.faults import Dialect, Limits, LiquidFault
from mailwright.dialect.nodes import OutputNode, walk
from mailwright.dialect.reads import calls_in
from mailwright.dialect.tags_control import IfNode
from mailwright.dialect.tags_customerio import RenderLiquidNode
from mailwright.dialect.tags_loops import LoopNode, TableRowNode
from mailwright.dialect.tags_names import AssignNode, CaptureNode
from mailwright.dialect.tree import Node
from simulator.rendering.outcome_chains import ARITHMETIC, Kind, Link, links_of, looks_of, read_for
from simulator.rendering.outcome_filters import (
    BESIDE_VARIABLES,
    MONEY_FILTERS,
    SAFE_FILTERS,
    TAKES_VARIABLES,
    passes_probes,
)
from simulator.rendering.outcome_keys import (
    LONGEST_LOOP,
    LONGEST_PRINTED,
    LONGEST_TEXT,
    ROOTS,
    Get,
    Read,
    compared,
    getter,
    header_safe,
    looped,
    presence,
    sized,
    truth,
    whole,
)

_SIZES = frozenset({"size", "first", "last"})
_ALWAYS_THERE = frozenset({"campaign", "message", "mailwright", "editor", "layout"})
_PRINTED_ONLY = frozenset({"content", "event_name", "event_id", "event_timestamp", "delivery_id"})
_MOVING = frozenset({"subject", "preheader"})  # of `message`
_NUMBERS = (int, float)
_LONG_TEXTS = 50
_ROOM = 1_000_000  # with limits below, the length of a text may decide


class _Fallback(Exception):
    """A loop whose items cannot be looked at one by one: its list counts as a whole."""


class Reads:
    """The reads of some templates of one message, each once."""

    def __init__(self, dialect: Dialect, snippets: Mapping[str, str], limits: Limits) -> None:
        self.dialect = dialect
        self.snippets = snippets
        self.loop_budget = limits.loop_iterations // 2  # turns that loops told by their items may take
        self.functions: dict[tuple[object, ...], Read] = {}
        self.attributes: set[str] = set()
        self.is_opaque = limits.output_bytes < _ROOM or limits.namespace_bytes < _ROOM
        self.long_texts = _LONG_TEXTS  # outputs that may still take in long texts
        self._snippets_seen: set[tuple[str, bool | str]] = set()

    def add(self, template: Template, *, by_value: bool | Literal["header"] = False) -> None:
        """Take in what *template* reads; *by_value*: its very text matters, or what it may hold as a header's."""
        nodes = template.nodes
        names = {name for node in walk(nodes) for name in node.binds()}
        has_chance = any(use.name in ("random", "generate_uuid") for use in template.tags())
        captures = any(isinstance(node, CaptureNode) for node in walk(nodes))
        if names & {*ROOTS, "snippets"} or (has_chance and (captures or by_value)):
            self.is_opaque = True
        _Walk(self, template, names, by_value, {} if by_value else _passed_on(nodes)).nodes(nodes)

    def add_snippet(self, name: object, by_value: bool | Literal["header"]) -> None:
        """Take in what a snippet reads; one that nobody wrote reads nothing."""
        if not isinstance(name, str):
            self.is_opaque = True
            return
        source = self.snippets.get(name)
        if source is None or (name, by_value) in self._snippets_seen:
            return
        self._snippets_seen.add((name, by_value))
        try:
            self.add(parse_template(source, self.dialect, f"snippets.{name}"), by_value=by_value)
        except LiquidFault:
            return  # it fails for everybody

    def note_attribute(self, index: int, names: Sequence[str]) -> None:
        """Keep which attribute of the person is read; reading all of them at once cannot be keyed."""
        if index != ROOTS["customer"]:
            return
        if names:
            self.attributes.add(names[0])
        else:
            self.is_opaque = True


class _Walk:
    """The walk through one template, or through the body of one of its loops."""

    def __init__(
        self,
        reads: Reads,
        template: Template,
        names: set[str],
        by_value: bool | Literal["header"],
        passed_on: Mapping[str, Filtered],
    ) -> None:
        self.reads = reads
        self.passed_on = passed_on  # names that are only printed and counted with: what they stand for
        self.template = template
        self.names = names  # the template's own, whose values follow from what it reads
        self.by_value = by_value
        self.items: dict[str, int] = {}  # loop variable → its place in the scope
        self.hidden: set[str] = set()  # loop variables of lists that count as a whole
        self.functions = reads.functions
        self.in_items = False

    def inside(self, variable: str) -> _Walk:
        """A walk of a loop's body, whose reads see one item."""
        inner = _Walk(self.reads, self.template, self.names, self.by_value, self.passed_on)
        inner.items = {**self.items, variable: len(ROOTS) + len(self.items)}
        inner.hidden = self.hidden - {variable}
        inner.functions = {}
        inner.in_items = True
        return inner

    def nodes(self, nodes: Iterable[Node]) -> None:
        """Every node, in order."""
        for node in nodes:
            self.node(node)

    def node(self, node: Node) -> None:
        """One node and what is inside it."""
        if isinstance(node, LoopNode):
            self.loop(node)
            return
        if isinstance(node, RenderLiquidNode):
            self.reads.is_opaque = True
        if self.in_items and (
            any(True for _ in node.binds()) or (not isinstance(node, OutputNode | IfNode) and any(node.uses()))
        ):
            raise _Fallback
        for expression, use in node.uses():
            if self.by_value == "header" and self.header(expression):
                continue
            if self.by_value:
                self.value(expression)
            elif isinstance(node, AssignNode) and node.name in self.passed_on:
                continue  # it is looked at where it is printed
            elif use == "output" and isinstance(node, OutputNode):
                self.output(expression)
            elif use == "test" and isinstance(node, IfNode):
                self.test(expression)
            else:
                self.value(expression)
        for block in node.blocks():
            self.nodes(block)

    def loop(self, node: LoopNode) -> None:
        """A loop: by what its items show where the body only prints and asks them, else by the whole list."""
        head = node.head
        plain = isinstance(head.collection, Path) and not head.pairs
        if plain and not self.by_value and not isinstance(node, TableRowNode) and head.variable not in self.names:
            assert isinstance(head.collection, Path)  # as *plain* says
            try:
                self.loop_by_items(node, head.collection)
                self.nodes(node.otherwise)
                return
            except _Fallback:
                if self.in_items:
                    raise
        elif self.in_items:
            raise _Fallback
        for expression, _ in node.uses():
            self.value(expression)
        before = set(self.hidden)
        self.hidden |= {head.variable, "forloop", "tablerowloop"}
        outer = self.items.pop(head.variable, None)
        for block in node.blocks():
            self.nodes(block)
        self.hidden = before
        if outer is not None:
            self.items[head.variable] = outer

    def loop_by_items(self, node: LoopNode, collection: Path) -> None:
        """The loop as one read that looks at each item.

        Raises: _Fallback when the body does more than print and ask.
        """
        place = self.place(collection) if _is_plain(collection) else None
        self.reads.loop_budget -= LONGEST_LOOP ** (len(self.items) + 1)
        if place is None or self.reads.loop_budget < 0:
            raise _Fallback
        inner = self.inside(node.head.variable)
        inner.nodes(node.body)
        functions = inner.functions
        self.put(("loop", *place, tuple(functions)), looped(self.get(place), tuple(functions.values())))

    def output(self, expression: Expression) -> None:
        """A value that is only printed."""
        head, calls = (expression.value, expression.filters) if isinstance(expression, Filtered) else (expression, ())
        if isinstance(head, Path) and head.segments[0] == "snippets" and not calls:
            self.reads.add_snippet(head.segments[1] if len(head.segments) > 1 else None, self.by_value)
            return
        if self.is_passed_on(head) or not self.is_safe(expression):
            self.chain(expression)
            return
        by_text = any(call.name in MONEY_FILTERS for call in calls)
        longest = self.longest(calls)
        for path in (head, *(argument.value for call in calls for argument in call.arguments)):
            if isinstance(path, Path):
                place = self.place(path, printed=True)
                if place is not None:
                    self.put(
                        ("presence", by_text, longest, *place),
                        presence(self.get(place), texts_by_value=by_text, longest=longest),
                    )

    def longest(self, calls: Sequence[FilterCall]) -> int:
        """How long a text may be that makes no difference; without a filter only its length can be too much."""
        if calls or self.in_items or not self.reads.long_texts:
            return LONGEST_TEXT
        self.reads.long_texts -= 1
        return LONGEST_PRINTED

    def chain(self, expression: Expression) -> None:
        """A value printed behind filters that take variables, or under a name that was given to it before."""
        head, links = self.flattened(expression)
        looks = looks_of(links, self.reads.dialect)
        if looks is None or not (isinstance(head, Constant) or self.can_look_at(head)):
            self.by_its_value(expression)
            return
        named = [path for path in looks.beside if self.is_passed_on(path)]
        if any(map(self.is_passed_on, looks.whole)) or (named and looks.head != "printed"):
            self.by_its_value(expression)
            return
        for path in (head, *looks.beside):
            if path in named:
                self.output(self.passed_on[str(path.segments[0])])
            elif isinstance(path, Path):
                self.look(path, looks.head)
        for path in looks.whole:
            self.value(path)

    def flattened(self, expression: Expression) -> tuple[Expression, list[Link]]:
        """The value that is printed first of all, and every filter behind it."""
        head, links = expression, list[Link]()
        while True:
            if isinstance(head, Filtered):
                links = [*links_of(head, self.template.source), *links]
                head = head.value
            elif self.is_passed_on(head):
                head = self.passed_on[str(head.segments[0])]  # type: ignore[attr-defined]  # names are paths
            else:
                return head, links

    def is_passed_on(self, expression: Expression) -> bool:
        """Whether it is a name that stands for a value which is only passed on."""
        return isinstance(expression, Path) and expression.segments[0] in self.passed_on

    def can_look_at(self, head: Expression) -> bool:
        """Whether the value can be looked at without all that is in it."""
        return isinstance(head, Path) and (_is_plain(head) or _is_size(head))

    def look(self, path: Path, kind: Kind) -> None:
        """One value of a chain, as far as it decides."""
        place = self.place(path, printed=kind == "printed")
        if place is None:
            return
        if _is_size(path):
            self.put(("size", *place), sized(self.get(place)))
        else:
            self.put((kind, *place), read_for(kind, self.get(place)))

    def by_its_value(self, expression: Expression) -> None:
        """Everything that *expression* reads by value, also by way of names."""
        pending = [expression]
        while pending:
            part = pending.pop()
            if self.is_passed_on(part):
                self.by_its_value(self.passed_on[str(part.segments[0])])  # type: ignore[attr-defined]  # names are paths
            pending.extend(parts_of(part))
        self.value(expression)

    def header(self, expression: Expression) -> bool:
        """A value printed into a header as it is; False where it has to count otherwise."""
        path = _bare(expression)
        place = self.simple_place(path) if isinstance(path, Path) else None
        if place is None:
            return False
        self.put(("header", *place), header_safe(self.get(place)))
        return True

    def is_safe(self, expression: Expression) -> bool:
        """Whether printing *expression* can fail by nothing but a missing variable."""
        head, calls = (expression.value, expression.filters) if isinstance(expression, Filtered) else (expression, ())
        if not (isinstance(head, Constant) or (isinstance(head, Path) and _is_plain(head))):
            return False
        if not calls:
            return True
        if self.reads.dialect is not Dialect.LATEST or any(call.name not in SAFE_FILTERS for call in calls):
            return False
        variables = [
            (call.name, argument.value)
            for call in calls
            for argument in call.arguments
            if not isinstance(argument.value, Constant)
        ]
        if not variables:
            return passes_probes(self.template.source[head.end : expression.end], self.reads.dialect)
        return all(call.name in BESIDE_VARIABLES for call in calls) and all(
            name in TAKES_VARIABLES and isinstance(value, Path) and _is_plain(value) for name, value in variables
        )

    def test(self, expression: Expression) -> None:
        """A condition, by what it asks."""
        match expression:
            case Filtered(value=inner, filters=()):
                self.test(inner)
            case Chain(parts=parts):
                for part in parts:
                    self.test(part)
            case Negation(part=part):
                self.test(part)
            case Path() if (place := self.simple_place(expression)) is not None:
                self.put(("truth", *place), truth(self.get(place)))
            case Comparison():
                self.comparison(expression)
            case _:
                self.value(expression)

    def comparison(self, node: Comparison) -> None:
        """`path operator constant` by its answer; anything else by value.

        Source: liquid §4: in latest, texts are equal to texts only, and numbers compare with numbers as usual.
        """
        left, right = _bare(node.left), _bare(node.right)
        place = self.simple_place(left) if isinstance(left, Path) else None
        if place is None or self.reads.dialect is not Dialect.LATEST or not isinstance(right, Constant):
            self.value(node)
            return
        constant, sign = right.value, node.operator
        is_text = isinstance(constant, str) and constant not in ("now", "today") and sign in ("==", "!=")
        is_number = isinstance(constant, _NUMBERS) and not isinstance(constant, bool)
        if not (is_text or (is_number and sign in ("==", "!=", "<", ">", "<=", ">="))):
            self.value(node)
            return
        self.put(("compared", sign, type(constant), constant, *place), compared(self.get(place), sign, constant))

    def value(self, expression: Expression) -> None:
        """Everything that *expression* reads, by value; what asks the time, chance or more Liquid is opaque."""
        if any(call.name.endswith("_exp") or call.name == "random" for call in calls_in(expression)):
            self.reads.is_opaque = True
        pending = [expression]
        while pending:
            part = pending.pop()
            if isinstance(part, Constant) and part.value in ("now", "today"):
                self.reads.is_opaque = True
            if isinstance(part, Path):
                if part.segments[0] == "snippets":
                    self.reads.add_snippet(part.segments[1] if len(part.segments) > 1 else None, True)
                elif (place := self.place(part)) is not None:
                    self.put(("whole", *place), whole(self.get(place)))
            pending.extend(parts_of(part))

    def simple_place(self, path: Path) -> tuple[int, tuple[str, ...]] | None:
        """The place of a path that is looked up by plain names all the way; None for any other."""
        if not _is_plain(path) or (path.segments[0] not in ROOTS and path.segments[0] not in self.items):
            return None
        return self.place(path)

    def place(self, path: Path, *, printed: bool = False) -> tuple[int, tuple[str, ...]] | None:
        """Root and names of what has to be looked at for *path*; None when it follows from the rest, or never changes.

        Raises: _Fallback for what changes from one turn of a loop to the next.
        """
        root = path.segments[0]
        if root in ("forloop", "tablerowloop") and self.in_items and root not in self.hidden:
            if printed:
                return None
            raise _Fallback
        names = _plain_names(path)
        if isinstance(root, str) and root in self.items:
            return self.items[root], names
        if not isinstance(root, str) or root in self.hidden:
            return None
        if root in ROOTS:
            self.reads.note_attribute(ROOTS[root], names)
            return ROOTS[root], names
        if root in self.names or root in _ALWAYS_THERE:
            if root == "message" and not printed and (not names or names[0] in _MOVING):
                self.reads.is_opaque = True
            return None
        if root in _PRINTED_ONLY and not printed:
            self.reads.is_opaque = True
        return None

    def get(self, place: tuple[int, tuple[str, ...]]) -> Get:
        """What looks *place* up."""
        return getter(*place)

    def put(self, signature: tuple[object, ...], read: Read) -> None:
        """Keep one read; the signature tells two of them apart."""
        self.functions.setdefault(signature, read)


def _bare(expression: Expression) -> Expression:
    return expression.value if isinstance(expression, Filtered) and not expression.filters else expression


def _is_plain(path: Path) -> bool:
    """Whether the path is looked up by names alone, none of which may mean something else."""
    return all(isinstance(name, str) for name in path.segments) and not _SIZES & set(path.segments[1:])


def _plain_names(path: Path) -> tuple[str, ...]:
    """The names up to the first segment that is a number, computed, or one of `size`, `first`, `last`."""
    names: list[str] = []
    for segment in path.segments[1:]:
        if not isinstance(segment, str) or segment in _SIZES:
            break
        names.append(segment)
    return tuple(names)


def _is_size(path: Path) -> bool:
    """Whether the path ends in the length of what plain names lead to."""
    names = path.segments
    plain = all(isinstance(name, str) for name in names)
    return plain and len(names) > 1 and names[-1] == "size" and not _SIZES & set(names[1:-1])


def _passed_on(nodes: Sequence[Node]) -> dict[str, Filtered]:
    """The names that an `assign` gives once and for all, and that are only printed and counted with."""
    bound = Counter(name for node in walk(nodes) for name in node.binds())
    given = [node for node in nodes if isinstance(node, AssignNode) and bound[node.name] == 1]
    found = {node.name: node.expression for node in given}
    while True:
        dropped = set(found).difference(_used_plainly(nodes, found))
        if not dropped:
            return found
        found = {name: expression for name, expression in found.items() if name not in dropped}


def _used_plainly(nodes: Sequence[Node], names: Mapping[str, Filtered]) -> set[str]:
    """Those of *names* that are used, and nowhere but in front of filters and in sums, outside of loops.

    What a loop reads, it reads only where it has items; what is given to a name is read in any case.
    """
    order = list(names)
    in_loops = {
        id(inner)
        for loop in walk(nodes)
        if isinstance(loop, LoopNode)
        for block in loop.blocks()
        for inner in walk(block)
    }
    used: set[str] = set()
    otherwise: set[str] = set()
    for node in walk(nodes):
        own = node.name if isinstance(node, AssignNode) and node.name in names else None
        before = order if own is None else order[: order.index(own)]
        for expression, use in node.uses():
            passes_on = own is not None or (use == "output" and isinstance(node, OutputNode))
            passes_on = passes_on and id(node) not in in_loops
            plainly = _heads_and_terms(expression) if passes_on else []
            for path in _paths_in(expression):
                name = path.segments[0]
                if name in names:
                    is_plain = path in plainly and len(path.segments) == 1 and name in before
                    (used if is_plain else otherwise).add(str(name))
    return used - otherwise


def _heads_and_terms(expression: Expression) -> list[Path]:
    """The paths that a chain of filters begins with, or that it counts with."""
    if not isinstance(expression, Filtered):
        return [expression] if isinstance(expression, Path) else []
    terms = [argument.value for call in expression.filters if call.name in ARITHMETIC for argument in call.arguments]
    elsewhere = [
        path
        for call in expression.filters
        if call.name not in ARITHMETIC
        for argument in call.arguments
        for path in _paths_in(argument.value)
    ]
    return [path for path in (expression.value, *terms) if isinstance(path, Path) and path not in elsewhere]


def _paths_in(expression: Expression) -> Iterator[Path]:
    pending = [expression]
    while pending:
        part = pending.pop()
        if isinstance(part, Path):
            yield part
        pending.extend(parts_of(part))
