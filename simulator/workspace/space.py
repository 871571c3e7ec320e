"""One workspace of a server: its name, keys, content, clock, and the part that runs its campaigns."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from simulator.workspace.clock import Clock
from simulator.workspace.records import DeliveryRecord, Records
from simulator.workspace.store import Documents, Store

if TYPE_CHECKING:
    from simulator.history.calls import Call
    from simulator.workspace.account import Account

Region = Literal["us", "eu"]
Liquid = Literal["latest", "legacy"]


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The credentials of one workspace. They are made up, and open nothing but this server."""

    site_id: str
    track_key: str
    app_key: str
    webhook_signing_key: str


def keys_for(name: str, seed: str) -> Keys:
    """The keys of the workspace called *name*: the same on every run with the same *seed*."""
    return Keys(
        site_id=made_up(f"{seed}/{name}/site", 20),
        track_key=made_up(f"{seed}/{name}/track", 20),
        app_key=made_up(f"{seed}/{name}/app", 32),
        webhook_signing_key=made_up(f"{seed}/{name}/webhook", 64),
    )


def made_up(source: str, length: int) -> str:
    """Hex digits that look like a key, always the same for the same source."""
    return hashlib.sha256(f"mailwright/{source}".encode()).hexdigest()[:length]


DeliveryListener = Callable[[DeliveryRecord, str], None]
"""Called with a delivery and the metric it just got (`drafted`, `sent`, `failed`, `opened` …)."""


class Runs(Records, Protocol):
    """What the server asks of the part that runs a workspace's campaigns; all of it is called from one thread."""

    def take(self, call: Call) -> None:
        """Let an accepted call happen, at the space's present."""

    def run_until(self, now: int) -> None:
        """Let happen what is due up to *now*, Unix seconds."""

    def content_changed(self) -> None:
        """Read the stored content again before the next thing happens."""

    def on_delivery(self, listener: DeliveryListener) -> None:
        """Call *listener* for each metric that a delivery gets, also for the first, when it is made."""

    def flush(self) -> None:
        """Write to the store what is not there yet: a copy of it is made next, or it is closed."""


PersonListener = Callable[["Call"], None]
"""Takes a call in place of the space: it looks at the person before and after."""


class Space:
    """A workspace. What reaches its campaigns goes through `take`; what it contains is in `documents`."""

    def __init__(
        self, account: Account, number: int, name: str, region: Region, liquid: Liquid, keys: Keys, *, live_edit: bool
    ) -> None:
        self.account = account
        self.id = number
        self.name = name
        self.region: Region = region
        self.liquid: Liquid = liquid
        self.keys = keys
        self._live_edit = live_edit
        self.store: Store = account.store
        self.documents = Documents(account.store, number)
        self.running: Any = NothingRuns()
        """What runs the campaigns: a `Runs`, once the server has attached it."""
        self.on_person: PersonListener | None = None
        self.on_content: Callable[[], None] | None = None
        self.details: Mapping[str, Any] = {}
        """What the call that is under way says of a delivery's metric: a click's `href`, an open's `proxied`."""

    @property
    def clock(self) -> Clock:
        """The server's clock: its workspaces share one."""
        return self.account.clock

    def now(self) -> int:
        """The present of this workspace, in Unix seconds."""
        return self.account.clock.now()

    @property
    def live_edit(self) -> bool:
        """Whether agents may edit what is live; a token keeps what held when it was minted."""
        return self._live_edit

    @live_edit.setter
    def live_edit(self, allowed: bool) -> None:
        self._live_edit = allowed
        self.account.keep(self)

    def take(self, call: Call) -> None:
        """An accepted call, now."""
        self.details = call.data if call.other is not None else {}
        try:
            if self.on_person is None:
                self.running.take(call)
            else:
                self.on_person(call)
        finally:
            self.details = {}

    def content_changed(self) -> None:
        """Something in the stored content moved: campaigns are read again before they run on."""
        self.running.content_changed()
        if self.on_content is not None:
            self.on_content()

    def as_row(self) -> tuple[int, str]:
        """How the workspace is kept: its number, and the rest as JSON."""
        rest = {
            "name": self.name, "region": self.region, "liquid": self.liquid, "live_edit": self._live_edit,
            "keys": asdict(self.keys),
        }  # fmt: skip
        return self.id, json.dumps(rest)

    @classmethod
    def from_row(cls, account: Account, number: int, kept: Mapping[str, Any]) -> Space:
        """The workspace that `as_row` kept."""
        return cls(
            account,
            number,
            kept["name"],
            kept["region"],
            kept["liquid"],
            Keys(**kept["keys"]),
            live_edit=kept["live_edit"],
        )


class NothingRuns:
    """Stands where no campaigns run yet: it keeps the calls."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def take(self, call: Call) -> None:
        self.calls.append(call)

    def run_until(self, now: int) -> None:
        """Nothing is due."""

    def content_changed(self) -> None:
        """Nothing was read."""

    def on_delivery(self, listener: DeliveryListener) -> None:
        """Nothing will be."""

    def delivery(self, delivery_id: str) -> None:
        """Nothing was sent."""

    def deliveries(self) -> tuple[DeliveryRecord, ...]:
        """Nothing was sent."""
        return ()

    def delivery_count(self) -> int:
        return 0

    def flush(self) -> None:
        """Nothing is kept."""
