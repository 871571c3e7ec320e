#!/usr/bin/env python3
"""From a saved file to the screen, in a real Chromium: ours, and react-email's and Maizzle's dev servers.

    benchmarks/preview.py                      ours alone: the example project, and one with 500 campaigns
    benchmarks/preview.py --peers              beside react-email and Maizzle, installed by npm into a temporary folder
    benchmarks/preview.py --peers --keep DIR   installed there, and found there the next time
    benchmarks/preview.py --pixels             then ours again, with the browser's screen watched as well

All do the same edit. The clock starts when the file is closed and stops at the first animation frame after the changed
text is in the page; the tools take turns, so that whatever else the machine does meets all of them. It prints figures,
and fails only when a text never arrives.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Frame, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CAMPAIGNS = 500
PATIENCE_SECONDS = 20.0
PEERS = {
    "react-email": ("react-email@6.11.6", "@react-email/ui@6.11.6", "@react-email/components", "react", "react-dom"),
    "maizzle": ("@maizzle/framework@5.5.0",),
}
CHROMIUM_FLAGS = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--disable-quic",
    "--disable-component-update",
]
# Looks for the text in the page and in every frame it may look into, once for each animation frame.
WATCH_TEXT = """(text) => new Promise((found) => {
  const holds = (page) => page.body?.innerText.includes(text) || [...page.querySelectorAll("iframe")].some((frame) => {
    try { return frame.contentDocument && holds(frame.contentDocument); } catch { return false; }
  });
  const look = () => holds(document) ? found(Date.now()) : requestAnimationFrame(look);
  look();
})"""
# Ours stands in a frame that nobody may look into: the page says when it is shown, which --pixels holds against the
# screen.
WATCH_FRAME = """() => new Promise((found) => {
  const shown = () => requestAnimationFrame(() => found(Date.now()));
  document.querySelector(".frames").addEventListener("shown", shown, { once: true });
})"""
MAIZZLE_CONFIG = 'export default { build: { content: ["emails/**/*.html"] } }\n'
MAIZZLE_EMAIL = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Welcome</title></head><body><h1>You are in.</h1>
<p>Hi Ana, thanks for joining Campaign 9120.</p><p><a href="https://example.org">Open the campaign</a></p>
<p>edit 0</p></body></html>
"""
REACT_EMAIL = """\
import * as React from "react";
import { Body, Button, Container, Head, Heading, Html, Text } from "@react-email/components";
export default function Welcome() {
  return (<Html><Head /><Body><Container><Heading>You are in.</Heading>
    <Text>Hi Ana, thanks for joining Campaign 9120.</Text><Button href="https://example.org">Open the campaign</Button>
    <Text>edit 0</Text></Container></Body></Html>);
}
"""


@dataclass
class Tool:
    """A dev server with its page open: where it is, which file is edited, how one sees that the edit is there."""

    name: str
    url: str
    file: Path
    text: str
    watch: str
    page: Page | None = None
    times: list[float] = field(default_factory=list)  # milliseconds
    saved: float = 0.0  # when the last edit was on disk, in milliseconds of the clock


# What a preview pays that hands its frame a document of its own with every save, before it has done anything else.
BARE_FRAME = """async (html) => {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "");
  document.body.append(frame);
  const begin = performance.now();
  await new Promise((loaded) => { frame.onload = loaded; frame.srcdoc = html; });
  await new Promise(requestAnimationFrame);
  const took = performance.now() - begin;
  frame.remove();
  return took;
}"""


class Missing(Exception):
    """A peer that cannot be measured here, and why."""


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def example(folder: Path, campaigns: int | None = None) -> Path:
    """A copy of the example, with as many sign-up campaigns more as asked for."""
    for name in ("campaigns", "layouts"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "pyproject.toml", folder)
    have = sum(1 for path in (folder / "campaigns").iterdir() if path.name != "_shared")
    pattern = folder / "campaigns/signup-teens-for-jeans"
    for number in range((campaigns or have) - have):
        copy = folder / f"campaigns/signup-many-{number:03}"
        shutil.copytree(pattern, copy)
        file = copy / "campaign.yaml"
        lines = (
            file.read_text("utf-8").replace("9001", str(20_000 + 2 * number)).replace("9017", str(20_001 + 2 * number))
        )
        named = [f"name: Many {number}" if line.startswith("name:") else line for line in lines.splitlines()]
        file.write_text("\n".join(named) + "\n", "utf-8")
    return folder


@contextmanager
def running(command: list[str], folder: Path, **settings: Any) -> Iterator[subprocess.Popen[str]]:
    """A server of its own process group, ended with all it started."""
    process = subprocess.Popen(command, cwd=folder, text=True, start_new_session=True, **settings)
    try:
        yield process
    finally:
        os.killpg(process.pid, 2)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()


