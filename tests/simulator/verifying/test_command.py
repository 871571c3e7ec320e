"""`verify` as a person calls it, on files alone: what it prints, and what it says of wrong input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from verifying import FILES, HOUR, LOG, SETTINGS, START

from mailwright.cli import main
from sync.ledger import Ledger
from sync.snapshot import Address, Kind

UNTIL = str(START + 20 * 86_400)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a ledger, a log, and what webhooks told of it: all as predicted but for two deliveries."""
    monkeypatch.setenv("NO_COLOR", "1")
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    settings = f'default_workspace = "qa"\n[workspaces.qa]\nregion = "us"\n{SETTINGS}[workspaces.prod]\n'
    (tmp_path / "mailwright.toml").write_text(settings, "utf-8")
    (tmp_path / "log.ndjson").write_text("".join(json.dumps(call) + "\n" for call in LOG), "utf-8")
    ledger = Ledger("qa")
    for number, campaign in enumerate(sorted({name.split("/")[1] for name in FILES}), start=1):
        ledger.ids[Address(Kind.CAMPAIGN, campaign)] = {"id": number}
        messages = ("note", "tips") if campaign == "onboarding" else ("note",)
        for index, message in enumerate(messages):
            action = str(100 + 10 * number + index)
            ledger.ids[Address(Kind.MESSAGE, f"{campaign}/{message}")] = {
                "action": action,
                "campaign": number,
                "id": action,
            }
    ledger.save(tmp_path)
    write_bodies(tmp_path, ledger)
    return tmp_path


