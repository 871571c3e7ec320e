"""Which mail clients do not show what, from the tests of caniemail.com."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mailwright.diagnostics import ConfigurationError, name_hint


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that HTML or CSS can do, and the clients that cannot."""

    title: str
    url: str
    none: Collection[str]  # clients, as `gmail.ios`, that do not know it
    part: Collection[str]  # clients that know part of it


@dataclass(frozen=True, slots=True)
class Support:
    """All that is known, as of one day."""

    of: str
    clients: Mapping[str, str]  # `gmail.ios` → Gmail, iOS
    features: Mapping[str, Feature]


@lru_cache(maxsize=1)
def support() -> Support:
    """The table that comes with mailwright.

    Source: caniemail.com, by way of npm's caniemail; `tools/make_client_support.py` cuts it down.
    """
    data = json.loads(Path(__file__).with_name("client_support.json").read_text(encoding="utf-8"))
    features = {
        slug: Feature(one["title"], one["url"], frozenset(one.get("none", ())), frozenset(one.get("part", ())))
        for slug, one in data["features"].items()
    }
    return Support(data["of"], data["clients"], features)


def clients_meant(names: Sequence[str]) -> list[str]:
    """The clients that settings name: a family (`gmail`) means all of its platforms.

    Raises: ConfigurationError when a name is neither a family nor one of its platforms.
    """
    known = support().clients
    families = sorted({client.split(".")[0] for client in known})
    found: dict[str, None] = {}
    for name in names:
        meant = [client for client in known if name in (client, client.split(".")[0])]
        if not meant:
            hint = name_hint(name, [*families, *known], "mail clients")
            raise ConfigurationError(f"no mail client is called '{name}' (settings, email.clients)", hint=hint)
        found.update(dict.fromkeys(meant))
    return list(found)


def clients_as_text(clients: Collection[str]) -> str:
    """The clients for people: a family alone where all its platforms are among them."""
    names = support().clients
    families: dict[str, list[str]] = {}
    for client in names:
        if client in clients:
            families.setdefault(client.split(".")[0], []).append(client)
    said = []
    for family, found in families.items():
        name = names[found[0]].split(", ")[0]
        platforms = ", ".join(names[client].split(", ", 1)[1] for client in found)
        is_all = len(found) == sum(client.split(".")[0] == family for client in names)
        said.append(name if is_all else f"{name} ({platforms})")
    return ", ".join(said)
