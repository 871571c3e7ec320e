"""Imports of CSV files: people, events, objects and relationships, row by row."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

import pytest
from wire_exchanges import Wired

from simulator.workspace.documents import Kind
from simulator.workspace.importing import importer as importing
from simulator.workspace.importing.importer import FILE, Importer


def asked(workspace: Wired, text: str | bytes, kind: str = "people", **more: Any) -> int:
    url = f"data:text/csv,{quote(text)}"
    reply = workspace.app("POST", "imports", {"import": {"data_file_url": url, "type": kind, **more}})
    assert reply.status == 200
    assert reply.body["import"]["state"] == "preprocessing"
    return int(reply.body["import"]["id"])


def taken(workspace: Wired, *arguments: Any, **more: Any) -> dict[str, Any]:
    number = asked(workspace, *arguments, **more)
    asyncio.run(Importer(workspace.account).take_waiting())
    found: dict[str, Any] = workspace.app("GET", f"imports/{number}").body["import"]
    return found


def errors_of(workspace: Wired, found: dict[str, Any]) -> list[str]:
    reply = workspace.app("GET", f"exports/{found['error_export_id']}/file.csv")
    return reply.body.decode().splitlines()[1:]


def plan_of(workspace: Wired, name: str) -> Any:
    person = workspace.home.running.person(name, "id")
    return None if person is None else person.attributes.get("plan")


def test_people_are_identified_row_by_row(workspace: Wired) -> None:
    found = taken(workspace, "\ufeffid,email,plan\r\n1,a@example.org,pro\r\n2,b@example.org,\r\n\r\n,c@example.org,x\n")
    assert (found["state"], found["rows_to_import"], found["rows_imported"]) == ("imported", 3, 2)
    assert (found["identifier"], found["people_to_process"], found["name"]) == ("id", "all", "import")
    assert plan_of(workspace, "1") == "pro"
    assert "plan" not in workspace.home.running.person("2", "id").attributes
    assert errors_of(workspace, found) == ["5,id is empty"]
    assert found["error_download_url"].endswith(f"/exports/{found['error_export_id']}/download")


@pytest.mark.parametrize(("which", "plans"), [("only_new", ("free", "pro")), ("only_existing", ("pro", None))])
def test_only_new_or_only_known_people_are_taken(workspace: Wired, which: str, plans: tuple[Any, Any]) -> None:
    taken(workspace, "id,plan\n1,free\n")
    found = taken(workspace, "id,plan\n1,pro\n2,pro\n", data_to_process=which)
    assert (plan_of(workspace, "1"), plan_of(workspace, "2")) == plans
    assert found["rows_imported"] == 1


def test_events_are_only_of_people_who_are_there(workspace: Wired) -> None:
    taken(workspace, "id\n1\n")
    found = taken(
        workspace, "id,name,timestamp,plan\n1,signed_up,1767225600,pro\n9,signed_up,,pro\n1,,,\n1,late,soon,\n", "event"
    )
    assert (found["rows_imported"], "object_type_id" in found) == (1, False)
    assert [line.partition(",")[0] for line in errors_of(workspace, found)] == ["3", "4", "5"]
    events = [one for one in workspace.home.running.activities() if one.type == "event"]
    assert [(one.name, dict(one.data)) for one in events] == [("signed_up", {"plan": "pro"})]


def test_objects_and_then_who_is_related_to_them(workspace: Wired) -> None:
    objects = taken(workspace, "object_id,city\nacme,Oslo\nacme2,\n", "object", object_type_id=1)
    assert (objects["object_type_id"], objects["rows_imported"], "identifier" in objects) == ("1", 2, False)
    again = taken(workspace, "object_id,city\nacme,Bergen\nacme3,\n", "object", object_type_id="1", data_to_process="only_new")  # fmt: skip
    assert errors_of(workspace, again) == ["2,is there already"]
    related = "id,object_id,object_type_id,role\n1,acme,1,admin\n"
    assert taken(workspace, related, "relationship")["rows_imported"] == 1
    assert taken(workspace, related, "relationship", data_to_process="only_new")["rows_imported"] == 0
    shown = workspace.app("GET", "customers/1/relationships").body["cio_relationships"]
    assert shown == [{"identifiers": {"object_type_id": "1", "object_id": "acme"}, "attributes": {"role": "admin"}}]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the file is empty"),
        ("email\na@example.org", "no column is called 'id'"),
        ("id,plan,plan\n1,2,3", "two columns are called 'plan'"),
        (b"id\n\xff\xfe", "the file is no UTF-8 text"),
        ('id\n"' + "x" * 200_000, "the file is no CSV: field larger than field limit (131072)"),
    ],
)
def test_a_file_that_is_no_table_fails_the_import(workspace: Wired, text: str | bytes, why: str) -> None:
    found = taken(workspace, text)
    assert (found["state"], found["error"], found["rows_imported"]) == ("failed", why, 0)


@pytest.mark.parametrize(
    ("asking", "pointers"),
    [
        ({}, ["/import/data_file_url", "/import/type"]),
        ({"data_file_url": "x", "type": "people", "identifier": "phone"}, ["/import/identifier"]),
        ({"data_file_url": "x", "type": "object"}, ["/import/object_type_id"]),
        ({"data_file_url": "x", "type": "event", "data_to_process": "only_new"}, ["/import/data_to_process"]),
        ({"data_file_url": "x", "type": "people", "people_to_process": "some"}, ["/import/data_to_process"]),
        ({"data_file_url": "x", "type": "people", "people_to_process": "all", "data_to_process": "all"}, ["/import/data_to_process"]),
    ],
)  # fmt: skip
def test_an_import_that_makes_no_sense_is_refused(workspace: Wired, asking: Any, pointers: list[str]) -> None:
    reply = workspace.app("POST", "imports", {"import": asking})
    assert reply.status == 422
    assert [one["source"]["pointer"] for one in reply.body["errors"]] == pointers
    assert workspace.app("POST", "imports", {"imports": asking}).status == 400


class Files(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/people.csv" else 404)
        self.end_headers()
        self.wfile.write(b"email,plan\na@example.org,pro\n")

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def files() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_file_is_fetched_while_the_server_runs(serving, files: str) -> None:
    body = {"data_file_url": f"{files}/people.csv", "type": "people", "identifier": "email"}
    made = serving.app("POST", "/v1/imports", {"import": body}).json()["import"]
    serving.admin("POST", "/_settle")
    found = serving.app("GET", f"/v1/imports/{made['id']}").json()["import"]
    assert (found["state"], found["rows_imported"], found["name"]) == ("imported", 1, "people.csv")
    assert serving.app("GET", "/v1/customers?email=a@example.org").json()["results"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("{files}/none.csv", "answered 404"),
        ("https://example.org/a.csv", "from this machine alone"),
        ("http://127.0.0.1:1/x", "could not be fetched: ConnectError"),
        ("data:text/csv;base64,aWQ=", "no plain data: URL"),
        ("data:text/csv", "no plain data: URL"),
        ("nowhere", "from this machine alone"),
    ],
)
def test_a_file_that_cannot_be_had_fails_the_import(workspace: Wired, files: str, url: str, why: str) -> None:
    body = {"data_file_url": url.replace("{files}", files), "type": "people"}
    number = workspace.app("POST", "imports", {"import": body}).body["import"]["id"]
    asyncio.run(Importer(workspace.account).take_waiting())
    found = workspace.app("GET", f"imports/{number}").body["import"]
    assert found["state"] == "failed"
    assert why in found["error"]


def test_too_large_a_file_fails_the_import(workspace: Wired, files: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_BYTES", 5)
    url = f"{files}/people.csv"
    number = workspace.app("POST", "imports", {"import": {"data_file_url": url, "type": "people"}}).body["import"]["id"]
    asyncio.run(Importer(workspace.account).take_waiting())
    assert "more than 5 bytes" in workspace.app("GET", f"imports/{number}").body["import"]["error"]


def test_an_interrupted_import_goes_on_where_it_stopped(workspace: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    number = asked(workspace, "id,n\n" + "".join(f"{at},x\n" for at in range(5)))
    importer = Importer(workspace.account)

    async def one_round() -> None:
        task = asyncio.ensure_future(importer.take_waiting())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(one_round())
    kept = workspace.home.documents.get(Kind.IMPORT, number)
    assert kept is not None and (kept["state"], kept["next_row"]) == ("importing", 2)
    asyncio.run(Importer(workspace.account).take_waiting())
    found = workspace.app("GET", f"imports/{number}").body["import"]
    assert (found["state"], found["rows_imported"], found["rows_to_import"]) == ("imported", 5, 5)
    identified = [one for one in workspace.home.running.activities() if one.type == "attribute_change"]
    assert len(identified) == 5
    assert workspace.home.documents.get(FILE, number) is None


def test_an_import_that_was_taken_away_ends_in_silence(workspace: Wired) -> None:
    number = asked(workspace, "id\n1\n")
    workspace.home.documents.delete(Kind.IMPORT, number)
    asyncio.run(Importer(workspace.account).take_waiting())
    assert workspace.home.running.person("1", "id") is None
