"""`for`, `tablerow`, `break`, `continue` and `cycle`.

Source: liquid §2, executed on both engines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from mailwright.dialect import js_values, parse_legacy, ruby_values
from mailwright.dialect.compiling import Compiler, Value
from mailwright.dialect.expressions import Expression, Path
from mailwright.dialect.faults import LimitHit, LiquidFault
from mailwright.dialect.js_values import MISSING
from mailwright.dialect.lexer import Piece
from mailwright.dialect.nodes import BreakLoop, ContinueLoop, compile_block, walk
from mailwright.dialect.ruby_values import RubyRange
from mailwright.dialect.state import Out, Program, State
from mailwright.dialect.stream import DialectStream, parse_block
from mailwright.dialect.tags_control import nothing_behind
from mailwright.dialect.tree import Node, Tag

_LEGACY_FOR = re.compile(rf"\s*(\w+)\s+in\s+((?:{parse_legacy.FRAGMENT.pattern})+)\s*(reversed)?")
_USES_FORLOOP = ("forloop", "tablerowloop")


class LoopHead:
    """`item in collection` and its settings."""

    __slots__ = ("collection", "pairs", "text", "variable")

    def __init__(self, variable: str, collection: Expression, text: str, pairs: dict[str, Expression | None]) -> None:
        self.variable = variable
        self.collection = collection
        self.text = text
        self.pairs = pairs

    def settings(self) -> Iterator[Expression]:
        """The values of the settings."""
        return (value for value in self.pairs.values() if value is not None)


def read_head(stream: DialectStream, token: Piece, markup: Piece, name: str) -> LoopHead:
    """The head of a `for` or `tablerow`.

    Raises: LiquidFault with the tag's usage.
    """
    usage = f"Syntax Error in '{name} loop' - Valid syntax: {name} [item] in [collection]"
    fault = stream.place(token).fault("syntax", usage, tag=name)
    if not stream.is_latest:
        return _read_legacy_head(stream, markup, fault)
    parser = stream.expressions(markup, name)
    variable = parser.name()
    word = parser.name()
    collection = parser.value() if word == "in" else None
    if not variable or collection is None:
        raise fault
    text = stream.origin.source[collection.start : collection.end]
    return LoopHead(variable, collection, text, parser.pairs())


def _read_legacy_head(stream: DialectStream, markup: Piece, fault: LiquidFault) -> LoopHead:
    source = stream.origin.source
    found = _LEGACY_FOR.match(source, markup.start_index, markup.end)
    if found is None:
        raise fault
    collection = parse_legacy.value_at(stream.origin, *found.span(2))
    pairs: dict[str, Expression | None] = {"reversed": None} if found.group(3) else {}
    for pair in parse_legacy.PAIR.finditer(source, markup.start_index, markup.end):
        pairs[pair.group(1)] = parse_legacy.value_at(stream.origin, *pair.span(2))
    return LoopHead(found.group(1), collection, found.group(2), pairs)


class LoopNode(Node):
    """A loop over the items of a value."""

    __slots__ = ("body", "head", "otherwise")

    def __init__(self, token: Piece, head: LoopHead, body: list[Node], otherwise: list[Node]) -> None:
        super().__init__(token)
        self.head = head
        self.body = body
        self.otherwise = otherwise

    def uses(self) -> Iterator[tuple[Expression, str]]:
        """The collection for the loop, the settings as arguments."""
        yield self.head.collection, "loop"
        for value in self.head.settings():
            if not _is_continue(value):
                yield value, "argument"

    def blocks(self) -> Iterable[Sequence[Node]]:
        """The body and the `else` branch."""
        return [self.body, self.otherwise]

    def items(self, compiler: Compiler) -> Callable[[State], Sequence[object]]:
        """The function that gives the items to walk: offset first, then limit, then the other way round."""
        head, is_latest = self.head, compiler.is_latest
        collection, items_of = compiler.value(head.collection), compiler.sense.items_of
        place = compiler.origin.place(head.collection.start, head.collection.end)
        key = f"{head.variable}-{head.text}"
        skipped = head.pairs.get("offset")
        offset = None if skipped is None or _is_continue(skipped) else compiler.value(skipped)
        limit = None if (most := head.pairs.get("limit")) is None else compiler.value(most)
        goes_on, is_reversed = skipped is not None and offset is None, "reversed" in head.pairs

        def items(state: State) -> Sequence[object]:
            found = collection(state)
            if isinstance(found, RubyRange) and found.high - found.low > js_values.PIECES:
                raise place.limited("loop_iterations", state.limits)
            walked: Sequence[object] = items_of(found)
            begin = state.offsets.get(key, 0) if goes_on else _count(offset, state, is_latest)
            if begin:
                walked = walked[begin:]
            if limit is not None:
                most = _count(limit, state, is_latest)
                walked = walked[:most] if most >= 0 or is_latest else walked[:0]
            state.offsets[key] = begin + len(walked)
            return walked[::-1] if is_reversed else walked

        return items

    def compile(self, compiler: Compiler) -> Program | str:
        """Run the body for each item; the loop's own name hides any other of that name."""
        items, variable = self.items(compiler), self.head.variable
        body, otherwise = compile_block(self.body, compiler), compile_block(self.otherwise, compiler)
        place = compiler.origin.place(self.token.start_index, self.token.end)
        label = f"{variable}-{self.head.text}"
        asks, interrupts = _asks_for_forloop(self.body), _has_interrupts(self.body)
        shown = (variable, "forloop") if asks else (variable,)
        run = _interruptible(body) if interrupts else body

        def loop(state: State, out: Out) -> None:
            walked = items(state)
            if not walked:
                otherwise(state, out)
                return
            names, size = state.names, len(walked)
            forloop: dict[str, object] = {"name": label, "length": size}
            hold(state, shown)
            try:
                for position, item in enumerate(walked):
                    state.turn()
                    names[variable] = item
                    if asks:
                        names["forloop"] = forloop
                        forloop["index"], forloop["index0"] = position + 1, position
                        forloop["rindex"], forloop["rindex0"] = size - position, size - position - 1
                        forloop["first"], forloop["last"] = position == 0, position == size - 1
                    run(state, out)
            except BreakLoop:
                pass
            except LimitHit as hit:
                raise place.limited(hit.limit, state.limits) from None
            finally:
                release(state, shown)

        return loop


