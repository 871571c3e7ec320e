"""Work done by several processes of our own, none of which outlives the work."""

from __future__ import annotations

import pickle
import signal
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from mailwright.diagnostics import HistoryError

Done = TypeVar("Done")


def in_processes(work: Callable[..., Done], shares: Sequence[tuple[Any, ...]]) -> list[Done]:
    """What *work* gives for the arguments of each share, a process each, in the shares' order.

    Raises: what a share's work raises; HistoryError when a process ends without an answer.
    """
    context = get_context("spawn")
    processes: list[BaseProcess] = []
    answers: dict[Connection, int] = {}
    found: dict[int, Done] = {}
    # What a process leaves when it is ended goes with this folder.
    scratch = tempfile.TemporaryDirectory(prefix="mailwright-", ignore_cleanup_errors=True)
    try:
        for number, share in enumerate(shares):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(theirs, scratch.name, work, share), daemon=True)
            process.start()
            theirs.close()  # so that the end of the process is the end of its pipe
            processes.append(process)
            answers[ours] = number
        while answers:
            for ready in wait(list(answers)):
                assert isinstance(ready, Connection)  # nothing else is waited for
                number = answers.pop(ready)
                found[number] = _answer(ready)
        return [found[number] for number in range(len(shares))]
    finally:
        for started in processes:
            started.kill()
            started.join()
        scratch.cleanup()


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
