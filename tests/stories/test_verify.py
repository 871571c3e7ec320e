"""Predicted against actual, from the log to the cause, on a workspace that really ran it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from verifying import HOUR, LOG, Verifying, a_workspace, identify

from mailwright.cli import main
from sync.demo.local_server import LocalServer
from sync.demo.receiving import receiver
from sync.demo.tables import write_tables


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with a_workspace() as found:
        yield found


@pytest.fixture
def shop(
    server: LocalServer, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Verifying:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    found = Verifying(tmp_path, server, capsys)
    found.write()
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("missing_property_negation", "fails"),
        ("filter_retry_seconds", 3600),
        ("window_end", "inclusive"),
        ("unknown_person", "ignored"),
        ("unsubscribed_text", "boolean_only"),
        ("limit_reopens", "after_the_second"),
    ],
)
def test_fit_names_the_assumption_that_the_workspace_does_otherwise(shop: Verifying, name: str, value: object):
    shop.send(LOG, **{name: value})
    assert shop("pull", "qa").code == 0
    found = shop.verify("messages", "--fit", "--format", "json")
    report = found.data
    assert found.code == 1
    line = f"{name} = {value}" if isinstance(value, int) else f'{name} = "{value}"'
    assert report["fit"]["chosen"][0]["setting"] == line
    assert report["fit"]["after"]["agreed"] == sum(report["fit"]["after"].values())
    assert [cause["setting"] for cause in report["causes"]] == [line]


def causes(report: dict[str, Any]) -> dict[str, list[tuple[str, str, str]]]:
    """Of each kind of cause: outcome, campaign and message of every delivery."""
    return {
        cause["kind"]: [(one["outcome"], one["campaign"], one["message"]) for one in cause["deliveries"]]
        for cause in report["causes"]
    }


def test_every_source_agrees_on_every_delivery(shop: Verifying, tmp_path: Path):
    with receiver(tmp_path / "hooks.duckdb", shop.server, "qa") as endpoint:
        shop.send(LOG, endpoint=endpoint)
    assert shop("pull", "qa").code == 0
    write_tables(shop.server.by_app("qa", "GET", "messages?limit=1000")["messages"], tmp_path / "warehouse")
    for source in (
        f"webhooks:{tmp_path / 'hooks.duckdb'}",
        "messages",
        "messages:qa",
        "export:qa",
        f"warehouse:{tmp_path / 'warehouse'}",
    ):
        found = shop.verify(source, "--format", "json")
        assert (found.err, found.code) == ("", 0)
        assert found.data["counts"]["agreed"] == 33
        assert found.data["summary"] == "33 deliveries agreed, none missing, none unexpected"


def test_an_edit_by_hand_is_named_as_drift(shop: Verifying):
    def by_hand(server: LocalServer) -> None:
        assert shop("pull", "qa").code == 0
        campaigns = server.by_hand("qa", "GET", "campaigns?page=1&size=100")["campaigns"]
        number = next(one["id"] for one in campaigns if one["name"] == "Paid")
        actions = server.by_hand("qa", "GET", f"campaigns/{number}")["actions"]
        template = next(one["template_id"] for one in actions if one.get("template_id"))
        body = "<p>{{ customer.nickname }}</p>"
        server.by_hand("qa", "PUT", f"templates/{template}", {"template": {"body": body}})

    shop.send(LOG, before=by_hand)
    found = shop.verify("messages", "--format", "json")
    assert found.code == 1
    assert causes(found.data) == {"drift": [("different status", "paid", "note")] * 2}
    assert found.data["causes"][0]["test"] == "mailwright drift qa"
    assert found.data["causes"][0]["is_tested"]


def test_somebody_the_workspace_does_not_know_is_named(shop: Verifying):
    shop.send([call for call in LOG if call["person"] != "cai"])
    assert shop("pull", "qa").code == 0
    found = shop.verify("messages", "--format", "json")
    assert causes(found.data) == {
        "unsynced person": [
            ("missing", "onboarding", "note"),
            ("missing", "posted", "note"),
            ("missing", "onboarding", "tips"),
        ]
    }
    assert found.data["causes"][0]["says"] == "the workspace has no such person"
    assert "cai" not in found.out


def test_somebody_the_log_does_not_know_is_named(shop: Verifying):
    shop.write(calls=[call for call in LOG if call["person"] != "cai"])
    shop.send()
    assert shop("pull", "qa").code == 0
    found = shop.verify("messages", "--format", "json")
    assert {kind: len(ones) for kind, ones in causes(found.data).items()} == {"person not in the log": 3}
    left = shop.verify("messages", "--format", "json", "--known-people")
    assert (left.code, left.data["left_out"]) == (0, {"to people not in the log": 3})


def test_an_unsubscription_that_the_log_does_not_tell_is_named(shop: Verifying, tmp_path: Path):
    there = [*LOG, identify("dee", HOUR + 60, unsubscribed=True)]
    with receiver(tmp_path / "hooks.duckdb", shop.server, "qa") as endpoint:
        shop.send(sorted(there, key=lambda call: int(call["timestamp"])), endpoint=endpoint)
    assert shop("pull", "qa").code == 0
    for source in ("messages", f"webhooks:{tmp_path / 'hooks.duckdb'}"):
        found = shop.verify(source, "--format", "json")
        assert causes(found.data) == {"unsubscribed": [("missing", "onboarding", "tips")]}
        assert found.data["causes"][0]["rule"] == "R84"


def test_the_example_lives_through_its_month_as_predicted(capsys: pytest.CaptureFixture[str]):
    """Onboarding, win-back and the Northstar campaigns for some of the log's people; without a number, for all 80."""
    assert main(["demo", "verify", "--people", "8"]) == 0
    told = capsys.readouterr().out
    assert told.count("117 deliveries agreed, none missing, none unexpected") == 4
    assert "  exit code 3" not in told
    assert 'Explains the actual best: unknown_person = "ignored" (R32)' in told
    for cause in ("drift: ", "unsynced person: ", "unsubscribed [R84]: "):
        assert cause in told


def test_a_fit_ends_with_the_lines_to_write(shop: Verifying):
    shop.send(LOG, between="exclusive", times_means="exactly")
    assert shop("pull", "qa").code == 0
    text = shop.verify("messages", "--fit").out
    assert "Explains the actual best: between = " in text or "Explains the actual best: times_means = " in text
    assert "Explains the actual best beside it: " in text
    assert text.split("Into mailwright.toml:\n")[1].startswith(
        '  [assumptions]\n  between = "exclusive"\n  times_means = "exactly"\n'
    )
    page = shop.verify("messages", "--fit", "--format", "md").out
    assert '[assumptions]\nbetween = "exclusive"\ntimes_means = "exactly"\n```' in page
    assert "| assumption R16 | 1 |" in page
    toml = shop.root / "mailwright.toml"
    toml.write_text(
        toml.read_text("utf-8") + '[assumptions]\nbetween = "exclusive"\ntimes_means = "exactly"\n', "utf-8"
    )
    assert shop.verify("messages").code == 0