@contextmanager
def ours(name: str, folder: Path) -> Iterator[Tool]:
    command = [
        sys.executable,
        "-m",
        "mailwright",
        "-C",
        str(folder),
        "preview",
        "--port",
        "0",
        "--no-open",
        "--format",
        "json",
    ]
    with running(command, ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        url = f"http://127.0.0.1:{told['port']}/email/signup-general/confirmation?token={told['token']}"
        file = folder / "campaigns/signup-general/confirmation.liquid"
        yield Tool(name, url, file, file.read_text("utf-8") + "<p>edit 0</p>\n", WATCH_FRAME)


@contextmanager
def react_email(folder: Path) -> Iterator[Tool]:
    (folder / "emails").mkdir(exist_ok=True)
    file = folder / "emails/welcome.tsx"
    file.write_text(REACT_EMAIL, "utf-8")
    port = free_port()
    command = ["npx", "--no-install", "email", "dev", "--dir", "emails", "--port", str(port)]
    with running(command, folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        url = f"http://127.0.0.1:{port}/preview/welcome"
        wait_for(url, "react-email")
        yield Tool("react-email 6.11.6", url, file, REACT_EMAIL, WATCH_TEXT)


@contextmanager
def maizzle(folder: Path) -> Iterator[Tool]:
    (folder / "emails").mkdir(exist_ok=True)
    port = free_port()
    (folder / "config.js").write_text(MAIZZLE_CONFIG.replace("}\n", f", server: {{ port: {port} }} }}\n", 1), "utf-8")
    file = folder / "emails/welcome.html"
    file.write_text(MAIZZLE_EMAIL, "utf-8")
    with running(
        ["npx", "--no-install", "maizzle", "serve"], folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ):
        url = f"http://127.0.0.1:{port}/welcome.html"
        wait_for(url, "Maizzle")
        yield Tool("Maizzle 5.5.0", url, file, MAIZZLE_EMAIL, WATCH_TEXT)


def wait_for(url: str, name: str) -> None:
    import httpx

    for _ in range(240):
        try:
            if httpx.get(url, timeout=60, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.25)
    raise Missing(f"{name} does not start here")


def installed(name: str, keep: Path) -> Path:
    """A peer's folder, installed by npm where it is not there yet."""
    folder = keep / name
    if (folder / "node_modules").is_dir():
        return folder
    if shutil.which("npm") is None:
        raise Missing(f"{name}: there is no npm here")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"name": "peer", "private": true, "type": "module"}\n', "utf-8")
    done = subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", *PEERS[name]],
        cwd=folder, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    if done.returncode:
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        raise Missing(f"{name}: npm could not install it")
    return folder


def one_round(tool: Tool, number: int, begins: Callable[[], None] = lambda: None) -> float:
    """Save an edit; gives the milliseconds until it is on the screen."""
    page = tool.page
    assert page is not None
    text = f"edit {number}."
    page.evaluate(f"() => {{ window.arrived = ({tool.watch})({json.dumps(text)}); }}")
    time.sleep(0.05)
    begins()
    tool.file.write_text(tool.text.replace("edit 0", text), "utf-8")
    tool.saved = time.time() * 1000
    limit = f"new Promise((_, late) => setTimeout(() => late('never arrived'), {PATIENCE_SECONDS * 1000}))"
    arrived: float = page.evaluate(f"async () => Promise.race([window.arrived, {limit}])")
    # The page says so; the text itself is looked up as well, through the browser's own window into every frame.
    assert any(holds(frame, text) for frame in page.frames), tool.name
    return arrived - tool.saved


def holds(frame: Frame, text: str) -> bool:
    """Whether a frame's page says *text*; one that goes away meanwhile does not."""
    try:
        return frame.url != "about:blank" and text in frame.locator("body").inner_text(timeout=2000)
    except PlaywrightError:
        return False


def measured(tools: list[Tool], rounds: int, bare: Page) -> list[float]:
    """Let the tools take turns; gives what a bare frame takes in between."""
    floor = []
    for number in range(1, rounds + 3):
        floor.append(bare.evaluate(BARE_FRAME, MAIZZLE_EMAIL))
        for tool in tools:
            took = one_round(tool, number)
            if number > 2:  # the first ones only warm up
                tool.times.append(took)
            time.sleep(0.35)
    return floor[2:]


def told(tools: list[Tool], floor: list[float]) -> None:
    print(f"{'save to screen, milliseconds':34}{'median':>8}{'p90':>8}{'best':>8}{'rounds':>8}")
    for tool in tools:
        times = sorted(tool.times)
        p90 = times[int(len(times) * 0.9)] if len(times) > 1 else times[0]
        print(f"{tool.name:34}{statistics.median(times):8.0f}{p90:8.0f}{times[0]:8.0f}{len(times):8}")
    times = sorted(floor)
    p90 = times[int(len(times) * 0.9)]
    print(f"{'(a bare frame, nothing else)':34}{statistics.median(times):8.0f}{p90:8.0f}{times[0]:8.0f}{len(times):8}")


def pixel_rounds(tool: Tool, rounds: int) -> list[tuple[float, float]]:
    """Save edits while the browser hands out every frame of its screen.

    Gives for each the milliseconds until the page says that the text is shown, and until a frame has the change in it.
    """
    page = tool.page
    assert page is not None
    session, screen = page.context.new_cdp_session(page), list[tuple[float, str]]()

    def take(event: dict[str, Any]) -> None:
        session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})
        screen.append((event["metadata"]["timestamp"] * 1000, event["data"]))

    session.on("Page.screencastFrame", take)
    session.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})
    box = page.locator(".frames").bounding_box()
    assert box is not None
    found = []
    for number in range(1001, 1001 + rounds + 2):
        page.wait_for_timeout(2200)  # until the mark on the block that changed has faded
        before = screen[-1:]
        said = one_round(tool, number, screen.clear)
        page.wait_for_timeout(400)
        drawn = changed_at(screen, before, box)
        if drawn is not None and number > 1002:
            found.append((said, drawn - tool.saved))
    session.remove_listener("Page.screencastFrame", take)
    session.send("Page.stopScreencast")
    return found