def write_bodies(root: Path, ledger: Ledger) -> None:
    from mailwright.loading.folder import load_project
    from simulator.history.readers import read_calls
    from simulator.verifying.deliveries import predict

    made = predict(
        load_project(root), "qa", read_calls([root / "log.ndjson"], on_bad=lambda _: None), int(UNTIL)
    ).deliveries
    lines = []
    for number, one in enumerate(made):
        if (one.person, one.message) == ("ana", "tips"):
            continue  # this one never came
        status = "bounced" if (one.person, one.message) == ("ben", "tips") else one.status
        ids = ledger.ids[Address(Kind.MESSAGE, f"{one.campaign}/{one.message}")]
        data = {
            "delivery_id": f"D{number}", "campaign_id": ids["campaign"], "action_id": ids["action"],
            "identifiers": {"id": one.person}, "failure_message": "to ben@example.org" if status == "bounced" else "",
        }  # fmt: skip
        lines.append(
            {"event_id": str(number), "object_type": "email", "metric": status, "timestamp": one.at, "data": data}
        )
    (root / "bodies.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def call(shop: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["-C", str(shop), "verify", *words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def verify(shop: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    source = f"webhooks:{shop / 'bodies.ndjson'}"
    return call(shop, capsys, "--events", str(shop / "log.ndjson"), "--actual", source, "--until", UNTIL, *more)


def test_the_report_counts_first_then_says_why_and_ends_with_a_summary(shop: Path, capsys: pytest.CaptureFixture[str]):
    code, out, err = verify(shop, capsys, "--offline")
    lines = out.splitlines()
    assert (code, err) == (1, "")
    assert lines[0] == (
        "webhooks:bodies.ndjson of qa against the prediction, 2026-01-02 10:00 to 2026-01-22 10:00, within 10m"
    )
    assert lines[2].split()[0] == "campaign"
    assert lines[3].split() == ["onboarding", "16", "1", "0", "1", "0"]
    assert "address [R98]: 1 (likely)" in lines
    assert "no cause found: 1 (likely)" in lines
    assert lines[-1] == "31 deliveries agreed, 1 different status, 1 missing"
    assert "ana" not in out
    assert "ben@example.org" not in out


def test_json_has_everything_and_people_as_digests(shop: Path, capsys: pytest.CaptureFixture[str]):
    _, out, _ = verify(shop, capsys, "--offline", "--format", "json")
    report: dict[str, Any] = json.loads(out)
    assert (report["schema_version"], report["agrees"], report["counts"]["agreed"]) == (1, False, 31)
    causes = {cause["kind"]: cause for cause in report["causes"]}
    assert causes["address"]["deliveries"][0]["person"].startswith("p-")
    assert causes["address"]["deliveries"][0]["failure"] is None
    assert causes["no cause found"]["deliveries"][0]["predicted"]["status"] == "sent"
    assert causes["no cause found"]["deliveries"][0]["actual"] is None
    assert json.loads(verify(shop, capsys, "--offline", "--format", "json")[1]) == report


def test_one_person_is_shown_by_name_when_asked_for(shop: Path, capsys: pytest.CaptureFixture[str]):
    code, out, _ = verify(shop, capsys, "--offline", "--person", "ben@example.org", "--format", "json")
    (cause,) = json.loads(out)["causes"]
    assert (code, cause["deliveries"][0]["person"], cause["deliveries"][0]["failure"]) == (
        1,
        "ben",
        "to ben@example.org",
    )
    digest = json.loads(verify(shop, capsys, "--offline", "--format", "json")[1])["causes"][0]["deliveries"][0][
        "person"
    ]
    assert verify(shop, capsys, "--offline", "--person", "cai")[0] == 0
    assert verify(shop, capsys, "--offline", "--person", digest)[1].splitlines()[-1].endswith("1 different status")


def test_a_campaign_alone_may_agree(shop: Path, capsys: pytest.CaptureFixture[str]):
    code, out, _ = verify(shop, capsys, "--offline", "--campaign", "paid")
    assert (code, out.splitlines()[-1]) == (0, "2 deliveries agreed, none missing, none unexpected")
    assert "Left out: 30 deliveries of other campaigns." in out


def test_a_part_of_the_time_may_agree(shop: Path, capsys: pytest.CaptureFixture[str]):
    code, out, _ = verify(shop, capsys, "--offline", "--since", str(START + 3 * 86_400))
    assert (code, "before the time compared" in out) == (0, True)


def test_a_fit_on_files_alone_ends_with_what_it_found(shop: Path, capsys: pytest.CaptureFixture[str]):
    code, out, _ = verify(shop, capsys, "--offline", "--fit")
    assert code == 1
    assert "as set now" in out
    assert "No setting explains more than the present ones." in out
    agreeing = verify(shop, capsys, "--offline", "--fit", "--campaign", "paid")[1]
    assert "Nothing to explain: the present settings agree with what was sent." in agreeing


def test_markdown_is_a_table_and_a_fit(shop: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    page = tmp_path / "report.md"
    code, out, err = verify(shop, capsys, "--offline", "--fit", "--format", "md", "--out", str(page))
    text = page.read_text("utf-8")
    assert (code, out, err) == (1, "", f"{page}: 31 deliveries agreed, 1 different status, 1 missing\n")
    assert text.startswith("### Deliveries: 31 deliveries agreed")
    assert "| onboarding | 16 | 1 | 0 | 1 | 0 |" in text
    assert "```toml\n# No setting explains more than the present ones.\n```" in text


def test_without_a_key_causes_are_looked_for_on_files_alone(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    code, out, err = verify(shop, capsys)
    assert code == 1
    assert "the workspace's content could not be looked at: the settings name no key for the workspace 'qa'" in err
    assert "Not looked at: the workspace's people could not be looked at" in out


def test_bad_lines_of_the_log_are_told(shop: Path, capsys: pytest.CaptureFixture[str]):
    with open(shop / "log.ndjson", "a", encoding="utf-8") as file:
        file.write("{no json\n")
    _, out, err = verify(shop, capsys, "--offline", "--campaign", "paid")
    assert "1 line could not be read" in err
    assert out.splitlines()[-1].startswith("2 deliveries agreed")


EVENTS = ("--events", "log.ndjson")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--actual", "messages"], "the following arguments are required: --events", id="no log"),
        pytest.param([*EVENTS, "--actual", "mesages"], "--actual cannot be 'mesages'", id="no such source"),
        pytest.param([*EVENTS, "--actual", "webhooks"], "--actual webhooks does not say where", id="no place"),
        pytest.param([*EVENTS, "--actual", "export:"], "--actual export does not say where", id="no file"),
        pytest.param([*EVENTS, "--actual", "messages:here"], "no workspace is called 'here'", id="no such workspace"),
        pytest.param(
            [*EVENTS, "--actual", "messages", "--workspace", "x"], "no workspace is called 'x'", id="nor this"
        ),
        pytest.param(
            [*EVENTS, "--actual", "messages:qa", "--workspace", "prod"], "name one of them", id="two workspaces"
        ),
        pytest.param(["--events", "-", "--actual", "messages"], "reads the log more than once", id="standard input"),
        pytest.param(
            [*EVENTS, "--actual", "export:x.csv", "--of", "welcome"], "--of cannot be 'welcome'", id="half a name"
        ),
        pytest.param(
            [*EVENTS, "--actual", "messages", "--campaign", "payed"], "no campaign is called 'payed'", id="campaign"
        ),
        pytest.param([*EVENTS, "--actual", "messages", "--until", "soon"], "--until cannot be 'soon'", id="no time"),
        pytest.param([*EVENTS, "--actual", "webhooks:x", "--within", "9"], "--within:", id="no length"),
        pytest.param([*EVENTS, "--actual", "webhooks:nothing.duckdb"], "there is no file", id="no such file"),
        pytest.param([*EVENTS, "--actual", "webhooks:nowhere://x"], "no database URL", id="no database"),
        pytest.param([*EVENTS, "--actual", "warehouse:nothing"], "there is no folder", id="no such folder"),
        pytest.param(
            [*EVENTS, "--actual", "messages:prod"], "do not say where the workspace 'prod' is", id="no place for it"
        ),
        pytest.param([*EVENTS, "--actual", "messages:qa"], "the settings name no key", id="no key"),
        pytest.param([*EVENTS, "--actual", "messages", "--person"], "expected one argument", id="no person"),
    ],
)
def test_wrong_input_is_named(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
):
    monkeypatch.chdir(shop)
    code, out, err = call(shop, capsys, *words)
    assert (code, out, said in err) == (3, "", True), err
    assert "Traceback" not in err


def test_a_person_nobody_knows_is_named(shop: Path, capsys: pytest.CaptureFixture[str]):
    code, _, err = verify(shop, capsys, "--offline", "--person", "zoe")
    assert (code, "nobody in the log is 'zoe'" in err) == (3, True)


def test_without_a_ledger_a_pull_is_asked_for(shop: Path, capsys: pytest.CaptureFixture[str]):
    (shop / ".mailwright" / "ledger" / "qa.json").unlink()
    code, _, err = verify(shop, capsys)
    assert (code, "mailwright pull qa" in err) == (3, True)


def test_an_export_that_says_whose_it_is_needs_no_ledger(shop: Path, capsys: pytest.CaptureFixture[str]):
    (shop / ".mailwright" / "ledger" / "qa.json").unlink()
    rows = ["delivery_id,customer_id,created,state", f"D1,ana,{START + 86_400},sent", f"D2,ben,{START + 86_400},sent"]
    (shop / "paid.csv").write_text("\n".join(rows), "utf-8")
    words = ("--events", str(shop / "log.ndjson"), "--actual", f"export:{shop / 'paid.csv'}", "--of", "paid/note")
    code, out, _ = call(shop, capsys, *words, "--campaign", "paid", "--until", UNTIL, "--offline")
    assert (code, out.splitlines()[-1]) == (0, "2 deliveries agreed, none missing, none unexpected")


def test_a_project_without_workspaces_is_told_so(shop: Path, capsys: pytest.CaptureFixture[str]):
    (shop / "mailwright.toml").write_text("", "utf-8")
    code, _, err = verify(shop, capsys)
    assert (code, "no workspace is named" in err) == (3, True)


def test_the_hour_stands_where_the_log_says(shop: Path, capsys: pytest.CaptureFixture[str]):
    code, out, _ = verify(shop, capsys, "--offline", "--until", str(START + HOUR + 5), "--format", "json")
    report = json.loads(out)
    assert (code, report["until"], report["left_out"]) == (0, START + HOUR + 5, {"after the time compared": 26})
