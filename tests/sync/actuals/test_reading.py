"""What a workspace sent, asked over its App API; a handler answers in place of a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stamina

from mailwright.definitions.project import Project
from mailwright.diagnostics import ConfigurationError, WorkspaceError
from mailwright.loading.folder import load_project
from sync.actuals import reading
from sync.actuals.numbers import known_numbers
from sync.clients.app_api import AppApi
from sync.clients.keys import AppKey
from sync.clients.pacing import Pace
from sync.clients.refusals import WorkspaceRefusal
from sync.clients.transport import Transport
from sync.demo.local_server import LocalServer, local_server
from sync.ledger import Ledger
from sync.snapshot import Address, Kind

Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def _without_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


def app(handler: Handler) -> AppApi:
    key = AppKey("app_canary_key", "CIO_APP_KEY")
    return AppApi(Transport("App API", "https://api.example.org", key, Pace(1000), {}, httpx.MockTransport(handler)))


def of_download(url: str, file: httpx.Response) -> tuple[AppApi, list[httpx.Request]]:
    asked: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"link": url}) if request.url.path.endswith("/download") else file

    return app(handle), asked


def test_a_file_elsewhere_is_fetched_without_the_key():
    api, asked = of_download("https://storage.example.com/a.csv", httpx.Response(200, content=b"\xef\xbb\xbfa,b\n"))
    assert api.export_file(5) == "a,b\n"
    assert "authorization" in asked[0].headers
    assert "authorization" not in asked[1].headers


def test_a_file_of_the_workspace_itself_is_asked_for_with_the_key():
    api, asked = of_download("https://api.example.org/v1/file.csv", httpx.Response(200, content=b"a\n"))
    assert api.export_file(5) == "a\n"
    assert asked[1].headers["authorization"] == "Bearer app_canary_key"


def test_a_file_that_is_refused_or_nowhere_is_named():
    api, _ = of_download("https://storage.example.com/a.csv", httpx.Response(403, text="expired"))
    with pytest.raises(WorkspaceRefusal, match="403"):
        api.export_file(5)
    api, _ = of_download("", httpx.Response(200))
    with pytest.raises(WorkspaceError, match="names no place"):
        api.export_file(5)
    api, _ = of_download("file:///etc/passwd", httpx.Response(200))
    with pytest.raises(WorkspaceError, match="names no place"):
        api.export_file(5)


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with local_server(["qa:us"], "--clock", "frozen:2026-01-02", "--no-limits") as found:
        yield found


@pytest.fixture
def project(server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "mailwright.toml").write_text(f"{server.settings('qa')}[workspaces.real]\nregion = 'us'\n", "utf-8")
    return load_project(tmp_path)


def test_a_workspace_on_this_machine_has_a_clock_of_its_own(project: Project):
    assert reading.present(project, "qa") == 1_767_312_000
    assert reading.present(project, "real") > 1_767_312_000


def test_a_clock_that_does_not_answer_is_named(tmp_path: Path):
    (tmp_path / "mailwright.toml").write_text('[workspaces.qa]\nurl = "http://127.0.0.1:1"\n', "utf-8")
    with pytest.raises(WorkspaceError, match="does not say its time"):
        reading.present(load_project(tmp_path), "qa")


def test_without_an_app_key_nothing_can_be_asked(project: Project, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MAILWRIGHT_LOCAL_QA_APP_KEY")
    with pytest.raises(ConfigurationError, match="no App API key") as stopped:
        list(reading.messages(project, "qa", 0, 5))
    assert stopped.value.hint == "set MAILWRIGHT_LOCAL_QA_APP_KEY"


def test_people_are_asked_for_by_what_names_them(project: Project, server: LocalServer):
    for identifiers, attributes in (({"id": "42"}, {"plan": "pro"}), ({"email": "ana@example.org"}, {"plan": "free"})):
        server.track(
            "qa", {"type": "person", "action": "identify", "identifiers": identifiers, "attributes": attributes}
        )
    found = reading.profiles(project, "qa", ["42", "ana@example.org", "nobody", "x@example.org"])
    assert sorted(one["attributes"]["plan"] for one in found) == ["free", "pro"]


def exporting(server: LocalServer, project: Project) -> Iterator[tuple[tuple[str, str], str]]:
    ledger = Ledger("qa")
    ledger.ids[Address(Kind.CAMPAIGN, "welcome")] = {"id": 61}
    ledger.ids[Address(Kind.CAMPAIGN, "digest")] = {"id": 2, "via": "newsletter"}
    ledger.ids[Address(Kind.CAMPAIGN, "receipt")] = {"id": 3, "via": "transactional"}
    ledger.ids[Address(Kind.MESSAGE, "welcome/note")] = {"action": "902", "campaign": 61, "id": "902"}
    ledger.ids[Address(Kind.MESSAGE, "welcome/note.es")] = {"action": "902", "id": "902", "language": "es"}
    ledger.ids[Address(Kind.MESSAGE, "digest/letter")] = {"action": "template-5", "id": "template-5"}
    ledger.ids[Address(Kind.MESSAGE, "receipt/paid")] = {"action": "template-6", "id": "template-6"}
    ledger.save(project.root)
    return reading.exports(project, "qa", 0, 5)


def test_exports_are_made_one_message_at_a_time(project: Project, server: LocalServer):
    found = list(exporting(server, project))
    assert [place for place, _ in found] == [
        place for place in (("welcome", "note"), ("digest", "letter"), ("receipt", "paid")) for _ in range(2)
    ]
    assert all(text.startswith("delivery_id,") for _, text in found)
    assert known_numbers(project.root, "qa").parents == {
        "campaign/61": "welcome", "newsletter/2": "digest", "transactional/3": "receipt",
    }  # fmt: skip


def test_an_export_that_fails_or_never_ends_is_named():
    states: list[dict[str, Any]] = [{"id": 5, "status": "pending"}, {"id": 5, "status": "failed", "failed": True}]

    def handle(request: httpx.Request) -> httpx.Response:
        body = states.pop(0) if request.method == "GET" and len(states) > 1 else states[0]
        return httpx.Response(200, json={"export": body if request.method == "GET" else {"id": 5}})

    api = app(handle)
    with pytest.raises(WorkspaceError, match="the export 5 failed"):
        reading.exported_text(api, {})
    states[:] = [{"id": 5, "status": "pending"}]
    with pytest.raises(WorkspaceError, match="not done after"):
        reading.exported_text(api, {}, patience=0.0)


def test_without_a_ledger_numbers_mean_nothing(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="nothing is known yet"):
        known_numbers(tmp_path, "qa")
