"""`mailwright backtest` on a small project: what an edit would have done, in every format and for any history."""

from __future__ import annotations

import gzip
import io
import json
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

Run = Callable[..., Any]
START = 1_767_268_800


@pytest.fixture(autouse=True)
def many_posts(log: Path) -> list[dict[str, Any]]:
    """A log with more posts than the small one."""
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    for number in range(24):
        who, at = f"dee{number % 6}", START + 7200 + number * 1800
        source = ("web", "app", "sms")[(number + number // 6) % 3]
        if number < 6:
            attributes = {"email": f"{who}@example.org"}
            calls.append({"type": "identify", "person": who, "timestamp": at - 60, "attributes": attributes})
        data = {"type": "photo", "source": source}
        calls.append({"type": "track", "person": who, "name": "posted", "timestamp": at, "data": data})
    log.write_text("".join(json.dumps(call) + "\n" for call in calls))
    return calls


@pytest.fixture
def before(shop: Path, tmp_path: Path) -> Path:
    """The project as it was; in the shop a filter, a text and a failing variable are edited."""
    folder = tmp_path / "before"
    subprocess.run(["cp", "-r", str(shop), str(folder)], check=True)
    photo = shop / "campaigns/photo/campaign.yaml"
    photo.write_text(
        photo.read_text().replace("      - source: web\n      - source: {not: sms}\n", "      - source: web\n")
    )
    (shop / "campaigns/every-post/thanks.liquid").write_text(
        "---\nsubject: Thanks, all\n---\n<p>{{ customer.plan }}</p>\n"
    )
    return folder


def report(mailwright: Run, *words: str | Path) -> dict[str, Any]:
    shown = mailwright("backtest", *words, "--format", "json")
    assert shown.code == 0, shown.err
    found: dict[str, Any] = json.loads(shown.out)
    return found


def test_the_report_says_who_gains_loses_and_gets_another_text(mailwright: Run, log: Path, before: Path) -> None:
    shown = mailwright("backtest", log, "--against", before)
    assert shown.code == 0
    for part in (
        f"log.ndjson: {before} → the files here",
        "Edited: every-post: thanks; photo: trigger",
        "photo           17      8  -9  7 lose it",
        "every-post       9      1  -8  6 lose it, 1 another version",
        "more than 3 messages a day: 2 people before, 0 after",
        "campaigns/every-post/thanks.liquid:4",
        "failed: ",
    ):
        assert part in shown.out, shown.out
    assert shown.out.splitlines()[-1].endswith("calls of 9 people")
    assert "dee1" not in shown.out


def test_exit_code_two_says_that_there_is_a_difference(mailwright: Run, log: Path, before: Path) -> None:
    assert mailwright("backtest", log, "--against", before, "--exit-code").code == 2
    same = mailwright("backtest", log, "--against", before, "--candidate", before, "--exit-code")
    assert same.code == 0
    assert "Edited: nothing that deliveries depend on" in same.out
    assert same.out.splitlines()[-1].startswith("no difference: ")


def test_a_git_revision_is_what_was(mailwright: Run, log: Path, shop: Path) -> None:
    def git(*words: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(shop), *identity, *words], check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "first")
    campaign = shop / "campaigns/photo/campaign.yaml"
    campaign.write_text(
        campaign.read_text().replace("{event: posted}", "{event: posted}").replace("type: photo", "type: [photo, text]")
    )
    found = report(mailwright, log, "--against", "HEAD")
    assert (found["before"], found["after"]) == ("HEAD", "the files here")
    assert found["totals"]["gained"] == 0 or found["totals"]["affected"] >= 1
    both = report(mailwright, log, "--against", "HEAD", "--candidate", "HEAD")
    assert not both["differs"]
    assert all(sample["explain"] == "" for sample in both["samples"])


def test_a_sample_opens_in_explain_as_the_report_says(
    mailwright: Run, log: Path, before: Path, monkeypatch: Any
) -> None:
    found = report(mailwright, log, "--against", before)
    lost = next(sample for sample in found["samples"] if sample["kind"] == "lost" and sample["campaign"] == "photo")
    assert re.fullmatch(r"p-[0-9a-f]{6}", lost["person"])
    words = shlex.split(lost["explain"])
    assert words[:2] == ["mailwright", "explain"]
    explained = mailwright(*words[1:])
    assert explained.code == 0
    assert "source" in explained.out
    assert lost["preview"].startswith("/email/photo/thanks?at=2026-01-01T")
    assert "against=" not in lost["preview"] and "edits" not in lost["preview"]
    edited = next(sample for sample in found["samples"] if sample["kind"] == "other_text")
    assert "tab=compare&against=" in edited["preview"]


def test_people_asked_for_by_name_come_with_their_own_data(mailwright: Run, log: Path, before: Path) -> None:
    found = report(mailwright, log, "--against", before, "--people")
    lost = next(sample for sample in found["samples"] if sample["kind"] == "lost" and sample["campaign"] == "photo")
    assert lost["person"].startswith("dee")
    assert "edits=%7B%22person%22" in lost["preview"]
    assert found["people_shown"] is True


def test_nobody_is_named_in_any_format_unless_asked(mailwright: Run, log: Path, before: Path) -> None:
    for form in ("text", "json", "md", "html"):
        shown = mailwright("backtest", log, "--against", before, "--format", form)
        assert "dee" not in shown.out and "example.org" not in shown.out.replace("campaigns/", "")


@pytest.mark.parametrize("form", ["text", "json", "md", "html"])
def test_the_same_bytes_come_of_any_number_of_shares(
    mailwright: Run, log: Path, before: Path, form: str, tmp_path: Path
) -> None:
    out = tmp_path / "report"
    alone = mailwright("backtest", log, "--against", before, "--format", form)
    kept = mailwright("backtest", log, "--against", before, "--format", form, "--out", out)
    assert (alone.code, kept.code, kept.out) == (0, 0, "")
    assert out.read_text() == alone.out
    assert kept.err.startswith(f"{out}: ")


def test_two_processes_give_the_same_bytes(mailwright: Run, log: Path, before: Path) -> None:
    alone = mailwright("backtest", log, "--against", before, "--format", "json")
    apart = mailwright("backtest", log, "--against", before, "--format", "json", "--processes", "2")
    assert apart.out == alone.out


def test_a_sample_of_the_people_is_said_loudly(mailwright: Run, log: Path, before: Path) -> None:
    for form in ("text", "md", "html"):
        shown = mailwright("backtest", log, "--against", before, "--sample", "1/3", "--format", form)
        assert "sample of 1 in 3" in shown.out
        assert "A SAMPLE: one in 3 people" in shown.out


def test_markdown_fits_a_pull_request(mailwright: Run, log: Path, before: Path) -> None:
    shown = mailwright("backtest", log, "--against", before, "--format", "md").out
    assert shown.startswith("### Backtest: ")
    assert "| **photo** | 17 | 8 | -9 |" in shown
    assert "<details><summary>People to look at</summary>" in shown
    assert shown.rstrip().splitlines()[-1].startswith("**")


def test_settings_of_a_workspace_are_told(mailwright: Run, log: Path, shop: Path, before: Path) -> None:
    limited = (
        "[workspaces.qa]\nmessage_limit = {count = 1, seconds = 86400}\nprovider_rate = {count = 1, seconds = 60}\n"
    )
    settings = shop / "mailwright.toml"
    settings.write_text(settings.read_text().replace("[workspaces.qa]\n", limited))
    shown = mailwright("backtest", log, "--against", before)
    assert "for all campaigns: the workspace's message_limit" in shown.out
    assert "there is a message limit only after" in shown.out
    assert "the provider takes 1 email in 1m: " in shown.out
    assert "message_limit" not in mailwright("backtest", log, "--against", before, "--as", "prod").out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--against", "no-such-thing"], "no-such-thing"),
        (["--against", "HERE", "--sample", "0.1"], "--sample cannot be '0.1'"),
        (["--against", "HERE", "--sample", "1/0"], "--sample cannot be '1/0'"),
        (["--against", "HERE", "--processes", "0"], "--processes is at least 1"),
        (["--against", "HERE", "--more-than", "0"], "--more-than is at least 1"),
        (["--against", "HERE", "--query", "SELECT 1"], "--query goes with the URL of a database"),
        (["--against", "HERE", "--as", "qua"], "no workspace is called 'qua'"),
        (["--against", "HERE", "--until", "soon"], "--until cannot be 'soon'"),
        (["--against", "HERE", "--out", "no/such/folder/x"], "cannot write"),
        ([], "--against"),
    ],
)
def test_what_does_not_fit_is_a_usage_error(
    mailwright: Run, log: Path, shop: Path, words: list[str], message: str
) -> None:
    shown = mailwright("backtest", log, *[str(shop) if word == "HERE" else word for word in words])
    assert shown.code == 3
    assert message in shown.err