def _is_continue(value: Expression) -> bool:
    return isinstance(value, Path) and value.segments == ("continue",)


def _count(value: Value | None, state: State, is_latest: bool) -> int:
    """A setting as a whole number; zero when there is none."""
    if value is None:
        return 0
    found = value(state)
    number = js_values.counted(found) if is_latest else ruby_values.integer_of(found)
    return int(max(-js_values.SAFE_INTEGER, min(js_values.SAFE_INTEGER, number)))


def _asks_for_forloop(body: Sequence[Node]) -> bool:
    """The body may read `forloop`: it names it somewhere, or renders text that is not known yet."""
    for node in walk(body):
        if node.token.value == "render_liquid" or any(_names_forloop(expression) for expression, _ in node.uses()):
            return True
    return False


def _names_forloop(expression: Expression) -> bool:
    from_text = repr(expression)  # expressions print all their parts; a false hit only costs time
    return any(name in from_text for name in _USES_FORLOOP)


def _has_interrupts(body: Sequence[Node]) -> bool:
    return any(isinstance(node, InterruptNode) for node in walk(body))


def _interruptible(body: Program) -> Program:
    def run(state: State, out: Out) -> None:
        try:
            body(state, out)
        except ContinueLoop:
            return

    return run


def hold(state: State, names: tuple[str, ...]) -> None:
    """Keep what *names* hold outside of a loop that is about to show its own values."""
    for name in names:
        state.held.setdefault(name, []).append(state.names.get(name, MISSING))


def release(state: State, names: tuple[str, ...]) -> None:
    """Give *names* back what they hold outside of the loop."""
    for name in names:
        value = state.held[name].pop()
        if value is MISSING:
            state.names.pop(name, None)
        else:
            state.names[name] = value


class ForTag(Tag):
    """Reads `for … else … endfor`."""

    name = "for"
    end = "endfor"

    def read(self, stream: DialectStream) -> Node:
        """The loop, up to its end tag."""
        token, markup = stream.take(), stream.take()
        head = stream.attempt(read_head, stream, token, markup, self.name)
        block = parse_block(stream, token, self.name, ("else",))
        body, otherwise = block.nodes, []
        while block.closing.value == "else":
            nothing_behind(stream, block)
            block = parse_block(stream, token, self.name, ("else",))
            otherwise += block.nodes
        return LoopNode(token, head or _no_head(token), body, otherwise)


def _no_head(token: Piece) -> LoopHead:
    """The head of a loop whose own is faulty, so that its body is still looked at."""
    return LoopHead("", Expression(token.start_index, token.end), "", {})


class TableRowNode(LoopNode):
    """A loop that lays its items out in table cells."""

    __slots__ = ()

    def compile(self, compiler: Compiler) -> Program | str:
        """Run the body for each item, within rows of `cols` cells.

        Source: liquid §2: the legacy engine writes a line end after the first row tag and between rows.
        """
        items, variable = self.items(compiler), self.head.variable
        body, is_latest = compile_block(self.body, compiler), compiler.is_latest
        width = None if (cols := self.head.pairs.get("cols")) is None else compiler.value(cols)
        place = compiler.origin.place(self.token.start_index, self.token.end)
        shown = (variable, "tablerowloop")
        line = "" if is_latest else "\n"

        def rows(state: State, out: Out) -> None:
            walked = items(state)
            size = len(walked)
            columns = _count(width, state, is_latest) or size
            if not is_latest:
                out('<tr class="row1">\n')
            hold(state, shown)
            try:
                for position, item in enumerate(walked):
                    state.turn()
                    row, column = divmod(position, columns)
                    state.names[variable] = item
                    state.names["tablerowloop"] = _row_values(position, size, row, column, columns)
                    if column == 0 and (is_latest or position):
                        out(f'{"</tr>" + line if position else ""}<tr class="row{row + 1}">')
                    out(f'<td class="col{column + 1}">')
                    body(state, out)
                    state.emit("</td>")
                    out("</td>")
            except BreakLoop:
                pass
            except LimitHit as hit:
                raise place.limited(hit.limit, state.limits) from None
            finally:
                release(state, shown)
            if size or not is_latest:
                out("</tr>" + line)

        return rows


