"""The least that each command needs of a workspace's keys: data, from which docs/doctor.md has its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

READS, WRITES = "reads", "writes"
_NONE = "\N{EN DASH}"
CONTENT = ("workspaces", "campaigns", "broadcasts", "transactional", "newsletters", "snippets", "segments", "senders")

# The cheapest read of each part of the App API that a key's scope may leave out.
# Source: App API reference: a key may be limited by scope. Assumed: one scope for each kind of thing.
SCOPES: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "workspaces": ("/v1/workspaces", {}),
    "campaigns": ("/v1/campaigns", {}),
    "broadcasts": ("/v1/broadcasts", {}),
    "transactional": ("/v1/transactional", {}),
    "newsletters": ("/v1/newsletters", {"limit": 1}),
    "snippets": ("/v1/snippets", {}),
    "segments": ("/v1/segments", {}),
    "senders": ("/v1/sender_identities", {"limit": 1}),
    "people": ("/v1/customers", {"email": "nobody@example.org"}),
    "messages": ("/v1/messages", {"limit": 1}),
    "webhooks": ("/v1/reporting_webhooks", {}),
}


@dataclass(frozen=True, slots=True)
class Need:
    """What one command asks for; empty: it does without."""

    command: str
    account: str = ""  # what it does by a service account
    app: tuple[str, ...] = ()  # parts of the App API
    app_access: str = ""
    track: bool = False
    without: str = ""  # what an App key alone, or nothing, still allows


NEEDS: tuple[Need, ...] = (
    Need("pull", READS, CONTENT, READS, without="an App key alone shows content, and no triggers or workflows"),
    Need("plan", READS, CONTENT, READS, without="an App key alone: what it cannot see is told"),
    Need("drift", READS, CONTENT, READS, without="an App key alone: drift of content"),
    Need("apply", WRITES, CONTENT, WRITES, without="an App key alone: content; the rest is hand work in the plan"),
    Need("promote", READS, CONTENT, READS, without="as plan, on both workspaces"),
    Need("rollback", READS, CONTENT, READS, without="as plan"),
    Need("bind", READS, CONTENT, READS, without="as plan"),
    Need("sync people", track=True, without="an App key that reads people: for --compare, --delete-missing, "
         "and to see that the workspace was emptied"),
    Need("send", track=True, without="transactional messages and broadcasts need an App key that sends"),
    Need("smoke", app=("campaigns", "messages"), app_access=READS, track=True,
         without="both are needed: the Track keys send the samples, the App key reads what comes of them"),
    Need("verify", app=("messages",), app_access=READS, without="webhooks that `listen` kept need no key at all"),
    Need("listen", without="no key of the API: the signing key of the reporting webhook"),
)  # fmt: skip


def possible(need: Need, *, account: bool, app: bool, track: bool) -> bool:
    """Whether the keys at hand are enough for the command, at least in part."""
    if need.track:
        return track and (app or not need.app)
    if need.account or need.app:
        return (account and bool(need.account)) or (app and bool(need.app))
    return True


def commands_for(scope: str) -> tuple[str, ...]:
    """The commands that read or write a part of the App API; those of people are asked only for more."""
    found = tuple(need.command for need in NEEDS if scope in need.app)
    return found or {"people": ("sync people --compare",), "webhooks": ("doctor",)}.get(scope, ())


def needs_as_markdown() -> str:
    """The table of docs/doctor.md."""
    rows = ["| command | service account | App API key | Track keys | with less |", "|---|---|---|---|---|"]
    for need in NEEDS:
        app = f"{need.app_access}: {', '.join(need.app)}" if need.app else _NONE
        account = {READS: "read only", WRITES: "writes"}.get(need.account, _NONE)
        rows.append(f"| `{need.command}` | {account} | {app} | {'yes' if need.track else _NONE} | {need.without} |")
    return "\n".join(rows)
