#!/usr/bin/env python3
"""How many requests a large account costs, against ten a second: first pull, unchanged drift, one email applied.

    benchmarks/sync_speed.py                    500 campaigns with 5 emails each, counted at full speed
    benchmarks/sync_speed.py --paced            at ten a second, as Customer.io is asked (seven minutes)

The workspace is `mailwright serve`. A floor is the requests divided by ten a second; seconds are whole commands, the
project's loading included.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sync.demo.local_server import LocalServer, local_server

SETTINGS = 'from = "Shop <shop@example.org>"'
PACED = """
import sys
from mailwright.cli import main
from sync import opening
opening.LOCAL_LIMIT = 10
sys.exit(main(sys.argv[1:]))
"""


def write_account(root: Path, campaigns: int, emails: int) -> None:
    """A project of that size."""
    layout = root / "layouts/plain/1.liquid"
    layout.parent.mkdir(parents=True)
    layout.write_text("<html><body>{{ content }}{% unsubscribe_url %}</body></html>\n")
    for number in range(campaigns):
        folder = root / f"campaigns/c{number:04}"
        folder.mkdir(parents=True)
        steps = "".join(f"  - email: e{at}\n  - wait: 1d\n" for at in range(emails))
        (folder / "campaign.yaml").write_text(
            f"name: Campaign {number}\ntrigger: {{event: event_{number}}}\nworkflow:\n{steps}"
        )
        for at in range(emails):
            body = f"<p>Hello {{{{ customer.first_name }}}}, this is {at} of campaign {number}.</p>\n" * 20
            (folder / f"e{at}.liquid").write_text(f"---\nsubject: Email {at}\nlayout: plain@1\n---\n{body}")


class Bench:
    """One server, one project."""

    def __init__(self, server: LocalServer, root: Path, paced: bool) -> None:
        self.server, self.root, self.paced = server, root, paced

    def measure(self, name: str, *arguments: str, code: int = 0) -> None:
        """Run a command; print its requests and seconds."""
        self.server.admin("DELETE", "/_requests")
        start = time.perf_counter()
        head = [sys.executable, "-c", PACED] if self.paced else [sys.executable, "-m", "mailwright"]
        done = subprocess.run(
            [*head, "-C", str(self.root), *arguments], env={**os.environ, **self.server.environment},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        seconds = time.perf_counter() - start
        if done.returncode != code:
            raise RuntimeError(f"{name}: {done.returncode} {done.stdout[-500:]}{done.stderr[-500:]}")
        requests = self.server.admin("GET", "/_requests")["total"] - 1
        print(f"{name:28}{requests:10,}{requests / 10:12.1f}{seconds:10.1f}", flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--campaigns", type=int, default=500)
    parser.add_argument("--emails", type=int, default=5)
    parser.add_argument("--paced", action="store_true", help="keep to ten requests a second")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, local_server(["qa:us"], "--no-limits") as server:
        full, root = Path(folder) / "full", Path(folder) / "shop"
        write_account(full, args.campaigns, args.emails)
        settings = f'default_workspace = "qa"\n{server.settings("qa", SETTINGS)}'
        (full / "mailwright.toml").write_text(settings)
        server.seed("qa", full)
        (root / "campaigns").mkdir(parents=True)
        (root / "mailwright.toml").write_text(settings)
        print(
            f"{args.campaigns} campaigns x {args.emails} emails\n{'':28}{'requests':>10}{'floor, s':>12}{'seconds':>10}"
        )
        bench = Bench(server, root, args.paced)
        bench.measure("first pull", "pull", "qa")
        bench.measure("plan, nothing to do", "plan", "qa", "--exit-code")
        bench.measure("drift, nothing moved", "drift", "qa")
        email = next((root / "campaigns").glob("*/*.liquid"))
        email.write_text(email.read_text().replace("Hello", "Hi"))
        bench.measure("apply of one email", "apply", "qa", "--yes")
        email.write_text(email.read_text().replace("Hi", "Hey"))
        kept = str(Path(folder) / "qa.plan")
        bench.measure("plan of one email", "plan", "qa", "-o", kept)
        bench.measure("apply of the kept plan", "apply", kept, "--yes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
