"""What a client needs to know of the server: addresses, keys, and the ids of what it may send."""

from __future__ import annotations

from typing import Any

from simulator.workspace.documents import Kind, is_broadcast
from simulator.workspace.server.local_server import LocalServer
from simulator.workspace.space import Space

SCHEMA_VERSION = 1


def announced(server: LocalServer) -> dict[str, Any]:
    """The server as data: the first line of `serve --format json`."""
    url = server.account.url
    return {
        "schema_version": SCHEMA_VERSION,
        "url": url,
        "https_url": url.replace("http://", "https://", 1),
        "admin_token": server.admin_token,
        "inbox_url": f"{url}/inbox",
        "workspaces": [workspace_shown(server, space) for space in server.account.spaces.values()],
    }


def workspace_shown(server: LocalServer, space: Space) -> dict[str, Any]:
    """One workspace as data: where its APIs are, its keys, and the first of each kind of message a client may send."""
    base = f"{server.account.url}/{space.region}"
    return {
        "name": space.name,
        "id": space.id,
        "region": space.region,
        "track_url": f"{base}/track",
        "app_url": f"{base}/app",
        "ui_url": f"{base}/ui",
        "site_id": space.keys.site_id,
        "track_key": space.keys.track_key,
        "app_key": space.keys.app_key,
        "service_account_token": server.account.service_account_token,
        "webhook_signing_key": space.keys.webhook_signing_key,
        "transactional_message_id": _first(space, Kind.TRANSACTIONAL),
        "broadcast_id": next((one["id"] for one in space.documents.all(Kind.CAMPAIGN) if is_broadcast(one)), None),
        "newsletter_id": _first(space, Kind.NEWSLETTER),
    }


def _first(space: Space, kind: Kind) -> int | None:
    found = space.documents.all(kind)
    return int(found[0]["id"]) if found else None


def environment(server: LocalServer) -> dict[str, str]:
    """The same as variables of a command's environment.

    `MAILWRIGHT_URL`, `MAILWRIGHT_HTTPS_URL`, `MAILWRIGHT_ADMIN_TOKEN`, `MAILWRIGHT_INBOX_URL`; for every workspace
    `MAILWRIGHT_<NAME>_TRACK_URL` and so on; and for the first one those without its name.
    """
    said = announced(server)
    found = {f"MAILWRIGHT_{name.upper()}": str(said[name]) for name in ("url", "https_url", "admin_token", "inbox_url")}
    for workspace in reversed(said["workspaces"]):
        for name, value in workspace.items():
            if value is None:
                continue
            found[f"MAILWRIGHT_{_as_variable(workspace['name'])}_{name.upper()}"] = str(value)
            found[f"MAILWRIGHT_{name.upper()}"] = str(value)
    return found


def _as_variable(name: str) -> str:
    return "".join(one if one.isascii() and one.isalnum() else "_" for one in name).upper()


def announced_as_text(server: LocalServer, *, file: str | None, stops_itself: bool) -> str:
    """The server for a person: where it is, what its workspaces' keys are, how to go on."""
    said = announced(server)
    lines = [
        f"mailwright serves {_counted(len(said['workspaces']))} at {said['url']} (https too)",
        "",
        f"  inbox      {said['inbox_url']}",
        f"  coverage   {said['url']}/_coverage",
        f"  kept in    {file or 'memory: gone when it stops'}",
        f"  clock      {server.account.clock.mode}",
        f"  admin      X-Mailwright-Token: {said['admin_token']}",
    ]
    for one in said["workspaces"]:
        lines += [
            "",
            f"  {one['name']} (id {one['id']}, region {one['region']})",
            f"    Track API  {one['track_url']}   {one['site_id']}:{one['track_key']}",
            f"    App API    {one['app_url']}   {one['app_key']}",
            f"    UI API     {one['ui_url']}   {one['service_account_token']}",
            f"    webhooks   signed with {one['webhook_signing_key']}",
        ]
    if not stops_itself:
        lines += ["", "Ctrl-C stops it."]
    return "\n".join(lines)


def _counted(count: int) -> str:
    return "1 workspace" if count == 1 else f"{count} workspaces"
