"""Which files of the project changed: told a few milliseconds after they are saved, by the names the project uses."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
from watchfiles import Change, awatch

from simulator.preview.pieces import SETTINGS_FILES

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectSendStream

DEBOUNCE_MS, STEP_MS = 50, 5
"""How long one save may take, and how often we look whether it is over."""
GONE_SECONDS = 0.25
FIRST_LOOK_SECONDS, LOOK_SECONDS = 0.3, 5.0


Stamps = dict[str, tuple[int, int]]


def stamps_of(root: Path, folders: Iterable[str]) -> Stamps:
    """When each file of the folders was last written and how large it is, by its relative name."""
    found: Stamps = {}
    for folder in folders:
        for place, _, files in os.walk(root / folder):
            for name in files:
                path = os.path.join(place, name)
                with suppress(OSError):
                    status = os.stat(path)
                    found[_named(root, path)] = (status.st_mtime_ns, status.st_size)
    return found


async def changes(
    root: Path, folders: tuple[str, ...], stop: anyio.Event, known: Stamps | None = None
) -> AsyncIterator[set[str]]:
    """The relative names of changed files, a set for each save, until *stop*.

    Folders that are not there, or go away, are watched again as soon as they are back. What was written after
    *known* was taken and before the watch stood, or in a way that the system does not tell of, is found by looking now
    and then.
    """
    stamps: Stamps = dict(known or {})
    send, receive = anyio.create_memory_object_stream[set[str]](64)
    async with anyio.create_task_group() as tasks, receive:
        for folder in folders:
            tasks.start_soon(_watch_folder, root, folder, send.clone(), stop, stamps)
        tasks.start_soon(_look_now_and_then, root, folders, send.clone(), stamps)
        tasks.start_soon(_watch_settings, root, send, stop)
        async for found in receive:
            yield found
        tasks.cancel_scope.cancel()


async def _watch_folder(
    root: Path, folder: str, send: MemoryObjectSendStream[set[str]], stop: anyio.Event, stamps: Stamps
) -> None:
    path, was_gone = root / folder, False
    async with send:
        while not stop.is_set():
            if not path.is_dir():
                was_gone = True
                await anyio.sleep(GONE_SECONDS)
                continue
            if was_gone:
                await send.send({f"{folder}/"})  # whatever is in it now, nobody saw it come
            async for found in awatch(path, debounce=DEBOUNCE_MS, step=STEP_MS, stop_event=stop, recursive=True):
                names = _names(root, found)
                if names:
                    await send.send(names)
                    _note(root, names, stamps)
                if not path.is_dir():
                    await send.send({f"{folder}/"})
                    break


async def _look_now_and_then(
    root: Path, folders: tuple[str, ...], send: MemoryObjectSendStream[set[str]], stamps: Stamps
) -> None:
    """Tell what changed and was not told: *stamps* are kept up to date by whoever tells."""
    async with send:
        pause = FIRST_LOOK_SECONDS
        while True:
            await anyio.sleep(pause)
            pause = LOOK_SECONDS
            found = await anyio.to_thread.run_sync(stamps_of, root, folders)
            names = {name for name in found.keys() | stamps.keys() if found.get(name) != stamps.get(name)}
            stamps.clear()
            stamps.update(found)
            names = {name for name in names if not _is_beside(name.rpartition("/")[2])}
            if names:
                await send.send(names)


def _note(root: Path, names: Iterable[str], stamps: Stamps) -> None:
    for name in names:
        try:
            status = (root / name).stat()
            stamps[name] = (status.st_mtime_ns, status.st_size)
        except OSError:
            stamps.pop(name, None)


async def _watch_settings(root: Path, send: MemoryObjectSendStream[set[str]], stop: anyio.Event) -> None:
    async with send:
        async for found in awatch(root, debounce=DEBOUNCE_MS, step=STEP_MS, stop_event=stop, recursive=False):
            names = {name for name in _names(root, found) if name in SETTINGS_FILES}
            if names:
                await send.send(names)


def _names(root: Path, found: set[tuple[Change, str]]) -> set[str]:
    """The changed files by their names in the project; what editors write beside a file while they save is left out."""
    names = {_named(root, path) for _, path in found}
    return {name for name in names if not _is_beside(name.rpartition("/")[2])}


def _named(root: Path, path: str) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")


def _is_beside(name: str) -> bool:
    return name.startswith((".", "#")) or name.endswith(("~", ".swp", ".swx", ".tmp", "___jb_tmp___", "___jb_old___"))
