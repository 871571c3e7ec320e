"""What one server keeps: the account, its workspaces, its clock, its service-account token."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from simulator.workspace.clock import Clock, ClockMode
from simulator.workspace.space import Liquid, Region, Space, keys_for, made_up
from simulator.workspace.store import Store

SCHEMA = """
CREATE TABLE IF NOT EXISTS workspaces (workspace INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
"""
FIRST_ID = 41001
KEY_SEED = "local"


class Account:
    """The account of one server. A file keeps everything, and is opened again as it was."""

    id = 30117
    name = "Local"
    url = "http://127.0.0.1"  # where the server listens, which is told once it does

    def __init__(self, path: Path | None = None, *, clock: Clock | None = None, key_seed: str = KEY_SEED) -> None:
        self.store = Store(path)
        self.store.have(SCHEMA)
        self.key_seed = self._kept("key_seed", key_seed)
        self.service_account_token = f"sa_live_{made_up(f'{self.key_seed}/service account', 32)}"
        self.clock = clock or Clock()
        if clock is None:
            self.read_clock()
        self.attach: Callable[[Space], None] | None = None  # lets a new workspace's campaigns run; a server's own
        self.spaces: dict[int, Space] = {}
        self.read_spaces()

    def read_spaces(self) -> None:
        """Take the workspaces that the store holds; those that were there keep their numbers, not their objects."""
        rows = self.store.database.execute("SELECT workspace, body FROM workspaces ORDER BY workspace").fetchall()
        self.spaces = {number: Space.from_row(self, number, json.loads(body)) for number, body in rows}

    def add(self, name: str, region: Region = "us", *, number: int | None = None, liquid: Liquid = "latest") -> Space:
        """A new, empty workspace; its number is the one given, if no other has it."""
        if number is None or number in self.spaces:
            number = max(self.spaces, default=FIRST_ID - 1) + 1
        space = Space(self, number, name, region, liquid, keys_for(name, self.key_seed), live_edit=True)
        self.spaces[number] = space
        self.keep(space)
        return space

    def keep(self, space: Space) -> None:
        """Write down what a workspace is."""
        with self.store.change():
            self.store.database.execute("INSERT OR REPLACE INTO workspaces VALUES (?, ?)", space.as_row())

    def named(self, name: str) -> Space | None:
        """The workspace with this name or number."""
        return next((space for space in self.spaces.values() if name in (space.name, str(space.id))), None)

    def keep_clock(self) -> None:
        """Write down where the clock stands, for the next start on the same file."""
        self._put("clock", json.dumps([self.clock.mode, self.clock.at]))

    def read_clock(self) -> None:
        """Set the clock to where the store says it stands."""
        mode, at = json.loads(self._kept("clock", '["real", 0]'))
        self.clock.mode, self.clock.at = ClockMode(mode), at

    def close(self) -> None:
        """Let the store go."""
        self.store.close()

    def _kept(self, name: str, otherwise: str) -> str:
        row = self.store.database.execute("SELECT value FROM account WHERE name = ?", (name,)).fetchone()
        if row is None:
            self._put(name, otherwise)
            return otherwise
        return str(row[0])

    def _put(self, name: str, value: str) -> None:
        with self.store.change():
            self.store.database.execute("INSERT OR REPLACE INTO account VALUES (?, ?)", (name, value))
