"""Wrong set-ups, each made against real servers on this machine, and each named in one sentence."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mailwright.cli import main
from mailwright.loading.folder import load_project
from sync.demo.local_server import LocalServer, local_server
from sync.doctor.looking import look_at_workspaces
from sync.doctor.needs import NEEDS, SCOPES, commands_for, needs_as_markdown, possible

ROOT = Path(__file__).parents[3]
CONTENT = {
    "campaigns/hello/campaign.yaml": "name: Hello\ntrigger: {event: joined}\nworkflow:\n  - email: first\n",
    "campaigns/hello/first.liquid": "---\nsubject: Hi\nfrom: A <a@example.org>\n---\n<p>Hi</p>\n",
    "campaigns/_shared/segments/crew.yaml": "name: Crew\nwhere: {person: {team: crew}}\n",
}
KINDS = ("ACCOUNT", "APP", "SITE", "TRACK")


@dataclass
class Setup:
    """A project with two workspaces, and the environment somebody has."""

    root: Path
    server: LocalServer
    monkeypatch: pytest.MonkeyPatch
    urls: dict[str, str] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("qa", "prod"):
            one = self.server.workspace(name)
            self.urls[name] = f"{self.server.url}/us"
            self.ids[name] = one["id"]
            keys = (one["service_account_token"], one["app_key"], one["site_id"], one["track_key"])
            self.values |= {f"{name.upper()}_{kind}": value for kind, value in zip(KINDS, keys, strict=True)}

    def write(self) -> None:
        lines = ['default_workspace = "qa"']
        for name in ("qa", "prod"):
            lines += [f"[workspaces.{name}]", f'url = "{self.urls[name]}"', f"id = {self.ids[name]}"]
            names = [f"{name.upper()}_{kind}" for kind in KINDS]
            lines += [f'service_account = {{ env = "{names[0]}" }}', f'app_key = {{ env = "{names[1]}" }}']
            lines += [f'track = {{ site_id = {{ env = "{names[2]}" }}, api_key = {{ env = "{names[3]}" }} }}']
        (self.root / "mailwright.toml").write_text("\n".join(lines) + "\n")
        for variable in [f"{name}_{kind}" for name in ("QA", "PROD") for kind in KINDS]:
            self.monkeypatch.delenv(variable, raising=False)
        self.monkeypatch.delenv("MAILWRIGHT_WEBHOOK_KEY", raising=False)
        for variable, value in self.values.items():
            self.monkeypatch.setenv(variable, value)

    def swap(self, one: str, other: str) -> None:
        self.values[one], self.values[other] = self.values[other], self.values[one]

    def only(self, *kinds: str) -> None:
        self.values = {name: value for name, value in self.values.items() if name in kinds}


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with local_server(["qa:us", "prod:us"], "--no-limits") as running:
        yield running


@pytest.fixture(scope="module")
def seeded(server: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> LocalServer:
    folder = tmp_path_factory.mktemp("content")
    for name, text in CONTENT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "mailwright.toml").write_text("[workspaces.qa]\n[workspaces.prod]\n")
    for name in ("qa", "prod"):
        server.seed(name, folder)
    return server


@pytest.fixture
def setup(tmp_path: Path, seeded: LocalServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Setup]:
    seeded.admin("DELETE", "/_faults")
    (tmp_path / "campaigns").mkdir()
    yield Setup(tmp_path, seeded, monkeypatch)
    seeded.admin("DELETE", "/_faults")
    for name in ("qa", "prod"):
        seeded.admin("POST", "/_live_edit", {"workspace": name, "allowed": True})


def found_by(setup: Setup, capsys: pytest.CaptureFixture[str], *flags: str) -> tuple[int, list[Mapping[str, Any]], str]:
    setup.write()
    code = main(["-C", str(setup.root), "doctor", "--workspace", "qa", "--format", "json", *flags])
    shown = capsys.readouterr()
    report = json.loads(shown.out)
    return code, report["workspaces"]["qa"].get("findings", []), shown.out + shown.err


def put(name: str, other: str) -> Callable[[Setup], None]:
    """The value of *other* stands in the variable *name*."""

    def wrong(setup: Setup) -> None:
        setup.values[name] = setup.values[other]

    return wrong


def eu(*kept: str) -> Callable[[Setup], None]:
    """The settings ask the hosts of the other region."""

    def wrong(setup: Setup) -> None:
        setup.urls["qa"] = setup.urls["qa"].replace("/us", "/eu")
        setup.only(*kept)

    return wrong


def change(**values: str) -> Callable[[Setup], None]:
    return lambda setup: setup.values.update(values)


def of_prod(*kinds: str) -> Callable[[Setup], None]:
    return lambda setup: setup.values.update({f"QA_{kind}": setup.values.pop(f"PROD_{kind}") for kind in kinds})


def elsewhere(setup: Setup) -> None:
    setup.urls["qa"] = "http://127.0.0.1:1"


def another_id(setup: Setup) -> None:
    setup.ids["qa"] = 77
    setup.only("QA_ACCOUNT")


def no_scope(setup: Setup) -> None:
    setup.server.admin("POST", "/_faults", {"kind": "error", "status": 403, "surface": "app", "path": "/v1/segments"})


def live_edit_off(setup: Setup) -> None:
    setup.server.admin("POST", "/_live_edit", {"workspace": "qa", "allowed": False})


def with_webhook(setup: Setup) -> None:
    fields = {"name": "Us", "endpoint": "http://127.0.0.1:9/hooks", "events": ["email_sent"]}
    setup.server.by_hand("qa", "POST", "webhook_configurations", {"webhook_configuration": fields})


def wrong_signing_key(setup: Setup) -> None:
    with_webhook(setup)
    setup.values["MAILWRIGHT_WEBHOOK_KEY"] = "canary-signing-key"


# What is wrong, how it is made so, the sentence, the exit code.
WRONG = [
    ("App key on the Track host", put("QA_TRACK", "QA_APP"), "QA_TRACK holds an App API key, and the Track API needs a Track API key", 3),
    ("Track key on the App host", put("QA_APP", "QA_TRACK"), "QA_APP holds a Track API key, and the App API needs an App API key", 3),
    ("service-account token as App key", put("QA_APP", "QA_ACCOUNT"), "QA_APP holds a service-account token, and the App API needs an App API key", 3),
    ("service-account token as Track key", put("QA_TRACK", "QA_ACCOUNT"), "QA_TRACK holds a service-account token, and the Track API needs a Track API key", 3),
    ("site id as App key", put("QA_APP", "QA_SITE"), "QA_APP holds the site id of the Track API, and the App API needs an App API key", 3),
    ("App key as service account", put("QA_ACCOUNT", "QA_APP"), "QA_ACCOUNT holds an App API key, and the UI API needs a service-account token", 3),
    ("Track key as service account", put("QA_ACCOUNT", "QA_TRACK"), "QA_ACCOUNT holds a Track API key, and the UI API needs a service-account token", 3),
    ("App key of the other region", eu("QA_APP"), "QA_APP is of the US region (App API key), and the settings ask the EU hosts", 3),
    ("Track keys of the other region", eu("QA_SITE", "QA_TRACK"), "QA_SITE and QA_TRACK are of the US region: the Track API sends them on there", 3),
    ("service account of the other region", eu("QA_ACCOUNT"), "QA_ACCOUNT is of the US region (service account), and the settings ask the EU hosts", 3),
    ("App key of the other workspace", of_prod("APP"), "QA_APP is the App API key of workspace {prod} ('prod'), and the settings say {qa}", 3),
    ("Track keys of the other workspace", of_prod("SITE", "TRACK"), "QA_SITE and QA_TRACK are the Track keys of workspace {prod} ('prod'), and the settings say {qa}", 3),
    ("one App key for two workspaces", put("PROD_APP", "QA_APP"), "QA_APP holds the same App API key as PROD_APP of 'prod'", 3),
    ("site id and key swapped", lambda setup: setup.swap("QA_SITE", "QA_TRACK"), "QA_SITE and QA_TRACK hold each other's: the site id and the key are swapped", 3),
    ("site id of one, key of another", lambda setup: setup.swap("QA_SITE", "PROD_SITE"), "QA_SITE and QA_TRACK are of two workspaces: one of them is that of 'prod'", 3),
    ("a workspace out of reach", another_id, "the service account of QA_ACCOUNT does not reach workspace 77", 3),
    ("a service account that expired", change(QA_ACCOUNT="sa_live_canary"), "the service-account token in QA_ACCOUNT is not valid: mistyped, expired or revoked", 4),
    ("an App key that was revoked", change(QA_APP="canary"), "the App API refuses QA_APP: it is mistyped, revoked, or limited to other addresses than this machine's", 4),
    ("a Track key that was revoked", change(QA_TRACK="canary"), "the Track API refuses QA_SITE with QA_TRACK: one of them is mistyped or revoked", 4),
    ("quotes around a key", lambda setup: setup.values.update(QA_APP=f'"{setup.values["QA_APP"]}"'), "QA_APP begins or ends with a blank or a quote", 3),
    ("local workspace not running", elsewhere, "nothing answers at http://127.0.0.1:1: the local workspace is not running", 4),
    ("a scope is missing", no_scope, "QA_APP has no scope for segments, which `pull` and `plan` and `drift` read", 1),
    ("live edit is off", live_edit_off, "'Allow agent to edit live data' is off: an apply is refused what concerns running campaigns", 0),
    ("webhooks and no signing key", with_webhook, "the workspace has 1 reporting webhook, and MAILWRIGHT_WEBHOOK_KEY is not set: `listen` cannot verify them", 0),
    ("a signing key that is another's", wrong_signing_key, "MAILWRIGHT_WEBHOOK_KEY is not the signing key of 'qa': its webhooks would be answered 401", 3),
    ("variables that are not set", lambda setup: setup.only("QA_APP"), "QA_ACCOUNT, QA_SITE, QA_TRACK are not set", 0),
]  # fmt: skip


@pytest.mark.parametrize(("made", "sentence", "code"), [pytest.param(*row[1:], id=row[0]) for row in WRONG])
def test_a_wrong_setup_is_named_in_one_sentence(
    setup: Setup, made: Callable[[Setup], None], sentence: str, code: int, capsys: pytest.CaptureFixture[str]
):
    before = {webhook["id"] for webhook in webhooks(setup)}
    made(setup)
    ended, findings, everything = found_by(setup, capsys)
    for one in webhooks(setup):
        if one["id"] not in before:
            setup.server.by_hand("qa", "DELETE", f"webhook_configurations/{one['id']}")
    said = [one["says"] for one in findings if one["weight"] != "fine"]
    with capsys.disabled():
        print(f"\n  {sentence.format(**setup.ids)}", end="")
    assert sentence.format(**setup.ids) in said
    assert ended == code
    problems = [one["says"] for one in findings if one["weight"] == "problem"]
    assert len(problems) <= 2, problems  # the sentence, and what follows from it at most once
    for value in setup.values.values():
        assert value.strip('"') not in everything


def webhooks(setup: Setup) -> list[dict[str, Any]]:
    return setup.server.by_hand("qa", "GET", "webhook_configurations")["webhook_configurations"]


def test_a_right_setup_has_no_problem(setup: Setup, capsys: pytest.CaptureFixture[str]):
    code, findings, _ = found_by(setup, capsys)
    assert code == 0
    assert [one["says"] for one in findings if one["weight"] != "fine"] == []
    says = "\n".join(one["says"] for one in findings)
    for part in (
        f"QA_APP opens workspace {setup.ids['qa']}",
        f"QA_SITE and QA_TRACK open workspace {setup.ids['qa']}",
        f"the service account of QA_ACCOUNT reaches workspace {setup.ids['qa']}",
        "agents may edit live data",
        "the clock agrees",
        "enough for: pull, plan, drift, apply, promote, rollback, bind, sync people, send, smoke, verify, listen",
    ):
        assert part in says


def test_the_signing_key_may_be_another_workspaces(setup: Setup, capsys: pytest.CaptureFixture[str]):
    with_webhook(setup)
    (webhook,) = webhooks(setup)
    try:
        setup.values["MAILWRIGHT_WEBHOOK_KEY"] = setup.server.workspace("prod")["webhook_signing_key"]
        code, _, _ = found_by(setup, capsys)
        assert code == 0
        setup.values["MAILWRIGHT_WEBHOOK_KEY"] = setup.server.workspace("qa")["webhook_signing_key"]
        _, findings, _ = found_by(setup, capsys)
        assert "MAILWRIGHT_WEBHOOK_KEY is the workspace's signing key" in [one["says"] for one in findings]
    finally:
        setup.server.by_hand("qa", "DELETE", f"webhook_configurations/{webhook['id']}")


@pytest.mark.parametrize(("hours", "side"), [(1, "ahead of"), (-1, "behind")])
def test_a_clock_that_is_off_is_told(setup: Setup, hours: int, side: str):
    setup.write()
    found, code = look_at_workspaces(
        load_project(setup.root),
        ["qa"],
        environ=setup.values,
        now=lambda: datetime.now(UTC) + timedelta(hours=hours, seconds=30 * hours),
    )
    (said,) = [one["says"] for one in found["qa"] if one["weight"] == "problem"]
    assert side in said and "3,6" in said and code == 1


def test_offline_asks_nobody(setup: Setup, capsys: pytest.CaptureFixture[str]):
    elsewhere(setup)
    code, findings, _ = found_by(setup, capsys, "--offline")
    assert (code, findings) == (0, [])


def test_each_workspace_with_a_variable_that_is_set_is_asked(setup: Setup, capsys: pytest.CaptureFixture[str]):
    setup.only("QA_APP", "QA_SITE", "QA_TRACK")
    setup.write()
    assert main(["-C", str(setup.root), "doctor", "--format", "md"]) == 0
    shown = capsys.readouterr().out
    qa, prod = shown.split("## workspace prod")
    assert "opens workspace" in qa and "opens workspace" not in prod
    assert "not enough for" not in qa or "listen" in qa
    assert main(["-C", str(setup.root), "doctor", "--workspace", "prdo"]) == 3
    assert "'prod'" in capsys.readouterr().err


def test_whose_an_app_key_is_can_be_told_by_the_segments(setup: Setup, capsys: pytest.CaptureFixture[str]):
    for what in ("campaigns", "broadcasts"):
        setup.server.admin(
            "POST", "/_faults", {"kind": "error", "status": 403, "surface": "app", "path": f"/v1/{what}"}
        )
    _, findings, _ = found_by(setup, capsys)
    assert f"QA_APP opens workspace {setup.ids['qa']}" in [one["says"] for one in findings]


def test_whose_an_app_key_is_may_not_be_told(setup: Setup, capsys: pytest.CaptureFixture[str]):
    setup.server.admin("POST", "/_reset", {"workspace": "qa", "empty": True})
    try:
        _, findings, _ = found_by(setup, capsys)
    finally:
        setup.server.admin("POST", "/_reset", {})
    assert any("cannot be told: the workspace has no message yet" in one["says"] for one in findings)


class Elsewhere(BaseHTTPRequestHandler):
    """Something that is no Customer.io."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>welcome</html>")

    do_POST = do_GET  # noqa: N815  # the standard library's name

    def log_message(self, *_: object) -> None:
        pass


