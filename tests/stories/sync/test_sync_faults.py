"""An apply that is disturbed, and resumed, ends where an undisturbed one does. `benchmarks/faults.py` has every place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faults
import pytest

ROOT = Path(__file__).parents[3]
CANARIES = ("canary-app-key-1f", "sa_live_canary_2e", "canary.person@example.org")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, server: Any) -> Iterator[Any]:
    found = faults.Bench(server, tmp_path_factory.mktemp("faults"))
    found.prepare()
    yield found
    server.admin("DELETE", "/_faults")


def ends_well(bench: Any, disturb: Any, *codes: int) -> Any:
    row = faults.Row("one")
    bench.disturbed(row, disturb)
    assert (row.lost, row.doubled) == (0, 0)
    assert set(row.codes) <= set(codes), row.codes
    return row


@pytest.mark.parametrize("at", [26, 40, 80])
def test_killed_around_a_journal_note(bench: Any, at: int) -> None:
    assert bench.notes == 27
    ends_well(bench, bench.killed_at_note(at), 137)


@pytest.mark.parametrize("at", [8])
def test_killed_while_the_answer_to_a_write_is_awaited(bench: Any, at: int) -> None:
    ends_well(bench, bench.killed_in_write(at), -9)


@pytest.mark.parametrize(
    ("kind", "when", "at"),
    [("reset", "before", 4), ("error", "before", 10), ("error", "after", 4), ("reset", "after", 10)],
)
def test_an_answer_lost_before_or_after_the_effect(bench: Any, kind: str, when: str, at: int) -> None:
    row = ends_well(bench, bench.with_fault(kind=kind, when=when, nth=at, **faults.WRITES), 0, 4, 6)
    (said,) = row.sentences
    assert not said or re.search(r"\d+ of 13 changes stands? in qa; not yet: .*; stopped: |nothing was changed", said)


def test_a_storm_of_429_is_waited_out(bench: Any) -> None:
    ends_well(bench, bench.with_fault(kind="limited", surface="ui", probability=0.2, seed=1, times=6, retry_after=0), 0)


def test_a_token_that_expires_midway_is_renewed(bench: Any) -> None:
    ends_well(bench, bench.with_fault(kind="error", status=401, surface="ui", path="/v1/environments/*", nth=40), 0)


def test_a_token_refused_for_good_stops_and_the_apply_is_resumed(bench: Any) -> None:
    rest = list(range(40, 2000))
    row = ends_well(
        bench, bench.with_fault(kind="error", status=401, surface="ui", path="/v1/environments/*", nth=rest), 6
    )
    assert "changes stand in qa" in next(iter(row.sentences))


def test_a_disk_that_is_full_while_the_ledger_is_written(bench: Any) -> None:
    row = ends_well(bench, bench.full_disk(5), 6)
    assert "cannot write .mailwright/ledger/qa.json" in next(iter(row.sentences))


def test_answers_from_before_the_write_are_waited_for(bench: Any) -> None:
    ends_well(bench, bench.with_fault(kind="stale_echo", surface="ui", method="PUT"), 0)


def test_a_wrong_key_a_wrong_workspace_and_a_wrong_address_are_told_apart(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (shop.root / "mailwright.toml").read_text()
    shop.write("mailwright.toml", re.sub(r"(qa\]\nurl = .*\nid = )\d+", r"\g<1>99", settings))
    unknown = shop("plan", "qa")
    assert unknown.code == 3 and "knows no workspace 99" in unknown.err
    shop.write("mailwright.toml", settings.replace(shop.server.url, "http://127.0.0.1:9"))
    nobody = shop("plan", "qa")
    assert nobody.code == 4 and "no connection" in nobody.err
    shop.write("mailwright.toml", settings)
    for name in shop.server.environment:
        monkeypatch.setenv(name, CANARIES[1] if "SERVICE" in name else CANARIES[0])
    refused = shop("plan", "qa")
    assert refused.code == 4
    monkeypatch.delenv("MAILWRIGHT_LOCAL_SERVICE_ACCOUNT")
    monkeypatch.delenv("MAILWRIGHT_LOCAL_QA_APP_KEY")
    keyless = shop("plan", "qa")
    assert keyless.code == 3 and "MAILWRIGHT_LOCAL_SERVICE_ACCOUNT" in keyless.err
    for shown in (unknown, nobody, refused, keyless):
        assert not any(canary in shown.all for canary in CANARIES)


def test_keys_and_people_are_in_no_output_and_no_file(shop: Any, tmp_path: Path) -> None:
    secrets = [*shop.server.environment.values(), shop.server.said["admin_token"], CANARIES[2]]
    person = {"type": "person", "action": "identify", "identifiers": {"id": "p"}, "attributes": {"email": CANARIES[2]}}
    shop.server.track("qa", person)
    shop.by_hand("qa", "Photo", "thanks", subject="Thank you!")
    shop.edit("campaigns/welcome/hello.liquid", "subject: Hello", "subject: Hi")
    shown = [
        shop("plan", "qa", "-o", tmp_path / "qa.plan"),
        shop("apply", tmp_path / "qa.plan", "--yes"),
        shop("drift", "--format", "json"),
        shop("promote", "qa", "prod", "--format", "md"),
        shop("rollback", "--format", "json"),
    ]
    assert [one.code for one in shown] == [0, 0, 2, 0, 0]
    files = [path for folder in (shop.root, tmp_path) for path in folder.rglob("*") if path.is_file()]
    texts = [one.all for one in shown] + [path.read_text("utf-8", "replace") for path in files]
    assert len(files) > 10 and json.loads(shown[4].out)["runs"]
    for secret in secrets:
        assert not any(secret in text for text in texts)
