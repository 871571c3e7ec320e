"""`mailwright listen` as a process beside this one, with a local workspace's signing key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mailwright.diagnostics import WorkspaceError

if TYPE_CHECKING:
    from sync.demo.local_server import LocalServer


@contextmanager
def receiver(store: Path, server: LocalServer, name: str) -> Iterator[str]:
    """The address that takes the webhooks of the workspace called *name* into *store*, until the block ends.

    Raises: WorkspaceError when it does not start.
    """
    key = server.workspace(name)["webhook_signing_key"]
    command = [sys.executable, "-m", "mailwright", "listen", "--port", "0", "--format", "json", "--store", str(store)]
    process = subprocess.Popen(  # noqa: S603  # our own command
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "MAILWRIGHT_WEBHOOK_KEY": key}
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise WorkspaceError("the receiver of webhooks did not start")
        yield f"{json.loads(line)['url']}/webhooks"
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        if process.stdout is not None:
            process.stdout.close()
