"""Send an event log to a local workspace through the generated Python senders.

    mailwright serve --exec 'python examples/senders/replay.py examples/log/events.ndjson --now'

Each line is an identify or a track call, as in the example log. `--now` leaves the log's times out; `--clock` moves the
workspace's clock to each line before it is sent, so that the log is lived through as it happened.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from customerio import CustomerIO  # type: ignore[import-untyped]  # it has no types
from northstar import Sender


@contextmanager
def local_client() -> Iterator[CustomerIO]:
    """The official client for the workspace that `mailwright serve` tells of; it speaks HTTPS only."""
    url = urlsplit(os.environ["MAILWRIGHT_TRACK_URL"])
    with tempfile.NamedTemporaryFile(suffix=".pem") as authority:
        # The certificate is made for the run of the server.
        with urllib.request.urlopen(f"{os.environ['MAILWRIGHT_URL']}/_authority") as reply:  # noqa: S310  # loopback
            authority.write(reply.read())
        authority.flush()
        site, key = os.environ["MAILWRIGHT_SITE_ID"], os.environ["MAILWRIGHT_TRACK_KEY"]
        host, port = str(url.hostname), int(url.port or 443)
        with CustomerIO(site, key, host=host, port=port, url_prefix=f"{url.path}/api/v1") as client:
            client.http.verify = authority.name
            client.http.trust_env = False  # a machine's own authorities would come before this one
            yield client


def move_clock(to: int) -> None:
    """Let the workspace's time go on to a Unix second."""
    headers = {"X-Mailwright-Token": os.environ["MAILWRIGHT_ADMIN_TOKEN"], "Content-Type": "application/json"}
    url, body = f"{os.environ['MAILWRIGHT_URL']}/_clock", json.dumps({"to": to}).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)):  # noqa: S310  # loopback
        pass


def replay(sender: Sender, path: str, *, is_now: bool, with_clock: bool) -> int:
    """Send every call of a log in its order; gives how many there were."""
    count = 0
    with open(path, encoding="utf-8") as log:
        for line in log:
            call = json.loads(line)
            if with_clock:
                move_clock(call["timestamp"])
            if call["type"] == "identify":
                sender.identify(call["person"], call["attributes"])
            else:
                at = None if is_now else call["timestamp"]
                getattr(sender, call["name"])(call["person"], call.get("data", {}), at=at, event_id=call["id"])
            count += 1
    return count


def main() -> None:
    """Replay what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log")
    parser.add_argument("--now", action="store_true", help="as if all of it happened now")
    parser.add_argument("--clock", action="store_true", help="move the workspace's clock along with the log")
    args = parser.parse_args()
    with local_client() as client:
        count = replay(Sender(client), args.log, is_now=args.now, with_clock=args.clock)
        print(f"{count:,} calls sent")


if __name__ == "__main__":
    main()