def test_another_server_at_the_address_is_told(setup: Setup, capsys: pytest.CaptureFixture[str]):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        setup.urls["qa"] = f"http://127.0.0.1:{server.server_port}"
        code, findings, _ = found_by(setup, capsys)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    says = [one["says"] for one in findings if one["weight"] == "problem"]
    assert code == 4
    assert any("is not the Track API of Customer.io (200)" in one for one in says)


def test_the_page_has_the_table_of_the_least_privileges():
    page = (ROOT / "docs/doctor.md").read_text(encoding="utf-8")
    assert needs_as_markdown() in page


def test_every_command_that_speaks_to_a_workspace_says_what_it_needs():
    from mailwright.cli import COMMANDS

    known = {need.command.partition(" ")[0] for need in NEEDS}
    speaking = {name for name, (module, _) in COMMANDS.items() if module.startswith("sync.")} - {"ci"}
    assert speaking <= known
    assert {scope for need in NEEDS for scope in need.app} <= SCOPES.keys()
    assert commands_for("segments")[:2] == ("pull", "plan") and commands_for("people") and not commands_for("none")


def test_what_is_possible_hangs_on_the_keys():
    def names(**keys: bool) -> set[str]:
        held = {"account": False, "app": False, "track": False, **keys}
        return {need.command for need in NEEDS if possible(need, **held)}

    assert names() == {"listen"}
    assert names(track=True) == {"listen", "sync people", "send"}
    assert "apply" in names(app=True) and "apply" in names(account=True)
    assert "verify" not in names(account=True)
