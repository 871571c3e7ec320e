"""Two workspaces that have grown apart, brought together again: drift, pull, plan, apply, promote, rollback.

A copy of the example in a temporary folder, offline. Production holds all of it; QA lacks the campaigns that an
approved post triggers, and somebody edited one email of production by hand. Every step is a real command and its
output.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.demo.local_server import LocalServer

PROD, QA = "prod", "qa"
LACKING = ("photo-approved",)
"""What QA has never had: the campaigns that `campaign_review` triggers."""
EDITED = "photo-received"
BY_HAND = "A photo came in. Nice one!"
LATER = "Approved: your photo counts"
SETTINGS = {
    PROD: 'protected = true\nfrom = "Northstar <hello@example.org>"\n'
    'vars = { base_url = "https://www.example.org", support_email = "support@example.org" }',
    QA: 'from = "Northstar QA <qa@example.org>"\n'
    'vars = { base_url = "https://qa.example.org", support_email = "qa-support@example.org" }',
}
WIDTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `demo sync`."""
    parser.add_argument("--keep", action="store_true", help="leave the folder of the demo where it is")


def run(args: argparse.Namespace) -> int:
    """Tell the story; gives 0.

    Raises: WorkspaceError when a step ends otherwise than it should; ConfigurationError when this installation holds no
    example.
    """
    from sync.demo.local_server import local_server

    with _folder(keep=getattr(args, "keep", False)) as folder, local_server([f"{PROD}:us", f"{QA}:us"]) as server:
        story = Story(folder / "project", server)
        story.set_up(example_root())
        story.tell()
    return 0


def example_root() -> Path:
    """The folder of the example: the checkout this runs from, or what came with the package.

    Raises: ConfigurationError when there is neither.
    """
    import mailwright
    from mailwright.diagnostics import ConfigurationError

    package = Path(mailwright.__file__).resolve().parent
    for root in (package / "_example", package.parent):
        if (root / "campaigns" / EDITED).is_dir():
            return root
    raise ConfigurationError("the example is not part of this installation", hint="mailwright init hello")


@dataclass(slots=True)
class Story:
    """The steps, in one folder, on one server."""

    root: Path
    server: LocalServer

    def set_up(self, example: Path) -> None:
        """How things stood yesterday: both workspaces as agreed, QA without what it lacks."""
        print("Setting up: a production and a QA workspace on this machine …\n", flush=True)
        for name in ("campaigns", "layouts"):
            shutil.copytree(example / name, self.root / name)
        settings = "\n".join(self.server.settings(name, SETTINGS[name]) for name in (PROD, QA))
        (self.root / "mailwright.toml").write_text(f'default_workspace = "{QA}"\n\n{settings}', "utf-8")
        reduced = self.root.parent / "without-reviews"
        shutil.copytree(self.root, reduced)
        for name in (*LACKING, "_shared/samples"):  # some samples ask for what it lacks
            shutil.rmtree(reduced / "campaigns" / name)
        for name, folder in ((PROD, self.root), (QA, reduced)):
            self.server.seed(name, folder)
            self._quietly(
                folder, "apply", name, "--yes", "--yes-production", "--allow-many", "--ours", "all", "--start"
            )
        ledger = Path(".mailwright/ledger")
        shutil.copy(reduced / ledger / f"{QA}.json", self.root / ledger / f"{QA}.json")
        self._edit_by_hand()

    def tell(self) -> None:
        """The story itself."""
        self._step(
            "Somebody edited an email in production, and QA never had the campaigns for approved posts.",
            ["drift", PROD, QA], 2, "photo-approved", EDITED,
        )  # fmt: skip
        self._step("The edit was good: it comes into the files, and into git with them.", ["pull", PROD], 0)
        self._step("What QA would get.", ["plan", QA, "-o", "qa.plan"], 0, "photo-approved", BY_HAND)
        self._step("Exactly that, each change read back.", ["apply", "qa.plan", "--yes"], 0)
        self._step("Nothing has drifted any more.", ["drift", PROD, QA], 0)
        self._edit_files()
        self._step("A new subject, written in the files and tried in QA.", ["apply", QA, "--yes"], 0, LATER)
        self._step(
            "It looks good: the same for production, which is protected.",
            ["promote", QA, PROD, "-o", "prod.plan"],
            0,
            LATER,
        )
        self._step("", ["apply", "prod.plan", "--yes"], 5, "--yes-production")
        done = self._step("", ["apply", "prod.plan", "--yes", "--yes-production"], 0)
        found = re.search(r"rollback (\S+)", done)
        assert found is not None  # an apply that changed something names the way back
        self._step("Second thoughts: back to how production stood.", ["rollback", found[1], "-o", "back.plan"], 0)
        self._step("", ["apply", "back.plan", "--yes", "--yes-production"], 0)
        self._step("Production is as it was; QA still tries the new subject.", ["drift", PROD, QA], 2, LATER)
        print("Everything above ran offline, against two workspaces that end with this demo.")

    def _step(self, why: str, command: list[str], code: int, *shown: str) -> str:
        """Run one command and show it; it ends with *code*, and its output holds every text of *shown*."""
        from mailwright.diagnostics import WorkspaceError

        if why:
            print(f"── {why} {'─' * max(3, WIDTH - len(why) - 4)}", flush=True)
        print(f"$ mailwright {' '.join(command)}", flush=True)
        done = self._call(self.root, *command)
        print(f"{_indented(done.stdout)}\n  exit code {done.returncode}\n", flush=True)
        missing = [text for text in shown if text not in done.stdout]
        if done.returncode != code or missing:
            what = (
                f"exit code {done.returncode} in place of {code}"
                if done.returncode != code
                else f"no word of {missing}"
            )
            raise WorkspaceError(f"the demo went another way than it should: {' '.join(command)}: {what}")
        return done.stdout

    def _quietly(self, folder: Path, *command: str) -> None:
        from mailwright.diagnostics import WorkspaceError

        done = self._call(folder, *command)
        if done.returncode:
            raise WorkspaceError(f"setting up the demo: {' '.join(command)}: {done.stdout.strip()[-2000:]}")

    def _call(self, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **self.server.environment, "NO_COLOR": "1", "MAILWRIGHT_CALLED": "mailwright"}
        environment.pop("MAILWRIGHT_TRACE", None)
        return subprocess.run(  # noqa: S603  # our own command
            [sys.executable, "-m", "mailwright", *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def _edit_by_hand(self) -> None:
        """What a person does in Customer.io: open an email of production, write another subject."""
        campaigns = self.server.by_hand(PROD, "GET", "campaigns?page=1&size=100")["campaigns"]
        number = next(one["id"] for one in campaigns if one["name"] == "Photo Received")
        actions = self.server.by_hand(PROD, "GET", f"campaigns/{number}")["actions"]
        template = next(one["template_id"] for one in actions if one.get("name") == "received")
        self.server.by_hand(PROD, "PUT", f"templates/{template}", {"template": {"subject": BY_HAND}})

    def _edit_files(self) -> None:
        path = self.root / "campaigns" / LACKING[0] / "approved.liquid"
        text = re.sub(r"(?m)^subject: .*$", f'subject: "{LATER}"', path.read_text("utf-8"), count=1)
        path.write_text(text, "utf-8")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.rstrip().splitlines())


@contextmanager
def _folder(*, keep: bool) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mailwright-demo-sync-"))
    try:
        yield folder
    finally:
        if keep:
            print(f"kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
