"""The generated senders at work: every function of them, over the official clients, against a local workspace."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import customerio
import httpx
import pytest

from mailwright.cli import main
from mailwright.contract.senders import senders_in
from mailwright.contract.senders.contents import Call, Contents, Event, Field, Shape, contents_of
from mailwright.definitions.project import Project
from mailwright.definitions.triggers import BroadcastTrigger, TransactionalTrigger
from mailwright.loading.folder import load_project

HERE = Path(__file__).parents[2]
PACKAGES = Path(sys.prefix) / "node" / "node_modules"
SCRIPTS = HERE / "tests/data/node"
NOW, LATER = 1_769_947_200, 1_769_947_200 + 13 * 86_400  # 1 February 2026, 12:00 UTC, and thirteen days on
CALLS_REPLAYED = 250
Json = dict[str, Any]
Calls = list[list[Any]]


@cache
def project() -> Project:
    """This repository's content."""
    return load_project(HERE)


@cache
def contents() -> Contents:
    """What its senders are."""
    return contents_of(project())


@dataclass(frozen=True)
class Local:
    """A local workspace with this repository's content, whose clock stands still."""

    said: Json

    @property
    def workspace(self) -> Json:
        return next(one for one in self.said["workspaces"] if one["name"] == "qa")

    def admin(self, method: str, path: str, body: Json | None = None) -> Json:
        headers = {"X-Mailwright-Token": self.said["admin_token"]}
        url = self.said["url"]
        reply = httpx.request(method, url + path, json=body, headers=headers, timeout=60, trust_env=False)
        reply.raise_for_status()
        return reply.json()

    def rows(self, table: str) -> list[Json]:
        found = self.admin("GET", "/_state?workspace=qa")["tables"][table]
        return [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]

    def environment(self) -> dict[str, str]:
        """What `serve --exec` tells a command."""
        named = {f"MAILWRIGHT_{name.upper()}": str(value) for name, value in self.workspace.items()}
        return {**os.environ, **named, "MAILWRIGHT_URL": self.said["url"]}