def _row_values(position: int, size: int, row: int, column: int, columns: int) -> dict[str, object]:
    return {
        "length": size,
        "index": position + 1,
        "index0": position,
        "rindex": size - position,
        "rindex0": size - position - 1,
        "first": position == 0,
        "last": position == size - 1,
        "row": row + 1,
        "col": column + 1,
        "col0": column,
        "col_first": column == 0,
        "col_last": column == columns - 1,
    }


class TableRowTag(Tag):
    """Reads `tablerow … endtablerow`."""

    name = "tablerow"
    end = "endtablerow"

    def read(self, stream: DialectStream) -> Node:
        """The rows, up to the end tag."""
        token, markup = stream.take(), stream.take()
        head = stream.attempt(read_head, stream, token, markup, self.name)
        block = parse_block(stream, token, self.name)
        return TableRowNode(token, head or _no_head(token), block.nodes, [])


class InterruptNode(Node):
    """`break` or `continue`; outside of a loop it ends the template."""

    __slots__ = ()

    def compile(self, compiler: Compiler) -> Program | str:
        """Leave the loop, or this turn of it."""
        kind = BreakLoop if self.token.value == "break" else ContinueLoop

        def interrupt(state: State, out: Out) -> None:
            raise kind

        return interrupt


class BreakTag(Tag):
    """Reads `break`."""

    name = "break"

    def read(self, stream: DialectStream) -> Node:
        """The interruption."""
        token, _ = stream.take(), stream.take()
        return InterruptNode(token)


class ContinueTag(BreakTag):
    """Reads `continue`."""

    name = "continue"


class CycleNode(Node):
    """The next of several values, each time it is reached."""

    __slots__ = ("group", "text", "values")

    def __init__(self, token: Piece, group: Expression | None, values: list[Expression], text: str) -> None:
        super().__init__(token)
        self.group = group
        self.values = values
        self.text = text

    def uses(self) -> Iterator[tuple[Expression, str]]:
        """The values, for output."""
        for value in self.values:
            yield value, "output"
        if self.group is not None:
            yield self.group, "argument"

    def compile(self, compiler: Compiler) -> Program | str:
        """Print the value whose turn it is; a missing one fails."""
        values = [compiler.value(value) for value in self.values]
        group = None if self.group is None else compiler.value(self.group)
        text_of, text = compiler.sense.text_of, self.text
        place = compiler.origin.place(self.token.start_index, self.token.end)

        def cycle(state: State, out: Out) -> None:
            key = f":{text}" if group is None else f"{text_of(group(state))}:{text}"
            turn = state.cycles.get(key, 0)
            state.cycles[key] = (turn + 1) % len(values)
            try:
                shown = text_of(values[turn](state))
                state.emit(shown)
            except LimitHit as hit:
                raise place.limited(hit.limit, state.limits) from None
            out(shown)

        return cycle


class CycleTag(Tag):
    """Reads `cycle a, b` and `cycle group: a, b`."""

    name = "cycle"

    def read(self, stream: DialectStream) -> Node:
        """The values between commas.

        Raises: LiquidFault when there is none.
        """
        token, markup = stream.take(), stream.take()
        values: list[Expression] = []
        group: Expression | None = None
        if stream.is_latest:
            parser = stream.expressions(markup, self.name)
            while not parser.is_done():
                values.append(parser.required())
                parser.skip()
                if parser.peek() == ":" and group is None and len(values) == 1:
                    group = values.pop()
                elif parser.peek() not in (",", ""):
                    raise parser.unexpected()
                parser.at += 1
        else:
            group, values = _legacy_cycle(stream, markup)
        if not values:
            usage = "Syntax Error in 'cycle' - Valid syntax: cycle [name :] var [, var2, var3 ...]"
            raise stream.place(token).fault("syntax", usage, tag=self.name)
        text = ",".join(stream.origin.source[value.start : value.end] for value in values)
        return CycleNode(token, group, values, text)


def _legacy_cycle(stream: DialectStream, markup: Piece) -> tuple[Expression | None, list[Expression]]:
    source, start = stream.origin.source, markup.start_index
    named = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[\w.\-]+)\s*:\s*").match(source, start, markup.end)
    group = parse_legacy.value_at(stream.origin, *named.span(1)) if named else None
    found = parse_legacy.FRAGMENT.finditer(source, named.end() if named else start, markup.end)
    return group, [parse_legacy.value_at(stream.origin, *fragment.span()) for fragment in found]
