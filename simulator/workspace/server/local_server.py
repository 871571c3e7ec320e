"""A server of workspaces as one value: the account and all that stands around it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from simulator.workspace.account import Account
from simulator.workspace.clock import ClockMode
from simulator.workspace.documents import Kind
from simulator.workspace.records import DeliveryRecord
from simulator.workspace.routes import Route
from simulator.workspace.server.dispatch import Dispatch
from simulator.workspace.server.faults import Faults
from simulator.workspace.server.limits import Limits
from simulator.workspace.server.request_log import RequestLog
from simulator.workspace.server.route_table import RouteTable
from simulator.workspace.server.seeding import seed_from
from simulator.workspace.server.tokens import Tokens
from simulator.workspace.space import Space, made_up
from simulator.workspace.state import exported, imported

DeliveryTold = Callable[[Space, DeliveryRecord, str, Mapping[str, Any]], None]
"""Called with a workspace, a delivery, the metric it just got, and what came with it."""


class LocalServer:
    """The workspaces of one account, and the parts that answer for them. It knows nothing of sockets."""

    def __init__(
        self,
        account: Account,
        routes: Iterable[Route],
        runs: Callable[[Space], Any],
        *,
        limits: Limits | None = None,
        admin_token: str | None = None,
    ) -> None:
        self.account = account
        self.routes = RouteTable(routes)
        self.limits = limits or Limits()
        self.faults = Faults()
        self.log = RequestLog()
        self.tokens = Tokens(made_up(f"{account.key_seed}/tokens", 32))
        self.admin_token = admin_token or secrets.token_urlsafe(24)
        self.dispatch = Dispatch(self)
        self.listeners: list[DeliveryTold] = []
        self._always = False
        self._listening: set[int] = set()
        self.seeded: dict[int, dict[str, Any]] = {}  # what the last seed of a workspace brought, and what it could not
        self._attached: list[Callable[[Space], None]] = []
        self._runs = runs
        self._at_start: dict[int, dict[str, Any]] = {}
        self._clock_at_start = (account.clock.mode, account.clock.at)
        account.attach = self.attach
        self.attach_all()

    def attach_all(self) -> None:
        """Let the campaigns of every workspace run from what the store holds."""
        for space in self.account.spaces.values():
            self.attach(space)

    def attach(self, space: Space) -> None:
        """Let a workspace's campaigns run from what the store holds."""
        space.running = self._runs(space)
        space.on_content = lambda: self._listen(space)
        self._listening.discard(space.id)
        self._listen(space)
        for after in self._attached:
            after(space)

    def on_attach(self, attached: Callable[[Space], None]) -> None:
        """Call *attached* with every workspace whose campaigns run, now and whenever one begins to."""
        self._attached.append(attached)
        for space in self.account.spaces.values():
            attached(space)

    def listen_always(self) -> None:
        """Hear of every delivery, also where no reporting webhook asks for it."""
        self._always = True
        for space in self.account.spaces.values():
            self._listen(space)

    def _listen(self, space: Space) -> None:
        """Hear of a workspace's deliveries once somebody wants to know; until then they need not be read."""
        if space.id in self._listening or not (self._always or space.documents.all(Kind.WEBHOOK)):
            return
        self._listening.add(space.id)
        space.running.on_delivery(lambda *told: self._tell(space, *told))

    def _tell(self, space: Space, delivery: DeliveryRecord, metric: str) -> None:
        for listener in self.listeners:
            listener(space, delivery, metric, space.details)

    def seed(self, space: Space, folder: str, workspace: str | None) -> dict[str, Any]:
        """Put the content of the project in *folder* into a workspace; what has no words there is listed.

        Raises: MailwrightError when there is no such project, or it holds mistakes.
        """
        found = self.seeded[space.id] = seed_from(space, folder, workspace)
        return found

    def remember_start(self) -> None:
        """Note how every workspace stands, for resets."""
        self._at_start = {space.id: exported(self.account, space) for space in self.account.spaces.values()}
        self._clock_at_start = (self.account.clock.mode, self.account.clock.at)

    def reset_all(self, *, empty: bool = False) -> None:
        """Bring every workspace, and the clock they share, back to how they were at the start."""
        for space in [*self.account.spaces.values()]:
            self.reset(space, empty=empty)
        self.account.clock.mode, self.account.clock.at = self._clock_at_start
        self.account.keep_clock()

    def reset(self, space: Space, *, empty: bool = False) -> None:
        """Bring a workspace back to how it was at the start, or to nothing; its keys stay."""
        if empty or space.id not in self._at_start:
            state = exported(self.account, space)
            for name, table in state["tables"].items():
                table["rows"] = table["rows"] if name == "workspaces" else []
        else:
            state = self._at_start[space.id]
        imported(self.account, state)
        self.attach_all()

    def tick(self) -> None:
        """Run what is due, where time passes by itself."""
        if self.account.clock.mode is ClockMode.REAL:
            self.run_due()

    def run_due(self) -> None:
        """Run every workspace up to the present."""
        now = self.account.clock.now()
        for space in self.account.spaces.values():
            space.running.run_until(now)
