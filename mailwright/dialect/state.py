"""What one render knows while it runs: names, counters, and how much of its limits is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from sys import getsizeof
from typing import Protocol

from mailwright.dialect.faults import Dialect, LimitHit, Origin
from mailwright.dialect.settings import RenderSettings

Out = Callable[[str], object]
Program = Callable[["State", Out], None]


CHECK_SIZE = 4096  # values below this cannot hurt; larger ones are counted against the limits


class Engine(Protocol):
    """What a running render asks of its dialect, for Liquid that it finds in data and in arguments."""

    def program(self, source: str, name: str) -> tuple[Origin, Program]:
        """*source*, parsed and ready to run."""

    def question(self, text: str) -> Callable[[State], object]:
        """The expression *text*, ready to be asked."""


class State:
    """The changing side of one render; templates rendered inside it share its limits but not its names."""

    __slots__ = (
        "chances",
        "context",
        "counters",
        "cycles",
        "deadline",
        "depth",
        "dialect",
        "engine",
        "held",
        "limits",
        "loops",
        "max_size",
        "names",
        "offsets",
        "origin",
        "settings",
        "size",
        "sizes",
        "snippet",
        "timer",
        "total",
    )

    def __init__(
        self,
        context: Mapping[str, object],
        settings: RenderSettings,
        origin: Origin,
        dialect: Dialect,
        engine: Engine,
    ) -> None:
        self.context = context
        self.names: dict[str, object] = dict(context)
        self.settings = settings
        self.limits = settings.limits
        self.origin = origin
        self.dialect = dialect
        self.engine = engine
        self.timer = settings.timer
        self.deadline = self.timer() + self.limits.seconds
        self.max_size = self.limits.output_bytes
        self.size = 0
        self.loops = 0
        self.total = 0
        self.chances = 0
        self.depth = 0
        self.snippet = ""
        self.held: dict[str, list[object]] = {}  # names that a loop shows its own value for → what they hold outside
        self.sizes: dict[str, int] = {}
        self.counters: dict[str, float] = {}
        self.cycles: dict[str, int] = {}
        self.offsets: dict[str, int] = {}

    def inside(self, origin: Origin, context: Mapping[str, object]) -> State:
        """A state for a template rendered within this one: names of its own, the same limits.

        Raises: LimitHit when templates are nested too deep.
        """
        inner = State(context, self.settings, origin, self.dialect, self.engine)
        inner.depth = self.depth + 1
        if inner.depth > self.limits.nesting:
            raise LimitHit("nesting")
        inner.snippet, inner.deadline, inner.max_size = self.snippet, self.deadline, self.max_size
        inner.size, inner.loops, inner.total, inner.chances = self.size, self.loops, self.total, self.chances
        return inner

    def take_over(self, inner: State) -> None:
        """Count what a template rendered within this one has used."""
        self.loops, self.total, self.chances = inner.loops, inner.total, inner.chances
        self.check_time()

    def check_time(self) -> None:
        """Stop a render that takes too long.

        Raises: LimitHit.
        """
        if self.timer() > self.deadline:
            raise LimitHit("seconds")

    def turn(self) -> None:
        """Count one more turn of a loop.

        Raises: LimitHit when there were too many, or when time is up.
        """
        self.loops += 1
        if self.loops > self.limits.loop_iterations:
            raise LimitHit("loop_iterations")
        if not self.loops & 31 and self.timer() > self.deadline:
            raise LimitHit("seconds")

    def emit(self, text: str) -> None:
        """Count a text that goes to the output.

        Units: characters, which stand for bytes; counting bytes would cost more than the output.
        Raises: LimitHit when the output grows too large.
        """
        self.size += len(text)
        if self.size > self.max_size:
            raise LimitHit("output_bytes")

    def weigh(self, value: object) -> None:
        """Look at a value that is large enough to matter.

        Raises: LimitHit when it is too large, or when time is up.
        """
        if getsizeof(value) > self.limits.namespace_bytes:
            raise LimitHit("namespace_bytes")
        self.check_time()

    def assign(self, name: str, value: object) -> None:
        """Let *name* hold *value* from here on; inside a loop that shows its own value for it, once the loop is over.

        Raises: LimitHit when the names hold too much.
        """
        weight = getsizeof(value)
        self.total += weight - self.sizes.get(name, 0)
        self.sizes[name] = weight
        if self.total > self.limits.namespace_bytes:
            raise LimitHit("namespace_bytes")
        held = self.held.get(name)
        if held:
            held[0] = value
        else:
            self.names[name] = value

    def chance(self, start: int) -> int:
        """A number that looks random but is decided by the seed, the place in the template and the turn."""
        self.chances += 1
        text = f"{self.settings.seed}\0{self.origin.name}\0{start}\0{self.chances}"
        return int.from_bytes(sha256(text.encode("utf-8", "replace")).digest()[:16], "big")
