"""Work done by several processes of our own, none of which outlives the work."""

from __future__ import annotations

import pickle
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from mailwright.diagnostics import HistoryError

Done = TypeVar("Done")


def in_processes(
    work: Callable[..., Done], shares: Sequence[tuple[Any, ...]], at_once: int | None = None
) -> list[Done]:
    """What *work* gives for the arguments of each share, a process each, in the shares' order.

    *at_once* processes run beside each other; None: all of them.
    Raises: what a share's work raises; HistoryError when a process ends without an answer.
    """
    # What a process leaves when it is ended goes with this folder.
    scratch = tempfile.TemporaryDirectory(prefix="mailwright-", ignore_cleanup_errors=True)
    waiting = deque(enumerate(shares))
    going: dict[Connection, tuple[int, BaseProcess]] = {}
    found: dict[int, Done] = {}
    try:
        while waiting or going:
            while waiting and len(going) < (at_once or len(shares)):
                number, share = waiting.popleft()
                connection, process = _started(scratch.name, work, share)
                going[connection] = (number, process)
            for ready in wait(list(going)):
                assert isinstance(ready, Connection)  # nothing else is waited for
                number, process = going[ready]
                found[number] = _answer(ready)
                del going[ready]
                process.join()
        return [found[number] for number in range(len(shares))]
    finally:
        for _, process in going.values():
            process.kill()
            process.join()
        scratch.cleanup()


def _started(scratch: str, work: Callable[..., Any], share: tuple[Any, ...]) -> tuple[Connection, BaseProcess]:
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, scratch, work, share), daemon=True)
    process.start()
    theirs.close()  # so that the end of the process is the end of its pipe
    return ours, process


def _answer(connection: Connection) -> Any:
    try:
        with connection:
            is_fine, answer = connection.recv()
    except (EOFError, OSError) as error:
        raise HistoryError(
            "a process ended before its share of the log was done; nothing was written",
            hint="was it killed, or is memory short? --processes 1 needs least of it",
        ) from error
    if is_fine:
        return answer
    raise answer


def _work(answer: Connection, scratch: str, work: Callable[..., Any], share: tuple[Any, ...]) -> None:
    # A Ctrl-C goes to every process of the terminal; the one that waits for us ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = scratch
    try:
        told: tuple[bool, Any] = (True, work(*share))
    except Exception as error:  # noqa: BLE001  # whatever it is, the process that waits must hear of it
        told = (False, _portable(error))
    with suppress(BrokenPipeError):
        answer.send(told)


def _portable(error: Exception) -> Exception:
    """The error as another process can read it."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  # our own error, on its way to our own process
    except Exception:  # noqa: BLE001  # anything may go wrong with an error of somebody else's
        return RuntimeError(f"{type(error).__name__} in a process")
    return error
