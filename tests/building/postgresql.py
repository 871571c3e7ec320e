"""A PostgreSQL server of the tests' own, on a free port of this machine."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path


def binaries() -> Path | None:
    """Where PostgreSQL's programs are; Debian keeps them off the path."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return known[-1].parent if known else None


@dataclass
class Database:
    """A server that can be stopped and started again."""

    url: str
    control: Callable[..., None]

    def stop(self) -> None:
        """End it at once, as a crash does."""
        self.control("stop", "-m", "immediate")

    def start(self) -> None:
        """Let it run."""
        self.control("start")


@contextmanager
def stoppable(folder: Path) -> Iterator[Database]:
    """A server with an empty database, for as long as the block lasts."""
    with ExitStack() as stack:
        yield from _stoppable(folder, stack)


def _stoppable(folder: Path, stack: ExitStack) -> Iterator[Database]:
    programs = binaries()
    assert programs is not None, "PostgreSQL is not installed; ./mw test installs it where it may"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    data = folder / "data"
    as_other: list[str] = []
    if os.geteuid() == 0:  # which PostgreSQL refuses to be
        user = pwd.getpwnam("postgres")
        # Not below pytest's folder, which every pytest that starts on the machine closes to others.
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="postgresql-"))) / "data"
        data.parent.chmod(0o777)
        as_other = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]

    def call(program: str, *words: str) -> None:
        subprocess.run([*as_other, str(programs / program), *words], check=True, capture_output=True, cwd="/")

    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"

    def control(what: str, *words: str) -> None:
        more = ["-o", options, "-l", str(data / "log")] if what == "start" else []
        call("pg_ctl", "-D", str(data), *more, *words, "-w", what)

    call("initdb", "-D", str(data), "-U", "tests", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
    found = Database(f"postgresql://tests@127.0.0.1:{port}/postgres", control)
    found.start()
    try:
        yield found
    finally:
        found.stop()


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The URL of an empty database, for as long as the block lasts."""
    with stoppable(folder) as database:
        yield database.url
