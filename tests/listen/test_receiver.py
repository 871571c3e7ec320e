"""The receiver over real HTTP: what it takes, what it refuses, and that nothing it answered 200 for is lost."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import httpx
import pytest
from listening import KEY, counts, event, listening, signed
from postgresql import running

CLIENT = httpx.Client(timeout=10, trust_env=False)  # a new one for each event takes longer than the event


def post(url: str, body: bytes, **how) -> httpx.Response:
    return CLIENT.post(f"{url}/webhooks", content=body, headers=signed(body, **how))


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
def test_each_event_is_kept_once_though_it_comes_many_times(kind: str, tmp_path: Path):
    store = tmp_path / "webhooks.duckdb" if kind == "duckdb" else f"sqlite:///{tmp_path / 'webhooks.db'}"
    bodies = [event(number % 40, "opened" if number % 4 == 0 else "sent") for number in range(200)]
    with listening(store) as (url, _), ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda body: post(url, body), bodies))
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].json() == {}
    assert counts(store) == {"email_opened": 10, "email_sent": 30}


def test_what_is_not_genuine_is_answered_401_and_not_kept(tmp_path: Path):
    store = tmp_path / "webhooks.duckdb"
    with listening(store) as (url, _):
        assert post(url, event(1), key="other").status_code == 401
        assert post(url, event(1), stamp=int(time.time()) - 4000).status_code == 401
        assert httpx.post(f"{url}/webhooks", content=event(1)).status_code == 401
        tampered = httpx.post(f"{url}/webhooks", content=event(2), headers=signed(event(1)))
        assert (tampered.status_code, tampered.json()) == (401, {"error": "wrong signature"})
    assert counts(store) == {}


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"[]", b"{}", b'{"event_id": "1"}', b'{"event_id": 7, "object_type": "email", "metric": "sent"}', b"\xff",
     b"[" * 100_000],
)  # fmt: skip
def test_a_signed_body_that_is_no_event_is_answered_400(body: bytes, receiver: str):
    assert post(receiver, body).status_code == 400


def test_a_huge_body_is_answered_413(receiver: str):
    assert post(receiver, b" " * 2_000_001).status_code == 413


def test_other_ways_to_ask_are_refused(receiver: str):
    assert httpx.get(f"{receiver}/webhooks").status_code == 405
    assert httpx.get(f"{receiver}/other").status_code == 404


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with listening(tmp_path_factory.mktemp("listen") / "webhooks.duckdb") as (url, _):
        yield url


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
def test_killed_in_a_burst_nothing_answered_200_is_lost(kind: str, tmp_path: Path):
    store = tmp_path / "webhooks.duckdb" if kind == "duckdb" else f"sqlite:///{tmp_path / 'webhooks.db'}"
    answered: list[int] = []
    lock = threading.Lock()

    def send(number: int) -> None:
        try:
            if post(url, event(number)).status_code == 200:
                with lock:
                    answered.append(number)
        except httpx.TransportError:
            pass  # killed before it answered: Customer.io sends it again

    with listening(store) as (url, process), ThreadPoolExecutor(16) as pool:
        sending = [pool.submit(send, number) for number in range(600)]
        while len(answered) < 100:
            time.sleep(0.005)
        process.kill()
        process.wait()
        for future in sending:
            future.result()
    kept = counts(store)["email_sent"]
    assert 100 <= len(answered) <= kept < 600
    with listening(store) as (url, _):  # and it goes on where it was
        assert post(url, event(answered[0])).status_code == 200
        assert post(url, event(10_000)).status_code == 200
    assert counts(store)["email_sent"] == kept + 1


class Address(BaseHTTPRequestHandler):
    """Takes events, but fails the first time for each."""

    taken: ClassVar[list[str]] = []
    tried: ClassVar[set[str]] = set()

    def do_POST(self) -> None:
        event_id = json.loads(self.rfile.read(int(self.headers["content-length"])))["event_id"]
        first = event_id not in self.tried
        self.tried.add(event_id)
        if not first:
            self.taken.append(event_id)
        self.send_response(503 if first else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def wait_for(what) -> None:
    for _ in range(600):
        if what():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come")


def test_handlers_take_their_metrics_and_what_fails_is_tried_again(tmp_path: Path):
    there = tmp_path / "taken"
    command = f"command:sh -c 'cat >> {there}; echo >> {there}'"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Address)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        forward = f"forward:http://127.0.0.1:{server.server_port}/"
        store = f"sqlite:///{tmp_path / 'webhooks.db'}"
        with listening(store, "--on", f"email_bounced={command}", "--on", f"email_*={forward}") as (url, _):
            for number in range(3):
                post(url, event(number, "bounced" if number == 1 else "sent"))
            wait_for(lambda: len(Address.taken) == 3)
            wait_for(there.exists)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert sorted(Address.taken) == [f"01EVENT{number:019}" for number in range(3)]
    lines = [json.loads(line)["metric"] for line in there.read_text().splitlines()]
    assert lines == ["bounced"]
    database = sqlite3.connect(tmp_path / "webhooks.db")
    states = database.execute("SELECT state, attempts FROM handling ORDER BY attempts").fetchall()
    database.close()
    assert states == [("done", 1), ("done", 2), ("done", 2), ("done", 2)]


def test_what_handlers_give_up_can_be_taken_up(tmp_path: Path):
    from mailwright.listen.handlers import handlers_from
    from mailwright.listen.receiver import Worker
    from mailwright.listen.records import record_of
    from mailwright.listen.settings import Settings
    from mailwright.listen.stores import open_store

    handlers = tuple(handlers_from(["*=command:false"]))
    store = open_store(str(tmp_path / "webhooks.duckdb"))
    store.keep([record_of(event(1), 0)], [[handlers[0].name]])
    worker = Worker(store, Settings(KEY, handlers=handlers, attempts=3), lambda: 0)
    for now in (0, 2, 6):
        (task,) = store.due(now, 10)
        worker.work_on(task)
    assert store.due(10**9, 10) == []
    assert store.try_again(0) == 1
    assert len(store.due(0, 10)) == 1
    store.close()


def test_the_events_can_be_taken_out_as_parquet(tmp_path: Path):
    import duckdb

    from mailwright.cli import main

    store = tmp_path / "webhooks.duckdb"
    with listening(store) as (url, _):
        post(url, event(1))
    assert main(["listen", "--store", str(store), "--export", str(tmp_path / "events.parquet")]) == 0
    row = duckdb.sql(
        f"SELECT metric, person, campaign_id, happened_at FROM '{tmp_path / 'events.parquet'}'"
    ).fetchall()[0]
    assert row == ("email_sent", "1", "61", 1_767_225_601)


def test_neither_key_nor_people_are_printed(tmp_path: Path):
    store = tmp_path / "webhooks.duckdb"
    with listening(store, "--on", "*=command:false") as (url, process):
        post(url, event(1, recipient="ana@example.org"))
        post(url, b"no json ana@example.org")
        time.sleep(0.3)
        process.terminate()
        out, err = process.communicate(timeout=15)
    for canary in (KEY, "ana@example.org"):
        assert canary not in out + err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--on", "email_sent"], "is no handler"),
        (["--on", "*=magic:x"], "no kind of handler"),
        (["--on", "*=python:nowhere.at:all"], "there is no"),
        (["--on", "*=forward:ftp://x"], "is no address"),
        (["--store", "magic://x"], "no database URL"),
    ],
)
def test_wrong_settings_are_told(words: list[str], said: str, tmp_path: Path, monkeypatch, capsys):
    from mailwright.cli import main

    monkeypatch.setenv("MAILWRIGHT_WEBHOOK_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    assert main(["listen", "--counts", *words] if "--store" in words else ["listen", "--port", "0", *words]) == 3
    assert said in capsys.readouterr().err


def test_without_a_key_it_does_not_listen(monkeypatch, capsys):
    from mailwright.cli import main

    monkeypatch.delenv("MAILWRIGHT_WEBHOOK_KEY", raising=False)
    assert main(["listen"]) == 3
    assert "MAILWRIGHT_WEBHOOK_KEY is not set" in capsys.readouterr().err


def test_postgresql_keeps_each_event_once(tmp_path: Path):
    with running(tmp_path) as url:
        with listening(url, "--on", "*=command:true") as (receiver, _), ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda number: post(receiver, event(number % 30)), range(120)))
            assert {answer.status_code for answer in answers} == {200}
        assert counts(url) == {"email_sent": 30}


def test_handlers_go_on_once_the_database_is_back(tmp_path: Path):
    from mailwright.listen.handlers import handlers_from
    from mailwright.listen.receiver import Worker
    from mailwright.listen.records import record_of
    from mailwright.listen.settings import Settings
    from mailwright.listen.stores import open_store

    there = tmp_path / "taken"
    handlers = tuple(handlers_from([f"*=command:touch {there}"]))
    store = open_store(f"sqlite:///{tmp_path / 'webhooks.db'}")
    store.keep([record_of(event(1), 0)], [[handlers[0].name]])
    database = sqlite3.connect(tmp_path / "webhooks.db", isolation_level=None)
    database.execute("ALTER TABLE handling RENAME TO away")
    worker = Worker(store, Settings(KEY, handlers=handlers), time.time)
    worker.start()
    time.sleep(0.1)
    database.execute("ALTER TABLE away RENAME TO handling")
    database.close()
    wait_for(there.exists)
    worker.stop()
    store.close()
