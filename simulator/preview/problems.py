"""What `check` finds, found in a process of its own so that no picture waits for it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from mailwright.diagnostics import ConfigurationError, Diagnostic, Severity, Span, bounded
from mailwright.loading.files import Files
from mailwright.loading.yaml_tree import lines_of

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from mailwright.checks.template_facts import FactsOf

QUIET_SECONDS = 0.15
"""How long nothing may be saved before the search starts: pictures come first."""

NICENESS = 10

Found = Callable[[tuple[Diagnostic, ...]], "Awaitable[None]"]


def problems_of(root: str) -> tuple[Diagnostic, ...]:
    """All that `check` reports of the project at *root*, without the rules that its settings leave out."""
    from mailwright.checks.all_checks import check_content
    from mailwright.loading.folder import read_project
    from simulator.sample_checks import check_samples

    try:
        project, found = read_project(root)
    except ConfigurationError as error:
        return (Diagnostic("settings", str(error), error.span or Span("mailwright.toml"), error.hint),)
    found += check_content(project, _facts())
    if not any(one.severity is Severity.ERROR for one in found):
        found += check_samples(project)
    kept = [one for one in bounded(found) if one.rule not in project.settings.ignore]
    return tuple(_with_line(Path(root), one) for one in kept)


def _facts() -> FactsOf:
    """The facts of each piece of Liquid, remembered for as long as this process lives."""
    global _remembered
    if _remembered is None:
        from functools import lru_cache

        from mailwright.checks.template_facts import template_facts

        _remembered = lru_cache(maxsize=8192)(template_facts)
    return _remembered


_remembered: FactsOf | None = None


def _with_line(root: Path, diagnostic: Diagnostic) -> Diagnostic:
    if diagnostic.source_line:
        return diagnostic
    lines = lines_of(Files(root).text(diagnostic.span.file) or "")
    at = diagnostic.span.line
    return replace(diagnostic, source_line=lines[at - 1]) if 0 < at <= len(lines) else diagnostic


def _answer(asked: Connection, root: str) -> None:
    """What the other process does: find the problems each time it is asked, until nobody asks any more.

    Ctrl-C reaches every process of a terminal; this one ends when its parent does. Pictures come first, so it is nice.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    while True:
        try:
            asked.recv()
            asked.send(problems_of(root))
        except (EOFError, OSError):
            return
        except Exception as error:  # noqa: BLE001  # a bug in some check must not take the pictures with it
            message = f"a check ended with a bug of mailwright's own ({type(error).__name__})"
            asked.send((Diagnostic("check-failed", message, Span("mailwright.toml"), "mailwright check shows it"),))


async def _received(connection: Connection) -> tuple[Diagnostic, ...]:
    """What the other process sends next; the event loop waits for it as it waits for a socket.

    Raises: EOFError when the other process is gone.
    """
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(connection.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(connection.fileno())
    found: tuple[Diagnostic, ...] = connection.recv()
    return found


def _tell(pid: int, what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, what)


class ProblemFinder:
    """Finds the problems of the newest files, again and again; what was asked for meanwhile is answered by one run."""

    def __init__(self, root: Path, found: Found) -> None:
        self._root = str(root)
        self._found = found
        self._wanted = asyncio.Event()
        self._process: BaseProcess | None = None

    def want(self) -> None:
        """Look again: files have changed."""
        self._wanted.set()

    def make_way(self) -> None:
        """Hold the search for a moment: a file was saved, and its picture comes first."""
        pid = self._process.pid if self._process is not None else None
        if pid is None or not hasattr(signal, "SIGSTOP"):
            return
        _tell(pid, signal.SIGSTOP)
        asyncio.get_running_loop().call_later(QUIET_SECONDS, _tell, pid, signal.SIGCONT)

    async def _until_quiet(self) -> None:
        """Wait for the end of a burst of saves, and until their pictures are on the screen."""
        while self._wanted.is_set():
            self._wanted.clear()
            await asyncio.sleep(QUIET_SECONDS)

    async def run(self) -> None:
        """Answer every `want` until cancelled."""
        await self._wanted.wait()
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_answer, args=(theirs, self._root), daemon=True)
        await asyncio.to_thread(process.start)
        self._process = process
        theirs.close()
        try:
            while True:
                await self._wanted.wait()
                await self._until_quiet()
                ours.send(None)
                await self._found(await _received(ours))
        except (EOFError, OSError):
            return  # it was ended from outside: there are no more problems to tell
        finally:
            self._process = None
            process.kill()  # it writes nothing, and one that is held would not hear anything gentler
            ours.close()
            process.join()
