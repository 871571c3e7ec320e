"""`mailwright serve` as a person or a test runs it: a process, its first line, its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

WORKSPACE = {
    "name", "id", "region", "track_url", "app_url", "ui_url", "site_id", "track_key", "app_key", "service_account_token",
    "webhook_signing_key", "transactional_message_id", "broadcast_id", "newsletter_id",
}  # fmt: skip


def command(*flags: str) -> list[str]:
    return [sys.executable, "-m", "mailwright", "serve", *flags]


@contextmanager
def serving(folder: Path, *flags: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    process = subprocess.Popen(
        command("--port", "0", "--format", "json", *flags), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip
    with process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.terminate()


def run(folder: Path, *flags: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*flags), cwd=folder, capture_output=True, text=True, timeout=60, check=False, **more)


def get(url: str) -> Any:
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def project(folder: Path) -> Path:
    (folder / "mailwright.toml").write_text(
        "[workspaces.prod]\nregion = 'eu'\nid = 4021\n\n[workspaces.qa]\nregion = 'us'\n"
    )
    campaign = folder / "campaigns" / "welcome"
    campaign.mkdir(parents=True)
    (campaign / "campaign.yaml").write_text(
        "name: Welcome\ntrigger: {event: joined}\nworkflow:\n  - wait: 3d\n  - email: hello\n"
    )
    (campaign / "hello.liquid").write_text("---\nsubject: Hello\nfrom: A <a@example.org>\n---\n<p>Hi</p>\n")
    return folder


def test_the_first_line_says_all_that_a_client_needs(tmp_path):
    with serving(tmp_path) as (_, said):
        assert said["schema_version"] == 1
        assert {"url", "https_url", "admin_token", "inbox_url", "workspaces"} <= said.keys()
        assert [one["name"] for one in said["workspaces"]] == ["prod", "qa"]
        for one in said["workspaces"]:
            assert one.keys() == WORKSPACE
            assert None not in one.values()
        assert get(f"{said['url']}/_clock")["mode"] == "real"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_it_is_told_to(tmp_path, sign: signal.Signals):
    with serving(tmp_path) as (process, said):
        with socket.create_connection(("127.0.0.1", int(said["url"].rpartition(":")[2]))):
            process.send_signal(sign)
            assert process.wait(10) == 0
        assert process.stderr is not None and process.stderr.read() == ""


def test_the_keys_are_the_same_on_every_run(tmp_path):
    with serving(tmp_path) as (_, first):
        pass
    with serving(tmp_path) as (_, second):
        assert second["workspaces"][0]["app_key"] == first["workspaces"][0]["app_key"]
        assert second["admin_token"] != first["admin_token"]


def test_a_project_is_served_as_its_workspaces(tmp_path):
    with serving(project(tmp_path), "--clock", "frozen:2026-01-01") as (_, said):
        assert [(one["name"], one["region"]) for one in said["workspaces"]] == [("prod", "eu"), ("qa", "us")]
        assert said["workspaces"][0]["id"] == 4021
        assert said["workspaces"][0]["track_url"].endswith("/eu/track")
        assert get(f"{said['url']}/_seed")["seeds"]["prod"]["campaigns"].keys() == {"welcome"}
        assert get(f"{said['url']}/_clock")["time"] == "2026-01-01T00:00:00+00:00"


def test_what_waits_goes_on_after_a_restart_on_the_same_file(tmp_path):
    project(tmp_path)

    def asked(said: dict[str, Any], method: str, path: str, body: Any, **headers: str) -> None:
        one = said["workspaces"][1]
        made = urllib.request.Request(f"{said['url']}{path}", json.dumps(body).encode(), headers, method=method)
        if path.startswith("/track"):
            import base64

            made.add_header(
                "Authorization", "Basic " + base64.b64encode(f"{one['site_id']}:{one['track_key']}".encode()).decode()
            )
        urllib.request.urlopen(made).close()

    with serving(tmp_path, "--file", "w.db", "--clock", "frozen:2026-01-01") as (process, said):
        asked(said, "PUT", "/track/api/v1/customers/7", {"email": "p7@example.org"})
        asked(said, "POST", "/track/api/v1/customers/7/events", {"name": "joined"})
        process.send_signal(signal.SIGKILL)
    with serving(tmp_path, "--file", "w.db", "--clock", "frozen:2026-01-03") as (_, said):
        assert get(f"{said['url']}/_inbox")["total"] == 0
        asked(said, "POST", "/_clock", {"advance": "1d"}, **{"X-Mailwright-Token": said["admin_token"]})
        assert [one["subject"] for one in get(f"{said['url']}/_inbox")["messages"]] == ["Hello"]


def test_exec_gives_the_command_addresses_and_keys_and_its_exit_code(tmp_path):
    script = "import os, urllib.request as u; print(u.urlopen(os.environ['MAILWRIGHT_URL'] + '/_clock').status, os.environ['MAILWRIGHT_QA_APP_KEY'] != os.environ['MAILWRIGHT_APP_KEY']); raise SystemExit(7)"
    ran = run(tmp_path, "--exec", f'"{sys.executable}" -c "{script}"')
    assert (ran.returncode, ran.stdout) == (7, "200 True\n")
    assert "mailwright serves 2 workspaces" in ran.stderr


def test_a_command_that_a_signal_ends_counts_as_shells_count_it(tmp_path):
    assert run(tmp_path, "--exec", "kill -TERM $$").returncode == 128 + signal.SIGTERM


def test_the_text_form_is_for_people(tmp_path):
    ran = run(tmp_path, "--workspace", "shop:eu", "--exec", "true")
    assert "shop (id 41001, region eu)" in ran.stderr
    assert "/eu/track" in ran.stderr and "/inbox" in ran.stderr
    assert ran.stdout == ""


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--host", "0.0.0.0"], "only this machine"), (["--port", "70000"], "--port is between"), (["--clock", "odd"], "--clock cannot be"),
        (["--clock", "frozen:soon"], "--clock cannot be"), (["--workspace", "a:asia"], "--workspace cannot be"),
        (["--workspace", "a", "--workspace", "a"], "given twice"), (["--smtp", "nowhere"], "--smtp cannot be"),
        (["--seed", "nowhere"], "nowhere"), (["--seed", ".", "--empty"], "exclude each other"), (["--file", "/dev/null/x"], "cannot be opened"),
        (["--prt", "1"], "unknown flag"),
    ],
)  # fmt: skip
def test_wrong_arguments_end_with_3_and_a_hint(tmp_path, flags: list[str], said: str):
    ran = run(tmp_path, "--port", "0", *flags) if "--port" not in flags else run(tmp_path, *flags)
    assert ran.returncode == 3
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_port_that_is_taken_ends_with_3(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = run(tmp_path, "--port", str(taken.getsockname()[1]))
    assert ran.returncode == 3
    assert "--port 0 takes a free one" in ran.stderr


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("no database at all, but some text that is long enough to be read\n" * 40)
    before = (tmp_path / "notes.txt").read_text()
    ran = run(tmp_path, "--port", "0", "--file", "notes.txt")
    assert ran.returncode == 3
    assert (tmp_path / "notes.txt").read_text() == before


def test_a_project_with_mistakes_is_not_served(tmp_path):
    project(tmp_path)
    (tmp_path / "campaigns" / "welcome" / "campaign.yaml").write_text("name: Welcome\n")
    ran = run(tmp_path, "--port", "0")
    assert ran.returncode == 1
    assert "campaign.yaml" in ran.stderr and "Traceback" not in ran.stderr


def test_help_does_not_load_the_server(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "mailwright", "serve", "--help"], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "COLUMNS": "80"},
    )  # fmt: skip
    assert ran.returncode == 0
    assert not {"pydantic", "httpx", "liquid", "uvicorn", "simulator.workspace.server"} & {
        line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()
    }