@pytest.fixture(scope="module")
def server() -> Iterator[Local]:
    command = [sys.executable, "-m", "mailwright", "-C", str(HERE), "serve", "--port", "0", "--format", "json"]
    command += ["--no-limits", "--clock", f"frozen:{NOW}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield Local(json.loads(process.stdout.readline()))
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def local(server: Local) -> Local:
    server.admin("POST", "/_reset", {})
    return server


@pytest.fixture
def authority(local: Local, tmp_path: Path) -> Path:
    path = tmp_path / "authority.pem"
    path.write_bytes(httpx.get(local.said["url"] + "/_authority", trust_env=False).content)
    return path


@pytest.fixture
def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("there is no node on this machine")
    if not (PACKAGES / "typescript").is_dir() or not (PACKAGES / "customerio-node").is_dir():
        said = "typescript and customerio-node are not among this environment's packages for Node"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(f"{said}; ./mw test puts them there")
    return found


def compiled(node: str, folder: Path, module: str, *sources: str) -> Path:
    """JavaScript of the TypeScript files in *folder*, after the strict type check."""
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(PACKAGES)
    (folder / "package.json").write_text(json.dumps({"type": module}))
    options = ["--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "--types", "node"]
    command = [node, str(PACKAGES / "typescript/bin/tsc"), *options, "--outDir", "built", *sources]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout
    return folder / "built"


# --- every function -----------------------------------------------------------------------------------------------------

VALUES: dict[str, Any] = {
    "text": "some words", "number": 1.5, "integer": 7, "boolean": True, "timestamp": NOW - 60, "list": [], "object": {},
    "any": "anything",
}  # fmt: skip


def value_of(field: Field) -> Any:
    """A value that the field's type allows."""
    if field.allowed:
        return field.allowed[0]
    if field.parts is not None:
        return [data_of(field.parts)] if field.types[0] == "list" else data_of(field.parts)
    return VALUES[field.types[0]]


def data_of(shape: Shape | None) -> Json:
    return {} if shape is None else {field.name: value_of(field) for field in shape.fields}


ANA = {"email": "ana@example.org", "first_name": "Ana", "created_at": NOW - 86_400, "language": "en"}
BEN = {"email": "ben@example.org", "created_at": NOW}


def every_call(name: Callable[[Event | Call], str]) -> Calls:
    """A call of every function: the method, then what it is given; an event's last is its time."""
    found: Calls = [["identify", "ana", ANA], ["identify", "ben", BEN]]
    found += [[name(one), "ana", data_of(one.shape), NOW - 3600] for one in contents().events]
    found += [[name(one), "ana", "ana@example.org", data_of(one.shape)] for one in contents().messages]
    found += [[name(one), {"campaign": "cleanup"}] for one in contents().broadcasts]
    found += [[what, person] for person in ("cai", "dot") for what in ("suppress", "unsuppress")]
    return [*found, ["delete", "dot"], ["merge", "ana", "ben"]]


def as_log() -> list[Json]:
    """What of those calls campaigns start from, as an event log."""
    people = [
        {"type": "identify", "person": who, "attributes": what, "at": NOW} for who, what in (("ana", ANA), ("ben", BEN))
    ]
    events = [
        {
            "type": "track",
            "person": "ana",
            "name": one.name,
            "data": data_of(one.shape),
            "timestamp": NOW - 3600,
            "at": NOW,
        }
        for one in contents().events
    ]
    return [*people, *events, {"type": "merge", "person": "ana", "other": "ben", "at": NOW}]


def predicted(calls: list[Json], folder: Path) -> Counter[tuple[str, str, str, str]]:
    """The emails that `simulate` foretells until thirteen days later: person, campaign, step, what becomes of it."""
    log, trace = folder / "predicted.ndjson", folder / "trace.jsonl"
    log.write_text("".join(json.dumps(call) + "\n" for call in calls))
    command = ["-C", str(HERE), "simulate", str(log), "--as", "qa", "--until", str(LATER), "--show-people"]
    assert main([*command, "--format", "jsonl", "--out", str(trace)]) == 0
    entries = map(json.loads, trace.read_text().splitlines())
    found = [one for one in entries if one["kind"] == "delivery" and one["channel"] == "email"]
    return Counter((one["person"], one["campaign"], one["step"], one["status"]) for one in found)


def landed(local: Local) -> Counter[tuple[str, str, str, str]]:
    """The campaigns' emails that the workspace made until thirteen days later."""
    local.admin("POST", "/_clock", {"to": LATER})
    found = [one for one in local.rows("running_deliveries") if one["channel"] == "email"]
    others = {
        slug
        for slug, one in project().campaigns.items()
        if isinstance(one.trigger, TransactionalTrigger | BroadcastTrigger)
    }
    return Counter(
        (one["person"], one["campaign"], one["step"], one["status"]) for one in found if one["campaign"] not in others
    )


def check_what_arrived(local: Local, given: list[Any], folder: Path) -> None:
    """Every event with its data, time and id; what was done with people; the messages, and the emails foretold."""
    events = contents().events
    rows = [one for one in local.rows("running_activities") if one["type"] == "event" and one["number"] is not None]
    assert [one["name"] for one in rows] == [one.name for one in events]
    assert [json.loads(one["data"]) for one in rows] == [data_of(one.shape) for one in events]
    assert [one["event_id"] for one in rows] == given[2 : 2 + len(events)]
    assert {one["stamp"] for one in rows} == {NOW - 3600}
    kinds = Counter(one["type"] for one in local.rows("running_activities"))
    assert (kinds["suppress"], kinds["unsuppress"], kinds["delete"], kinds["merge"]) == (2, 2, 1, 1)
    receipt, trigger = given[2 + len(events) : 4 + len(events)]
    assert receipt in {one["id"] for one in local.rows("running_deliveries")} and isinstance(trigger, int)
    found = landed(local)
    assert found == predicted(as_log(), folder)
    assert {campaign for _, campaign, _, _ in found} >= {"onboarding", "win-back", "signup-general"}


def broadcasts(local: Local) -> dict[str, int]:
    """What the workspace calls the project's broadcasts."""
    headers = {"Authorization": f"Bearer {local.workspace['app_key']}"}
    reply = httpx.get(f"{local.workspace['app_url']}/v1/broadcasts", headers=headers, trust_env=False)
    numbers = {one["name"]: one["id"] for one in reply.json()["broadcasts"]}
    campaigns = project().campaigns
    return {one.slug: numbers[campaigns[one.slug].name] for one in contents().broadcasts}


@pytest.fixture
def python_senders(tmp_path: Path) -> Iterator[Any]:
    """The module of Python senders, as it is generated now."""
    path = tmp_path / "generated_senders.py"
    path.write_text(senders_in(project(), "python"))
    spec = importlib.util.spec_from_file_location("generated_senders", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def sender(local: Local, authority: Path, python_senders: Any) -> Iterator[Any]:
    """A sender over the official Python client, pointed at the workspace."""
    where = local.workspace
    url = urlsplit(where["track_url"])
    track = customerio.CustomerIO(
        where["site_id"], where["track_key"], host=url.hostname, port=url.port, url_prefix=f"{url.path}/api/v1"
    )
    with track, customerio.APIClient(where["app_key"], url=where["app_url"]) as api:
        track.http.verify = str(authority)
        track.http.trust_env = False  # a machine's own authorities would come before this one
        yield python_senders.Sender(track, api, broadcasts(local))


def test_every_python_sender_brings_what_it_was_given(local: Local, sender: Any, tmp_path: Path):
    given = []
    for method, *arguments in every_call(lambda one: "_".join(one.words)):
        is_event = isinstance(arguments[-1], int)
        keywords = {"at": arguments.pop()} if is_event else {}
        given.append(getattr(sender, method)(*arguments, **keywords))
    check_what_arrived(local, given, tmp_path)


def test_a_python_sender_knows_visitors_and_tells_who_somebody_is_first(local: Local, sender: Any, python_senders: Any):
    shapes = {one.name: one.shape for one in contents().events}
    sender.page_viewed(python_senders.Anonymous("visitor"), data_of(shapes["page_viewed"]))
    sender.identify("eve", {"created_at": NOW}, anonymous_id="visitor")
    kept = sender.signed_up(
        "fay", data_of(shapes["signed_up"]), attributes={"email": "fay@example.org", "created_at": NOW}
    )
    sender.signed_up("fay", data_of(shapes["signed_up"]), event_id=kept)
    rows = [one for one in local.rows("running_activities") if one["number"] is not None]
    assert [(one["type"], one["name"]) for one in rows] == [("event", "page_viewed"), ("event", "signed_up")]
    entered = [one["campaign"] for one in local.rows("running_journeys") if one["person"] == "fay"]
    assert entered == ["onboarding"]


def test_every_typescript_sender_brings_what_it_was_given(local: Local, node: str, tmp_path: Path):
    (tmp_path / "senders.ts").write_text(senders_in(project(), "typescript"))
    built = compiled(node, tmp_path, "commonjs", "senders.ts")
    environment = {
        **os.environ, "NODE_PATH": str(PACKAGES), "MAILWRIGHT_WORKSPACE": json.dumps(local.workspace),
        "MAILWRIGHT_BROADCASTS": json.dumps(broadcasts(local)),
    }  # fmt: skip
    wanted = every_call(lambda one: one.words[0] + "".join(word.capitalize() for word in one.words[1:]))
    wanted = [[*call[:-1], {"at": call[-1]}] if isinstance(call[-1], int) else call for call in wanted]
    command = [node, str(SCRIPTS / "every_sender.cjs"), str(built / "senders.js")]
    done = subprocess.run(
        command, input=json.dumps(wanted), env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    check_what_arrived(local, json.loads(done.stdout), tmp_path)


# --- the example log ---------------------------------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The beginning of the example log."""
    lines = (HERE / "examples/log/events.ndjson").read_text().splitlines(keepends=True)[:CALLS_REPLAYED]
    path = tmp_path / "events.ndjson"
    path.write_text("".join(lines))
    return path


def check_replayed(local: Local, log: Path, folder: Path) -> None:
    """The events are those of the log, the emails those that `simulate` foretells."""
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    events = [(call["name"], call["id"]) for call in calls if call["type"] == "track"]
    rows = [one for one in local.rows("running_activities") if one["type"] == "event" and one["number"] is not None]
    assert [(one["name"], one["event_id"]) for one in rows] == events
    for call in calls:
        call["at"] = NOW
        del call["timestamp"]  # the senders leave an identify's out, and say now of an event
    assert landed(local) == predicted(calls, folder)


def test_the_example_log_goes_through_the_python_senders(local: Local, log: Path, tmp_path: Path):
    environment = local.environment()
    script = HERE / "examples/senders/replay.py"
    done = subprocess.run(
        [sys.executable, str(script), str(log), "--now"], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, f"{CALLS_REPLAYED} calls sent\n"), done.stderr
    check_replayed(local, log, tmp_path)


def test_the_example_log_goes_through_the_typescript_senders(local: Local, node: str, log: Path, tmp_path: Path):
    for name in ("northstar.ts", "replay.ts"):
        shutil.copy(HERE / "examples/senders" / name, tmp_path / name)
    built = compiled(node, tmp_path, "module", "replay.ts")
    done = subprocess.run(
        [node, str(built / "replay.js"), str(log), "--now"],
        env=local.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"{CALLS_REPLAYED} calls sent\n"), done.stderr
    check_replayed(local, log, tmp_path)