def test_standard_input_is_a_history_too(
    mailwright: Run, log: Path, before: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_file = report(mailwright, log, "--against", before)["totals"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(log.read_bytes())))
    assert report(mailwright, "-", "--against", before)["totals"] == from_file


HISTORIES = ("gzip", "Parquet", "a folder by day", "a folder by name", "SQLite table", "SQLite query")


def kept_as(kind: str, calls: list[dict[str, Any]], folder: Path) -> list[str]:
    """The log in another form, as words of the command line."""
    folder.mkdir()
    rows = [
        (call["type"], call["person"], call.get("name"), call["timestamp"], json.dumps(call.get("data", call.get("attributes"))))
        for call in calls
    ]  # fmt: skip
    if kind == "gzip":
        (folder / "log.gz").write_bytes(gzip.compress("".join(json.dumps(call) + "\n" for call in calls).encode()))
        return [str(folder / "log.gz")]
    if kind.startswith("SQLite"):
        with sqlite3.connect(folder / "log.db") as database:
            database.execute("CREATE TABLE calls (type TEXT, person TEXT, name TEXT, timestamp INTEGER, data TEXT)")
            database.executemany("INSERT INTO calls VALUES (?, ?, ?, ?, ?)", reversed(rows))
        url = f"sqlite:///{folder}/log.db"
        return (
            [f"{url}?table=calls"]
            if kind.endswith("table")
            else [url, "--query", "SELECT * FROM calls ORDER BY timestamp"]
        )
    with duckdb.connect() as database:
        database.execute(
            "CREATE TABLE calls (type TEXT, person TEXT, name TEXT, timestamp BIGINT, data TEXT, day TEXT)"
        )
        database.executemany(
            "INSERT INTO calls VALUES (?, ?, ?, ?, ?, to_timestamp(?)::DATE::TEXT)", [(*row, row[3]) for row in rows]
        )
        by = {"Parquet": "", "a folder by day": ", PARTITION_BY (day)", "a folder by name": ", PARTITION_BY (name)"}[
            kind
        ]
        columns = "*" if kind == "a folder by day" else "* EXCLUDE (day)"
        database.execute(f"COPY (SELECT {columns} FROM calls) TO '{folder}/log.parquet' (FORMAT parquet{by})")
    return [str(folder / "log.parquet")]


