"""Predicted against actual, from the log to the cause, on a workspace that really ran it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from verifying import LOG, Verifying, a_workspace

from sync.demo.local_server import LocalServer


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
        ("between", "exclusive"),
        ("missing_property_negation", "fails"),
        ("null_property", "present"),
        ("numbers_compare_as", "text"),
        ("filter_retry_seconds", 3600),
        ("times_means", "exactly"),
        ("window_end", "inclusive"),
        ("event_name_case", "strict"),
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