def changed_at(screen: list[tuple[float, str]], before: list[tuple[float, str]], box: Any) -> float | None:
    """When the picture within *box* was first another one than *before*, in milliseconds of the clock."""
    from PIL import Image, ImageChops

    def picture(data: str) -> Any:
        left, top = int(box["x"]) + 4, int(box["y"]) + 4
        edges = (left, top, left + int(box["width"]) - 8, top + int(box["height"]) - 8)
        return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB").crop(edges)

    for at, data in screen:
        if not before or ImageChops.difference(picture(data), picture(before[0][1])).getbbox():
            return at
    return None


def start_to_first_email(folder: Path) -> float:
    """Seconds from the command to the first email rendered."""
    import httpx

    begin = time.perf_counter()
    with ours("start", folder) as tool:
        with httpx.Client(trust_env=False, follow_redirects=True) as client:
            base, _, token = tool.url.partition("/email")[0], "", tool.url.rpartition("=")[2]
            headers = {"authorization": f"Bearer {token}", "origin": base}
            ask = {"campaign": "signup-general", "message": "confirmation"}
            assert client.post(f"{base}/api/email", json=ask, headers=headers).json()["key"]
        return time.perf_counter() - begin


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--peers", action="store_true", help="measure react-email and Maizzle too")
    parser.add_argument("--pixels", action="store_true", help="hold what the page says against the screen")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="install the peers there and leave them")
    args = parser.parse_args()
    chromium = os.environ.get("MAILWRIGHT_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        print("NOT MEASURED: there is no Chromium here (MAILWRIGHT_CHROMIUM names one)")
        return 0
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}", flush=True)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        small = example(work / "example")
        starts = [start_to_first_email(small) for _ in range(3)]
        print(f"start to first email, seconds: {statistics.median(starts):.2f}", flush=True)
        tools = [stack.enter_context(ours("mailwright preview, example", small))]
        tools.append(
            stack.enter_context(ours(f"mailwright preview, {CAMPAIGNS} campaigns", example(work / "many", CAMPAIGNS)))
        )
        if args.peers:
            starters: dict[str, Callable[[Path], Any]] = {"react-email": react_email, "maizzle": maizzle}
            for name, starter in starters.items():
                try:
                    tools.append(stack.enter_context(starter(installed(name, args.keep or work / "peers"))))
                except Missing as error:
                    print(f"NOT MEASURED: {error}")
        browser = stack.enter_context(sync_playwright()).chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        stack.callback(browser.close)
        for tool in tools:
            tool.page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
            tool.page.goto(tool.url)
            tool.page.wait_for_timeout(3000)
        bare = browser.new_page()
        bare.set_content("<p>bare</p>")
        told(tools, measured(tools, args.rounds, bare))
        if args.pixels:
            both = pixel_rounds(tools[0], args.rounds)
            said, drawn = (statistics.median(one) for one in zip(*both, strict=True))
            print(f"every frame watched: the page says so after {said:.0f}, the change is drawn after {drawn:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