@pytest.mark.parametrize("kind", HISTORIES)
def test_the_same_history_kept_otherwise_gives_the_same_answer(
    mailwright: Run, log: Path, before: Path, many_posts: list[dict[str, Any]], tmp_path: Path, kind: str
) -> None:
    plain = report(mailwright, log, "--against", before)
    other = report(mailwright, *kept_as(kind, many_posts, tmp_path / "kept"), "--against", before)
    for part in ("totals", "campaigns", "moves", "days", "hours", "not_sent", "crowding", "bad_count"):
        assert other[part] == plain[part], part


@pytest.fixture(scope="module")
def page_of() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    from simulator.pictures.browser import FLAGS, chromium_path

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*FLAGS, "--no-sandbox"])
        yield browser.new_page
        browser.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_whole_on_a_phone_and_a_screen(
    mailwright: Run, log: Path, before: Path, tmp_path: Path, page_of: Any, width: int
) -> None:
    out = tmp_path / "page.html"
    assert mailwright("backtest", log, "--against", before, "--format", "html", "--out", out).code == 0
    backgrounds = set()
    for scheme in ("light", "dark"):
        page = page_of(viewport={"width": width, "height": 800}, color_scheme=scheme)
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(out.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("svg.chart").count() == 4
        assert page.get_by_text("7 lose it").first.is_visible()
        assert len(asked) == 1  # nothing but the page itself
        backgrounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.close()
    assert len(backgrounds) == 2
