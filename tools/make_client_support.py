"""Write `mailwright/checks/pages/client_support.json` from caniemail's data.

    npm pack caniemail@1.0.5 && tar xzf caniemail-*.tgz
    python tools/make_client_support.py package/data/caniemail.json mailwright/checks/pages/client_support.json

Kept of each feature: its title and where the newest version of each client does not support it, or only in part.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def newest(versions: dict[str, str]) -> str:
    """The first letter of the last version's answer: y, n, a (in part) or u."""
    return (list(versions.values()) or ["u"])[-1][:1]


def cut_down(data: dict[str, Any]) -> dict[str, Any]:
    """What the checks need."""
    names = data["nicenames"]
    clients: dict[str, str] = {}
    features: dict[str, Any] = {}
    for feature in data["data"]:
        lacking: dict[str, list[str]] = {"n": [], "a": []}
        for family, platforms in feature["stats"].items():
            for platform, versions in platforms.items():
                client = f"{family}.{platform}"
                clients[client] = f"{names['family'].get(family, family)}, {names['platform'].get(platform, platform)}"
                answer = newest(versions)
                if answer in lacking:
                    lacking[answer].append(client)
        features[feature["slug"]] = {
            "title": feature["title"].strip(),
            "url": feature["url"],
            **{name: sorted(found) for name, found in (("none", lacking["n"]), ("part", lacking["a"])) if found},
        }
    return {
        "from": "caniemail.com, by way of npm's caniemail 1.0.5",
        "of": data["last_update_date"][:10],
        "clients": dict(sorted(clients.items())),
        "features": dict(sorted(features.items())),
    }


def main() -> None:
    source, target = map(Path, sys.argv[1:3])
    data = cut_down(json.loads(source.read_text(encoding="utf-8")))
    lines = [f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in data["features"].items()]
    head = {name: value for name, value in data.items() if name != "features"}
    text = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    target.write_text(text + ',\n "features": {\n' + ",\n".join(lines) + "\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
