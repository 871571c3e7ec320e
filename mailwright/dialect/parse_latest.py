"""The expression grammar of the latest engine: values, conditions and filters may stand anywhere.

Source: liquid §4, §11; the tokenizer of LiquidJS, executed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailwright.dialect.expressions import (
    Argument,
    Chain,
    Comparison,
    Constant,
    Expression,
    FilterCall,
    Filtered,
    Keyword,
    Negation,
    Path,
    Span,
)
from mailwright.dialect.faults import Limits, LiquidFault, Origin

_BLANK = re.compile(r"[\s\u00a0\ufeff]*")
_NAME = re.compile(
    r"[A-Za-z0-9_\-?\u0080-\u009f\u00a1-\u1fff\u2010-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff"
    r"\u3001-\ufefe\uff00-\U0010ffff]+"
)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?![\w\-?.]|\[)|-?\d+(?=\.\.)|-?\d+\.\d+(?=\.\.)")
_OPERATOR = re.compile(r"==|!=|<>|<=|>=|<|>|(?:contains|and|or)(?![\w\-?.:\[])")
_NOT = re.compile(r"not(?![\w\-?.:\[|,)])")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_LITERALS: dict[str, object] = {"true": True, "false": False}
_KEYWORDS = ("nil", "null", "empty", "blank")
MAX_DEPTH = Limits().nesting


class LatestParser:
    """Reads one markup from left to right; every position is an offset into the whole source."""

    def __init__(self, origin: Origin, start: int, end: int, fail: Callable[[str, int, int], LiquidFault]) -> None:
        self.origin = origin
        self.source = origin.source
        self.at = start
        self.end = end
        self.fail = fail
        self.depth = 0
        self.skip()

    def skip(self) -> None:
        """Pass over white space."""
        found = _BLANK.match(self.source, self.at, self.end)
        self.at = found.end() if found else self.at

    def peek(self) -> str:
        """The next character, or nothing at the end."""
        return self.source[self.at] if self.at < self.end else ""

    def is_done(self) -> bool:
        """Nothing but white space is left."""
        self.skip()
        return self.at >= self.end

    def name(self) -> str:
        """An identifier, or nothing."""
        self.skip()
        found = _NAME.match(self.source, self.at, self.end)
        if found is None:
            return ""
        self.at = found.end()
        return found.group()

    def unexpected(self) -> LiquidFault:
        """The fault of whatever stands here."""
        start = min(self.at, self.end)
        if start >= self.end:
            last = len(self.source[: self.end].rstrip())
            return self.fail("unexpected end of the expression", max(0, last - 1), max(1, last))
        return self.fail(f"unexpected '{self.source[start : self.end][:16]}'", start, min(start + 1, self.end))

    def value(self) -> Expression | None:
        """One value, or nothing when none stands here."""
        self.skip()
        start, character = self.at, self.peek()
        if character and character in "\"'":
            return self.quoted()
        if character == "(":
            return self.deeper(self.span)
        if character == "[":
            return self.deeper(lambda: self.path(start))
        number = _NUMBER.match(self.source, self.at, self.end)
        if number is not None:
            self.at = number.end()
            text = number.group()
            return Constant(start, self.at, float(text) if "." in text or len(text) > 16 else int(text))
        return self.path(start) if _NAME.match(self.source, start, self.end) else None

    def deeper(self, read: Callable[[], Expression]) -> Expression:
        """What *read* finds one level further inside.

        Raises: the limit fault for brackets nested too deep.
        """
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.origin.place(self.at, self.at + 1).limited("nesting", Limits())
        found = read()
        self.depth -= 1
        return found

    def required(self) -> Expression:
        """One value.

        Raises: the syntax fault when none stands here.
        """
        found = self.value()
        if found is None:
            raise self.unexpected()
        return found

    def quoted(self) -> Constant:
        """A text in quotes, its escapes undone."""
        start, quote = self.at, self.peek()
        at, pieces = start + 1, []
        while at < self.end and self.source[at] != quote:
            if self.source[at] == "\\" and at + 1 < self.end:
                text, at = self.escape(at + 1)
                pieces.append(text)
            else:
                stop = at + 1
                while stop < self.end and self.source[stop] not in (quote, "\\"):
                    stop += 1
                pieces.append(self.source[at:stop])
                at = stop
        if at >= self.end:
            raise self.fail("unclosed quote", start, self.end)
        self.at = at + 1
        return Constant(start, self.at, "".join(pieces))

    def escape(self, at: int) -> tuple[str, int]:
        r"""What the escape with its letter at *at* stands for, and where it ends.

        Source: liquid §6, string literals. Assumed: `\b`, `\f` and `\v` stay as written, as the documented
        example of uri_escape prints them.
        """
        letter = self.source[at]
        if letter == "u" and re.fullmatch(r"[0-9a-fA-F]{4}", self.source[at + 1 : min(at + 5, self.end)]):
            return chr(int(self.source[at + 1 : at + 5], 16)), at + 5
        if letter in "bfv":
            return "\\" + letter, at + 1
        return _ESCAPES.get(letter, letter), at + 1

    def span(self) -> Expression:
        """`(low..high)`."""
        start = self.at
        self.at += 1
        low = self.required()
        self.skip()
        if not self.source.startswith("..", self.at) or self.at + 2 > self.end:
            raise self.unexpected()
        self.at += 2
        high = self.required()
        self.skip()
        if self.peek() != ")":
            raise self.unexpected()
        self.at += 1
        return Span(start, self.at, low, high)

    def path(self, start: int) -> Expression:
        """A variable and what is read inside it; a lone keyword is a literal."""
        segments: list[str | int | Expression] = []
        bracketed: list[bool] = []
        if self.peek() != "[":
            segments.append(self.name())
            bracketed.append(False)
        while True:
            if self.peek() == "[":
                segments.append(self.bracket())
                bracketed.append(True)
            elif self.peek() == "." and not self.source.startswith("..", self.at):
                self.at += 1
                found = _NAME.match(self.source, self.at, self.end)
                if found is None:
                    break
                self.at = found.end()
                segments.append(found.group())
                bracketed.append(False)
            else:
                break
        text = self.source[start : self.at]
        if len(segments) == 1 and not bracketed[0]:
            if text in _LITERALS:
                return Constant(start, self.at, _LITERALS[text])
            if text in _KEYWORDS:
                return Keyword(start, self.at, "nil" if text == "null" else text)  # type: ignore[arg-type]  # one of the keyword values
        return Path(start, self.at, tuple(segments), tuple(bracketed), text)

    def bracket(self) -> str | int | Expression:
        """What stands between square brackets: a name, an index, or an expression to compute."""
        self.at += 1
        found = self.deeper(self.required)
        self.skip()
        if self.peek() != "]":
            raise self.unexpected()
        self.at += 1
        if isinstance(found, Constant) and isinstance(found.value, (str, int)) and not isinstance(found.value, bool):
            return found.value
        return found

    def condition(self) -> Expression | None:
        """A value or a condition; `and` and `or` group from the right, without precedence."""
        self.skip()
        start = self.at
        part = self.comparison()
        if part is None:
            return None
        parts, operators = [part], []
        while (word := self.operator(("and", "or"))) is not None:
            operators.append(word)
            part = self.comparison()
            if part is None:
                raise self.unexpected()
            parts.append(part)
        return Chain(start, self.at, tuple(operators), tuple(parts)) if operators else parts[0]

    def comparison(self) -> Expression | None:
        """A value, maybe compared with another; comparisons group from the right."""
        self.skip()
        start, nots = self.at, 0
        while found := _NOT.match(self.source, self.at, self.end):
            self.at = found.end()
            self.skip()
            nots += 1
        left = self.value()
        if left is None:
            if nots:
                raise self.unexpected()
            return None
        sides: list[Expression] = [left]
        operators: list[str] = []
        while (word := self.operator(("==", "!=", "<>", "<", ">", "<=", ">=", "contains"))) is not None:
            operators.append(word)
            sides.append(self.required())
            if len(operators) > MAX_DEPTH:
                raise self.origin.place(start, self.at).limited("nesting", Limits())
        result = sides.pop()
        while operators:
            left = sides.pop()
            result = Comparison(left.start, result.end, operators.pop(), left, result)
        return Negation(start, self.at, result) if nots % 2 else result

    def operator(self, wanted: tuple[str, ...]) -> str | None:
        """The operator that stands here, if it is one of *wanted*."""
        self.skip()
        found = _OPERATOR.match(self.source, self.at, self.end)
        if found is None or found.group() not in wanted:
            return None
        self.at = found.end()
        return found.group()

    def filtered(self) -> Filtered | None:
        """A value and its filters, up to the end; a tail that the engine ignores is kept for the checks.

        Source: liquid §11, lenient tails.
        """
        self.skip()
        start = self.at
        value = self.condition()
        if value is None:
            return None
        calls: list[FilterCall] = []
        tail: tuple[int, int] | None = None
        self.skip()
        if self.at < self.end and self.peek() != "|" and self.starts_value():
            tail = (self.at, self.end)
            pipe = self.source.find("|", self.at, self.end)
            self.at = pipe if pipe >= 0 else self.end
        while not self.is_done():
            if self.peek() != "|":
                raise self.unexpected()
            self.at += 1
            call = self.call()
            if call is None:
                tail = (self.at - 1, self.end)
                self.at = self.end
                break
            calls.append(call)
        return Filtered(start, self.at, value, tuple(calls), tail)

    def starts_value(self) -> bool:
        """A further value stands here, which the engine would silently drop."""
        return self.peek() in "\"'(" or _NAME.match(self.source, self.at, self.end) is not None

    def call(self) -> FilterCall | None:
        """One filter and its arguments, or nothing behind a pipe that hangs."""
        self.skip()
        start, name = self.at, self.name()
        stop = self.at
        if not name:
            if not self.is_done():
                raise self.unexpected()
            return None
        arguments: list[Argument] = []
        self.skip()
        if self.peek() == ":":
            while True:
                self.at += 1
                argument = self.argument()
                if argument is not None:
                    arguments.append(argument)
                self.skip()
                if self.peek() != ",":
                    break
            if self.at < self.end and self.peek() != "|":
                raise self.unexpected()
        return FilterCall(start, stop, name, tuple(arguments))

    def argument(self) -> Argument | None:
        """`value` or `name: value`."""
        found = self.value()
        if found is None:
            return None
        self.skip()
        if self.peek() != ":":
            return Argument(None, found)
        self.at += 1
        return Argument(self.source[found.start : found.end], self.required())

    def pairs(self) -> dict[str, Expression | None]:
        """`name:value` settings behind a tag's expression; a name alone stands for yes."""
        found: dict[str, Expression | None] = {}
        while not self.is_done():
            if self.peek() == ",":
                self.at += 1
                continue
            name = self.name()
            if not name:
                raise self.unexpected()
            self.skip()
            if self.peek() == ":":
                self.at += 1
                found[name] = self.required()
            else:
                found[name] = None
        return found

    def finish(self) -> None:
        """Make sure that nothing is left.

        Raises: the syntax fault when something is.
        """
        if not self.is_done():
            raise self.unexpected()
